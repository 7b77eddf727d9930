"""How patient a session is, what it remembers of a batch, and what it tells while it works."""

from dataclasses import dataclass
from datetime import UTC, datetime

from armbulk.i18n import Lang

_STEPS_NO = {"posted": "sendt", "polled": "spurt", "asked": "slått opp"}


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How patient a session is, in seconds."""

    poll: float = 2.0
    settle: float = 1800.0
    wait: float = 3600.0
    for_windows: bool = True  # wait for a full window to free itself (`--no-wait` says no)


@dataclass(slots=True)
class BatchProgress:
    """What this session remembers of a batch between two steps."""

    due: float = 0.0
    looks: int = 0
    polls: int = 0
    unseen: int = 0
    incomplete: int = 0
    failures: int = 0
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session tells while it works: what it does, and how far it is."""

    doing: str  # posted, polled, asked, waiting; skew
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    ahead: float = 0.0  # seconds by which this machine's clock differs from ARM's

    def text(self, lang: str) -> str:
        """Return the step as a sentence; times are local."""
        norwegian = lang == Lang.NO
        if self.doing == "skew":
            return self._skew_text(norwegian=norwegian)
        if self.doing == "waiting":
            until = datetime.fromtimestamp(self.until, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
            return f"venter til {until}" if norwegian else f"waiting until {until}"
        if self.doing == "reading":
            if norwegian:
                return f"{self.done} av {self.total} poster lest"
            return f"{self.done} of {self.total} records read"
        if norwegian:
            return f"batch {self.batch} {_STEPS_NO.get(self.doing, self.doing)} · {self.done}/{self.total} ferdig"
        return f"batch {self.batch} {self.doing} · {self.done} of {self.total} finished"

    def _skew_text(self, *, norwegian: bool) -> str:
        minutes = round(abs(self.ahead) / 60)
        if norwegian:
            side = "foran" if self.ahead > 0 else "etter"
            return f"Klokka på denne maskinen går {minutes} minutter {side} ARMs; grensene regnes etter ARMs."
        side = "ahead of" if self.ahead > 0 else "behind"
        return f"This machine's clock is {minutes} minutes {side} ARM's; the limits are counted by ARM's."

    def __str__(self) -> str:
        return self.text(Lang.EN)

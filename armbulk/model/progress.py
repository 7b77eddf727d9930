"""Polling intervals, per-batch polling state, and progress events."""

from dataclasses import dataclass
from datetime import UTC, datetime

from armbulk.i18n import ENGLISH, _

_STEPS_NO = {"posted": "sendt", "polled": "spurt", "asked": "slått opp"}
_STEP = _("batch {batch} {step} · {done} of {total} finished")
_TEXTS = {
    "retrying": _("The call failed ({reason}). armbulk tries again at {time}."),
    "settling": _(
        "The documents wait until {time}: what was sent before the older copy was put back may still arrive."
    ),
    "waiting": _("waiting until {until}"),
    "reading": _("part {batch}: {done} of {total} records read"),
}


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How long a session waits for what, in seconds.

    Attributes:
        poll: before the first poll of an accepted batch.
        settle: how long a document that ARM does not know may still be under way after its batch was sent.
        wait: how long a session polls one batch.
        waits_for_quota: wait when the quota is used up; `--no-wait` ends the session instead.
    """

    poll: float = 2.0
    settle: float = 1800.0
    wait: float = 3600.0
    waits_for_quota: bool = True


@dataclass(slots=True)
class BatchProgress:
    """What a session remembers of a batch between two steps.

    Attributes:
        due: when its next step may happen (epoch seconds).
        lookups: rounds of look-ups.
        polls: polls that were answered.
        unknown_polls: polls in a row answered with "not found", or with nothing usable.
        incomplete_polls: final answers that lacked records.
        failures: failed calls in a row.
        reason: why the last call failed, or a round of look-ups showed too little.
        is_limited: `due` is a time the quota, or a refusal for a limit, set.
    """

    due: float = 0.0
    lookups: int = 0
    polls: int = 0
    unknown_polls: int = 0
    incomplete_polls: int = 0
    failures: int = 0
    reason: str = ""
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """An event of a session.

    Attributes:
        doing: posted, polled, asked (documents were looked up), waiting, retrying, settling (a newer copy
            of the store has sent documents a short time ago), reading (an export) or skew.
        batch: the batch's number; of an export the part's.
        done: batches that are finished; of an export the records read.
        total: of how many.
        until: when the waiting ends (epoch seconds).
        ahead: seconds by which this machine's clock is ahead of ARM's.
        reason: why the call failed that is retried at `until`.
    """

    doing: str
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    ahead: float = 0.0
    reason: str = ""

    def text(self, lang: str) -> str:
        """Return the event as a sentence; times are local."""
        if self.doing == "skew":
            return self._skew_text(norwegian=lang != ENGLISH)
        moment = datetime.fromtimestamp(self.until, UTC).astimezone()
        step = _STEPS_NO.get(self.doing, self.doing) if lang != ENGLISH else self.doing
        return (
            _TEXTS.get(self.doing, _STEP)
            .text(lang)
            .format(
                batch=self.batch, done=self.done, total=self.total, reason=self.reason, step=step,
                time=f"{moment:%H:%M:%S}", until=f"{moment:%Y-%m-%d %H:%M:%S}",
            )
        )  # fmt: skip

    def _skew_text(self, *, norwegian: bool) -> str:
        minutes = round(abs(self.ahead) / 60)
        if norwegian:
            side = "foran" if self.ahead > 0 else "etter"
            return f"Klokka på denne maskinen går {minutes} minutter {side} ARMs; grensene regnes etter ARMs."
        side = "ahead of" if self.ahead > 0 else "behind"
        return f"This machine's clock is {minutes} minutes {side} ARM's; the limits are counted by ARM's."

    def __str__(self) -> str:
        return self.text(ENGLISH)

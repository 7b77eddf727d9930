"""Polling intervals, per-batch polling state, and progress events."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from armbulk.i18n import ENGLISH, _

_TEXTS = {
    "posted": _("Sending: batch {batch} sent, {done} of {total} batches done"),
    "polled": _("Processing in ARM: {done} of {total} batches done"),
    "asked": _("Batch {batch} looked up in ARM, {done} of {total} batches done"),
    "retrying": _("The call failed ({reason}). armbulk tries again at {clock}."),
    "settling": _(
        "The documents wait until {clock}: documents sent before the older copy of the database was "
        "restored may still arrive."
    ),
    "waiting": _("Waiting for ARM until {until:time}"),
    "waiting briefly": _("Waiting for ARM (next check in {seconds} s)"),
    "waiting for batches": _("{done} of {total} batches done, waiting for ARM (next check in {seconds} s)"),
    "reading": _("Downloading part {batch}: {done:number} of {total:number} records"),
}
_BRIEF_SECONDS = 120
_AHEAD = _("This computer's clock is {minutes} minutes ahead of ARM's. The limits follow ARM's clock.")
_BEHIND = _("This computer's clock is {minutes} minutes behind ARM's. The limits follow ARM's clock.")


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How long a session waits for what, in seconds.

    Attributes:
        poll: before the first poll of an accepted batch.
        settle: how long a document that is not in ARM may still be on its way after its batch was sent.
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
        seconds: how long that is from now.
        ahead: seconds by which this machine's clock is ahead of ARM's.
        reason: why the call failed that is retried at `until`.
    """

    doing: str
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    seconds: float = 0.0
    ahead: float = 0.0
    reason: str = ""

    def text(self, lang: str) -> str:
        """Return the event as a sentence; times are local."""
        if self.doing == "skew":
            return (_AHEAD if self.ahead > 0 else _BEHIND).fill(minutes=round(abs(self.ahead) / 60)).text(lang)
        moment = datetime.fromtimestamp(self.until, UTC).astimezone()
        values = {
            "batch": self.batch, "done": self.done, "total": self.total, "reason": self.reason, "until": self.until,
            "seconds": max(math.ceil(self.seconds), 1), "clock": f"{moment:%H:%M:%S}",
        }  # fmt: skip
        return _TEXTS[self._kind].fill(**values).text(lang)

    @property
    def _kind(self) -> str:
        """Which text it has: a short wait is shown in seconds."""
        if self.doing != "waiting" or not 0 < self.seconds <= _BRIEF_SECONDS:
            return self.doing
        return "waiting for batches" if self.total else "waiting briefly"

    def __str__(self) -> str:
        return self.text(ENGLISH)

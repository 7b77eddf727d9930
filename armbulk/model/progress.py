"""Polling intervals, per-batch polling state, and progress events."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from armbulk.i18n import ENGLISH, _


class Phase(StrEnum):
    """What a run or an export is doing. The values are published in JSON."""

    CHECK = "check"
    LOOK_UP = "look_up"
    SEND = "send"
    WAIT = "wait"
    OUTCOMES = "outcomes"
    DOWNLOAD = "download"
    READ = "read"  # files of a ledger; its records are megabytes


class WaitReason(StrEnum):
    """Why armbulk waits. The values are published in JSON."""

    LIMIT = "limit"  # there is no room in ARM's limits
    PROCESSING = "processing"  # ARM processes what was sent
    RETRY = "retry"  # a call failed
    SETTLING = "settling"  # documents of a newer copy of the store may still arrive


PHASE_NAMES = {
    Phase.CHECK: _("Check files"),
    Phase.LOOK_UP: _("Look up in ARM"),
    Phase.SEND: _("Send records"),
    Phase.WAIT: _("Wait for ARM"),
    Phase.OUTCOMES: _("Read outcomes"),
    Phase.DOWNLOAD: _("Download"),
    Phase.READ: _("Read the ledger"),
}

_TEXTS = {
    "started": _("{phase}: started"),
    "ended": _("{phase}: ended"),
    "session started": _("Sending has started"),
    "session ended": _("Sending has ended"),
    "looking": _("Looking up in ARM: {done:number} of {total:number} records"),
    "deleting": _("Deleting in ARM: {done:number} of {total:number} customers"),
    "reserving": _("Reserving in ARM: {done:number} of {total:number} payments"),
    "changing": _("Changing due dates in ARM: {done:number} of {total:number} items"),
    "waiting for a limit": _("Your ARM limits are used up. armbulk continues at {until:time}."),
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
    "reading files": _("Reading the ledger: {done:number} of {total:number} MB"),
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
class LimitUse:
    """How much of one of ARM's limits is used, by all programs as far as known.

    Attributes:
        window: hour or month.
        meter: requests, reads or writes.
        used: in the window.
        limit: armbulk's limit.
        kept: the part of it that only reading the outcomes of sent records may use.
    """

    window: str
    meter: str
    used: int
    limit: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """An event of a session.

    Attributes:
        doing: started, looking (records are looked up before they are sent), deleting, posted, polled, asked
            (unconfirmed documents were looked up), waiting, retrying, settling (a newer copy of the store has sent
            documents a short time ago), reading (an export), reading files (of a ledger), skew or ended.
        batch: the batch's number; of an export the part's.
        done: batches that are finished; of an export the records read; of `looking` the records looked up.
        total: of how many.
        until: when the waiting ends (epoch seconds).
        seconds: how long that is from now.
        ahead: seconds by which this machine's clock is ahead of ARM's.
        reason: why the call failed that is retried at `until`.
        phase: what the session is doing; None: it is not known.
        why: why it waits; None: it does not.
        records: phase → (records that are done, of how many), of every phase that has any.
        limits: what is used of each limit; empty: it is not known.
    """

    doing: str
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    seconds: float = 0.0
    ahead: float = 0.0
    reason: str = ""
    phase: Phase | None = None
    why: WaitReason | None = None
    records: dict[Phase, tuple[int, int]] = field(default_factory=dict)
    limits: tuple[LimitUse, ...] = ()

    def text(self, lang: str) -> str:
        """Return the event as a sentence; times are local."""
        if self.doing == "skew":
            return (_AHEAD if self.ahead > 0 else _BEHIND).fill(minutes=round(abs(self.ahead) / 60)).text(lang)
        moment = datetime.fromtimestamp(self.until, UTC).astimezone()
        values = {
            "batch": self.batch, "done": self.done, "total": self.total, "reason": self.reason, "until": self.until,
            "seconds": max(math.ceil(self.seconds), 1), "clock": f"{moment:%H:%M:%S}",
            "phase": PHASE_NAMES[self.phase or Phase.SEND],
        }  # fmt: skip
        return _TEXTS[self._kind].fill(**values).text(lang)

    @property
    def _kind(self) -> str:
        """Which text it has: a short wait is shown in seconds."""
        if self.doing in {"started", "ended"} and self.phase is None:
            return f"session {self.doing}"
        if self.doing != "waiting":
            return self.doing
        if not 0 < self.seconds <= _BRIEF_SECONDS:
            return "waiting for a limit" if self.why is WaitReason.LIMIT else "waiting"
        return "waiting for batches" if self.total else "waiting briefly"

    def to_json(self, now: float, lang: str = ENGLISH) -> dict[str, Any]:
        """Return the event as a line of `--json --progress` has it; `now` is the time of the event (epoch seconds)."""
        return {
            "event": "progress",
            "time": _to_iso(now),
            "phase": self.phase,
            "doing": self.doing,
            "batch": self.batch or None,
            "records": {phase.value: {"done": done, "total": total} for phase, (done, total) in self.records.items()},
            "limits": [
                {"window": each.window, "meter": each.meter, "used": each.used, "limit": each.limit}
                for each in self.limits
            ],
            "waiting": None if self.why is None else {"reason": self.why, "until": _to_iso(self.until)},
            "text": self.text(lang),
        }

    def __str__(self) -> str:
        return self.text(ENGLISH)


def _to_iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def name_phase(phase: str, lang: str) -> str:
    """Return what a phase does, as people read it."""
    return PHASE_NAMES[Phase(phase)].text(lang)

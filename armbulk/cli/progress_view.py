"""What a person sees of a run or an export while it works: pure, from events and the time."""

import math
from dataclasses import dataclass, field

from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext
from armbulk.model.durations import write_clock, write_duration
from armbulk.model.progress import PHASE_NAMES, LimitUse, Phase, Progress, WaitReason

_SHOWN = (Phase.READ, Phase.LOOK_UP, Phase.SEND, Phase.OUTCOMES, Phase.DOWNLOAD)
"""The phases that have a bar, in the order in which they begin."""

_MIN_SECONDS = 3.0
"""How long a phase must last before its rate says something."""

_MINUTE = 60

_RECORDS = ngettext("{done:number} of {count:number} record", "{done:number} of {count:number} records")
_MEGABYTES = _("{done:number} of {count:number} MB")
_MEGABYTE_RATE = _("{rate:number} MB/s")
_RATE = _("{rate:number}/s")
_SLOW_RATE = _("{rate:number}/min")
_LEFT = _("about {time} left")
_PAUSES = _("with pauses for your ARM limits")
_LIMITS = _("Limits used: {limits}")
_USES = {
    ("hour", "requests"): _("{used:number} of {limit:number} requests this hour"),
    ("hour", "reads"): _("{used:number} of {limit:number} records read this hour"),
    ("hour", "writes"): _("{used:number} of {limit:number} records written this hour"),
    ("month", "requests"): _("{used:number} of {limit:number} requests in 31 days"),
    ("month", "reads"): _("{used:number} of {limit:number} records read in 31 days"),
    ("month", "writes"): _("{used:number} of {limit:number} records written in 31 days"),
}
_KEPT = ngettext("{count:number} request is kept for outcomes", "{count:number} requests are kept for outcomes")
_SHOWN_SHARE = {"hour": 0.5, "month": 0.9}
"""From which share on the use of a limit is shown; that of the hour's requests is always."""

_LIMIT = _("Your ARM limits are used up. armbulk continues at {clock}, in {time}. It is safe to stop meanwhile.")
_PROCESSING = _("ARM is processing what was sent (next check in {time})")
_RETRY = _("The call failed ({reason}). armbulk tries again in {time}.")
_SETTLING = _(
    "The documents wait until {clock}: documents sent before the older copy of the database was restored may still "
    "arrive. It is safe to stop meanwhile."
)
_STOPPING = _("Stopping after the current call …")
_IDLE = _("waiting for ARM …")


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase: its name, its records, and the text beside them."""

    label: Text
    done: int
    total: int
    text: Text


@dataclass(slots=True)
class ProgressView:
    """Keeps what the events of a session say.

    Attributes:
        hint: what Ctrl-C does, and how to continue.
        records: phase → (done, total).
        begun: phase → when its first record was done (epoch seconds), and how many were then.
        wait: the event that said why the session waits; None: it works.
        limits: what is used of each limit.
    """

    hint: Text
    records: dict[Phase, tuple[int, int]] = field(default_factory=dict)
    begun: dict[Phase, tuple[float, int]] = field(default_factory=dict)
    wait: Progress | None = None
    limits: tuple[LimitUse, ...] = ()

    def update(self, progress: Progress, now: float) -> None:
        """Take what an event says."""
        for phase, (done, total) in progress.records.items():
            if phase not in self.begun or done < self.records[phase][0]:  # another list, or records sent once more
                self.begun[phase] = now, done
            self.records[phase] = done, total
        self.wait = progress if progress.why is not None else None
        self.limits = progress.limits or self.limits

    def bars(self, now: float) -> list[Bar]:
        """Return the phases that have records."""
        return [
            Bar(PHASE_NAMES[phase], *self.records[phase], self._describe(phase, now))
            for phase in _SHOWN
            if phase in self.records and self.records[phase][1]
        ]

    def notes(self, now: float, *, is_stopping: bool) -> list[Text]:
        """Return the lines below: why it waits, what is used of the limits, and that it is safe to stop."""
        wait = describe_wait(self.wait, now) if self.wait else NO_TEXT if self.records else _IDLE
        if is_stopping:
            wait = _STOPPING
        return [text for text in (wait, self._describe_limits(), NO_TEXT if is_stopping else self.hint) if text]

    @property
    def _is_limited(self) -> bool:
        return self.wait is not None and self.wait.why is WaitReason.LIMIT

    def _describe_limits(self) -> Text:
        parts = []
        for use in self.limits:
            is_first = (use.window, use.meter) == ("hour", "requests")
            if is_first or use.used >= _SHOWN_SHARE[use.window] * use.limit:
                parts.append(_USES[use.window, use.meter].fill(used=use.used, limit=use.limit))
            if is_first and self._is_limited and use.kept and use.used + use.kept >= 0.9 * use.limit:
                parts.append(_KEPT.fill(count=use.kept))
        return _LIMITS.fill(limits=join_texts(*parts, separator=", ")) if parts else NO_TEXT

    def _describe(self, phase: Phase, now: float) -> Text:
        done, total = self.records[phase]
        is_read = phase is Phase.READ
        parts = [(_MEGABYTES if is_read else _RECORDS).fill(done=done, count=total)]
        began, before = self.begun[phase]
        seconds, worked = now - began, done - before
        is_timed = phase is not Phase.SEND and not self._is_limited  # what was sent is done when it has an outcome
        if is_timed and worked > 0 and seconds >= _MIN_SECONDS and done < total:
            rate = worked / seconds
            fast = (_MEGABYTE_RATE if is_read else _RATE).fill(rate=math.ceil(rate) if is_read else round(rate))
            parts.append(fast if is_read or rate >= 1 else _SLOW_RATE.fill(rate=math.ceil(rate * _MINUTE)))
            exceeds = self._exceeds_limits(phase, total - done)
            parts.append(_PAUSES if exceeds else _LEFT.fill(time=write_duration((total - done) / rate)))
        return join_texts(*parts, separator=", ")

    def _exceeds_limits(self, phase: Phase, records: int) -> bool:
        """Whether the records that are left are more than a limit has room for: the rate says nothing of the end."""
        sent, total = self.records.get(Phase.SEND, (0, records))
        meter, needed = ("writes", total - sent) if phase is Phase.OUTCOMES else ("reads", records)
        is_counted = phase is not Phase.READ  # what is read of a file, ARM does not count
        return is_counted and any(use.meter == meter and needed > use.limit - use.used for use in self.limits)


def describe_wait(progress: Progress, now: float) -> Text:
    """Return why a session waits, and how long."""
    seconds = max(progress.until - now, 0.0)
    values = {"time": write_duration(seconds), "clock": write_clock(progress.until, now), "reason": progress.reason}
    texts = {WaitReason.LIMIT: _LIMIT, WaitReason.RETRY: _RETRY, WaitReason.SETTLING: _SETTLING}
    return texts.get(progress.why or WaitReason.PROCESSING, _PROCESSING).fill(**values)

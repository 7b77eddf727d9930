"""The arithmetic of ARM's rate limits: three meters in two sliding windows, never counting less than ARM does.

Usage is kept in slots of time. A slot counts until all of it is outside the window, plus a guard for the uncertainty of
the clock. Times are UTC epoch seconds. Source: acceptable use policy (`quota.tiers`).
"""

import math
from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import Any

from armbulk.i18n import Text, _
from armbulk.model.outcome import ApiUsage
from armbulk.quota.tiers import TIERS

METERS = ("requests", "reads", "writes")


class Priority(Enum):
    """Which share of the quota a call may use."""

    NORMAL = "all but the reserved share of the requests: new batches, exports"
    RESERVED = "all of it: polls and look-ups, without which a batch that was sent cannot be settled"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose quota it is: ARM counts by client number; `origin` is the base URL it is reached at."""

    origin: str
    client_no: str


@dataclass(frozen=True, slots=True)
class RateWindow:
    """A sliding window and the width of its slots, in seconds."""

    name: str
    seconds: int
    slot_seconds: int


HOUR = RateWindow("hour", 3600, 10)
MONTH = RateWindow("month", 31 * 86400, 3600)
"""31 days: within the limit however ARM defines a month."""

WINDOWS = (HOUR, MONTH)

MIN_FOREIGN_SECONDS = 60.0
"""A refusal for fewer seconds only slows armbulk down; a longer one shows that others use the quota, too."""

LimitTable = Mapping[tuple[str, str], int]
"""(window, meter) → limit."""

Slots = Mapping[tuple[str, str], tuple[tuple[float, int], ...]]
"""(window, meter) → (start of the slot, amount), ascending."""


class LimitTableError(ValueError):
    """A table of limits cannot be used."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """The limits in force, and how much of them armbulk uses.

    Attributes:
        table: ARM's limits.
        ceiling: armbulk's share of them; the rest is left to the client's other integrations.
        reserved_share: share of the requests that only calls of Priority.RESERVED may use.
        guard_seconds: how much longer a slot counts, for the uncertainty of the clock.
    """

    table: LimitTable
    ceiling: float = 0.95
    reserved_share: float = 0.20
    guard_seconds: float = 5.0

    @classmethod
    def for_size(cls, size: str, ceiling: float = 0.95) -> "QuotaLimits":
        """Return the published limits of a client size (S, M, L, XL); KeyError for another."""
        return cls.from_table(TIERS[size], ceiling)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], ceiling: float = 0.95) -> "QuotaLimits":
        """Return limits from `{"hour": {"requests": n, "reads": n, "writes": n}, "month": {…}}`.

        Raises:
            LimitTableError: a limit is missing or not a whole number above 0.
        """
        limits: dict[tuple[str, str], int] = {}
        for window, meter in product(("hour", "month"), METERS):
            section = table.get(window)
            limit = section.get(meter) if isinstance(section, Mapping) else None
            if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
                name = f"{window}.{meter}"
                raise LimitTableError(_("{name} must be a whole number above 0", name=name))
            limits[window, meter] = limit
        return cls(limits, ceiling)

    def capacity(self, window: str, meter: str, priority: Priority) -> int:
        """Return how much of a meter calls of this priority may use in a window; at least 1."""
        limit = self.table[window, meter]
        capacity = limit * self.ceiling
        if priority is Priority.NORMAL and meter == "requests":
            capacity -= limit * self.reserved_share
        return max(math.floor(capacity), 1)

    def max_batch_writes(self) -> int:
        """Return how many records one batch can ever write."""
        return min(self.capacity(window.name, "writes", Priority.NORMAL) for window in WINDOWS)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of a quota.

    Attributes:
        slots: usage by window and meter, the foreign usage included.
        reserved: amounts of calls under way.
        blocked_until: ARM accepts no call before this time; 0: it does.
        foreign: the part of `slots` that the client's other integrations are estimated to have used.
    """

    slots: Slots = field(default_factory=dict)
    reserved: ApiUsage = field(default_factory=ApiUsage)
    blocked_until: float = 0.0
    foreign: Slots = field(default_factory=dict)


def shift_usage(usage: Usage, seconds: float, now: float) -> Usage:
    """Return usage as another clock shows it, which is `seconds` ahead; what it shows as later than `now` is of now."""
    slots, foreign = (
        {key: tuple((min(start + seconds, now), amount) for start, amount in amounts) for key, amounts in part.items()}
        for part in (usage.slots, usage.foreign)
    )
    blocked_until = min(usage.blocked_until + seconds, now + HOUR.seconds) if usage.blocked_until else 0.0
    return Usage(slots, usage.reserved, blocked_until, foreign)


def slot_start(time: float, window: RateWindow) -> float:
    """Return the start of the slot that a time belongs to."""
    return math.floor(time / window.slot_seconds) * window.slot_seconds


def slot_expires_at(start: float, window: RateWindow, guard_seconds: float) -> float:
    """Return when a slot stops counting: all of it is outside the window, and the guard is over."""
    return start + window.slot_seconds + window.seconds + guard_seconds


def count_slots(slots: Slots, window: str, meter: str, now: float, guard_seconds: float = 5.0) -> int:
    """Return how much of a meter the slots count at `now`."""
    rate_window = HOUR if window == HOUR.name else MONTH
    return sum(
        amount
        for start, amount in slots.get((window, meter), ())
        if slot_expires_at(start, rate_window, guard_seconds) > now
    )


def count_used(usage: Usage, window: str, meter: str, now: float, guard_seconds: float = 5.0) -> int:
    """Return how much of a meter counts at `now`, reservations included."""
    return count_slots(usage.slots, window, meter, now, guard_seconds) + usage.reserved.meters()[meter]


def estimate_foreign_usage(
    usage: Usage, cost: ApiUsage, now: float, limits: QuotaLimits, seconds: float
) -> dict[tuple[str, str], int]:
    """Return what others must be taken to have used, when ARM refuses `cost` for `seconds` although there is room.

    ARM does not say which meter is full. Half of what seemed left of each meter that the call uses is taken as used: in
    the hour and, after a refusal for an hour or more, in the month.
    """
    if seconds < MIN_FOREIGN_SECONDS:
        return {}
    windows = WINDOWS if seconds >= HOUR.seconds else (HOUR,)
    estimate = {}
    for window, (meter, amount) in product(windows, cost.meters().items()):
        capacity = limits.capacity(window.name, meter, Priority.RESERVED)
        left = capacity - count_used(usage, window.name, meter, now, limits.guard_seconds)
        if amount and left > 1:
            estimate[window.name, meter] = left // 2
    return estimate


def earliest_time(usage: Usage, cost: ApiUsage, now: float, limits: QuotaLimits, priority: Priority) -> float:
    """Return the first time at which `cost` fits in every window: now, later, or never (inf)."""
    return QuotaForecast(usage, limits).earliest_time(cost, now, priority)


class QuotaForecast:
    """The usage of a quota as a plan adds to it. Times must not decrease: use one forecast per plan."""

    def __init__(self, usage: Usage, limits: QuotaLimits) -> None:
        """Start with what is used now."""
        self._limits = limits
        self._reserved = usage.reserved.meters()
        self._blocked_until = usage.blocked_until
        self._starts: dict[tuple[str, str], list[float]] = {}
        self._amounts: dict[tuple[str, str], dict[float, int]] = {}
        for window, meter in product(WINDOWS, METERS):
            amounts: dict[float, int] = {}
            for start, amount in usage.slots.get((window.name, meter), ()):
                amounts[start] = amounts.get(start, 0) + amount
            self._starts[window.name, meter] = sorted(amounts)
            self._amounts[window.name, meter] = amounts

    def add(self, cost: ApiUsage, time: float) -> None:
        """Count `cost` as used at `time`."""
        for window, (meter, amount) in product(WINDOWS, cost.meters().items()):
            if amount:
                key, start = (window.name, meter), slot_start(time, window)
                if start not in self._amounts[key]:
                    insort(self._starts[key], start)
                self._amounts[key][start] = self._amounts[key].get(start, 0) + amount

    def earliest_time(self, cost: ApiUsage, now: float, priority: Priority) -> float:
        """Return the first time, from `now` on, at which `cost` fits in every window; inf: never."""
        times = [self._earliest_in(window, meter, amount, now, priority)
                 for window, (meter, amount) in product(WINDOWS, cost.meters().items()) if amount]  # fmt: skip
        return max([now, self._blocked_until, *times])

    def _earliest_in(self, window: RateWindow, meter: str, amount: int, now: float, priority: Priority) -> float:
        room = self._limits.capacity(window.name, meter, priority) - amount - self._reserved[meter]
        key = (window.name, meter)
        starts, amounts, guard_seconds = self._starts[key], self._amounts[key], self._limits.guard_seconds
        first = bisect_left(starts, now - window.seconds - window.slot_seconds - guard_seconds)
        while first < len(starts) and slot_expires_at(starts[first], window, guard_seconds) <= now:
            first += 1
        del starts[:first]  # planning only moves forward: a slot outside the window stays outside
        excess = sum(amounts[start] for start in starts) - room
        if excess <= 0:
            return now
        for start in starts:
            excess -= amounts[start]
            if excess <= 0:
                return slot_expires_at(start, window, guard_seconds)
        return math.inf if room < 0 and not self._reserved[meter] else now + window.slot_seconds

"""The arithmetic of ARM's limits: three meters in two sliding windows, counted so that the error is on the safe side.

Used amounts lie in slots of time. A slot counts until it lies wholly outside the window, plus a guard for the
uncertainty of the clock: what is counted here is never less than what ARM counts. Times are UTC epoch seconds.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from armbulk.model.outcome import ApiUsage
from armbulk.quota.tiers import TIERS

METERS = ("requests", "reads", "writes")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose meters: ARM counts per client number; `origin` is the base URL it is reached at."""

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
"""31 days: never over the limit, whatever ARM takes a month to be."""

WINDOWS = (HOUR, MONTH)

FOREIGN = 60.0
"""Seconds that a refusal must last to tell of others' use; shorter ones only slow the pace."""

LimitTable = Mapping[tuple[str, str], int]
Slots = Mapping[tuple[str, str], tuple[tuple[float, int], ...]]


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """The figures in force, and how much of them armbulk allows itself.

    `ceiling` leaves a share to the client's other integrations; `kept_for_looks` of the request meters is only for
    polling and look-ups, so that what was sent can always be settled.
    """

    figures: LimitTable
    ceiling: float = 0.95
    kept_for_looks: float = 0.20
    guard: float = 5.0

    @classmethod
    def of(cls, size: str, ceiling: float = 0.95) -> "QuotaLimits":
        """The built-in limits of a size (S, M, L, XL); KeyError for another."""
        return cls.from_table(TIERS[size], ceiling)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], ceiling: float = 0.95) -> "QuotaLimits":
        """Limits from `{"hour": {"requests": n, "reads": n, "writes": n}, "month": {…}}`; ValueError if unsound."""
        figures: dict[tuple[str, str], int] = {}
        for window, meter in product(("hour", "month"), METERS):
            most = table.get(window, {}).get(meter)
            if not isinstance(most, int) or isinstance(most, bool) or most < 1:
                message = f"{window}.{meter} must be a whole number above 0"
                raise ValueError(message)
            figures[window, meter] = most
        return cls(figures, ceiling)

    def capacity(self, window: str, meter: str, purpose: str) -> int:
        """The most of a meter that may lie in a window, for `send` or for `look`."""
        most = self.figures[window, meter] * self.ceiling
        if purpose == "send" and meter == "requests":
            most -= self.figures[window, meter] * self.kept_for_looks
        return max(math.floor(most), 1)

    def largest_writes(self) -> int:
        """The most records one batch may write, whenever it goes."""
        return min(self.capacity(window.name, "writes", "send") for window in WINDOWS)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used: per (window, meter) the slots as (start, amount), sorted; what is reserved; a word of ARM's.

    `others`: the part of `slots` that the client's other integrations are taken to have used, since ARM refused
    calls for which there should have been room. `blocked_until`: ARM itself said that nothing goes before.
    """

    slots: Slots = field(default_factory=dict)
    reserved: ApiUsage = field(default_factory=ApiUsage)
    blocked_until: float = 0.0
    others: Slots = field(default_factory=dict)


def slot_of(at: float, window: RateWindow) -> float:
    """The start of the slot that `at` lies in."""
    return math.floor(at / window.slot_seconds) * window.slot_seconds


def slot_expires_at(start: float, window: RateWindow, guard: float) -> float:
    """When a slot stops counting: it lies wholly outside the window, and the guard is over."""
    return start + window.slot_seconds + window.seconds + guard


def count_slots(slots: Slots, window: str, meter: str, now: float, guard: float = 5.0) -> int:
    """How much of a meter the slots still hold at `now`."""
    which = HOUR if window == HOUR.name else MONTH
    return sum(amount for start, amount in slots.get((window, meter), ()) if slot_expires_at(start, which, guard) > now)


def used(usage: Usage, window: str, meter: str, now: float, guard: float = 5.0) -> int:
    """How much of a meter counts at `now`, reservations included."""
    return count_slots(usage.slots, window, meter, now, guard) + usage.reserved.meters()[meter]


def estimate_foreign_usage(
    usage: Usage, cost: ApiUsage, now: float, limits: QuotaLimits, seconds: float
) -> dict[tuple[str, str], int]:
    """What others must be taken to have used, when ARM refuses `cost` although there is room, for `seconds`.

    ARM does not say which meter is full: half of what seemed left of each that the call touches is taken as used, in
    the hour and, after a refusal for an hour or more, in the month. A refusal for less than a minute only paces.
    """
    if seconds < FOREIGN:
        return {}
    windows = WINDOWS if seconds >= HOUR.seconds else (HOUR,)
    found = {}
    for window, (meter, amount) in product(windows, cost.meters().items()):
        left = limits.capacity(window.name, meter, "look") - used(usage, window.name, meter, now, limits.guard)
        if amount and left > 1:
            found[window.name, meter] = left // 2
    return found


def earliest(usage: Usage, cost: ApiUsage, now: float, limits: QuotaLimits, purpose: str) -> float:
    """The first time at which `cost` fits in all six windows: now, later, or never (inf)."""
    return QuotaForecast(usage, limits).earliest(cost, now, purpose)


class QuotaForecast:
    """The ledger thought ahead: what would be used if the plan were carried out. For one planning at a time."""

    def __init__(self, usage: Usage, limits: QuotaLimits) -> None:
        """Start from what is used now."""
        self._limits = limits
        self._reserved = usage.reserved.meters()
        self._blocked = usage.blocked_until
        self._starts: dict[tuple[str, str], list[float]] = {}
        self._amounts: dict[tuple[str, str], dict[float, int]] = {}
        for window, meter in product(WINDOWS, METERS):
            amounts: dict[float, int] = {}
            for start, amount in usage.slots.get((window.name, meter), ()):
                amounts[start] = amounts.get(start, 0) + amount
            self._starts[window.name, meter] = sorted(amounts)
            self._amounts[window.name, meter] = amounts

    def add(self, cost: ApiUsage, at: float) -> None:
        """Take `cost` as used at `at`."""
        for window, (meter, amount) in product(WINDOWS, cost.meters().items()):
            if amount:
                place, start = (window.name, meter), slot_of(at, window)
                if start not in self._amounts[place]:
                    insort(self._starts[place], start)
                self._amounts[place][start] = self._amounts[place].get(start, 0) + amount

    def earliest(self, cost: ApiUsage, now: float, purpose: str) -> float:
        """The first time at which `cost` fits in all six windows."""
        times = [self._first(window, meter, amount, now, purpose)
                 for window, (meter, amount) in product(WINDOWS, cost.meters().items()) if amount]  # fmt: skip
        return max([now, self._blocked, *times])

    def _first(self, window: RateWindow, meter: str, amount: int, now: float, purpose: str) -> float:
        room = self._limits.capacity(window.name, meter, purpose) - amount - self._reserved[meter]
        place = (window.name, meter)
        starts, amounts, guard = self._starts[place], self._amounts[place], self._limits.guard
        first = bisect_left(starts, now - window.seconds - window.slot_seconds - guard)
        while first < len(starts) and slot_expires_at(starts[first], window, guard) <= now:
            first += 1
        del starts[:first]  # planning only moves forward: what has left a window never comes back
        over = sum(amounts[start] for start in starts) - room
        if over <= 0:
            return now
        for start in starts:
            over -= amounts[start]
            if over <= 0:
                return slot_expires_at(start, window, guard)
        return math.inf if room < 0 and not self._reserved[meter] else now + window.slot_seconds

"""Windows: which part of a list a query asks for, and how one that is too large is cut without gap or overlap.

A window is what its query says: a ledger year and period, a range of days (open at either end), values of filters.
The same window tells which records lie inside it, so that a filter ARM does not heed is found out.
"""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Self

import polars as pl

from armbulk.model.fields import Filter, Listing
from armbulk.model.keys import normalise_key, normalise_key_text

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside these are not cut further."""

DATES, PERIOD = "dates", "period"
"""What a query may be narrowed by, besides the parameters of filters."""

MAX_PARTS = 62
"""Parts that days are cut into at once, at the most: what a total says may be wrong."""

TARGET_FILL = 0.7
"""How full a part may be by the average, so that uneven parts fit too."""

PERIODS = tuple(str(number) for number in range(17))
"""Values a ledger period may have: the months, and what ledgers add for opening and closing a year."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a list. `values`: ARM's parameter and value of each filter; open ends of the days are None."""

    year: int | None = None
    period: int | None = None
    first: date | None = None
    last: date | None = None
    values: tuple[tuple[str, str], ...] = ()

    @property
    def has_dates(self) -> bool:
        """Whether days narrow it."""
        return self.first is not None or self.last is not None

    def describe(self) -> str:
        """Name the window for people: `2025-02 · 2025-02-01 to 2025-02-14 · glaccountno=1500`."""
        parts = []
        if self.year is not None:
            parts.append(f"{self.year}" if self.period is None else f"{self.year}-{self.period:02d}")
        if self.has_dates:
            parts.append(str(self.first) if self.first == self.last else f"{self.first or '…'} to {self.last or '…'}")
        return " · ".join([*parts, *(f"{name}={value}" for name, value in self.values)]) or "all"

    def to_json(self) -> dict[str, Any]:
        """The window as JSON takes it."""
        days = {"first": self.first and str(self.first), "last": self.last and str(self.last)}
        return {"year": self.year, "period": self.period, **days, "values": [list(one) for one in self.values]}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """The window that `plain` wrote."""
        first, last = (date.fromisoformat(said[end]) if said[end] else None for end in ("first", "last"))
        return cls(said["year"], said["period"], first, last, tuple((name, value) for name, value in said["values"]))


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """The first and last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def build_query(window: Partition, listing: Listing, ignored: frozenset[str] = frozenset()) -> dict[str, str]:
    """The parameters that ask for a window; what ARM was found to ignore is left out."""
    said = dict(listing.options)
    if listing.period and PERIOD not in ignored:
        pairs = zip(listing.period, (window.year, window.period), strict=True)
        said |= {one.param: str(value) for one, value in pairs if value is not None}
    if listing.dates and DATES not in ignored:
        first, last, _ = listing.dates
        said |= {name: str(day) for name, day in ((first, window.first), (last, window.last)) if day}
    return said | {name: value for name, value in window.values if name not in ignored}


def membership_tests(window: Partition, listing: Listing) -> dict[str, pl.Expr]:
    """For each way the window is narrowed: whether a record lies inside, by its own values (columns of texts).

    Null where the record does not say.
    """
    tests: dict[str, pl.Expr] = {}
    if listing.period and window.year is not None:
        pairs = zip(listing.period, (window.year, window.period), strict=True)
        tests[PERIOD] = pl.all_horizontal(pl.col(one.path) == str(value) for one, value in pairs if value is not None)
    if listing.dates and window.has_dates:
        day = pl.col(listing.dates[2]).str.head(10)
        tests[DATES] = pl.all_horizontal(
            *([day >= str(window.first)] if window.first else []),
            *([day <= str(window.last)] if window.last else []),
        )
    known = filters_by_param(listing)
    for name, value in window.values:
        if known[name].path:
            tests[name] = _holds(known[name], value)
    return tests


def filters_by_param(listing: Listing) -> dict[str, Filter]:
    """Every filter of a list by its parameter, those of the period too."""
    return {one.param: one for one in (*listing.filters, *(listing.period or ()))}


def _holds(one: Filter, value: str) -> pl.Expr:
    column, wanted = normalise_key(pl.col(one.path)), normalise_key_text(value)
    return column == wanted if one.exact else column.str.contains(wanted, literal=True)


def split_by_days(window: Partition, total: int | None, room: int, today: date) -> list[Partition]:
    """Cut a window by days into parts that cover it without gap or overlap; empty when it is a single day.

    `total` is how many records it holds, where that is known: it decides into how many parts.
    """
    first, last = window.first, window.last
    if first is None or last is None:
        cuts = _open_cuts(window, today)
    else:
        days = (last - first).days + 1
        parts = min(days, MAX_PARTS, max(2, math.ceil((total or 0) / (room * TARGET_FILL))))
        cuts = [first + timedelta(days=days * number // parts) for number in range(1, parts)]
    return _cut(window, cuts)


def _open_cuts(window: Partition, today: date) -> list[date]:
    """Where to cut a window that is open at an end: around its period, else the last years, else long ago."""
    if window.year is not None and not window.has_dates:
        month = window.period if window.period in range(1, 13) else None
        begin, _ = month_bounds(window.year, month or 1)
        _, end = month_bounds(window.year, month or 12)
        return [begin, end + _DAY]
    near = (today.replace(day=1) - timedelta(days=3 * 365), today + timedelta(days=365))
    return [day for day in (EARLIEST, *near, LATEST) if _within(day, window)]


def _within(day: date, window: Partition) -> bool:
    """Whether a cut before `day` leaves something of the window on both sides."""
    return (window.first is None or day > window.first) and (window.last is None or day <= window.last)


def _cut(window: Partition, cuts: Sequence[date]) -> list[Partition]:
    """Cut before each of the days."""
    if not cuts:
        return []
    ends = [window.first, *cuts, None]
    parts = [
        replace(window, first=one, last=following - _DAY if following else None) for one, following in pairwise(ends)
    ]
    return [*parts[:-1], replace(parts[-1], last=window.last)]


def split_by_values(window: Partition, param: str, seen: Sequence[str]) -> list[Partition]:
    """One part for each value of a filter; whether these are all there are, only their sum can show."""
    if param.endswith("period"):
        seen = sorted({*PERIODS, *seen}, key=lambda text: (len(text), text))
    return [replace(window, values=(*window.values, (param, value))) for value in seen]


def choose_filter(window: Partition, listing: Listing, ignored: frozenset[str]) -> Filter | None:
    """The filter by whose values a window can be cut next, if any is left."""
    used = {name for name, _ in window.values} | ignored
    if window.period is not None and listing.period:
        used.add(listing.period[1].param)
    known = filters_by_param(listing)
    return next((known[name] for name in listing.partition_by if name not in used), None)

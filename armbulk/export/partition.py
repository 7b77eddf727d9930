"""Partitions of a list: the query for one, the test of its records, and how a large one is split.

A split leaves no gap and no overlap. Every record is tested against its partition, so that a filter ARM ignores is
detected.
"""

import calendar
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from armbulk.model.fields import Filter, Listing
from armbulk.model.keys import normalise_key, normalise_key_text
from armbulk.model.partition import Partition

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside these are not split further."""

DATES, PERIOD = "dates", "period"
"""What a query may be narrowed by, besides the parameters of filters."""

MAX_PARTS = 62
"""Partitions that days are split into at once: the total they are calculated from may be wrong."""

TARGET_FILL = 0.7
"""Average share of the most records ARM returns, so that uneven partitions fit too."""

PERIODS = tuple(str(number) for number in range(17))
"""Values a ledger period may have: the months, and what ledgers add for opening and closing a year."""

_DAY = timedelta(days=1)


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """Return the first and last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def build_query(partition: Partition, listing: Listing, ignored: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the parameters that ask ARM for a partition, without those ARM is known to ignore."""
    params = dict(listing.options)
    if listing.period and PERIOD not in ignored:
        pairs = zip(listing.period, (partition.year, partition.period), strict=True)
        params |= {filter_.param: str(value) for filter_, value in pairs if value is not None}
    if listing.dates and DATES not in ignored:
        first, last, _ = listing.dates
        params |= {name: str(day) for name, day in ((first, partition.first), (last, partition.last)) if day}
    return params | {name: value for name, value in partition.values if name not in ignored}


def membership_tests(partition: Partition, listing: Listing) -> dict[str, pl.Expr]:
    """Return a test for each way the partition is narrowed: whether a record belongs to it.

    The tests read columns of texts. They are null where a record has no value.
    """
    tests: dict[str, pl.Expr] = {}
    if listing.period and partition.year is not None:
        pairs = zip(listing.period, (partition.year, partition.period), strict=True)
        tests[PERIOD] = pl.all_horizontal(
            pl.col(filter_.path) == str(value) for filter_, value in pairs if value is not None
        )
    if listing.dates and partition.has_dates:
        day = pl.col(listing.dates[2]).str.head(10)
        tests[DATES] = pl.all_horizontal(
            *([day >= str(partition.first)] if partition.first else []),
            *([day <= str(partition.last)] if partition.last else []),
        )
    filters = filters_by_param(listing)
    for name, value in partition.values:
        if filters[name].path:
            tests[name] = _matches(filters[name], value)
    return tests


def filters_by_param(listing: Listing) -> dict[str, Filter]:
    """Return every filter of a list by its parameter, those of the period included."""
    return {filter_.param: filter_ for filter_ in (*listing.filters, *(listing.period or ()))}


def _matches(filter_: Filter, value: str) -> pl.Expr:
    column, key = normalise_key(pl.col(filter_.path)), normalise_key_text(value)
    return column == key if filter_.exact else column.str.contains(key, literal=True)


def split_by_days(partition: Partition, total: int | None, max_records: int, today: date) -> list[Partition]:
    """Split a partition by days; empty when it is a single day.

    Args:
        partition: what to split.
        total: records it has, if known; they decide into how many it is split.
        max_records: the most records ARM returns.
        today: where lists usually have their records.
    """
    first, last = partition.first, partition.last
    if first is None or last is None:
        cuts = _cuts_of_open_range(partition, today)
    else:
        days = (last - first).days + 1
        count = min(days, MAX_PARTS, max(2, math.ceil((total or 0) / (max_records * TARGET_FILL))))
        cuts = [first + timedelta(days=days * number // count) for number in range(1, count)]
    return _split_before(partition, cuts)


def _cuts_of_open_range(partition: Partition, today: date) -> list[date]:
    """Where to split a range that is open at an end: around its period, else around the last three years."""
    if partition.year is not None and not partition.has_dates:
        month = partition.period if partition.period in range(1, 13) else None
        begin, _ = month_bounds(partition.year, month or 1)
        _, end = month_bounds(partition.year, month or 12)
        return [begin, end + _DAY]
    recent = (today.replace(day=1) - timedelta(days=3 * 365), today + timedelta(days=365))
    return [day for day in (EARLIEST, *recent, LATEST) if _is_within(day, partition)]


def _is_within(day: date, partition: Partition) -> bool:
    """Whether a split before `day` leaves something of the partition on both sides."""
    return (partition.first is None or day > partition.first) and (partition.last is None or day <= partition.last)


def _split_before(partition: Partition, cuts: Sequence[date]) -> list[Partition]:
    """Split before each of the days."""
    if not cuts:
        return []
    starts = [partition.first, *cuts, None]
    parts = [
        replace(partition, first=start, last=following - _DAY if following else None)
        for start, following in pairwise(starts)
    ]
    return [*parts[:-1], replace(parts[-1], last=partition.last)]


def split_by_values(partition: Partition, param: str, values: Sequence[str]) -> list[Partition]:
    """Return one partition for each value of a filter. Only ARM's total can show whether these are all values."""
    if param.endswith("period"):
        values = sorted({*PERIODS, *values}, key=lambda text: (len(text), text))
    return [replace(partition, values=(*partition.values, (param, value))) for value in values]


def choose_filter(partition: Partition, listing: Listing, ignored: frozenset[str]) -> Filter | None:
    """Return the filter by whose values a partition can be split next, if any is left."""
    used = {name for name, _ in partition.values} | ignored
    if partition.period is not None and listing.period:
        used.add(listing.period[1].param)
    filters = filters_by_param(listing)
    return next((filters[name] for name in listing.partition_by if name not in used), None)

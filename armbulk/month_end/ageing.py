"""The aged balance: what was open on a day, by days overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

NOT_DUE, NO_DATE, NOT_BY_ITEM = -1, -2, -3
"""Buckets that are no interval: not due yet, no due date, not known by item."""

_FAR = 10**6  # days


@dataclass(frozen=True, slots=True)
class Interval:
    """Days overdue, both ends included; `last` is None when open."""

    first: int
    last: int | None


DEFAULT_INTERVALS = (Interval(1, 14), Interval(15, 30), Interval(31, 60), Interval(61, 90), Interval(91, None))
"""The intervals when ARM has none."""


def build_intervals(limits: Sequence[tuple[int | None, int | None]]) -> tuple[Interval, ...] | None:
    """Return ARM's intervals from their limits; None when they have gaps or overlaps.

    What is due on the day or later has a bucket of its own, whatever ARM's intervals are.
    """
    spans = sorted({(-_FAR if first is None else first, last) for first, last in limits}, key=lambda span: span[0])
    intervals = [Interval(max(first, 1), last) for first, last in spans if last is None or last >= 1]
    if not intervals or intervals[0].first != 1:
        return None
    for interval, following in pairwise(intervals):
        if interval.last is None or following.first != interval.last + 1:
            return None
    last = intervals[-1].last
    return tuple(intervals) if last is None else (*intervals, Interval(last + 1, None))


def days_overdue(end: date) -> pl.Expr:
    """Return the days an item is overdue on a day; below 1 it is not."""
    return (pl.lit(end) - pl.col("due")).dt.total_days()


def bucket_number(end: date, intervals: Sequence[Interval]) -> pl.Expr:
    """Return the index of an item's interval, or NOT_DUE, NO_DATE, NOT_BY_ITEM."""
    days = days_overdue(end)
    number = pl.when(pl.col("key").is_null()).then(NOT_BY_ITEM).when(days.is_null()).then(NO_DATE)
    number = number.when(days < 1).then(NOT_DUE)
    for index, interval in enumerate(intervals):
        number = number.when(days <= (interval.last if interval.last is not None else _FAR)).then(index)
    return number.otherwise(len(intervals) - 1)


def age_by_customer(items: pl.DataFrame, end: date, intervals: Sequence[Interval]) -> pl.DataFrame:
    """Return the aged balance of each customer and currency, most overdue first.

    Args:
        items: customer, account, and the columns of `age_items`.
        end: the day.
        intervals: the intervals.

    Returns:
        customer, account, currency String; total, overdue (ledger currency), total_own (own currency) Decimal; one
        Decimal column for each bucket, named by `bucket_column`; oldest Date (null: nothing has a due date);
        count Int64. Their sums are those of `age_items`.
    """
    bucket, is_item = pl.col("bucket"), pl.col("key").is_not_null()
    buckets = (NOT_DUE, *range(len(intervals)), NO_DATE, NOT_BY_ITEM)
    sums = (pl.col("open").filter(bucket == number).sum().alias(bucket_column(number)) for number in buckets)
    # items without a customer number belong to their account
    return (
        items.with_columns(
            bucket_number(end, intervals).cast(pl.Int64).alias("bucket"),
            pl.when(pl.col("customer").is_null()).then("account").alias("account"),
        )
        .group_by("customer", "account", "currency")
        .agg(
            pl.col("open").sum().alias("total"),
            pl.col("open").filter(bucket >= 0).sum().alias("overdue"),
            pl.col("open_own").sum().alias("total_own"),
            *sums,
            pl.col("due").filter(is_item).min().alias("oldest"),
            is_item.sum().cast(pl.Int64).alias("count"),
        )
        .sort(
            "overdue",
            "total",
            "customer",
            "account",
            "currency",
            descending=[True, True, False, False, False],
            nulls_last=True,
        )
    )


def bucket_column(number: int) -> str:
    """Return the column of a bucket in `age_by_customer`."""
    return f"bucket {number}"


def age_items(items: pl.DataFrame, end: date, intervals: Sequence[Interval]) -> pl.DataFrame:
    """Return the aged balance.

    Args:
        items: key, due, currency, open, open_own (`OpenItems.items_and_sums`).
        end: the day.
        intervals: the intervals.

    Returns:
        bucket Int64, currency String, count Int64, open (ledger currency), open_own (own currency) Decimal.
    """
    return (
        items.with_columns(bucket_number(end, intervals).cast(pl.Int64).alias("bucket"))
        .group_by("bucket", "currency")
        .agg(
            pl.col("key").is_not_null().sum().cast(pl.Int64).alias("count"),
            pl.col("open").sum(),
            pl.col("open_own").sum(),
        )
        .sort("bucket", "currency")
    )

"""The aged balance: what was open on a day, by how long it was overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

NOT_DUE, NO_DATE, NOT_BY_ITEM = -1, -2, -3
"""Numbers of what is no interval: not due yet, without a due date, and not known by item."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Days overdue, both ends included; `most` is None where it is open."""

    least: int
    most: int | None


DEFAULTS = (Interval(1, 14), Interval(15, 30), Interval(31, 60), Interval(61, 90), Interval(91, None))
"""The intervals where ARM tells none."""


def intervals(limits: Sequence[tuple[int | None, int | None]]) -> tuple[Interval, ...] | None:
    """ARM's own intervals from their limits; None where they do not follow each other without gap or overlap.

    What is due today or later has an interval of its own, whatever ARM calls it.
    """
    spans = sorted({(-(10**6) if least is None else least, most) for least, most in limits}, key=lambda one: one[0])
    overdue = [Interval(max(least, 1), most) for least, most in spans if most is None or most >= 1]
    if not overdue or overdue[0].least != 1:
        return None
    for one, following in pairwise(overdue):
        if one.most is None or following.least != one.most + 1:
            return None
    last = overdue[-1]
    return tuple(overdue) if last.most is None else (*overdue, Interval(last.most + 1, None))


def overdue(end: date) -> pl.Expr:
    """Days overdue on a day; below 1 is not overdue."""
    return (pl.lit(end) - pl.col("due")).dt.total_days()


def bucket(end: date, known: Sequence[Interval]) -> pl.Expr:
    """The number of an item's interval."""
    days = overdue(end)
    chosen = pl.when(pl.col("key").is_null()).then(NOT_BY_ITEM).when(days.is_null()).then(NO_DATE)
    chosen = chosen.when(days < 1).then(NOT_DUE)
    for at, one in enumerate(known):
        chosen = chosen.when(days <= (one.most if one.most is not None else 10**6)).then(at)
    return chosen.otherwise(len(known) - 1)


def age_items(items: pl.DataFrame, end: date, known: Sequence[Interval]) -> pl.DataFrame:
    """The aged balance: bucket, currency, count, open, open_own. `items`: key, due, currency, open, open_own."""
    return (
        items.with_columns(bucket(end, known).cast(pl.Int64).alias("bucket"))
        .group_by("bucket", "currency")
        .agg(
            pl.col("key").is_not_null().sum().cast(pl.Int64).alias("count"),
            pl.col("open").sum(),
            pl.col("open_own").sum(),
        )
        .sort("bucket", "currency")
    )

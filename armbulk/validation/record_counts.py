"""Rows that say how many records are above them: `Antall debitorer: | 20`, `*TOTAL* | 20`."""

from collections.abc import Sequence

import polars as pl

_COUNT = r"^\s*([0-9]{1,9})(?:\s+\p{L}+)?\s*$"
_NUMBER_ALONE = r"^[\s0-9.,]+$"


def is_count(key: str, others: Sequence[str], words: str) -> pl.Expr:
    """Return whether a row says how many records there are: `Antall debitorer: | 20`, and nothing else.

    Args:
        key: The column of the records' numbers.
        others: The other columns.
        words: The pattern of the words that such a row begins with.
    """
    filled = pl.sum_horizontal([pl.col(letter).is_not_null() for letter in others] or [pl.lit(value=False)])
    numbers = pl.sum_horizontal(
        [pl.col(letter).str.contains(_NUMBER_ALONE).fill_null(value=False) for letter in others]
        or [pl.lit(value=False)]
    )
    is_named = pl.col(key).str.contains(words) & ~pl.col(key).str.contains(r"[0-9]\s*$")
    return is_named.fill_null(value=False) & (filled == 1) & (numbers == 1)


def counts_records(key: str, is_other: pl.Expr) -> pl.Expr:
    """Return whether a row has the number of the records above it in place of its own number: 20, or 20 bilag.

    All records above count, or those since the last row that is none. Use it in the frame of all rows.

    Args:
        key: The column of the records' numbers.
        is_other: Whether a row is no record.
    """
    above = (pl.col(key).is_not_null() & ~is_other).cum_sum().cast(pl.Int64)
    before = pl.when(is_other).then(above).shift(1).forward_fill().fill_null(0)
    number = pl.col(key).str.extract(_COUNT, 1).cast(pl.Int64, strict=False)
    return (is_other & ((number == above) | (number == above - before))).fill_null(value=False)

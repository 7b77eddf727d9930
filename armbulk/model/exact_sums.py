"""Sums of money: exact, without floats."""

from decimal import Decimal

import polars as pl


def sum_amounts(amounts: pl.Series) -> Decimal:
    """Return the exact sum of a column; 0 for an empty one."""
    total = amounts.sum()
    return total if isinstance(total, Decimal) else Decimal(0)

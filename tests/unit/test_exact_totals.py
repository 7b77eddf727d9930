"""A row is a total only if it is the exact sum of the rows above."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from armbulk.mapping.block_titles import is_same_amount, to_number

LARGE = "90071992547409.93"  # with øre, more digits than a float has


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234,50", "1234.5"),
        ("1.234,50-", "-1234.5"),
        ("(12.00)", "-12"),
        ("0.30000000000000004", "0.3"),
        (LARGE, LARGE),
        ("1e3", "1000"),
        ("1,2,3", None),
        ("NaN", None),
    ],
)
def test_a_cell_is_an_exact_number(text: str, number: str | None) -> None:
    """No digit of an amount is lost; what a formula leaves behind the eighth decimal is cut off."""
    value = pl.DataFrame({"A": [text]}).select(to_number("A")).item()
    assert value == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("items", "total", "is_same"),
    [
        ((LARGE, "0.01"), "90071992547409.94", True),
        ((LARGE, "0.01"), "90071992547409.93", False),
        (("0.10",) * 1_000, "100.00", True),
        (("0.10",) * 1_000, "100.01", False),
        (("33.33333333",) * 3, "100.00", True),  # Excel shows 33.33
        (("33.33",) * 3, "100.00", False),
    ],
)
def test_sums_are_compared_to_the_cent(items: tuple[str, ...], total: str, is_same: bool) -> None:
    """A difference of one øre is a difference, however large the sum is."""
    rows = pl.DataFrame({"A": list(items)})
    compared = rows.select(is_same_amount(to_number("A").sum(), pl.lit(Decimal(total))))
    assert compared.item() is is_same

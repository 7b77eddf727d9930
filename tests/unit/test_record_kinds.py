"""Sums of records by kind: how many there are, what they add up to, and from which number to which."""

import polars as pl
import pytest

from armbulk.model.record_kinds import sum_by_kind


@pytest.mark.parametrize(
    ("keys", "ends"),
    [
        (["000880122", "000880103", "000880110"], ("000880103", "000880122")),
        (["10", "9", "100"], ("9", "100")),
        (["F-10", "F-2", "f-3"], ("F-2", "F-10")),
        (["F-10", "F-2", "F-100"], ("F-2", "F-100")),
        (["2026/10", "2026/9"], ("2026/9", "2026/10")),
        (["2026-9", "2025-100"], ("2025-100", "2026-9")),
        (["2026-0007"], ("2026-0007", "2026-0007")),
    ],
)
def test_the_numbers_are_from_lowest_to_highest(keys: list[str], ends: tuple[str, str]) -> None:
    """The order of the file does not matter: numbers count as numbers, also in a text."""
    documents = {"resource": "documents", "doc_type": "IN", "amount": "1.00", "currency": "NOK"}
    items = pl.DataFrame({"key": keys}).with_columns(pl.lit(text).alias(name) for name, text in documents.items())
    (part,) = sum_by_kind(items)
    assert (part["first"], part["last"]) == ends


def test_numbers_of_customers_change_no_end() -> None:
    """Customers beside documents, whose numbers are of another form, are counted and have no numbers."""
    items = pl.DataFrame(
        {
            "resource": ["customers", "documents", "documents", "documents"],
            "key": ["K-7", "F10", "F9", None],
            "doc_type": ["", "IN", "IN", "IN"],
            "amount": [None, "1.00", "2.00", "4.00"],
            "currency": [None, "NOK", "NOK", "NOK"],
        }
    )
    parts = [(part["kind"], part["records"], part["first"], part["last"]) for part in sum_by_kind(items)]
    assert parts == [("customers", 1, None, None), ("invoices", 3, "F9", "F10")]

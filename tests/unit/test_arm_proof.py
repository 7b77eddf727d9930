"""The proof after the import: the migration's items are ARM's, of each customer and currency."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from armbulk.migration.arm_proof import DOCUMENT_SCHEMA, ITEM_SCHEMA, ArmProof, compare_with_items


def prove(documents: list[tuple[object, ...]], items: list[tuple[object, ...]]) -> ArmProof:
    """Compare documents (number, customer, amount, accepted) with items (number, customer, amount, open, earlier)."""
    left = [(number, number, owner, "NOK", Decimal(amount), ok) for number, owner, amount, ok in documents]
    right = [
        (number, owner, "NOK", Decimal(amount), Decimal(left_open), old)
        for number, owner, amount, left_open, old in items
    ]
    return compare_with_items(
        pl.DataFrame(left, schema=DOCUMENT_SCHEMA, orient="row"), pl.DataFrame(right, schema=ITEM_SCHEMA, orient="row")
    )


def test_items_from_before_the_import_are_no_difference() -> None:
    """They were there; other customers do not count at all."""
    proof = prove(
        [("1", "a", "10.50", True), ("2", "a", "4", True)],
        [("1", "a", "10.50", "10.50", False), ("2", "a", "4", "4", False), ("0", "a", "7", "7", True),
         ("9", "b", "5", "5", False)],
    )  # fmt: skip
    row = proof.rows.row(0, named=True)
    assert proof.is_good
    assert (proof.rows.height, row["in_arm"], row["earlier"], row["difference"]) == (1, Decimal("14.5"), 7, 0)


def test_differences_that_cancel_out_are_differences() -> None:
    """A missing document and another item of the same amount; a document twice; an item of another customer."""
    proof = prove([("1", "a", "10", True)], [("8", "a", "10", "10", False)])
    assert (proof.rows["difference"].to_list(), proof.is_good, proof.rows["named"].to_list()) == ([0], False, ["1"])
    twice = prove([("1", "a", "10", True)], [("1", "a", "10", "10", False)] * 2)
    assert (twice.rows["twice"].to_list(), twice.rows["difference"].to_list()) == ([1], [10])
    other = prove([("1", "a", "10", True), ("2", "b", "1", True)], [("1", "b", "10", "10", False)])
    assert other.rows["missing"].to_list() == [1, 1]


def test_payments_and_refusals_are_named() -> None:
    """What was paid since, and what ARM did not accept."""
    proof = prove(
        [("1", "a", "10", True), ("2", "a", "5", False), ("3", "c", "1", True)],
        [("1", "a", "10", "4", False), ("3", "c", "1", "1", False)],
    )
    row = proof.rows.row(0, named=True)
    assert (row["settled"], row["refused"], row["difference"], row["named"]) == (1, 1, -11, "1, 2")
    assert proof.rows["is_good"].to_list() == [False, True]

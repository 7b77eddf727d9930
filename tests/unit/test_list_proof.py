"""When a list of ARM replaces single look-ups."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.model.keys import loosen_key, normalise_key_text
from armbulk.sending.list_proof import DistrustReason, expect_distrust, may_be_deleted, prove_list
from armbulk.store.list_checks import KNOWN_DOCUMENTS_SCHEMA

NOW, SETTLE = 1_000_000.0, 1_800.0


def known(*documents: tuple[str, str, str | None]) -> pl.DataFrame:
    """Documents that ARM has: number, type, date."""
    rows = [(*document, 1, no) for no, document in enumerate(documents)]
    return pl.DataFrame(rows, schema=KNOWN_DOCUMENTS_SCHEMA, orient="row")


@pytest.mark.parametrize(
    ("missing", "documents", "expected"), [(0, 9, False), (1, 1, False), (1, 2, True), (10, 20, True), (11, 99, False)]
)
def test_only_a_few_missing_documents_may_have_been_deleted(missing: int, documents: int, expected: bool) -> None:
    """A list that lacks many is not read against single look-ups: both could be wrong in the same way."""
    assert may_be_deleted(missing, documents) is expected


@pytest.mark.parametrize(
    ("documents", "lookups", "last_sending", "reason"),
    [
        (0, 11, NOW - 9_000, DistrustReason.NOTHING_KNOWN),
        (1, 20, NOW - 9_000, None),
        (1, 21, NOW - 9_000, DistrustReason.FEW_KNOWN),
        (300, 5_000, NOW - 9_000, None),
        (300, 5_000, NOW - SETTLE + 1, DistrustReason.SETTLING),
        (300, 5_000, NOW - SETTLE, None),
        (300, 5_000, NOW + 60, DistrustReason.SETTLING),
        (300, 5_000, None, DistrustReason.SETTLING),
    ],
)
def test_what_must_be_so_before_a_list_is_read(
    documents: int, lookups: int, last_sending: float | None, reason: str | None
) -> None:
    """Without known documents, with too few for the look-ups, or soon after a sending, no list is trusted."""
    assert expect_distrust(documents, lookups, last_sending, NOW, SETTLE) == reason


def test_a_list_with_all_known_documents_proves_absence() -> None:
    """What a complete list lacks is absent, if it is of a known type and not older than what is known."""
    proof = prove_list(["F1", "f2", "900"], known(("f1", "IN", "2026-01-05"), ("f2", "IN", "2026-03-01")))
    assert (proof.known, proof.missing) == (2, 0)
    assert proof.shows_absence("F3", "IN", "2026-03-02")
    assert proof.shows_absence("F3", "IN", "2026-01-05")
    assert not proof.shows_absence("F3", "IN", "2026-01-04"), "older than all that proves the list"
    assert not proof.shows_absence("F3", "CN", "2026-03-02"), "a type of which nothing is known"
    assert not proof.shows_absence("F3", "IN", ""), "without a date"
    assert not proof.shows_absence(" F1", "IN", "2026-03-02")


@pytest.mark.parametrize("number", ["000900", "0900", "9 00", " 900", "\u00a0900"])
def test_other_zeros_and_blanks_are_no_proof(number: str) -> None:
    """A number that is in the list with other leading zeros or blanks is looked up."""
    proof = prove_list(["F1", "900"], known(("f1", "IN", "2026-01-05")))
    assert not proof.shows_absence(number, "IN", "2026-03-02")


def test_a_list_that_lacks_a_known_document_proves_nothing() -> None:
    """One known document that is missing is enough."""
    proof = prove_list(["F1", "F3"], known(("f1", "IN", "2026-01-05"), ("f2", "IN", "2026-03-01")))
    assert (proof.known, proof.missing) == (2, 1)
    assert not proof.shows_absence("F9", "IN", "2026-03-02")


def test_known_documents_without_a_date_prove_nothing_about_dates() -> None:
    """After a purge only numbers are left; how old the documents are is not known."""
    proof = prove_list(["F1"], known(("f1", "IN", None)))
    assert not proof.shows_absence("F9", "IN", "2026-03-02")


@given(st.text(alphabet="0 12Aaø-", min_size=1, max_size=8), st.text(alphabet="0 ", max_size=4))
def test_equal_keys_are_loosely_equal(key: str, before: str) -> None:
    """Keys that are equal, or equal but for zeros and blanks in front, are one key when compared loosely."""
    if key.strip("0 "):
        assert loosen_key(before + key) == loosen_key(normalise_key_text(key)) == loosen_key(key)

"""A value that ARM writes in another form is the same value."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm.lookups import compare_document
from armbulk.arm.same_value import is_same_amount, is_same_code, is_same_date, is_same_key
from armbulk.model.lookup import ExpectedDocument, LookupResult

AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@given(AMOUNTS, st.sampled_from(["{:.2f}", "{:.4f}", "{:,.2f}"]), st.booleans(), st.sampled_from(["", " "]))
def test_an_amount_is_equal_in_any_form(amount: Decimal, form: str, norwegian: bool, blank: str) -> None:
    """Trailing zeros, a decimal comma, thousands: the number counts, exactly."""
    text = form.format(amount)
    if norwegian:
        text = text.translate({ord(","): blank or ".", ord("."): ","})
    assert is_same_amount(text, str(amount)) is True
    assert is_same_amount(amount, str(amount)) is True
    assert is_same_amount(text, str(amount + Decimal("0.01"))) is False


@pytest.mark.parametrize("value", [True, {}, [], "", "abc", "1e9999", "1.2.3", "1,2,3", None, "12 34"])
def test_what_is_no_amount_proves_nothing(value: object) -> None:
    """Neither equal nor different."""
    assert is_same_amount(value, "1") is None


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-11, 12))
def test_a_date_is_equal_in_any_form(day: date, hours: int) -> None:
    """ISO with and without a time, Norwegian, compact, and an instant that is midnight in Norway."""
    here = day.isoformat()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    for there in (here, f"{here}T00:00:00", f"{here}T00:00:00.000+01:00", f"{day:%d.%m.%Y}", f"{day:%Y%m%d}",
                  int(f"{day:%Y%m%d}"), f"{day:%d/%m/%Y}", f"{midnight:%Y-%m-%dT%H:%M:%SZ}"):  # fmt: skip
        assert is_same_date(there, here) is True
        assert is_same_date(there, (day + timedelta(days=40)).isoformat()) is False
    assert is_same_date(f"99999999{day.year}-01-01", here) is None
    assert is_same_date(hours * 1.5, here) is None


@given(st.text("0123456789", min_size=1, max_size=8), st.integers(0, 4))
def test_a_number_is_equal_with_leading_zeros(number: str, zeros: int) -> None:
    """1 is 000001, as text or as a number; 10 is not 1."""
    assert is_same_key("0" * zeros + number, number) is True
    assert is_same_key(int(number), number) is True
    assert is_same_key(f" {number} ", number) is True
    assert is_same_key(f"{number}1", number) is False or set(number) == {"0"} or set(number) == {"1"}


def test_a_look_up_finds_the_same_document_in_another_form() -> None:
    """The same document, as another ARM writes it; one that differs; and one that cannot be read."""
    expected = ExpectedDocument("000123", "IN", "000001", "2025-02-27", "375.38", "NOK")
    there = {"DocumentNo": 123, "documentType": "in", "customerNo": "1", "documentDate": "27.02.2025",
             "currency": "nok", "currencyAmounts": {"inclVat": "375,3800"}}  # fmt: skip
    lookup = compare_document([there], expected)
    assert (lookup.result, lookup.has_number) == (LookupResult.EQUAL, True)
    assert (
        compare_document([{**there, "currencyAmounts": {"inclVat": "375,39"}}], expected).result
        is LookupResult.DIFFERENT
    )
    assert (
        compare_document([{**there, "currencyAmounts": {"inclVat": "375 kr"}}], expected).result is LookupResult.UNKNOWN
    )
    assert is_same_code("NOK", "EUR") is False

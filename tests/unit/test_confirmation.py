"""What a person types before records are sent, and how a record's JSON is shown."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.app.confirmation import TotalToType
from armbulk.app.decision_phrase import is_phrase, must_be_typed, write_phrase
from armbulk.app.plan_records import indent_json
from armbulk.i18n import Text

TOTAL = TotalToType("NOK", Decimal("825259.59"), Text("120 documents"))
COUNT = TotalToType("records", Decimal(120), Text("120 records"))

EXACT = ["825259.59", "825 259,59", "NOK 825 259.59", "825\u00a0259,59", "825'259.59", " 825259.590 "]
OTHERS = [
    "", "825259.58", "825 259", "825.259,59", "8.2525959e5", "-825259.59", "EUR 825259.59", "nan", "120",
    "\uff18\uff12\uff15259.59",
]  # fmt: skip


@pytest.mark.parametrize("text", EXACT)
def test_the_exact_total_counts_however_it_is_written(text: str) -> None:
    """With a point or a comma, with spaces between thousands, with the currency."""
    assert TOTAL.is_typed(text)


@pytest.mark.parametrize("text", OTHERS)
def test_another_text_is_not_the_total(text: str) -> None:
    """Neither another amount, nor one that may mean two amounts."""
    assert not TOTAL.is_typed(text)


def test_without_sums_the_number_of_records_is_typed() -> None:
    """A whole number; nothing is rounded."""
    assert COUNT.is_typed("120")
    assert not COUNT.is_typed("120.4")
    assert (TOTAL.write("nb"), COUNT.write("nb")) == ("825 259,59", "120")


def test_a_decision_that_has_no_way_back_is_typed() -> None:
    """Sending again always, and anything about many; both languages write their own amount, and accept each other's."""
    assert [must_be_typed(*case) for case in (("resend", 1), ("give-up", 1), ("mark-created", 2))] == [
        True,
        False,
        True,
    ]
    assert write_phrase("6 1500.00", "nb") == "6 1500,00"
    assert is_phrase(" 6  1500,00", "6 1500.00")
    assert not is_phrase("6 1500", "6 1500.00")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
def test_a_record_is_shown_exactly(value: object) -> None:
    """Breaks are added between values only: texts with brackets and quotes stay, and so do all digits."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    shown = indent_json(text)
    assert json.loads(shown) == value
    assert indent_json('{"amount":1.10,"note":"{a: \\"b\\", [c]}","lines":[],"vat":0.30}') == (
        '{\n  "amount": 1.10,\n  "note": "{a: \\"b\\", [c]}",\n  "lines": [],\n  "vat": 0.30\n}'
    )

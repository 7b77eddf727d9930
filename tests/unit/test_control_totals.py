"""Control totals: each record that is not accepted is explained once; what ARM has is compared strictly."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm.lookups import compare_document
from armbulk.model.lookup import ExpectedDocument, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import CUSTOMER_HELD_BACK, HIDDEN_ROW
from armbulk.planning.verification_price import is_list_cheaper, price_verification
from armbulk.quota.limits import QuotaLimits
from armbulk.results.control_totals import ACCEPTED, IN_FILE, SENT, STAGES, VALID, calculate_planned, calculate_totals
from armbulk.results.totals_words import write_equations
from armbulk.sending.read_back import describe_document
from armbulk.store import ITEM_SCHEMA, READ_BACK_SCHEMA

RECORDS = st.tuples(
    st.sampled_from([*Outcome]), st.sampled_from(["NOK", "eur"]), st.sampled_from(["IN", "CN", ""]),
    st.sampled_from(["2026-01-31", "2026-02-01", None]), st.decimals(-999, 999, places=2) | st.none(),
    st.sampled_from([None, HIDDEN_ROW, CUSTOMER_HELD_BACK]),
)  # fmt: skip

SENT_NOW = {
    Outcome.CREATED, Outcome.CREATED_WITH_WARNINGS, Outcome.UPDATED, Outcome.UPDATED_WITH_WARNINGS,
}  # fmt: skip


def make_items(*rows: Any) -> pl.DataFrame:
    """Records of a run; those without a document type are customers."""
    records = [
        {
            **dict.fromkeys(ITEM_SCHEMA), "no": no, "resource": "documents" if doc_type else "customers",
            "key": f"{no}", "key_norm": f"{no}", "doc_type": doc_type, "date": date, "currency": currency, "sheet": 0,
            "row": no, "amount": None if amount is None else str(amount), "outcome": outcome and str(outcome.value),
            "message": message and str(message), "writes": 1,
        }
        for no, (outcome, currency, doc_type, date, amount, message) in enumerate(rows, start=1)
    ]  # fmt: skip
    return pl.DataFrame(records, schema=ITEM_SCHEMA, orient="row")


@given(st.lists(RECORDS, max_size=12), st.booleans())
def test_the_files_less_what_is_explained_is_what_arm_accepted(rows: list[Any], is_plan: bool) -> None:
    """In each kind and currency, whatever the outcomes; no stage has more than the one before."""
    items = make_items(*((None if is_plan and row[0] in SENT_NOW else row[0], *row[1:]) for row in rows))
    totals = calculate_planned(items) if is_plan else calculate_totals(items)
    last = SENT if is_plan else ACCEPTED
    assert sum(total.stages[IN_FILE].records for total in totals.totals) == len(rows)
    for total in totals.totals:
        counts = [total.stages[name].records for name in STAGES if name in total.stages]
        assert counts == sorted(counts, reverse=True)
    left = {(total.kind, total.currency): total.stages[IN_FILE] - total.stages[last]
            for total in totals.sum_up("kind", "currency")}  # fmt: skip
    for part in totals.explained:
        left[part.kind, part.currency] -= part.figure
    assert all(figure.is_nothing for figure in left.values())
    assert is_plan or totals.explains_all
    assert all(not (is_equal and "less" in text) for is_equal, text in write_equations(totals, is_plan=is_plan))


def test_a_hidden_row_is_not_valid_and_a_document_sent_before_is_accepted() -> None:
    """What each stage means, by its counts."""
    rows = [
        (Outcome.NOT_SENT, "NOK", "IN", "2026-01-01", Decimal(1), HIDDEN_ROW),
        (Outcome.ALREADY_SENT, "NOK", "IN", "2026-01-01", Decimal(2), None),
        (Outcome.CONFLICT, "NOK", "IN", "2026-01-01", Decimal(4), None),
    ]
    [total] = calculate_totals(make_items(*rows)).totals
    [plan] = calculate_planned(make_items(*rows)).totals
    figures = {name: figure.amount for name, figure in total.stages.items()}
    assert figures == {IN_FILE: 7, VALID: 6, SENT: 2, ACCEPTED: 2}
    assert {name: figure.records for name, figure in plan.stages.items()} == {IN_FILE: 3, VALID: 2, SENT: 0}


SENT_DOCUMENT = ExpectedDocument("0012", "IN", "0007", "2026-01-31", "100.10", "NOK")
THERE = {
    "documentNo": "0012", "documentType": "in", "customerNo": "0007", "documentDate": "2026-01-31T00:00:00",
    "currency": "nok", "currencyAmounts": {"inclVat": Decimal("100.1")},
}  # fmt: skip


@pytest.mark.parametrize(
    ("documents", "result", "values"),
    [
        ([THERE], LookupResult.EQUAL, {"amount": "100.10", "currency": "NOK", "documents": 1}),
        ([{**THERE, "customerNo": "7"}], LookupResult.DIFFERENT, {"customer": "7"}),
        ([{**THERE, "documentNo": "12"}], LookupResult.DIFFERENT, {"number": "12"}),
        ([{**THERE, "currency": "EUR"}], LookupResult.DIFFERENT, {"currency": "eur"}),
        (
            [{**THERE, "currencyAmounts": {"inclVat": Decimal("100.101")}}],
            LookupResult.DIFFERENT,
            {"amount": "100.101"},
        ),
        ([{**THERE, "currencyAmounts": {}}], LookupResult.UNKNOWN, {"amount": None, "documents": 0}),
        ([{**THERE, "currencyAmounts": {"inclVat": "much"}}], LookupResult.UNKNOWN, {"amount": None}),
        ([{**THERE, "currencyAmounts": {"inclVat": Decimal("1E+40")}}], LookupResult.UNKNOWN, {"amount": None}),
        ([THERE, THERE], LookupResult.DIFFERENT, {"amount": "200.20", "documents": 2}),
        ([], LookupResult.ABSENT, {"amount": None, "documents": 0}),
    ],
)
def test_a_document_is_compared_strictly(documents: list[Any], result: LookupResult, values: dict[str, Any]) -> None:
    """Leading zeros count, each digit of an amount counts, and a value that ARM does not show proves nothing."""
    row = describe_document(1, SENT_DOCUMENT, compare_document(documents, SENT_DOCUMENT))
    assert row.keys() == READ_BACK_SCHEMA.keys()
    assert (row["result"], {name: row[name] for name in values}) == (result.value, values)


def test_the_list_is_read_where_it_takes_less_of_the_limits() -> None:
    """Of 500 requests and 10,000 reads an hour 100 look-ups take a fifth, 3,000 listed records more."""
    limits = QuotaLimits.for_size("S")
    assert [is_list_cheaper(listed, 100, limits) for listed in (100, 1_900, 3_000)] == [True, True, False]
    price = price_verification(2_500, 0)
    assert (price.least.meters(), price.most.requests) == ({"requests": 4, "reads": 2_505, "writes": 0}, 2_501)
    assert price_verification(20, 3).least == price_verification(20, 3).most


def test_identity_numbers_in_a_difference_are_masked() -> None:
    """ARM has the document of one person at another person: they differ, and neither number is shown."""
    items = make_items((Outcome.CREATED, "NOK", "IN", "2026-01-31", Decimal("100.10"), None))
    items = items.with_columns(customer_norm=pl.lit("01010750160"))
    row = {**dict.fromkeys(READ_BACK_SCHEMA), "no": 1, "result": "found, but different", "documents": 1}
    read = pl.DataFrame([{**row, "customer": "01129945199"}], schema=READ_BACK_SCHEMA)
    [difference] = calculate_totals(items, read).differences
    fields = {name: values for name, *values in difference.fields}
    assert fields["customer"] == ["•••••••••60", "•••••••••99"]


def test_an_identity_number_that_was_removed_proves_nothing() -> None:
    """The customer of a document is known by two digits only: it cannot be compared, unless ARM has another amount."""
    expected = ExpectedDocument("0012", "IN", "•••••••••60", "2026-01-31", "100.10", "NOK")
    for amount, result in (("100.10", LookupResult.UNKNOWN), ("7", LookupResult.DIFFERENT)):
        there = {**THERE, "customerNo": "01010750160", "currencyAmounts": {"inclVat": Decimal(amount)}}
        row = describe_document(1, expected, compare_document([there], expected))
        assert (row["result"], row["customer"]) == (result.value, None)

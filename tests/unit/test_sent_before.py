"""Whether a document with a number that was sent before, or nearly so, is the same document."""

import polars as pl
import pytest

from armbulk.planning.items import set_aside_damaged_numbers
from armbulk.sent_before import SENT_DOCUMENTS_SCHEMA, compare_with_sent

SENT = {
    "key_norm": "0042", "doc_type": "IN", "run": 7, "outcome": "created", "customer_norm": "k1", "date": "2026-11-01",
    "currency": "NOK", "amount": "1250", "body": None, "content": None,
}  # fmt: skip
DAMAGED = "Run 7 sent this document with number 0042. Only leading zeros or spaces differ"


def compare(sent: dict[str, object], **changes: str) -> list[tuple[str, str]]:
    """What becomes of one document that is as `SENT`, but for these changes."""
    document = {name: SENT[name] for name in ("key_norm", "doc_type", "customer_norm", "date", "currency", "amount")}
    documents = pl.DataFrame([{"no": 1, "payload": "{}", **document, **changes}])
    earlier = pl.DataFrame([{**SENT, **sent}], schema=SENT_DOCUMENTS_SCHEMA)
    return [(outcome, message) for _, outcome, message in compare_with_sent(documents, earlier).rows()]


@pytest.mark.parametrize("number", ["42", "042", "00042", "00 42", " 4 2"])
@pytest.mark.parametrize("outcome", ["created", "created_with_warnings", "already_sent", "in_doubt", None])
def test_a_number_that_lost_its_zeros_is_no_other_document(number: str, outcome: str | None) -> None:
    """The same customer, date, currency and amount: a conflict that names the number that was sent."""
    assert compare({"outcome": outcome}, key_norm=number) == [("conflict", DAMAGED)]


@pytest.mark.parametrize(
    "changes",
    [
        {"key_norm": "420"},
        {"key_norm": "42", "amount": "1251"},
        {"key_norm": "42", "date": "2026-11-02"},
        {"key_norm": "42", "customer_norm": "k2"},
        {"key_norm": "42", "currency": "EUR"},
        {"key_norm": "42", "doc_type": "CN"},
    ],
)
def test_another_document_may_have_a_similar_number(changes: dict[str, str]) -> None:
    """A number alone proves nothing."""
    assert compare({}, **changes) == []


@pytest.mark.parametrize("outcome", ["not_sent", "conflict"])
def test_what_is_not_at_arm_may_get_a_similar_number(outcome: str) -> None:
    """A document that was given up, or was in conflict, is to get another number."""
    assert compare({"outcome": outcome}, key_norm="42") == []


def test_the_number_itself_counts_more_than_a_similar_one() -> None:
    """A number that was sent as it is is compared by its content."""
    sent = pl.DataFrame([SENT, {**SENT, "key_norm": "42", "run": 8}], schema=SENT_DOCUMENTS_SCHEMA)
    columns = ("key_norm", "doc_type", "customer_norm", "date", "currency", "amount")
    documents = sent.filter(pl.col("run") == 8).select(*columns, no=pl.lit(1), payload=pl.lit("{}"))
    assert compare_with_sent(documents, sent).rows() == [(1, "already_sent", "Sent in run 8")]


def test_a_number_is_damaged_within_the_files() -> None:
    """Two files, one of which lost the zeros: the second document is a conflict; another amount is another document."""
    names = ("doc_type", "customer_norm", "date", "currency", "amount")
    rows = [("0042", "1250"), ("42", "1250"), ("042", "1251"), (None, "1250"), ("0043", "1250")]
    items = pl.DataFrame(
        [
            {
                **{name: SENT[name] for name in names},
                "no": no,
                "key_norm": key,
                "amount": amount,
                "resource": "documents",
            }
            for no, (key, amount) in enumerate(rows, start=1)
        ]
    ).with_columns(outcome=pl.lit(None, pl.String), message=pl.lit(None, pl.String))
    checked = set_aside_damaged_numbers(items)
    assert checked.columns == items.columns
    assert checked.drop_nulls("outcome").select("no", "outcome", "message").rows() == [
        (2, "conflict", "The files have this document with number 0042. Only leading zeros or spaces differ")
    ]

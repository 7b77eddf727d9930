"""ARM's batch status and single documents are read in every form its documentation allows."""

import json
from typing import Any

import pytest

from armbulk.arm.batch_results import read_batch
from armbulk.arm.json_body import parse_json
from armbulk.arm.lookups import compare_document, read_customer, read_document
from armbulk.model.lookup import ExpectedDocument, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.response import Response, TransportError

SENT = [(1, "F-1"), (2, "f-2"), (3, "3")]
EXPECTED = ExpectedDocument("F-1", "IN", "1", "2026-11-01", "250", "NOK")


def reply(body: Any, status: int = 200) -> Response:
    """An answer with this JSON."""
    return Response(status, json.dumps(body).encode())


def item(no: str, **more: Any) -> dict[str, Any]:
    """One item as the published answer has it."""
    return {
        "status": "PROCESSED",
        "result": "CREATED",
        "message": "CREATED",
        "documentNo": no,
        "referenceNo": 7,
        **more,
    }


def outcomes(found: Any) -> dict[int, str]:
    """Record number → outcome."""
    return {one.no: one.outcome.value for one in found.results}


@pytest.mark.parametrize("key", ["documents", "items", "results", "responses"])
@pytest.mark.parametrize("inside", [False, True])
def test_items_under_any_key_in_any_order(key: str, inside: bool) -> None:
    """Items are matched by document number, whatever the array is called and however it is ordered."""
    body = {"status": "PROCESSED", key: [item("3"), item("F-2"), item("f-1 ")]}
    found = read_batch(reply({"data": body} if inside else body), "documents", SENT)
    assert outcomes(found) == {1: "created", 2: "created", 3: "created"}
    assert found.results[0].reference == "7"
    assert not found.pending


def test_items_without_numbers_by_index() -> None:
    """Items that name no document are matched by the index that ARM gives them, from 0 or 1."""
    bare = {"status": "PROCESSED", "result": "CREATED"}
    failed = {"status": "FAILED", "result": "REJECTED", "message": "no"}
    for first in (0, 1):
        items = [{**bare, "index": first + 2}, {**bare, "index": first + 1}, {**failed, "index": first}]
        assert outcomes(read_batch(reply({"items": items}), "documents", SENT)) == {
            1: "rejected", 2: "created", 3: "created",
        }  # fmt: skip
    for indexes in ((0, 1, 1), (1, 2, 4), (0, 1)):
        items = [{**bare, "index": index} for index in indexes]
        assert read_batch(reply({"items": items}), "documents", SENT).results == ()


def test_items_without_any_number_count_only_where_all_say_the_same() -> None:
    """Their order proves nothing: a rejection given to the wrong document would free the number of one that ARM has."""
    bare = {"status": "PROCESSED", "result": "CREATED", "referenceNo": 7}
    failed = {"status": "FAILED", "result": "REJECTED", "message": "no"}
    same = read_batch(reply({"items": [bare, {**bare, "warnings": ["cut"]}, bare]}), "documents", SENT)
    assert [(result.outcome, result.warnings, result.reference) for result in same.results] == [
        (Outcome.CREATED_WITH_WARNINGS, ("cut",), "")
    ] * 3
    rejected = read_batch(reply({"items": [failed] * 3}), "documents", SENT)
    assert (rejected.results, rejected.rejection) == ((), "ARM rejected records without naming them: no")
    mixed = read_batch(reply({"items": [bare, failed, bare]}), "documents", SENT)
    assert (mixed.results, mixed.rejection) == ((), "ARM rejected records without naming them: no")
    working = read_batch(reply({"items": [bare, failed, {"status": "QUEUED"}]}), "documents", SENT)
    assert (working.results, working.rejection, working.pending) == ((), "", True)
    lacking = read_batch(reply({"items": [bare] * 2}), "documents", SENT)
    assert lacking.results == ()
    assert lacking.unmatched
    upserts = [bare, {**bare, "result": "UPDATED"}, {**bare, "result": "UNCHANGED"}]
    assert outcomes(read_batch(reply({"items": upserts}), "customers", SENT)) == dict.fromkeys((1, 2, 3), "updated")


@pytest.mark.parametrize(
    "more",
    [{"success": True}, {"statusCode": 201}, {"httpStatus": "200"}, {"outcome": "PROCESSING"}, {"referenceNo": 35078}],
)
def test_a_rejection_that_contradicts_itself_is_none(more: dict[str, Any]) -> None:
    """A record that was "rejected" and has a success, work going on or a reference of ARM's is looked up."""
    answer = {"documentNo": "3", "status": "FAILED", "result": "REJECTED", **more}
    assert outcomes(read_batch(reply({"documents": [answer]}), "documents", [(3, "3")])) == {3: "in_doubt"}


def test_failed_item_keeps_arms_words() -> None:
    """A rejected document shows what ARM said about which field."""
    bad = {
        "status": "FAILED",
        "result": "REJECTED",
        "message": "Bad",
        "documentNo": "3",
        "errors": [{"field": "kid", "message": "wrong"}],
    }
    found = read_batch(reply({"documents": [item("F-1"), item("F-2"), bad]}, 206), "documents", SENT)
    assert found.results[2].outcome is Outcome.REJECTED
    assert found.results[2].message == "Bad; kid: wrong"


def test_warnings_make_it_created_with_warnings() -> None:
    """A warning means the data was changed and accepted."""
    warned = item("3", warnings=[{"field": "EmailAddressDocument", "message": "sanitized"}])
    found = read_batch(
        reply({"documents": [item("F-1", warnings=None), item("F-2", warnings=[]), warned]}), "documents", SENT
    )
    assert outcomes(found) == {1: "created", 2: "created", 3: "created_with_warnings"}


@pytest.mark.parametrize(
    "answer",
    [reply({"status": "QUEUED"}, 202), reply({"status": "PROCESSING"}), Response(202), Response(200)],
)
def test_not_done_yet(answer: Response) -> None:
    """A batch in work has no outcomes, and is asked for again."""
    found = read_batch(answer, "documents", SENT)
    assert found.pending
    assert found.results == ()


def test_206_first_with_some_items() -> None:
    """An intermediate answer settles the records it names and no others."""
    found = read_batch(reply({"status": "PROCESSING", "documents": [item("F-1")]}, 206), "documents", SENT)
    assert found.pending
    assert outcomes(found) == {1: "created"}


def test_whole_batch_failed() -> None:
    """A verdict on the batch is none on the records in it: it is kept as a message, and no record has an outcome."""
    for words in (
        {"status": "FAILED"},
        {"result": "BATCH-REJECTED"},
        {"status": "error"},
        {"success": False},
        {"status": "Timed out"},
    ):
        found = read_batch(reply({**words, "message": "Bad batch"}), "documents", SENT)
        assert (outcomes(found), found.rejection, found.pending) == ({}, "Bad batch", False)
    found = read_batch(reply({"data": {"status": "FAILED"}}, 206), "documents", SENT)
    assert (outcomes(found), found.rejection) == ({}, "ARM rejected the whole batch")


def test_the_answer_for_another_batch_is_not_read() -> None:
    """A proxy that answers from its memory must not give a document the outcome of its earlier attempt."""
    body = {"batchUuid": "A-1", "status": "PROCESSED", "documents": [item("3", status="FAILED", result="REJECTED")]}
    other = read_batch(reply(body), "documents", SENT, "B-2")
    assert (other.is_unusable, other.results, other.pending, other.rejection) == (True, (), True, "")
    assert read_batch(reply(body), "documents", SENT, "a-1").results != ()


def test_a_verdict_beside_items_leaves_each_its_own_word() -> None:
    """Items keep their outcome, and those in work keep the batch pending, whatever the batch as a whole says."""
    found = read_batch(reply({"status": "FAILED", "documents": [item("3")]}), "documents", SENT)
    assert (outcomes(found), found.rejection, found.pending) == ({3: "created"}, "ARM rejected the whole batch", False)
    found = read_batch(
        reply({"status": "FAILED", "documents": [{"documentNo": "3", "status": "QUEUED"}]}), "documents", SENT
    )
    assert (outcomes(found), found.pending) == ({}, True)
    assert read_batch(reply({"status": "QUEUED", "result": "FAILED"}), "documents", SENT).rejection == ""


@pytest.mark.parametrize("code", ["²⁰⁰", "9" * 5_000, 10**30, "٤٠٠"])
def test_odd_codes_are_no_statuses(code: object) -> None:
    """Digits of other scripts and numbers of any length are unknown words, and bring nothing down."""
    found = read_batch(
        reply({"documents": [{"documentNo": "3", "statusCode": code, "status": "PROCESSED"}]}), "documents", [(3, "3")]
    )
    assert outcomes(found) == {3: "created"}


@pytest.mark.parametrize("words", [{"status": "SPLENDID"}, {"status": "FAILED", "result": "CREATED"}, {}])
def test_unknown_words_are_no_success(words: dict[str, str]) -> None:
    """A word armbulk does not know is shown, never taken for a success."""
    found = read_batch(reply({"documents": [{"documentNo": "3", **words}]}), "documents", [(3, "3")])
    assert outcomes(found) == {3: "in_doubt"}


def test_contradiction_and_stranger() -> None:
    """Two different answers for one document are a conflict; an answer for a stranger is reported."""
    twice = [item("3"), {"status": "FAILED", "documentNo": "3"}, item("999")]
    found = read_batch(reply({"documents": twice}), "documents", [(3, "3")])
    assert outcomes(found) == {3: "conflict"}
    assert "999" in found.unmatched[0]


def test_notes_on_a_record_and_lists_of_what_is_left_are_no_contradiction() -> None:
    """A record may be in several lists: what they say of it counts, and while one says that it is in work, it is."""
    noted = {"documents": [item("3")], "validationErrors": [{"documentNo": "3", "message": "cut"}]}
    assert outcomes(read_batch(reply(noted), "documents", SENT)) == {3: "created"}
    working = read_batch(
        reply({"documents": [item("3")], "queue": [item("3", status="QUEUED", result="")]}, 206), "documents", SENT
    )
    assert (outcomes(working), working.pending) == ({}, True)


FACT = ExpectedDocument("F-1", "IN", "543210", "2025-02-27", "6500", "NOK")
DOCUMENT = {
    "documentNo": "f-1",
    "documentType": "in",
    "customerNo": "543210",
    "documentDate": "2025-02-27",
    "currency": "NOK",
    "currencyAmounts": {"inclVat": 6500.00},
}


@pytest.mark.parametrize(
    ("answer", "look"),
    [
        (reply(DOCUMENT), LookupResult.EQUAL),
        (reply({"document": DOCUMENT}), LookupResult.EQUAL),
        (reply({"documents": [DOCUMENT]}), LookupResult.EQUAL),
        (reply({"documents": [DOCUMENT, DOCUMENT]}), LookupResult.DIFFERENT),
        (reply({**DOCUMENT, "customerNo": "1"}), LookupResult.DIFFERENT),
        (reply({**DOCUMENT, "currencyAmounts": {"inclVat": 6500.01}}), LookupResult.DIFFERENT),
        (reply({"documentNo": "F-1"}), LookupResult.UNKNOWN),
        (reply({"documentNo": "F-1", "documentType": "IN", "currency": "NOK"}), LookupResult.UNKNOWN),
        (reply({"documentNo": "F-1", "documentType": "IN", "documentDate": "2025-02-27"}), LookupResult.EQUAL),
        (reply({"documentNo": "F-1", "documentType": "CN"}), LookupResult.DIFFERENT),
        (reply([{**DOCUMENT, "documentType": "CN"}, DOCUMENT]), LookupResult.EQUAL),
        (reply([{**DOCUMENT, "documentNo": "F-9"}, DOCUMENT]), LookupResult.EQUAL),
        (reply({**DOCUMENT, "documentNo": "F-9"}), LookupResult.UNKNOWN),
        (reply([{**DOCUMENT, "documentNo": "F-8"}, {**DOCUMENT, "documentNo": "F-9"}]), LookupResult.UNKNOWN),
        (Response(404), LookupResult.ABSENT),
        (Response(410), LookupResult.ABSENT),
        (Response(405), LookupResult.UNKNOWN),
        (reply({"documents": []}), LookupResult.ABSENT),
        (reply([]), LookupResult.ABSENT),
        (Response(500), LookupResult.UNKNOWN),
        (Response(error=TransportError.BROKEN), LookupResult.UNKNOWN),
        (Response(200, b"<html>"), LookupResult.UNKNOWN),
    ],
)
def test_looking_a_document_up(answer: Response, look: str) -> None:
    """Found and equal, found and different, not found, or no observation at all.

    Equal takes a customer, a date or an amount: number, type and currency prove nothing. Documents of other numbers, as
    where a server ignores the number, are no observation; of several types the one that was sent is compared.
    """
    assert read_document(answer, FACT).result == look


def test_a_listed_document_is_compared_by_value() -> None:
    """A document in ARM's list is the one that was sent also when ARM writes its amount with more decimals."""
    listed = parse_json(b'[{"documentNo": "F-1", "customerNo": "543210", "currencyAmounts": {"inclVat": 6500.00}}]')
    assert compare_document(listed, FACT).result is LookupResult.EQUAL
    listed[0]["currencyAmounts"]["inclVat"] += 1
    assert compare_document(listed, FACT).result is LookupResult.DIFFERENT


@pytest.mark.parametrize(
    ("message", "exists"),
    [
        ("documentNo: Document already exists", True),
        ("The number has already been registered", True),
        ("Duplicate document", True),
        ("Bilagsnummeret er allerede i bruk", True),
        ("Dokumentet finnes fra før", True),
        ("Customer does not exist", False),
        ("Duplicate line number", False),
    ],
)
def test_a_rejection_because_the_document_exists_is_looked_up(message: str, exists: bool) -> None:
    """It may be the very document that was just sent, twice by a proxy: it is no rejection before ARM was asked."""
    failed = {"status": "FAILED", "result": "REJECTED", "referenceNo": None}
    body = {"documents": [item("F-1"), item("F-2", **failed, message=message), item("3")]}
    found = read_batch(reply(body), "documents", SENT)
    assert outcomes(found) == {1: "created", 3: "created"} | ({} if exists else {2: "rejected"})
    assert found.rejection == (f"ARM says that it has the document already: {message}" if exists else "")


@pytest.mark.parametrize(
    "body", [[], {"documents": []}, {"data": []}, {"data": {"documents": []}}, {"documents": [], "errors": []}]
)
def test_an_answer_without_a_record_says_that_there_is_none(body: Any) -> None:
    """An empty list, in any wrapper."""
    assert read_document(reply(body), EXPECTED).result is LookupResult.ABSENT


@pytest.mark.parametrize(
    "body",
    [
        {"data": "not available"},
        ["F-1"],
        [None],
        {"document": "F-1"},
        {"data": [[{"documentNo": "F-1"}]]},
        {"documents": [], "summary": {"totalCount": 3}},
        {"documents": [], "error": {"code": "TIMEOUT"}},
        {"errors": []},
    ],
)
def test_an_answer_that_is_odd_is_no_absence(body: Any) -> None:
    """A document counts as unknown to ARM only where the answer says that, and nothing against it."""
    assert read_document(reply(body), EXPECTED).result is LookupResult.UNKNOWN


@pytest.mark.parametrize("body", [{"customers": [], "summary": {"totalCount": 1}}, {"customers": [], "error": "busy"}])
def test_an_odd_answer_about_a_customer_is_no_absence(body: Any) -> None:
    """The same for customers."""
    assert read_customer(reply({"customers": []}), "1") == {}
    assert read_customer(reply(body), "1") is None

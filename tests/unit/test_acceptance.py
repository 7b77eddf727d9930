"""Signs in an answer that ARM took a batch count more than its status."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm.submit_results import read_submit_response
from armbulk.model.outcome import Outcome
from armbulk.model.response import Response
from armbulk.model.submission import SubmitResult, SubmitVerdict
from armbulk.stored_messages import translate_message

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SENT = [(1, "D1"), (2, "D2"), (3, "D3")]
STATUSES = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 302, 408, 500, 503, 200, 207)
REFUSALS = tuple(status for status in STATUSES if 400 <= status < 500 and status not in {408, 409})
AGAIN = {
    SubmitVerdict.REFUSED, SubmitVerdict.TOO_LARGE, SubmitVerdict.LOGIN, SubmitVerdict.LIMITED, SubmitVerdict.NOT_SENT,
}  # fmt: skip
"""Verdicts after which records are sent again, or called rejected."""


def read(body: Any, status: int = 422, resource: str = "documents", **headers: str) -> SubmitResult:
    """The verdict on an answer to three records."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_submit_response(Response(status, content, names), resource, SENT)


def item(key: str, **members: Any) -> dict[str, Any]:
    """A record in an answer."""
    return {"documentNo": key, **members}


NUMBERED: dict[str, Any] = {
    "at the top": {"batchUuid": UUID, "message": "Bad"},
    "in capitals": {"BATCHUUID": UUID},
    "with an underscore": {"batch_uuid": UUID},
    "as an id": {"batchId": UUID},
    "in data": {"data": {"batchUuid": UUID}},
    "deep": {"result": {"response": {"meta": {"batch": {"batchUuid": UUID}}}}},
    "in a list": {"batches": [{"batchUuid": UUID}]},
    "as the id of a batch": {"batch": {"id": UUID, "status": "QUEUED"}},
    "as the uuid in a list of batches": {"errors": [], "batches": [{"uuid": UUID}]},
    "the batch itself": {"batch": UUID},
    "a list at the top": [{"batchUuid": UUID}],
    "in a text of a gateway": {"message": "Bad gateway", "body": json.dumps({"batchUuid": UUID})},
    "beside a count": {"batchUuid": UUID, "batchNo": 17},
    "twice the same": {"batchUuid": UUID, "batch": {"batchUuid": UUID}},
    "with its records": {"batchUuid": UUID, "documents": [item("D1", status="FAILED", result="REJECTED")]},
    "with a BOM": b"\xef\xbb\xbf" + json.dumps({"batchUuid": UUID}).encode(),
    "in UTF-16": json.dumps({"batchUuid": UUID}).encode("utf-16"),
    "in Latin-1": json.dumps({"message": "Godkjent på nytt", "batchUuid": UUID}, ensure_ascii=False).encode("latin-1"),
    "beside a long number": b'{"ref": ' + b"9" * 5_000 + b', "batchUuid": "' + UUID.encode() + b'"}',
}


@pytest.mark.promise("P1")
@pytest.mark.parametrize("body", NUMBERED.values(), ids=NUMBERED)
def test_a_batch_number_is_an_acceptance_whatever_the_status(body: Any) -> None:
    """A batch with a number is polled: it is neither sent again nor called rejected."""
    results = [read(body, status) for status in STATUSES]
    assert {(result.verdict, result.uuid) for result in results} == {(SubmitVerdict.ACCEPTED, UUID)}


@pytest.mark.parametrize("header", ["location", "content_location", "operation_location"])
@pytest.mark.parametrize("address", ["/arm/v1/clients/2218/batches/{}", "https://elsewhere.example/batches/{}/?a=1"])
def test_the_address_of_a_batch_is_its_number(header: str, address: str) -> None:
    """The number is taken from the header; the address itself is never called."""
    for status in (201, 303, 400, 429):
        result = read(b"", status, **{header: address.format(UUID)})
        assert (result.verdict, result.uuid) == (SubmitVerdict.ACCEPTED, UUID)
    assert read(b"", 400, **{header: "/arm/v1/clients/2218/documents/batches"}).verdict is SubmitVerdict.REFUSED


DOUBTFUL: dict[str, Any] = {
    "two batches": {"batches": [{"batchUuid": UUID}, {"batchUuid": OTHER}]},
    "a list of numbers": {"batchUuids": [UUID]},
    "another batch": {"message": "Duplicate", "existingBatch": {"batchUuid": UUID}},
    "another batch, by its name": {"duplicateOfBatchUuid": UUID},
    "a number that is none": {"batchUuid": 4711},
    "a number in words": {"message": f"Batch {UUID} was stored, but the answer is late"},
    "an address in the body": {"title": "Bad", "instance": f"/clients/2218/batches/{UUID}"},
    "a word": {"status": "QUEUED"},
    "a word of a record": {"documentNo": "D1", "status": "PROCESSED"},
    "a record that is accepted": {"documents": [item("D1", status="ACCEPTED")]},
    "a record that is queued": {"items": [item("D2", result="QUEUED"), item("D3", status="FAILED")]},
    "a record that is well": {"documents": [item("D1", status="OK"), item("D2", status="INVALID")]},
    "a code of a record": {"responses": [item("D1", statusCode=202)]},
    "a record with ARM's reference": {"documents": [item("D1", referenceNo=35078)]},
    "a record without a word": {"documents": [item("D1", documentDate="2026-11-01")]},
    "a record with an unknown word": {"documents": [item("D1", status="PONDERED")]},
    "a record of another number": {"documents": [item("X9", result="CREATED")]},
    "records without a number": {"documents": [{"result": "CREATED"}, {"status": "FAILED"}, {"status": "FAILED"}]},
    "records by their number": {"results": {"D1": {"status": "ACCEPTED"}, "D2": {"status": "FAILED"}}},
    "lists of numbers": {"created": ["D1", "D3"], "rejected": ["D2"]},
    "counts": {"message": "Partly", "created": 2, "failed": 1},
    "counts by another name": {"summary": {"acceptedCount": 1}},
    "a yes": {"accepted": True, "message": "limit reached"},
    "a success": {"success": True},
    "a contradiction": {"documents": [item("D1", result="CREATED"), item("D1", result="REJECTED")]},
    "cut off": b'{"batchUu',
    "cut off before it": b'{"message": "Bad reque',
    "cut off in a list": b'[{"documentNo": "D1"',
    "two values": json.dumps({"message": "a"}).encode() * 2,
    "XML": f"<batch><batchUuid>{UUID}</batchUuid></batch>".encode(),
    "XML that is cut off": b"<batch><batchUu",
    "a text": f"accepted as batch {UUID}".encode(),
    "no text": bytes(range(1, 30)),
    "deep": b"[" * 100_000,
    "endless": b"no record was created. " * 50_000,
    "the uuid of something": {"uuid": UUID},
    "an id beside a word of its own": {"jobId": UUID.replace("-", ""), "message": "Bad"},
    "a number alone": f'"{UUID}"'.encode(),
    "a number without a name": f"stored as {UUID}".encode(),
    "a page that names it": f"<html><body>Your batch: see {' ' * 200}{UUID}</body></html>".encode(),
    "an address without a uuid": {"statusUrl": "/arm/v1/clients/2218/batches/4711"},
    "a word in base64": {"body": "eyJzdGF0dXMiOiAiUVVFVUVEIn0="},
    "a sentence": {"message": "3 documents were created. The rest was not."},
    "a sentence in a text": b"Batch accepted for processing",
    "a sentence in a page": b"<html><body><p>Your documents <b>were created</b></p></body></html>",
    "a state": {"batchStatus": "PROCESSING"},
    "a part": {"status": "PARTIALLY_PROCESSED"},
    "completed, nearly": {"result": "COMPLETED_WITH_ERRORS", "message": "Bad"},
    "a status line": {"multistatus": [{"href": "/documents/D1", "status": "HTTP/1.1 201 Created"}]},
    "a code beside a number": {"responses": [{"id": "D1", "code": 201}]},
    "a record among the errors": {"errors": [item("D1", status="CREATED"), item("D2", message="no date")]},
    "a record among the warnings": {"warnings": [item("D1", result="CREATED", message="sanitized")]},
    "words by number": {"D1": "CREATED", "D2": "FAILED"},
    "references by number": {"references": {"D1": 35078}},
    "references alone": {"documents": [{"referenceNo": 35078}, {"referenceNo": 35079}]},
    "a count in words": {"imported": "2 of 3"},
    "a count of lines": {"recordsWritten": 9},
    "XML with words": b"<r><document><documentNo>D1</documentNo><status>CREATED</status></document></r>",
    "CSV": b"documentNo;status\nD1;CREATED\n",
    "lines": b"D1 CREATED\nD2 FAILED",
    "a count in a text": b"created=2",
    "the first ones": {"message": "Only the first 2 documents have been stored"},
    "the first ones, in Norwegian": {"message": "Bare de første bilagene ble bokført"},
    "a part, in Norwegian": {"message": "Batchen ble delvis importert"},
    "in the background": {"message": "Processing continues in the background"},
    "work in progress": {"message": "Your batch is being processed"},
    "received": {"message": "Batchen er mottatt"},
    "a limit on the way": {"message": "Rate limit exceeded after 10 of 50 documents"},
    "how far it came": {"lastProcessedIndex": 1, "message": "Bad"},
    "the last record": {"lastDocumentNo": "D1", "message": "Bad"},
    "a part failed": {"status": "PARTIALLY_FAILED", "message": "Bad"},
}


@pytest.mark.promise("P1")
@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_sign_of_acceptance_in_a_refusal_is_doubt(body: Any) -> None:
    """Nothing of the batch is sent again; only records that the answer names by number are rejected."""
    for status in REFUSALS:
        result = read(body, status)
        assert result.verdict is SubmitVerdict.IN_DOUBT
        assert f"ARM answered {status}" in result.message
        assert ". Men svaret " in translate_message(result.message, "nb")
        assert not any(record.outcome in {Outcome.CREATED, Outcome.IN_DOUBT} for record in result.results)


@pytest.mark.parametrize(
    "headers",
    [{"location": f"/operations/{UUID}"}, {"x_amili_batch": UUID}, {"link": f"</batches/{UUID}>; rel=status"}],
)
def test_a_number_in_an_undocumented_header_is_doubt(headers: dict[str, str]) -> None:
    """It is not taken for the batch's number, but it may be."""
    assert {read(b"", status, **headers).verdict for status in REFUSALS} == {SubmitVerdict.IN_DOUBT}
    assert read(b"", 401, location=f"/login?state={UUID}", x_request_id=UUID).verdict is SubmitVerdict.LOGIN


def test_a_compressed_body_cannot_be_read() -> None:
    """It may say anything."""
    assert read(b"\x1f\x8b...", 400, content_encoding="gzip").verdict is SubmitVerdict.IN_DOUBT
    assert read(b"plain", 400, content_encoding="identity").verdict is SubmitVerdict.REFUSED


PLAIN: dict[str, Any] = {
    "nothing": b"",
    "a text": b"Unprocessable",
    "two words": b"Not accepted",
    "a text in brackets": b"[ERROR] Invalid date",
    "a page": b"<html><title>Forbidden</title><p>Your session id is 7</p></html>",
    "a page that is cut off": b"<!DOCTYPE html><html><head><title>Gateway",
    "a message": {"message": "The ledger is closed"},
    "a text as JSON": b'"no"',
    "a problem": {"type": "about:blank", "title": "Bad", "status": 400, "traceId": f"00-{UUID}-01"},
    "no number": {"batchUuid": None, "status": "FAILED", "result": "REJECTED"},
    "an empty number": {"batchUuid": "", "success": False},
    "the number of nothing": {"batchUuid": "00000000-0000-0000-0000-000000000000"},
    "errors by record": {"errors": [item("D2", field="dueDate", message="too early")]},
    "errors by name": {"errors": {"D2": ["too early"]}, "status": 422},
    "complaints elsewhere": {"details": [item("D2", message="too early", code="E17")]},
    "counts of nothing": {"created": 0, "failed": 3},
    "a time": {"created": "2026-11-01T10:00:00Z", "message": "Bad"},
    "a code of their own": {"code": 202, "message": "Bad"},
    "records that were not tried": {"documents": [item("D1", status="NOT PROCESSED"), item("D2", status="VALID")]},
    "nothing of ours": {"documents": []},
    "null": b"null",
    "the number of the call": {"error": "denied", "requestId": UUID, "trace_id": UUID.replace("-", "")},
    "the number of the mistake": {"errors": [{"id": UUID, "detail": "x"}], "id": UUID, "message": "Bad"},
    "a number with its label": f"Access denied. Correlation ID: {UUID}, support id: {UUID}".encode(),
    "XML of a gateway": f"<Error><Code>Denied</Code><RequestId>{UUID}</RequestId></Error>".encode(),
    "the page of a gateway": f"<html><script nonce='{UUID}'></script>Denied. Reference #18.{UUID}</html>".encode(),
    "nothing was done": {"message": "No documents were created; customer D9 must be created first"},
    "a sentence with a not": {"message": "The batch was not accepted. Only EUR is accepted"},
    "a sentence in Norwegian": {"message": "Batchen ble ikke godtatt"},
    "complaints by number": {"D1": ["the date was wrong"], "D2": "too early"},
    "a number at the end": {"lastPage": 3, "nextReset": "2026-11-01T10:00:00Z", "message": "Bad"},
    "what has to be done": {"message": "The document must be posted first. Only the first type is accepted"},
    "other counts": {"message": "API quota exceeded", "limit": 500, "updatedAt": 1700000000, "notCreated": 3},
}


@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN)
def test_a_refusal_without_any_sign_is_a_refusal(body: Any) -> None:
    """Complaints, pages and empty bodies mean what the status says."""
    assert {read(body, status).verdict for status in REFUSALS} <= AGAIN


@pytest.mark.promise("P2")
@pytest.mark.parametrize("status", [400, 403, 422, 429, 500, 200])
def test_each_record_keeps_its_own_word(status: int) -> None:
    """Records that the answer names are created or rejected; a record that it does not name is looked up."""
    created, rejected = item(" d1", result="CREATED", referenceNo=7), item("D3", status="FAILED", message="no date")
    result = read({"status": "FAILED", "documents": [rejected, created]}, status)
    assert result.verdict is SubmitVerdict.IN_DOUBT
    assert [(record.no, record.outcome, record.message, record.reference) for record in result.results] == [
        (1, Outcome.CREATED, "", "7"),
        (3, Outcome.REJECTED, "no date", ""),
    ]


def test_records_are_never_matched_by_position() -> None:
    """Three items without a number are no outcomes, though three records were sent."""
    for members in ({"result": "CREATED"}, {"status": "FAILED", "result": "REJECTED"}):
        assert read({"documents": [{**members, "index": n} for n in range(3)]}, 422).results == ()


def test_a_refusal_that_names_records_rejects_these() -> None:
    """Where nothing was taken, the records that ARM names are rejected with its words, and the others go again."""
    named = item("D2", status="FAILED", result="REJECTED", message="too early")
    for body in ({"documents": [named]}, {"errors": [item("D2", message="too early")]}):
        result = read(body, 422)
        assert result.verdict is SubmitVerdict.REFUSED
        assert [(record.no, record.message) for record in result.results] == [(2, "too early")]


def test_a_success_that_says_failed_is_a_verdict_on_the_batch() -> None:
    """It is no word on any one record: they are looked up, and rejected with these words if ARM does not have them."""
    result = read({"status": "REJECTED", "message": "Ledger closed"}, 200)
    assert (result.verdict, result.rejection) == (SubmitVerdict.IN_DOUBT, "ARM answered 200: Ledger closed")
    assert read({"status": "REJECTED", "message": "Ledger closed"}, 500).rejection == ""
    assert read({"status": "FAILED", "created": 1}, 200).rejection == ""


def test_customers_may_be_updated_or_unchanged() -> None:
    """These are outcomes of a customer, and none of a document."""
    body = {"customers": [{"customerNo": "D1", "result": "UPDATED"}, {"customerNo": "D2", "result": "UNCHANGED"}]}
    result = read(body, 400, "customers")
    assert [record.outcome for record in result.results] == [Outcome.UPDATED, Outcome.UNCHANGED]
    assert read({"documents": [item("D1", result="UPDATED")]}, 400).results == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.lists(st.sampled_from(["list", "data", "result", "response", "batch", "items"]), max_size=6), st.data())
def test_a_number_is_found_in_any_body_and_a_cut_one_is_doubt(noise: Any, path: list[str], data: st.DataObject) -> None:
    """However a batch number is wrapped, it is found; wherever the body is cut off, nothing is sent again."""
    body: Any = {"noise": noise, "batchUuid": UUID}
    for name in path:
        body = [body, noise] if name == "list" else {name: body}
    content = json.dumps(body).encode()
    status = data.draw(st.sampled_from(STATUSES))
    assert read(content, status).verdict is SubmitVerdict.ACCEPTED
    cut = data.draw(st.integers(1, len(content) - 1))
    assert read(content[:cut], status).verdict not in AGAIN


@given(st.binary(max_size=60), st.sampled_from(STATUSES))
def test_any_bytes_can_be_judged(body: bytes, status: int) -> None:
    """No body brings the reading down, and none without a number is an acceptance."""
    assert read(body, status).verdict is not SubmitVerdict.ACCEPTED

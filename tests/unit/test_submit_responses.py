"""What a response to a POST proves."""

import pytest

from armbulk.arm.acceptance import find_uuid
from armbulk.arm.json_body import parse_json
from armbulk.arm.messages import describe_refusal, extract_notes
from armbulk.arm.submit_results import read_submit_response
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import SubmitVerdict
from armbulk.retry import seconds_after_limit

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("reply", "proof"),
    [
        (Response(error=TransportError.NOT_SENT, reason="no connection"), SubmitVerdict.NOT_SENT),
        (Response(error=TransportError.BROKEN, reason="no answer in time"), SubmitVerdict.IN_DOUBT),
        (Response(202, b'{"batchUuid":"%s"}' % UUID.encode()), SubmitVerdict.ACCEPTED),
        (Response(200, b'{"data":{"batchUuid":"%s"}}' % UUID.encode()), SubmitVerdict.ACCEPTED),
        (Response(201, b'{"batch":{"batchUUID":"%s"}}' % UUID.encode()), SubmitVerdict.ACCEPTED),
        (Response(202, b"{}"), SubmitVerdict.IN_DOUBT),
        (Response(202, b'{"batchUuid":null}'), SubmitVerdict.IN_DOUBT),
        (Response(202, b'{"batchUuid":["a"]}'), SubmitVerdict.IN_DOUBT),
        (Response(202, b'{"batchUuid":"'), SubmitVerdict.IN_DOUBT),
        (Response(204), SubmitVerdict.IN_DOUBT),
        (Response(200, b"<html><title>Log in</title></html>"), SubmitVerdict.IN_DOUBT),
        *[(Response(status), SubmitVerdict.REFUSED) for status in (400, 406, 415, 422)],
        *[(Response(status), SubmitVerdict.LOGIN) for status in (401, 403, 404, 405)],
        *[(Response(status), SubmitVerdict.IN_DOUBT) for status in (301, 302, 307, 308, 408, 500, 502, 503, 504)],
        (Response(503, headers={"retry-after": "5"}), SubmitVerdict.IN_DOUBT),
        (Response(409), SubmitVerdict.ASK),
        (Response(413), SubmitVerdict.TOO_LARGE),
        (Response(429), SubmitVerdict.LIMITED),
        (Response(403, headers={"retry-after": "5"}), SubmitVerdict.LIMITED),
    ],
)
def test_outcome_classes(reply: Response, proof: SubmitVerdict) -> None:
    """Only a response that proves its outcome is taken as proof; all others are unconfirmed."""
    assert read_submit_response(reply).verdict is proof


def test_uuid_is_kept_verbatim() -> None:
    """The batch number keeps its letter case, because ARM compares it exactly."""
    assert find_uuid({"batchUuid": UUID.upper()}) == UUID.upper()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"message":"Invalid","errors":[{"field":"kid","message":"wrong"}]}',
            "ARM answered 422: Invalid; kid: wrong",
        ),
        (b'{"title":"Bad","detail":"The date is wrong"}', "ARM answered 422: The date is wrong"),
        (b'{"errors":{"kid":"wrong"}}', "ARM answered 422: kid: wrong"),
        (b"Unprocessable", "ARM answered 422: Unprocessable"),
        (b"<html><title>Gateway</title></html>", "ARM answered 422: a web page (Gateway)"),
        (b"", "ARM answered 422"),
    ],
)
def test_error_bodies(body: bytes, said: str) -> None:
    """ARM's message is shown, whatever form its error response has."""
    assert describe_refusal(Response(422, body)) == said


def test_warnings_of_every_shape() -> None:
    """Warnings are read from a list, an object or a text."""
    assert extract_notes([{"field": "EmailAddressDocument", "message": "sanitized"}]) == [
        "EmailAddressDocument: sanitized"
    ]
    assert extract_notes("cut") == ["cut"]
    assert extract_notes(None) == []
    assert extract_notes({"Field": "a", "Message": "b"}) == ["a: b"]


def test_json_is_exact_or_nothing() -> None:
    """Numbers are decimals, and invalid JSON is nothing."""
    assert str(parse_json(b'{"a":0.10}')["a"]) == "0.10"
    assert parse_json(b'{"a":NaN}') is None
    assert parse_json(b"[" * 100_000) is None
    assert parse_json(b"\xff") is None


@pytest.mark.parametrize(
    ("headers", "strikes", "seconds"),
    [
        ({"retry-after": "30"}, 1, 30),
        ({"retry-after": "0"}, 1, 1),
        ({"retry-after": "-1"}, 1, 60),
        ({"retry-after": "1000000000000"}, 1, 3600),
        ({"retry-after": "soon"}, 2, 120),
        ({}, 1, 60),
        ({}, 9, 900),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 1, 30),
    ],
)
def test_retry_after(headers: dict[str, str], strikes: int, seconds: float) -> None:
    """The wait is as long as Retry-After says, but never longer than a window."""
    named = Response(429, headers=headers).retry_after_seconds(1000.0)
    assert seconds_after_limit(named, strikes) == seconds

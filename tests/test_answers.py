"""What an answer to a POST proves: the table of the promises."""

import pytest

from armbulk.arm.responses import Fault, Proof, Reply, find_uuid, message_of, notes_of, parse, read_post, retry_at

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("reply", "proof"),
    [
        (Reply(fault=Fault.NOT_SENT, reason="no connection"), Proof.NOT_SENT),
        (Reply(fault=Fault.BROKEN, reason="no answer in time"), Proof.IN_DOUBT),
        (Reply(202, b'{"batchUuid":"%s"}' % UUID.encode()), Proof.ACCEPTED),
        (Reply(200, b'{"data":{"batchUuid":"%s"}}' % UUID.encode()), Proof.ACCEPTED),
        (Reply(201, b'{"batch":{"batchUUID":"%s"}}' % UUID.encode()), Proof.ACCEPTED),
        (Reply(202, b"{}"), Proof.IN_DOUBT),
        (Reply(202, b'{"batchUuid":null}'), Proof.IN_DOUBT),
        (Reply(202, b'{"batchUuid":["a"]}'), Proof.IN_DOUBT),
        (Reply(202, b'{"batchUuid":"'), Proof.IN_DOUBT),
        (Reply(204), Proof.IN_DOUBT),
        (Reply(200, b"<html><title>Log in</title></html>"), Proof.IN_DOUBT),
        *[(Reply(status), Proof.REFUSED) for status in (400, 406, 415, 422)],
        *[(Reply(status), Proof.LOGIN) for status in (401, 403, 404, 405)],
        *[(Reply(status), Proof.IN_DOUBT) for status in (301, 302, 307, 308, 408, 500, 502, 503, 504)],
        (Reply(503, headers={"retry-after": "5"}), Proof.IN_DOUBT),
        (Reply(409), Proof.ASK),
        (Reply(413), Proof.TOO_LARGE),
        (Reply(429), Proof.LIMITED),
        (Reply(403, headers={"retry-after": "5"}), Proof.LIMITED),
    ],
)
def test_outcome_classes(reply: Reply, proof: Proof) -> None:
    """Only an answer that proves it is taken as proof; everything else is in doubt."""
    assert read_post(reply).proof is proof


def test_uuid_is_kept_verbatim() -> None:
    """The batch number keeps its capital letters: it is the one value ARM compares exactly."""
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
    """ARM's own words are shown, whatever shape its error answer has."""
    assert message_of(Reply(422, body)) == said


def test_warnings_of_every_shape() -> None:
    """Warnings are read as a list, as one object, as text, or not at all."""
    assert notes_of([{"field": "EmailAddressDocument", "message": "sanitized"}]) == ["EmailAddressDocument: sanitized"]
    assert notes_of("cut") == ["cut"]
    assert notes_of(None) == []
    assert notes_of({"Field": "a", "Message": "b"}) == ["a: b"]


def test_json_is_exact_or_nothing() -> None:
    """Numbers are decimals, never floats; what is not sound JSON is nothing."""
    assert str(parse(b'{"a":0.10}')["a"]) == "0.10"
    assert parse(b'{"a":NaN}') is None
    assert parse(b"[" * 100_000) is None
    assert parse(b"\xff") is None


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
    """Nobody calls before the time ARM names, and never later than a window."""
    assert retry_at(Reply(429, headers=headers), 1000.0, strikes) == 1000.0 + seconds

"""Odd values in ARM's answers prove nothing, and bring nothing down."""

import json
import time
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.journey import FakeClock

from armbulk.arm.acceptance import MAX_BYTES
from armbulk.arm.client import ArmClient
from armbulk.arm.credentials import Login
from armbulk.arm.http import HttpClient
from armbulk.arm.json_body import MAX_LEVELS, parse_json, unwrap
from armbulk.arm.messages import extract_message, extract_notes
from armbulk.model.lookup import ExpectedDocument, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.plain_text import show_safely, to_one_line
from armbulk.model.record_texts import OddNumber, to_json_text
from armbulk.model.submission import OpenRecord

EXPECTED = ExpectedDocument("D1", "IN", "C1", "2026-11-01", "125.00", "NOK")
RECORD = OpenRecord(1, "D1", "{}", "IN", "c1", "2026-11-01", "125.00", "NOK")
SENT = [(1, "D1")]
DOCUMENT = {
    "documentNo": "D1", "documentType": "IN", "customerNo": "C1", "documentDate": "2026-11-01", "currency": "NOK",
    "currencyAmounts": {"inclVat": 125},
}  # fmt: skip
ITEM = {"documentNo": "D1", "status": "PROCESSED", "result": "CREATED", "statusCode": 201, "referenceNo": 7}
ODD = (
    '"²⁰¹"', '"٢٠١"', "9" * 5_000, f'"{"9" * 5_000}"', "1e9999", "-1e-9999", "1e99999999999999999999",
    "NaN", "-Infinity", "[" * 500 + "]" * 500, '{"a":' * 500 + "1" + "}" * 500, '"\\ud800"', '"\\udc00x\\ud83d"',
    '"99999999999-01-01"',
    '"\\u001b[31mred"', '"\\u202eevil"', '"a\\u0000b"', "null", "true", "{}", "[]", '[[1],{"a":2}]', '""', "1e3", "-0",
)  # fmt: skip


class Bytes(httpx.BaseTransport):
    """Answers every call with the same bytes."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status = body, status

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        del request
        return httpx.Response(self.status, stream=httpx.ByteStream(self.body))


def client(body: str | bytes, status: int = 200) -> ArmClient:
    """ARM, as it answers with this body."""
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return ArmClient(HttpClient("http://127.0.0.1:1", "2218", Login("t"), FakeClock(), Bytes(content, status)))


def with_value(record: dict[str, object], name: str, text: str) -> str:
    """A record as JSON, with one value as it is written."""
    mark = "@@"
    return json.dumps({**record, name: mark}).replace(f'"{mark}"', text)


@given(st.sampled_from([*DOCUMENT, "extra"]), st.sampled_from(ODD))
def test_a_document_with_an_odd_value_is_never_taken_for_another(name: str, text: str) -> None:
    """A look-up ends, whatever the answer has; a value that cannot be read makes it unknown, not equal."""
    lookup = client(with_value(DOCUMENT, name, text)).look_up_document(EXPECTED).content
    if name == "extra" or text in {"null", '""'}:
        assert lookup.result in {LookupResult.EQUAL, LookupResult.UNKNOWN}
    elif name in {"documentDate", "currencyAmounts"}:
        assert lookup.result in {LookupResult.UNKNOWN, LookupResult.EQUAL} or text in {"1e3", "-0"}
    assert lookup.message.isprintable()


@given(st.sampled_from([*ITEM, "message", "warnings", "errors", "extra"]), st.sampled_from(ODD), st.booleans())
def test_a_batch_with_an_odd_value_ends_in_an_outcome_or_in_none(name: str, text: str, inside: bool) -> None:
    """A poll ends, whatever the answer has; an odd code or word is no success."""
    item = with_value(ITEM, name, text) if inside else json.dumps(ITEM)
    batch = (
        f'{{"status": "PROCESSED", "documents": [{item}]}}'
        if inside
        else f'{{"documents": [{item}], "{name}": {text}}}'
    )
    status = client(batch).read_batch("uuid-1234", "documents", SENT).content
    for result in status.results:
        assert isinstance(result.outcome, Outcome)
        assert result.message.isprintable()
        assert all(warning.isprintable() for warning in result.warnings)
        assert len(result.reference) <= 100
    if inside and name == "result" and text == '"²⁰¹"':
        assert [result.outcome for result in status.results] == [Outcome.IN_DOUBT]


@given(
    st.sampled_from(["batchUuid", "status", "message", "documents"]),
    st.sampled_from(ODD),
    st.sampled_from([200, 202, 400, 503]),
)
def test_a_submit_with_an_odd_value_is_never_refused_silently(name: str, text: str, status: int) -> None:
    """The answer to a POST always gives a verdict."""
    result = client(f'{{"{name}": {text}}}', status).submit_batch("documents", "POST", "user", [RECORD]).content
    assert result.verdict.name in {"IN_DOUBT", "REFUSED"}
    assert result.message.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"0," * (MAX_BYTES // 2) + b"0]",
        b'{"data":' * 900 + b"1" + b"}" * 900,
        b'{"message":' * 101 + b"1" + b"}" * 101,
    ],
    ids=["long", "wrapped", "deep"],
)
def test_an_answer_that_takes_minutes_to_search_is_a_doubt(body: bytes) -> None:
    """Neither its length nor its depth makes armbulk work for long, and it is no refusal."""
    began = time.process_time()
    result = client(body, 400).submit_batch("documents", "POST", "user", [RECORD]).content
    assert result.verdict.name == "IN_DOUBT"
    assert time.process_time() - began < 2.0
    assert "a" not in unwrap({"data": {"data": {"data": {"data": {"data": {"a": 1}}}}}})
    assert unwrap({"data": {"batch": {"a": 1}}}) == {"a": 1, "batch": {"a": 1}, "data": {"batch": {"a": 1}}}


@given(st.sampled_from(["totalCount", "maximumCount", "totalPages", "pageNo", "pageSizeLimit", "queryId", "nextPage"]),
       st.sampled_from(ODD))  # fmt: skip
def test_a_page_with_an_odd_summary_is_read_or_not(name: str, text: str) -> None:
    """A page ends, whatever its summary says, and no number of it is taken on trust."""
    page = client(f'{{"rows": [{{"a": 1}}], "summary": {{"{name}": {text}}}}}').read_page("glitems", {}).content
    assert page is None or page.records == ({"a": 1},)
    assert page is None or all(number is None or 0 <= number < 10**12 for number in (page.total, page.pages))


def test_numbers_beyond_all_amounts_are_kept_as_they_are_written() -> None:
    """They are text when they are exported, equal no amount, and cost no time."""
    began = time.monotonic()
    body = parse_json(b'{"a": 1e9999, "b": 1e999999999, "c": ' + b"9" * 5_000 + b', "d": 1.50, "e": 12}')
    assert body == {"a": OddNumber("1e9999"), "b": OddNumber("1e999999999"), "c": OddNumber("9" * 5_000),
                    "d": Decimal("1.50"), "e": 12}  # fmt: skip
    assert to_json_text(body["a"]) == "1e9999"
    assert time.monotonic() - began < 1


@given(st.from_regex(r"-?[1-9][0-9]{36,43}", fullmatch=True), st.sampled_from(["", "1e9999", "0.5"]))
def test_a_whole_number_counts_up_to_its_greatest_length(text: str, other: str) -> None:
    """Whole numbers of up to 40 characters are numbers, longer ones are kept as ARM wrote them, whatever is beside."""
    body = f'{{"a": {text}, "b": "{text}", "c": [{other}]}}'
    assert parse_json(body.encode())["a"] == (int(text) if len(text) <= 40 else OddNumber(text))


def test_json_that_can_be_read_in_two_ways_is_not_read() -> None:
    """Two values of one name, NaN, and too many levels are no answer; a byte order mark is harmless."""
    for body in (
        '{"a": 1, "a": 2}',
        '[{"a": {"b": 1, "b": "1"}}]',
        "NaN",
        "[" * (MAX_LEVELS + 1) + "]" * (MAX_LEVELS + 1),
    ):
        assert parse_json(body.encode()) is None
    assert parse_json(b'\xef\xbb\xbf{"a": 1, "a": 1}') == {"a": 1}
    assert parse_json(("[" * MAX_LEVELS + "]" * MAX_LEVELS).encode()) is not None


@given(st.text(st.sampled_from('a\\"ud8c0 é😀'), max_size=12))
def test_half_a_character_becomes_a_mark_and_nothing_else_changes(text: str) -> None:
    """Escapes that are whole are read exactly; half a pair is U+FFFD."""
    assert parse_json(json.dumps({"a": text}).encode()) == {"a": text}
    assert parse_json(b'{"a": "x\\ud800y\\udc00\\ud83d\\ude00\\\\ud800"}') == {"a": "x\ufffdy\ufffd😀\\ud800"}


@given(st.text(max_size=60))
def test_no_word_of_arm_controls_a_terminal(text: str) -> None:
    """Messages are one line without control characters, whatever their shape; a terminal gets none either."""
    for line in (extract_message({"message": text}), *extract_notes([text, {"field": text, "message": [text]}])):
        assert not set(line) & set("\x1b\x07\x9b\n\r\u202e\u2066\u2069\u200f")
    shown = show_safely(text)
    assert not {character for character in shown if ord(character) < 32 or 127 <= ord(character) < 160} - {"\n", "\t"}


def test_long_words_of_arm_stay_whole() -> None:
    """Messages are not cut, however long and many: the result workbook has them all."""
    line = extract_message({"message": "x" * 100_000, "errors": [f"error {n}" for n in range(1_000)]})
    assert line.startswith("x" * 100_000)
    assert line.endswith("error 999")
    assert to_one_line("\x1b[2Ja\x1b]0;title\x07b\r\nc", 80) == "ab c"
    assert to_one_line("x" * 100, 80) == f"{'x' * 79}…"

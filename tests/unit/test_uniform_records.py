"""A page read straight into columns is the page that is read by way of objects."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm import pages, uniform_records
from armbulk.arm.decode import RecordDecoder
from armbulk.model.page import Page
from armbulk.model.record_texts import UniformRecords, extract_column
from armbulk.model.response import Response
from armbulk.resources import EXPORTS

ITEMS = EXPORTS["gl-items"]
assert ITEMS.listing is not None
DECODER = RecordDecoder(ITEMS, ITEMS.listing)

NAMES = ("clientNo", "glItemId", "glAmount", "voucherDate", "ownField", "glItems", "x_1")
ODD_NAMES = ("own field", "æøå", "a:b", "{", "", "e.f", 'q"', "*", "^.*$", "clientNo")
TEXTS = ("", "x", "2025-02-03", "a,b", "{[", "]}", ":5,", "Ærøy 😀", "\u00a0", "\u2028", "001", "T17:03:36.176+01:00")
BAD_TEXTS = ("a\nb", "\x00", "\x1f", '"', "\\", "\\u0041", "\\ud800", '\\"')
NUMBERS = (
    "0",
    "1",
    "-1",
    "2218",
    "1.50",
    "-0.5",
    "0.00",
    "-0.0",
    "12345678901234567890.125",
    "9" * 41,
    "0." + "0" * 45,
)
ODD_VALUES = (
    *("-0", "01", "1.", ".5", "+1", "1e5", "1E-2", "1e999", "0x1", "1 2", "--1", "1.2.3", "NaN", "true", "null", "[]"),
    *("{}", "[1]", '{"a":1}', "x", "\u0661", "1\u00a0", ""),
)
BLANKS = ("", " ", "\n  ", "\t", "\r\n")
DAMAGE = (b"", b'"', b",", b"{", b"}", b"[", b"]", b":", b"\\", b"\n", b"\xff", b"1")
ODD_BLANKS = ("\u00a0", "\x0b", "\x0c", "\x00", "//")


def either(*choices: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Mostly the first choices, rarely one of the others."""
    usual, odd = choices
    return st.integers(0, 60).flatmap(lambda number: st.sampled_from(usual if number else odd))


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A page of records of one form, or nearly of one."""
    names = draw(st.lists(either(NAMES, ODD_NAMES), min_size=1, max_size=5))
    are_texts = [draw(st.booleans()) for _ in names]
    blank = either(draw(st.sampled_from([("",), BLANKS])), ODD_BLANKS)

    def draw_value(is_text: bool) -> str:
        text = draw(either(TEXTS, BAD_TEXTS))
        value = f'"{text}"' if is_text else draw(st.sampled_from(NUMBERS))
        return draw(either((value,), (*ODD_VALUES, '"text"', "7")))

    def draw_record() -> str:
        members = [
            f'{draw(blank)}"{name}"{draw(blank)}:{draw(blank)}{draw_value(is_text)}{draw(blank)}'
            for name, is_text in zip(names, are_texts, strict=True)
        ]
        return "{" + draw(either((",",), ("", ",,", ";"))).join(members) + "}"

    records = [draw(blank) + draw_record() + draw(blank) for _ in range(draw(st.integers(1, 4)))]
    array = "[" + draw(either((",",), ("", ",,"))).join(records) + draw(either(("]",), (",]", "", "],")))
    before = draw(
        st.sampled_from(['{"summary":{"totalCount":3},', "{", '{"note":"[",', '{"links":[],', '{"data":{"x":'])
    )
    after = draw(st.sampled_from(["}", "}", ',"note":"]"}', ',"errors":[1]}', ',"glItems":[]}', "}}", ""]))
    return draw(st.sampled_from([f'{before}"glItems":{array}{after}', array]))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Such a page, perhaps with a few characters lost, changed or repeated."""
    body = draw(bodies()).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 2)))
        changes = [*DAMAGE, body[start : start + 9]]
        body = body[:start] + draw(st.sampled_from(changes)) + body[end:]
    return draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])) + body


@contextmanager
def smallest_page(size: int) -> Iterator[None]:
    """Read pages of so many bytes straight into columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uniform_records, "MIN_BYTES", size)
        yield


def read(body: bytes, smallest: int) -> Page | None:
    """The page in an answer."""
    with smallest_page(smallest):
        return pages.read_page(Response(200, body), "glItems")


def assert_same(body: bytes) -> bool:
    """Both ways give the same page or none; whether it was read straight into columns."""
    fast, slow = read(body, 0), read(body, 10**9)
    assert (fast is None) == (slow is None)
    if fast is None or slow is None:
        return False
    assert [*fast.records] == [*slow.records]
    assert len(fast.records) == len(slow.records)
    assert [getattr(fast, name) for name in ("total", "max_records", "pages", "query", "number", "size")] == [
        getattr(slow, name) for name in ("total", "max_records", "pages", "query", "number", "size")
    ]
    assert DECODER.count_read(fast.records) == DECODER.count_read(slow.records)
    for path in ("clientNo", "glAmount", "no such", "own field.x"):
        assert extract_column(fast.records, path).equals(extract_column(slow.records, path), check_names=True)
    first, second = DECODER.to_frames(fast.records, body)[0], DECODER.to_frames(slow.records, body)[0]
    assert first.columns == second.columns
    assert first.equals(second)
    return isinstance(fast.records, UniformRecords)


@given(damaged())
def test_both_ways_read_the_same(body: bytes) -> None:
    """Records of one form, of nearly one form and damaged ones: the same values, or no page, in both ways."""
    assert_same(body)


@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.text(max_size=9)), min_size=1),
       st.sampled_from(BLANKS))  # fmt: skip
def test_the_usual_form_is_read_straight_into_columns(rows: list[tuple[str, str, str]], blank: str) -> None:
    """Texts and numbers of every kind, with blanks between them: no objects are built."""
    records = [
        f'{{"text":{json.dumps(text, ensure_ascii=False)},{blank}"glAmount": {number}{blank},"more":'
        f"{json.dumps(more, ensure_ascii=False)},{blank}"
        f'"last":{number}{blank}}}'
        for text, number, more in rows
    ]
    body = f'{{"summary":{{}},"glItems":{blank}[{f",{blank}".join(records)}]}}'
    assert assert_same(body.encode()) == ("\\" not in body)


@pytest.mark.parametrize(
    "change",
    [
        *(f'"glAmount":{value},' for value in ODD_VALUES),
        *(f'"glAmount":1,"x":"{text}",' for text in BAD_TEXTS),
        *(
            '"glAmount":1,"glAmount":2,',
            '"x.y":1,',
            '"glamount":1,',
            '"glAmount":1',
            '"glAmount" 1,',
            '"glAmount":"1",',
        ),
        *('"glAmount":1,"lines":[{"a":1}],', '"glAmount":1,},{', ""),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_other_record_changes_nothing(change: str, position: int) -> None:
    """A record of another form, at the start, in the middle and at the end of a page."""
    usual = '{"clientNo":2218,"glAmount":1.50,"voucherDate":"2025-02-03"}'
    records = [usual] * 3
    records[position] = usual.replace('"glAmount":1.50,', change)
    assert not assert_same(f'{{"glItems":[{",".join(records)}]}}'.encode())


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_read_by_way_of_objects(name: str) -> None:
    """A name that would be a pattern, a path or nothing where a column is named."""
    assert not assert_same(f'{{"glItems":[{{"clientNo":1,"{name}":2}},{{"clientNo":1,"{name}":3}}]}}'.encode())


def test_a_page_of_other_arrays_is_not_mistaken() -> None:
    """An array within the summary, or beside the records, and a bracket within a text."""
    array = '[{"clientNo":1,"x":"a"},{"clientNo":2,"x":"b"}]'
    for body in (f'{{"summary":{{"a":{array}}}}}', f'{{"summary":{{"a":{array}}},"glItems":[]}}',
                 f'{{"links":{array},"glItems":{array}}}', f'{{"a":"{array}"}}', f'["x",{array}]'):  # fmt: skip
        assert not assert_same(body.encode())
    for body in (f'{{"links":{array}}}', array, f'{{"a":"b","rows":{array},"note":"c"}}'):
        assert assert_same(body.encode())


def test_records_are_objects_for_those_who_want_them() -> None:
    """The JSON of records is read once, when a record is wanted."""
    body = b'{"glItems":[{"clientNo":2218,"glAmount":1.50},{"clientNo":2218,"glAmount":2}]}'
    page = read(body, 0)
    assert page is not None
    records: Any = page.records
    assert isinstance(records, UniformRecords)
    assert records.texts.rows() == [("2218", "1.50"), ("2218", "2")]
    assert records[1] == {"clientNo": 2218, "glAmount": 2}
    assert records[:1] == [{"clientNo": 2218, "glAmount": Decimal("1.50")}]
    assert records[0] is records[0]

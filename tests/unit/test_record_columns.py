"""ARM's records become columns with exact values and types; nothing is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm.decode import RecordDecoder, split_raw_records
from armbulk.arm.json_body import parse_json
from armbulk.model.columns import ColumnStats, ColumnSums
from armbulk.model.fields import FieldType
from armbulk.model.record_texts import (
    OTHER_FIELDS,
    PARENT_INDEX,
    RAW_JSON,
    RECORD_KEY,
    build_frame,
    format_json_value,
    to_json_text,
)
from armbulk.resources import EXPORTS

ITEMS = EXPORTS["ar-items"]
AMOUNTS = st.decimals(-(10**20), 10**20, places=2, allow_nan=False, allow_infinity=False)


def seen(path: str, texts: list[str]) -> tuple[Any, pl.DataFrame]:
    """A column that has these JSON values (as they are in ARM's answer), and its frame."""
    records = parse_json(("[" + ",".join(f'{{"{path}": {text}}}' for text in texts) + "]").encode())
    profile = ColumnStats.for_fields(ITEMS.fields)
    frame = build_frame(records, [one.path for one in ITEMS.fields])
    profile.add(frame)
    return profile.columns[path], frame


@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_amounts_are_exact(amounts: list[Decimal]) -> None:
    """Amounts and their sums keep all digits."""
    column, frame = seen("glAmount", [str(one) for one in amounts])
    assert column.type is FieldType.AMOUNT
    assert frame.select(column.cast(pl.col("glAmount"))).to_series().to_list() == amounts
    sums = ColumnSums()
    sums.add(frame, {"glAmount": column})
    assert sums.to_json()["gl_amount"] == sum(amounts)


@pytest.mark.parametrize(
    ("texts", "amounts"),
    [
        (["1.5", "1.25", "2"], ["1.50", "1.25", "2.00"]),
        (["0.1", "0.2"], ["0.10", "0.20"]),
        (["6.25e2", "1E-2"], ["625", "0.01"]),
        (["12345678901234567.89"], ["12345678901234567.89"]),
        (["1.005"], ["1.005"]),
        (['"12.30"', "null", '""'], ["12.30", None, None]),
    ],
)
def test_amounts_keep_all_their_decimals(texts: list[str], amounts: list[str | None]) -> None:
    """Decimals are not rounded, exponents and amounts as text are understood, and null stays null."""
    column, frame = seen("glAmount", texts)
    found = frame.select(column.cast(pl.col("glAmount"))).to_series().to_list()
    assert found == [None if one is None else Decimal(one) for one in amounts]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("glAmount", ["1.5", '"ukjent"']),
        ("glAmount", ["1e999999"]),
        ("glYear", ['"2025/26"', "2025"]),
        ("voucherDate", ['"2025-02-30"']),
        ("voucherDate", ['"2025-02-03"', '"27.02.2025"']),
        ("createdTime", ['"yesterday"']),
        ("createdTime", ['"2025-13-27T17:03:36.176+01:00"']),
        ("glYear", ["true"]),
    ],
)
def test_a_value_of_another_kind_leaves_the_column_as_text(path: str, texts: list[str]) -> None:
    """A value of an unexpected type makes the column text, with every value kept."""
    column, frame = seen(path, texts)
    assert column.type is FieldType.TEXT
    assert column.mismatches == 1
    assert frame[path].null_count() == 0


def test_times_become_utc() -> None:
    """Times with an offset become UTC."""
    column, frame = seen("createdTime", ['"2025-02-27T17:03:36.176+01:00"', '"2025-02-27T16:03:36.176Z"'])
    first, second = frame.select(column.cast(pl.col("createdTime"))).to_series().to_list()
    assert first == second
    assert first.isoformat() == "2025-02-27T16:03:36.176000+00:00"


def test_what_nobody_has_heard_of_is_kept() -> None:
    """Unknown keys become further columns."""
    records = parse_json(
        b'[{"arItemId": "a", "extra": {"deep": {"x": 1.50}, "list": ["a", "b"]}, "odd": [1.10, {"y": null}]},'
        b' {"arItemId": "b", "extra": "plain", "flag": false}]'
    )
    frame = build_frame(records, ["arItemId", "kid"])
    assert frame.columns[:2] == ["arItemId", "kid"]
    assert frame.row(0, named=True) == {
        "arItemId": "a", "kid": None, "extra.deep.x": "1.50", "extra.list": "a; b", "extra": None,
        "odd": '[1.10, {"y": null}]', "flag": None,
    }  # fmt: skip
    assert frame.row(1, named=True)["extra"] == "plain"
    assert frame.row(1, named=True)["flag"] == "false"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.integers(-(10**30), 10**30)
    | st.text(max_size=8)
    | st.decimals(-9999, 9999, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_json_written_again_says_the_same(value: Any) -> None:
    """A value written as JSON reads back exactly."""
    assert parse_json(to_json_text(value).encode()) == value
    assert format_json_value(value) is None or isinstance(format_json_value(value), str)


@given(st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=6), st.sampled_from([None, 2]))
def test_records_come_out_as_arm_wrote_them(records: list[Any], indent: int | None) -> None:
    """The text of each record is ARM's own."""
    body = {"summary": {"totalCount": len(records), "odd": [1]}, "more": {"rows": "]"}, "rows": records}
    plain = json.dumps(body, indent=indent, default=float)
    encoding = "utf-8-sig" if len(records) == 1 else "utf-8"
    found = split_raw_records(plain.encode(encoding), parse_json(plain.encode())["rows"])
    assert [json.loads(one) for one in found] == json.loads(plain)["rows"]
    assert not any("\n" in one for one in found)


def test_documents_bring_their_lines() -> None:
    """Each line names its document; a document without lines has none."""
    resource = EXPORTS["documents"]
    assert resource.listing is not None
    table = RecordDecoder(resource, resource.listing, keeps_raw=True)
    body = json.dumps(
        {"documents": [
            {"documentNo": "F1", "documentLines": [{"lineNo": 1, "price": 10.50, "own": "x"}, {"lineNo": 2}]},
            {"documentNo": "F2", "documentLines": None},
            {"documentNo": "F3", "documentLines": [{"lineNo": 1}]},
        ]}
    ).encode()  # fmt: skip
    records = parse_json(body)["documents"]
    items, lines = table.to_frames(records, body)
    assert lines is not None
    assert table.count_read(records) == 6
    assert lines.select("documentNo", "lineNo", "price", "own", PARENT_INDEX).rows() == [
        ("F1", "1", "10.5", "x", 0), ("F1", "2", None, None, 0), ("F3", "1", None, None, 2),
    ]  # fmt: skip
    assert items[RECORD_KEY].n_unique() == 3
    assert json.loads(items[RAW_JSON][1]) == {"documentNo": "F2", "documentLines": None}


def test_as_many_warnings_are_not_taken_for_the_records() -> None:
    """An array of the same length before the records has another content."""
    body = b'{"warnings":[{"message":"slow"}],"links":[{}],"customers":[{"customerNo":"0585"}],"errors":[{}]}'
    assert split_raw_records(body, parse_json(body)["customers"]) == ['{"customerNo":"0585"}']


@pytest.mark.parametrize("number", ["1e9999", "9" * 300, "7", "12345678901234567890123.5", "true", '["a"]', '{"a":1}'])
def test_lines_name_their_document_however_odd_its_number(number: str) -> None:
    """The number of a line's document is the text of the document's own."""
    resource = EXPORTS["documents"]
    assert resource.listing is not None
    records = parse_json(f'[{{"documentNo":{number},"documentLines":[{{"lineNo":1}}]}}]'.encode())
    _, lines = RecordDecoder(resource, resource.listing).to_frames(records)
    assert lines is not None
    assert lines["documentNo"].to_list() == [format_json_value(records[0]["documentNo"])]


@pytest.mark.parametrize("text", ["5", "true", "1e9999", '"two"', "[1]", '[{"lineNo":1},"x"]', '{"lineNo":1}'])
def test_what_is_no_array_of_lines_is_kept(text: str) -> None:
    """A single line may be without its array; anything else is in a column of its own, and never ends the program."""
    resource = EXPORTS["documents"]
    assert resource.listing is not None
    decoder = RecordDecoder(resource, resource.listing)
    records = parse_json(f'[{{"documentNo":"F1","documentLines":{text}}},{{"documentNo":"F2"}}]'.encode())
    items, lines = decoder.to_frames(records)
    assert lines is not None
    assert (lines.height, decoder.count_read(records)) == ((1, 3) if "lineNo" in text else (0, 2))
    kept = items["documentLines"].to_list() if "documentLines" in items.columns else None
    assert kept == (None if text == '{"lineNo":1}' else [format_json_value(parse_json(text.encode())), None])


def test_records_without_a_key_are_told_apart_by_all_they_hold() -> None:
    """Records without an id are the same only if all their values are equal."""
    resource = EXPORTS["ar-items"]
    assert resource.listing is not None
    records = [{"glAmount": 1}, {"glAmount": 2}, {"glAmount": 1}]
    items, _ = RecordDecoder(resource, resource.listing).to_frames(records)
    assert items[RECORD_KEY].n_unique() == 2


def test_thousands_of_names_become_one_column() -> None:
    """Names that are data cost no time: what has no column of its own is JSON in one column, and nothing is lost."""
    records = [
        {
            "arItemId": n,
            "kid": f"K{n}",
            "amounts": {"open": n, f"x{n}": 1},
            **{f"n{n}_{i}": Decimal(i) for i in range(17)},
        }
        for n in range(1_000)
    ]
    frame = build_frame(records, ["arItemId", "kid", "amounts.open"], frozenset({"n0_0"}))
    assert frame.columns == ["arItemId", "kid", "amounts.open", OTHER_FIELDS]
    assert frame["amounts.open"].to_list() == [str(n) for n in range(1_000)]
    for record, others in zip(records, frame[OTHER_FIELDS], strict=True):
        known = {"arItemId", "kid", "amounts", "n0_0"}
        left = {name: value for name, value in record.items() if name not in known}
        assert json.loads(others, parse_int=Decimal) == {"amounts": {f"x{record['arItemId']}": Decimal(1)}, **left}

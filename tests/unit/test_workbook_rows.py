"""Rows of a workbook are built by whole columns; every cell is what XlsxWriter writes of the same value."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from armbulk.model.columns import ColumnStats
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.fields import FieldType
from armbulk.resources import EXPORTS
from armbulk.writers.workbook_options import KEEP_TEXT
from armbulk.writers.xlsx_rows import rows_to_xml

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FIELDS = {field.path: field for field in EXPORTS["gl-items"].readable}
CONTROL = [*range(9), 11, 12, *range(14, 32), 127, 0xFFFE, 0xFFFF]

HOSTILE = ["=1+1", "007", "_x0041_", "_x005F_x0041_", "_x", "a\rb", "\r\n", " x", "x\t", "\n", " ", "&<>\"'", "]]>",
           "x" * EXCEL_MAX_CELL_CHARS, "ø" * (EXCEL_MAX_CELL_CHARS + 1),
           "\x01", "\x7f", "\ufffe", "\u00a0x", "𝕏"]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
NUMBERS = st.one_of(
    st.decimals(-(10**17), 10**17, places=2).map(str), st.sampled_from(["0", "-0.00", "1" * 15, "1" * 16, "0.10"])
)
DAYS = st.one_of(st.dates(date(1899, 1, 1), date(2200, 1, 1)).map(str), st.sampled_from(["1900-02-28", "1900-03-01"]))
TIMES = st.tuples(
    st.dates(date(1901, 1, 1), date(2200, 1, 1)).map(str),
    st.times().map(lambda time: f"T{time:%H:%M:%S}"),
    st.sampled_from(["", ".5", ".176"]),
    st.sampled_from(["Z", "+01:00", "-0330"]),
).map("".join)
COLUMNS = {"transactionText": TEXTS, "glAmount": NUMBERS, "glYear": st.integers(-(10**17), 10**17).map(str),
           "voucherDate": DAYS, "createdTime": TIMES, "unknown": TEXTS}  # fmt: skip
ROWS = st.fixed_dictionaries({path: st.none() | values for path, values in COLUMNS.items()})


TIME_LETTER, DAY_MS = "E", 86_400_000
OFFSET = re.compile("(Z|[+-][0-9:]+)$")


def read_cells(xml: bytes) -> dict[str, tuple[str, str]]:
    """Return the type and the value of each cell by its address; blanks at the ends of a text must be kept."""
    cells = {}
    for cell in ET.fromstring(xml).iter("c"):  # noqa: S314 - of our own writers
        kind, value = cell.get("t", "n"), next(cell.iter("t"), cell.find("v"))
        assert value is not None
        text = value.text or ""
        assert kind != "inlineStr" or text.strip() == text or value.get(SPACE) == "preserve"
        address = str(cell.get("r"))
        if kind == "n":  # XlsxWriter rounds the day and the time of day one by one
            text = str(round(float(text) * DAY_MS)) if address.startswith(TIME_LETTER) else f"{float(text):.16G}"
        cells[address] = (kind, text)
    return cells


def write_with_xlsxwriter(frame: pl.DataFrame, types: Mapping[str, FieldType]) -> bytes:
    """Return the worksheet that XlsxWriter makes of the same values, without its namespace."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**KEEP_TEXT, "constant_memory": True}) as book:
        page = book.add_worksheet()
        for row, values in enumerate(frame.iter_rows(named=True), start=1):
            for column, (path, value) in enumerate(values.items()):
                if value is not None:
                    write_value(page, row, column, value, types[path])
    return re.sub(b' xmlns="[^"]*"', b"", zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml"))


def write_value(page: Any, row: int, column: int, value: str, field_type: FieldType) -> None:
    """Write a value as what Excel keeps exactly, else as text."""
    is_number = field_type in {FieldType.AMOUNT, FieldType.INTEGER}
    is_day = field_type is FieldType.DATE and value >= "1900-03-01"
    if is_number and len(re.sub("[-.]", "", value).lstrip("0")) <= 15:
        page.write_number(row, column, float(value))
    elif is_day or field_type is FieldType.TIME:
        page.write_datetime(row, column, datetime.fromisoformat(OFFSET.sub("", value) if len(value) > 10 else value))
    else:
        safe = value.translate(dict.fromkeys(CONTROL, "\ufffd"))
        is_long = len(safe) > EXCEL_MAX_CELL_CHARS
        page.write_string(row, column, f"{safe[: EXCEL_MAX_CELL_CHARS - 4]} …" if is_long else safe)


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_every_cell_is_what_xlsxwriter_writes(rows: list[dict[str, str | None]]) -> None:
    """Zeros at the start, long numbers, days before March 1900, control characters, blanks at the ends."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String))
    stats = ColumnStats.for_fields([field for path, field in FIELDS.items() if path in COLUMNS])
    stats.add(frame)
    columns = [stats.columns[path] for path in frame.columns]
    offsets = {offset: f"9{index}" for index, offset in enumerate(stats.columns["createdTime"].offsets)}
    xml = b"<rows>%s</rows>" % rows_to_xml(frame, columns, list("123456"), 2, {"createdTime": offsets})
    types = {column.path: column.type for column in columns}
    assert read_cells(xml) == read_cells(write_with_xlsxwriter(frame, types))
    for cell in ET.fromstring(xml).iter("c"):  # noqa: S314 - of our own writers
        letter, row = str(cell.get("r"))[0], int(str(cell.get("r"))[1:])
        offset = OFFSET.findall(frame["createdTime"][row - 2] or "")
        assert cell.get("s") == (offsets[offset[0]] if letter == TIME_LETTER else str("ABCDEF".index(letter) + 1))

"""A workbook with tables of any length: xlsxwriter makes its bones, the rows stream into the sheets.

The skeleton (styles, tables, widths, small sheets) is written first, with one blank row in each long sheet that tells
the style of every column. Then the parts are copied into the real file, the blank row replaced by the rows.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from armbulk.model.columns import ExportColumn
from armbulk.model.fields import FieldType
from armbulk.writers.table_stream import TableStream
from armbulk.writers.xlsx_rows import rows_xml

MAX_SHEET_ROWS = 1_048_576
"""Rows of a worksheet, the header's included."""

FORMATS = {
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QUANTITY: "General",
    FieldType.INTEGER: "0",
    FieldType.DATE: "yyyy-mm-dd",
    FieldType.TIME: "yyyy-mm-dd hh:mm:ss",
    FieldType.BOOLEAN: "General",
}
"""How values are shown; all else is text, so that leading zeros stay."""

_LEFT = {
    FieldType.INTEGER,
    FieldType.DATE,
    FieldType.TIME,
    FieldType.BOOLEAN,
}  # read like words; only amounts are added up by eye
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
_INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_BLANK_ROW = re.compile(r'<row r="2"[^>]*>(.*?)</row>')
_BLANK_CELL = re.compile(r'<c r="([A-Z]+)2" s="(\d+)"/>')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
_TABLE = re.compile(r'Target="\.\./tables/([^"]+)"')
_EXTENT = re.compile(r'ref="A1:[A-Z]+2"')
_ENOUGH = 1_500_000_000
_CELL_BYTES = 60
_NARROW, _WIDE = 9, 48
_PAGE = 420  # characters of columns that may be shrunk onto one page across

Front = Callable[[Any, Sequence[str]], None]
"""Adds sheets of its own to the workbook (an `xlsxwriter.Workbook`) before the tables; told the tables' sheet names."""


def write_book(target: Path, streams: Sequence[TableStream], lang: str, front: Front | None = None) -> None:
    """Write a workbook of tables, each over as many sheets as it needs."""
    sheets = [part for stream in streams for part in _sheets(stream)]
    skeleton, places = _skeleton(sheets, lang, front)
    tables = _tables(skeleton, places)
    with (
        zipfile.ZipFile(skeleton) as bones,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as made,
    ):
        for name in bones.namelist():
            content = bones.read(name)
            if name in places:
                _fill(made, name, content.decode(), sheets[places[name]])
            elif name in tables:
                made.writestr(_entry(name), _extended(content.decode(), sheets[tables[name]]))
            else:
                made.writestr(_entry(name), content)


def _tables(skeleton: io.BytesIO, places: Mapping[str, int]) -> dict[str, int]:
    """Which table of the workbook is in which long sheet."""
    found = {}
    with zipfile.ZipFile(skeleton) as bones:
        for name, place in places.items():
            relations = name.replace("worksheets/", "worksheets/_rels/") + ".rels"
            for table in _TABLE.findall(bones.read(relations).decode()):
                found[f"xl/tables/{table}"] = place
    return found


def _extended(table: str, stream: TableStream) -> str:
    """A table over all its rows."""
    return _EXTENT.sub(f'ref="A1:{_corner(stream)}"', table)


def _corner(stream: TableStream) -> str:
    return str(xl_rowcol_to_cell(max(stream.rows, 1), len(stream.columns) - 1))


def _sheets(stream: TableStream) -> list[TableStream]:
    """The stream, cut where a worksheet ends."""
    most = MAX_SHEET_ROWS - 1
    count = max(1, -(-stream.rows // most))
    if count == 1:
        return [stream]
    return [
        replace(
            stream,
            title=f"{stream.title} {number + 1}",
            rows=min(most, stream.rows - number * most),
            pages=_between(stream, number * most, most),
            after=stream.after if number == count - 1 else None,
        )
        for number in range(count)
    ]


def _between(stream: TableStream, first: int, most: int) -> Callable[[], Iterator[pl.DataFrame]]:
    def pages() -> Iterator[pl.DataFrame]:
        at = 0
        for page in stream.pages():
            here = page.slice(max(first - at, 0), max(min(first + most - at, page.height) - max(first - at, 0), 0))
            at += page.height
            if here.height:
                yield here
            if at >= first + most:
                return

    return pages


def _skeleton(sheets: Sequence[TableStream], lang: str, front: Front | None) -> tuple[io.BytesIO, dict[str, int]]:
    """The workbook without its rows; and which part of it is which sheet."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {**_INERT, "in_memory": True})
    book.set_properties({"created": _STAMP})
    formats = {
        kind: book.add_format({"num_format": shown, **({"align": "left"} if kind in _LEFT else {})})
        for kind, shown in FORMATS.items()
    }
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A4D", "valign": "vcenter"})
    titles = [one.title[:31] for one in sheets]
    if front is not None:
        front(book, titles)
    places = {}
    for number, (one, title) in enumerate(zip(sheets, titles, strict=True), start=1):
        page = book.add_worksheet(title)
        places[f"xl/worksheets/sheet{len(book.worksheets())}.xml"] = number - 1
        _bones(page, one, lang, head, number)
        if one.hidden:
            page.very_hidden()
        for at, column in enumerate(one.columns):
            shown = formats.get(column.type, text)
            page.set_column(at, at, _width(column, one.headers(lang)[at]), shown)
            page.write_blank(1, at, None, shown)
        if one.after is not None:
            one.after(book)
    book.close()
    return made, places


def _bones(page: Any, one: TableStream, lang: str, head: Any, number: int) -> None:
    """Header, table with its filter, frozen panes, and how the sheet prints."""
    columns = [{"header": text, "header_format": head} for text in one.headers(lang)]
    options = {"columns": columns, "name": f"Table{number}", "style": "Table Style Light 1"}
    page.add_table(0, 0, 1, len(columns) - 1, options)  # its real extent is written when the rows are
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    if sum(_width(*pair) for pair in zip(one.columns, one.headers(lang), strict=True)) <= _PAGE:
        page.fit_to_pages(1, 0)
    else:
        page.repeat_columns(0)
    page.repeat_rows(0)


def _width(column: ExportColumn, header: str) -> float:
    widest = {FieldType.AMOUNT: column.max_chars + 5, FieldType.DATE: 10, FieldType.TIME: 19}.get(
        column.type, column.max_chars
    )
    return min(max(widest + 2, len(header) + 4, _NARROW), _WIDE)


def _fill(made: zipfile.ZipFile, name: str, sheet: str, stream: TableStream) -> None:
    """Copy a sheet, its blank row replaced by the stream's rows."""
    row = _BLANK_ROW.search(sheet)
    if row is None:
        raise RuntimeError("the skeleton of a sheet has no row to replace")
    styles = [
        style for _, style in sorted(_BLANK_CELL.findall(row[1]), key=lambda one: xl_cell_to_rowcol(f"{one[0]}1")[1])
    ]
    start = _DIMENSION.sub(f'<dimension ref="A1:{_corner(stream)}"/>', sheet[: row.start()], count=1)
    large = stream.rows * len(stream.columns) * _CELL_BYTES > _ENOUGH
    with made.open(_entry(name), "w", force_zip64=large) as part:
        part.write(start.encode())
        first = 2
        for chunk in stream.chunks():
            part.write(rows_xml(chunk, stream.columns, styles, first))
            first += chunk.height
        part.write(sheet[row.end() :].encode())


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that is the same on every day."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry

"""Write a workbook with tables of any length: xlsxwriter makes a template, the rows stream into its sheets.

The template (styles, tables, widths, small sheets) is written first; each long sheet has one blank row with the style
of every column. Its parts are then copied into the real file, the blank row replaced by the rows.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.columns import ExportColumn
from armbulk.model.excel import EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from armbulk.model.fields import FieldType
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.report_cells import HEAD, INK
from armbulk.writers.table_stream import TableStream
from armbulk.writers.workbook_options import KEEP_TEXT, WORKBOOK_CREATED, date_format
from armbulk.writers.xlsx_rows import rows_to_xml, shows_offsets

MAX_SHEET_ROWS = EXCEL_MAX_ROWS
"""Rows of a worksheet, the header included; a longer table gets further sheets."""

NUMBER_FORMATS = {
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QUANTITY: "General",
    FieldType.INTEGER: "0",
    FieldType.BOOLEAN: "General",
}
"""Number formats besides those of dates and times; all other types are text, so that leading zeros stay."""

_LEFT_ALIGNED = {FieldType.INTEGER, FieldType.DATE, FieldType.TIME, FieldType.BOOLEAN}  # only amounts are added up
_BLANK_ROW = re.compile(r'<row r="2"[^>]*>(.*?)</row>')
_BLANK_CELL = re.compile(r'<c r="([A-Z]+)2" s="(\d+)"/>')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
_TABLE_TARGET = re.compile(r'Target="\.\./tables/([^"]+)"')
_TABLE_RANGE = re.compile(r'ref="A1:[A-Z]+2"')
_ZIP64_BYTES = 1_500_000_000
"""Estimated size of a sheet from which its zip entry needs 64-bit sizes, well below the limit of 2 GiB."""

_CELL_BYTES = 60
_XML_ROWS = 2_000  # a row's XML is ten times as long as its values
_MIN_WIDTH, _MAX_WIDTH = 9, 48
_PAGE_WIDTH = 420  # characters of columns that can be shrunk onto one page across

AddSummary = Callable[[Any, Sequence[str]], None]
"""Adds sheets to the workbook (an `xlsxwriter.Workbook`) before the tables; gets the tables' sheet names."""


def write_workbook(
    target: Path, streams: Sequence[TableStream], lang: str, add_summary: AddSummary | None = None
) -> None:
    """Write a workbook of tables, each over as many sheets as it needs.

    Args:
        target: the file.
        streams: the tables.
        lang: language of the headers.
        add_summary: adds sheets before the tables.
    """
    if any(len(stream.columns) > EXCEL_MAX_COLUMNS for stream in streams):
        raise FileError(
            "too-many-columns",
            _(
                "{name}: the list has more columns than an Excel sheet allows ({excel_max_columns:number})",
                name=target.name,
                excel_max_columns=EXCEL_MAX_COLUMNS,
            ),
            _("Export to .csv, or choose columns with --columns"),
        )
    sheets = [sheet for stream in streams for sheet in _split_into_sheets(stream)]
    template, sheet_parts = _create_template(sheets, lang, add_summary)
    table_parts = _find_tables(template, sheet_parts)
    with (
        zipfile.ZipFile(template) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=2) as archive,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name in sheet_parts:
                _copy_with_rows(archive, name, content.decode(), sheets[sheet_parts[name]])
            elif name in table_parts:
                table = _TABLE_RANGE.sub(f'ref="A1:{_last_cell(sheets[table_parts[name]])}"', content.decode())
                archive.writestr(_create_entry(name), table)
            else:
                archive.writestr(_create_entry(name), content)


def _find_tables(template: io.BytesIO, sheet_parts: Mapping[str, int]) -> dict[str, int]:
    """Part of the archive with a table → index of its sheet."""
    tables = {}
    with zipfile.ZipFile(template) as source:
        for name, index in sheet_parts.items():
            relations = name.replace("worksheets/", "worksheets/_rels/") + ".rels"
            for table in _TABLE_TARGET.findall(source.read(relations).decode()):
                tables[f"xl/tables/{table}"] = index
    return tables


def _last_cell(stream: TableStream) -> str:
    return str(xl_rowcol_to_cell(max(stream.rows, 1), len(stream.columns) - 1))


def _split_into_sheets(stream: TableStream) -> list[TableStream]:
    """The table, split where a worksheet ends."""
    max_rows = MAX_SHEET_ROWS - 1
    count = max(1, -(-stream.rows // max_rows))
    if count == 1:
        return [stream]
    return [
        replace(
            stream,
            title=f"{stream.title} {number + 1}",
            rows=min(max_rows, stream.rows - number * max_rows),
            pages=_slice_pages(stream, number * max_rows, max_rows),
            add_sheets=stream.add_sheets if number == count - 1 else None,
        )
        for number in range(count)
    ]


def _slice_pages(stream: TableStream, first: int, count: int) -> Callable[[], Iterator[pl.DataFrame]]:
    def pages() -> Iterator[pl.DataFrame]:
        start = 0
        for page in stream.pages():
            skipped = max(first - start, 0)
            part = page.slice(skipped, max(min(first + count - start, page.height) - skipped, 0))
            start += page.height
            if part.height:
                yield part
            if start >= first + count:
                return

    return pages


def _create_template(
    sheets: Sequence[TableStream], lang: str, add_summary: AddSummary | None
) -> tuple[io.BytesIO, dict[str, int]]:
    """The workbook without its rows, and: part of its archive → index of the sheet."""
    template = io.BytesIO()
    book = xlsxwriter.Workbook(template, {**KEEP_TEXT, "in_memory": True})
    book.set_properties({"created": WORKBOOK_CREATED})
    number_formats = _list_number_formats(lang)
    formats = {
        field_type: book.add_format(
            {"num_format": number_format, **({"align": "left"} if field_type in _LEFT_ALIGNED else {})}
        )
        for field_type, number_format in number_formats.items()
    }
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "font_color": INK, "bg_color": HEAD, "valign": "vcenter"})
    titles = [sheet.title[:31] for sheet in sheets]
    if add_summary is not None:
        add_summary(book, titles)
    parts = {}
    for index, (sheet, title) in enumerate(zip(sheets, titles, strict=True)):
        page = book.add_worksheet(title)
        parts[f"xl/worksheets/sheet{len(book.worksheets())}.xml"] = index
        _lay_out(page, sheet, lang, head, index + 1)
        if sheet.hidden:
            page.very_hidden()
        for number, (column, header) in enumerate(zip(sheet.columns, sheet.headers(lang), strict=True)):
            is_text = column.type is FieldType.TIME and not shows_offsets(column)
            cell_format = text if is_text else formats.get(column.type, text)
            page.set_column(number, number, _choose_width(column, header), cell_format)
            page.write_blank(1, number, None, cell_format)
        for number, (_path, _offset, suffix) in enumerate(_list_time_styles(sheet), start=len(sheet.columns)):
            style = {"num_format": number_formats[FieldType.TIME] + suffix, "align": "left"}
            page.write_blank(1, number, None, book.add_format(style))
        if sheet.add_sheets is not None:
            sheet.add_sheets(book)
    book.close()
    return template, parts


def _list_number_formats(lang: str) -> dict[FieldType, str]:
    day = date_format(lang)
    return {**NUMBER_FORMATS, FieldType.DATE: day, FieldType.TIME: f"{day} hh:mm:ss"}


def _list_time_styles(sheet: TableStream) -> list[tuple[str, str, str]]:
    """(path, offset, end of the number format) of what shows the offsets of times; their cells are after the table."""
    return [
        (column.path, offset, (".000" if column.scale else "") + f'" {offset}"')
        for column in sheet.columns
        if column.type is FieldType.TIME and shows_offsets(column)
        for offset in sorted(column.offsets)
    ]


def _lay_out(page: Any, sheet: TableStream, lang: str, head: Any, number: int) -> None:
    """Header, table with its filter, frozen panes, and how the sheet prints."""
    headers = sheet.headers(lang)
    columns = [{"header": text, "header_format": head} for text in headers]
    options = {"columns": columns, "name": f"Table{number}", "style": "Table Style Light 1"}
    page.add_table(0, 0, 1, len(columns) - 1, options)  # its real range is written with the rows
    page.freeze_panes(1, 0)
    width = sum(_choose_width(*pair) for pair in zip(sheet.columns, headers, strict=True))
    fits = bool(sheet.print_columns) or width <= _PAGE_WIDTH
    set_up_page(page, lang, sheet.subject, pages_across=int(fits))
    if sheet.print_columns:
        page.print_area(0, 0, max(sheet.rows, 1), sheet.print_columns - 1)
    elif not fits:
        page.repeat_columns(0)
    page.repeat_rows(0)


def _choose_width(column: ExportColumn, header: str) -> float:
    fixed = {FieldType.AMOUNT: column.max_chars + 5, FieldType.DATE: 10, FieldType.TIME: 30}
    chars = fixed.get(column.type, column.max_chars)
    return min(max(chars + 2, len(header) + 4, _MIN_WIDTH), _MAX_WIDTH)


def _copy_with_rows(archive: zipfile.ZipFile, name: str, sheet: str, stream: TableStream) -> None:
    """Copy a sheet of the template, its blank row replaced by the stream's rows."""
    row = _BLANK_ROW.search(sheet)
    if row is None:
        raise RuntimeError("the skeleton of a sheet has no row to replace")
    cells = sorted(_BLANK_CELL.findall(row[1]), key=lambda cell: xl_cell_to_rowcol(f"{cell[0]}1")[1])
    styles = [style for _, style in cells]
    count = len(stream.columns)
    time_styles: dict[str, dict[str, str]] = {}
    for (path, offset, _suffix), style in zip(_list_time_styles(stream), styles[count:], strict=True):
        time_styles.setdefault(path, {})[offset] = style
    start = _DIMENSION.sub(f'<dimension ref="A1:{_last_cell(stream)}"/>', sheet[: row.start()], count=1)
    is_large = stream.rows * len(stream.columns) * _CELL_BYTES > _ZIP64_BYTES
    with archive.open(_create_entry(name), "w", force_zip64=is_large) as part:
        part.write(start.encode())
        first = 2
        for rows in (rows for chunk in stream.chunks() for rows in chunk.iter_slices(_XML_ROWS)):
            part.write(rows_to_xml(rows, stream.columns, styles[:count], first, time_styles))
            first += rows.height
        part.write(sheet[row.end() :].encode())


def _create_entry(name: str) -> zipfile.ZipInfo:
    """A zip entry that is the same on every day."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry

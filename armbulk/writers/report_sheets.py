"""Small sheets of a report: a table with a total, notes and a chart (xlsxwriter)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from armbulk.model.fields import FieldType
from armbulk.writers.report_cells import choose_format, create_formats, replace_unprintable, write_value
from armbulk.writers.report_chart import Chart, add_chart
from armbulk.writers.section import Row, Value

_MIN_WIDTH, _MAX_WIDTH = 10, 44


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """A sheet with one table.

    Attributes:
        name: the sheet's name.
        title: the title above the table.
        headings: header and type of each column.
        rows: the rows.
        total: the row below them.
        notes: texts between title and table.
        bad_rows: indexes of the rows to mark as wrong.
        is_good: colours the first note: green when True, red when False.
        chart: a chart of the table.
    """

    name: str
    title: str
    headings: tuple[tuple[str, FieldType], ...]
    rows: Sequence[Row]
    total: Row | None = None
    notes: tuple[str, ...] = ()
    bad_rows: frozenset[int] = frozenset()
    is_good: bool | None = None
    chart: Chart | None = None


def add_report_sheet(book: Any, sheet: ReportSheet) -> None:
    """Add a sheet to a workbook (an `xlsxwriter.Workbook`)."""
    formats = create_formats(book)
    page = book.add_worksheet(sheet.name)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_row(0, 28)
    page.write_string(0, 0, sheet.title, formats["title"])
    for row, note in enumerate(sheet.notes, start=1):
        is_result = row == 1 and sheet.is_good is not None
        name = ("is good" if sheet.is_good else "is bad") if is_result else "note"
        if is_result:
            page.merge_range(row, 0, row, len(sheet.headings) - 1, "", formats[name])
        page.write_string(row, 0, replace_unprintable(note), formats[name])
    top = len(sheet.notes) + 2
    _write_table(page, top, sheet, formats)
    if sheet.chart is not None and sheet.rows:
        add_chart(book, page, top, sheet.rows, len(sheet.headings), sheet.chart, formats)


def _write_table(page: Any, top: int, sheet: ReportSheet, formats: dict[str, Any]) -> None:
    for column, (heading, field_type) in enumerate(sheet.headings):
        is_number = field_type in {FieldType.AMOUNT, FieldType.INTEGER}
        page.write_string(top, column, heading, formats["head right" if is_number else "head"])
        page.set_column(column, column, _choose_width(sheet, column))
    for number, values in enumerate(sheet.rows):
        variant = " bad" if number in sheet.bad_rows else ""
        for column, value in enumerate(values):
            write_value(page, top + 1 + number, column, value, choose_format(value, formats, variant))
    last = top + len(sheet.rows)
    if sheet.rows:
        page.autofilter(top, 0, last, len(sheet.headings) - 1)
    for column, value in enumerate(sheet.total or ()):
        write_value(page, last + 1, column, value, choose_format(value, formats, " total"))
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)


def _choose_width(sheet: ReportSheet, column: int) -> float:
    heading = len(sheet.headings[column][0]) + 4
    values = [row[column] for row in (*sheet.rows, sheet.total or ()) if row]
    longest = max((len(_format_value(value)) for value in values), default=0)
    return min(max(heading, longest + 3, _MIN_WIDTH), _MAX_WIDTH)


def _format_value(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value or ""

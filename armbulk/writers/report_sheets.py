"""Small sheets of a report: a table with a total, notes and a chart (xlsxwriter)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from armbulk.model.fields import FieldType
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.problem_sheet import count_lines
from armbulk.writers.report_cells import choose_format, create_formats, write_across, write_value
from armbulk.writers.report_chart import Chart, add_chart
from armbulk.writers.section import Link, ReportRow, ReportValue

_MIN_WIDTH, _MAX_WIDTH = 10, 44
_HEADING_WIDTH, _LINE_HEIGHT = 16, 16
"""Characters above which the heading of a number takes several lines, between words; the height of one in points."""

_EDGE = 2
"""Characters less that surely fit a line of a heading."""

_HEAD_FORMATS = {
    FieldType.AMOUNT: "head right",
    FieldType.INTEGER: "head right",
    FieldType.DATE: "head indented",
}


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
        is_landscape: whether it is printed across.
    """

    name: str
    title: str
    headings: tuple[tuple[str, FieldType], ...]
    rows: Sequence[ReportRow]
    total: ReportRow | None = None
    notes: tuple[str, ...] = ()
    bad_rows: frozenset[int] = frozenset()
    is_good: bool | None = None
    chart: Chart | None = None
    is_landscape: bool = True

    @property
    def header_row(self) -> int:
        """The row of the headings, as a worksheet counts from 1; the rows follow it, and then the total."""
        return len(self.notes) + 3

    def link_to_row(self, index: int) -> str:
        """Return the range of the row at `index`; after the last row that is the total."""
        row = self.header_row + 1 + index
        return f"A{row}:{chr(ord('A') + min(len(self.headings), 26) - 1)}{row}"


def add_report_sheet(book: Any, sheet: ReportSheet, lang: str, subject: str = "") -> None:
    """Add a sheet to a workbook (an `xlsxwriter.Workbook`); `subject` is printed at the top of its pages."""
    formats = create_formats(book, lang)
    page = book.add_worksheet(sheet.name)
    set_up_page(page, lang, subject, is_landscape=sheet.is_landscape)
    page.hide_gridlines(2)
    page.set_row(0, 28)
    page.write_string(0, 0, sheet.title, formats["title"])
    widths = choose_widths(sheet)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    last = len(sheet.headings) - 1
    for row, note in enumerate(sheet.notes, start=1):
        is_result = row == 1 and sheet.is_good is not None
        name = ("is good" if sheet.is_good else "is bad") if is_result else "note"
        text = f"{'✓' if sheet.is_good else '✗'} {note}" if is_result else note
        write_across(page, row, (0, last), text, formats[name], sum(widths))
    lines = max(count_lines(name, int(width) - _EDGE) for (name, _), width in zip(sheet.headings, widths, strict=True))
    if lines > 1:
        page.set_row(sheet.header_row - 1, _LINE_HEIGHT * lines)
    _write_table(page, sheet.header_row - 1, sheet, formats)
    if sheet.chart is not None and sheet.rows:
        add_chart(book, page, sheet.header_row - 1, sheet.rows, widths, sheet.chart, formats)


def _write_table(page: Any, top: int, sheet: ReportSheet, formats: dict[str, Any]) -> None:
    for column, (heading, field_type) in enumerate(sheet.headings):
        is_link = any(isinstance(row[column], Link) for row in sheet.rows[:1])
        name = "head indented" if is_link else _HEAD_FORMATS.get(field_type, "head")
        page.write_string(top, column, heading, formats[name])
    for number, values in enumerate(sheet.rows):
        variant = " bad" if number in sheet.bad_rows else " row"
        for column, value in enumerate(values):
            look = " marked" if number in sheet.bad_rows and column == 0 else variant
            write_value(page, top + 1 + number, column, value, choose_format(value, formats, look))
    last = top + len(sheet.rows)
    if sheet.rows:
        page.autofilter(top, 0, last, len(sheet.headings) - 1)
    for column, value in enumerate(sheet.total or ()):
        write_value(page, last + 1, column, value, choose_format(value, formats, " total"))
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)


def choose_widths(sheet: ReportSheet) -> list[float]:
    """Return the width of each column, in characters; the rows are looked at once."""
    longest = [0] * len(sheet.headings)
    for row in chain(sheet.rows, [sheet.total] if sheet.total else []):
        for column, value in enumerate(row):
            if longest[column] < _MAX_WIDTH:
                longest[column] = max(longest[column], len(_format_value(value)))
    return [_choose_width(*heading, chars) for heading, chars in zip(sheet.headings, longest, strict=True)]


def _choose_width(name: str, field_type: FieldType, longest: int) -> float:
    longest_word = max(map(len, name.split()), default=0) + 4
    heading = min(len(name) + 4, max(_HEADING_WIDTH, longest_word)) if field_type in _HEAD_FORMATS else len(name) + 4
    return min(max(heading, longest + 3, _MIN_WIDTH), _MAX_WIDTH)


def _format_value(value: ReportValue) -> str:
    match value:
        case Decimal():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
        case date():
            return value.isoformat()
        case Link():
            return value.text
        case _:
            return value or ""

"""The first sheet of a report: sections of labels and values (xlsxwriter)."""

from collections.abc import Callable, Sequence
from typing import Any

from armbulk.writers.report_cells import choose_format, create_formats, replace_unprintable, write_value
from armbulk.writers.section import Row, Section

_LABEL_WIDTH, _VALUE_WIDTH, _VALUE_COLUMNS = 34, 19, 5
_LINE_CHARS = 104
"""Characters that fit on a line across the value columns."""


def create_summary(name: str, title: str, sections: Sequence[Section]) -> Callable[[Any, Sequence[str]], None]:
    """Return a function that adds the summary to a workbook (an `xlsxwriter.Workbook`)."""

    def add_summary(book: Any, _: Sequence[str]) -> None:
        formats = create_formats(book)
        page = book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, _LABEL_WIDTH)
        page.set_column(1, _VALUE_COLUMNS, _VALUE_WIDTH)
        page.set_row(0, 28)
        page.write_string(0, 0, title, formats["title"])
        row = 2
        for section in sections:
            row = _write_section(page, row, section, formats) + 1

    return add_summary


def _write_section(page: Any, top: int, section: Section, formats: dict[str, Any]) -> int:
    """Write a section from row `top` on; return the row after it."""
    page.set_row(top, 20)
    for column in range(_VALUE_COLUMNS + 1):
        page.write_string(top, column, section.title if column == 0 else "", formats["section"])
    row = top + 1
    for column, heading in enumerate(section.headings):
        if heading:
            page.write_string(row, column, heading, formats["small"])
    row += bool(section.headings)
    for number, values in enumerate(section.rows):
        _write_row(page, row + number, values, formats, is_good=section.is_good if number == 0 else None)
    return row + len(section.rows)


def _write_row(page: Any, row: int, cells: Row, formats: dict[str, Any], *, is_good: bool | None) -> None:
    label, *values = cells
    page.write_string(row, 0, replace_unprintable(str(label or "")), formats["label"])
    if len(values) == 1 and isinstance(values[0], str):
        name = {True: "is good", False: "is bad", None: "wrapped"}[is_good]
        _write_across(page, row, values[0], formats[name])
        return
    for column, value in enumerate(values, start=1):
        is_only_count = len(values) == 1 and isinstance(value, int)
        write_value(page, row, column, value, formats["left"] if is_only_count else choose_format(value, formats))


def _write_across(page: Any, row: int, text: str, cell_format: Any) -> None:
    page.merge_range(row, 1, row, _VALUE_COLUMNS, "", cell_format)
    page.write_string(row, 1, replace_unprintable(text), cell_format)
    lines = max(1, -(-len(text) // _LINE_CHARS))
    page.set_row(row, 15 * lines + 2 * (lines > 1))

"""A sheet of a report with sections of labels and values (xlsxwriter)."""

from collections.abc import Sequence
from typing import Any

from armbulk.writers.print_setup import set_up_page
from armbulk.writers.report_cells import choose_format, create_formats, replace_unprintable, write_across, write_value
from armbulk.writers.section import Row, Section

_LABEL_WIDTH, _VALUE_WIDTH, _VALUE_COLUMNS = 34, 19, 5
_LINE_CHARS = 104
"""Characters that fit on a line across the value columns."""


def add_section_sheet(book: Any, name: str, sections: Sequence[Section], lang: str, subject: str) -> None:
    """Add a sheet with sections to a workbook (an `xlsxwriter.Workbook`); its name is its title."""
    formats = create_formats(book, lang)
    page = book.add_worksheet(name)
    set_up_page(page, lang, subject, is_landscape=False)
    page.hide_gridlines(2)
    page.set_column(0, 0, _LABEL_WIDTH)
    page.set_column(1, _VALUE_COLUMNS, _VALUE_WIDTH)
    page.set_row(0, 28)
    page.write_string(0, 0, name, formats["title"])
    row = 2
    for section in sections:
        row = _write_section(page, row, section, formats) + 1


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
        write_across(page, row, (1, _VALUE_COLUMNS), values[0], formats[name], _LINE_CHARS)
        return
    for column, value in enumerate(values, start=1):
        is_only_count = len(values) == 1 and isinstance(value, int)
        write_value(page, row, column, value, formats["left"] if is_only_count else choose_format(value, formats))

"""A result workbook written from scratch (xlsxwriter): for several files, and for input that is no .xlsx."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from armbulk.findings.frame import RenderedFinding
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.outcome_words import find_outcome
from armbulk.model.result_columns import CHANGES, OUTCOME_FIELDS, OUTCOME_HEADERS, PROBLEMS, SUMMARY
from armbulk.model.sheet import SHOWN, Sheet
from armbulk.readers.symbol_format import add_symbol
from armbulk.resources import list_field_headers
from armbulk.writers import style
from armbulk.writers.provenance import PROPERTY
from armbulk.writers.section import Row, Section, Value
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.workbook_options import KEEP_TEXT, WORKBOOK_CREATED, date_format

Formats = Mapping[str, Any]

_MAX_COMMENTS = 10_000
_COMMENT_SIZE = {"x_scale": 2.5, "y_scale": 1.5}


def write_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    findings: Sequence[RenderedFinding],
    summary: SummarySheet,
    lang: str,
    headers: Mapping[int, SheetHeader],
) -> None:
    """Write the summary, the problems, and every sheet with its outcome columns.

    Args:
        target: the file to write.
        sheets: the sheets as they were read.
        outcomes: a row for each row read (see `workbooks.write_results`).
        findings: the rows of the Problems sheet.
        summary: the Summary sheet.
        lang: language of texts.
        headers: sheet index → its header.
    """
    options = {**KEEP_TEXT, "constant_memory": outcomes.height > 20_000, "in_memory": False}
    book = xlsxwriter.Workbook(str(target), options)
    own = (SUMMARY.text(lang), PROBLEMS.text(lang))
    book.set_properties({"category": style.RESULT_CATEGORY, "created": WORKBOOK_CREATED, "keywords": "; ".join(own)})
    if summary.provenance:
        book.set_custom_property(PROPERTY, summary.provenance.text, "text")
    titles = style.sheet_titles(sheets, own)
    formats = _create_formats(book, lang)
    _write_summary(book.add_worksheet(own[0]), summary.sections, formats)
    _write_problems(book.add_worksheet(own[1]), findings, lang, formats)
    for index, (sheet, title) in enumerate(zip(sheets, titles, strict=True)):
        rows, header = style.outcomes_of_sheet(outcomes, index), headers.get(index)
        marks = style.cell_marks(findings, sheet, header.row if header else None)
        _write_sheet(book.add_worksheet(title), sheet, header, rows, marks, lang, formats)
    book.close()


def mark_problems(
    target: Path,
    sheets: Sequence[Sheet],
    findings: Sequence[RenderedFinding],
    lang: str,
    header_rows: Mapping[int, int],
    changes: Sequence[CorrectedCell] = (),
) -> None:
    """Write every sheet with the cells coloured that have findings, and the Problems sheet.

    With `changes` (the sheets have them) the corrected cells are coloured, too, and there is a Changes sheet.
    """
    book = xlsxwriter.Workbook(str(target), {**KEEP_TEXT, "constant_memory": False})
    own = (*([CHANGES.text(lang)] if changes else []), PROBLEMS.text(lang))
    book.set_properties({"category": style.RESULT_CATEGORY, "created": WORKBOOK_CREATED, "keywords": "; ".join(own)})
    formats = _create_formats(book, lang)
    if changes:
        _write_changes(book.add_worksheet(own[0]), changes, lang, formats)
    _write_problems(book.add_worksheet(own[-1]), findings, lang, formats)
    for index, (sheet, title) in enumerate(zip(sheets, style.sheet_titles(sheets, own), strict=True)):
        marks = {
            (change.row, change.column): (style.BLUE, style.describe_change(change, lang))
            for change in changes
            if (change.file, change.sheet) == (sheet.file, sheet.name)
        }
        marks |= style.cell_marks(findings, sheet, header_rows.get(index))
        _write_marked_sheet(book.add_worksheet(title), sheet, header_rows.get(index), marks, formats)
    book.close()


def _write_marked_sheet(
    page: Any,
    sheet: Sheet,
    header_row: int | None,
    marks: Mapping[tuple[int, str], tuple[str, str]],
    formats: Formats,
) -> None:
    """Write a sheet; `marks` are its coloured cells: (row, letter) → (colour, comment)."""
    comments = 0
    for index, row in _positions(sheet):
        for column, letter in enumerate(sheet.letters):
            colour, text = marks.get((row["row"], letter), ("", ""))
            if row[letter] is not None:
                is_head = row["row"] == header_row and not text
                _write_cell(page, index, column, row, letter, formats, is_head=is_head, colour=colour)
            elif text:
                page.write_blank(index, column, None, formats[colour])
            if text and comments < _MAX_COMMENTS:
                page.write_comment(index, column, style.escape_text(text), _COMMENT_SIZE)
                comments += 1
        if row["row"] == header_row:
            page.freeze_panes(index + 1, 0)
    page.set_column(0, len(sheet.letters), 16)


def _positions(sheet: Sheet) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows with their index in the new sheet: a workbook's at their own number, a csv's without gaps."""
    for index, row in enumerate(sheet.frame.iter_rows(named=True)):
        yield row["row"] - 1 if sheet.format != "csv" else index, row


def _create_formats(book: Any, lang: str) -> dict[str, Any]:
    head = {"bold": True, "font_color": f"#{style.INK}", "bg_color": f"#{style.HEAD}", "valign": "vcenter"}
    wrapped = {"text_wrap": True, "valign": "top", "num_format": "@"}
    formats = {
        "head": book.add_format(head),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": date_format(lang)}),
        "wrapped": book.add_format(wrapped),
        "link": book.add_format({"font_color": "#0B5CAD", "underline": 1, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": f"#{style.HEAD}"}),
        "section": book.add_format({"bold": True, "font_size": 12, "font_color": f"#{style.HEAD}"}),
        "number": book.add_format({"num_format": "#,##0", "align": "left"}),
        "amount": book.add_format({"num_format": "#,##0.00", "align": "left"}),
    }
    for colour in {*style.OUTCOME_COLOURS.values(), style.BLUE}:
        formats[colour] = book.add_format({"bg_color": f"#{colour}", "num_format": "@"})
        formats[f"date{colour}"] = book.add_format({"bg_color": f"#{colour}", "num_format": date_format(lang)})
    for mark in {style.key_mark(outcome) for outcome in style.OUTCOME_COLOURS}:
        fill, symbol = {"bg_color": f"#{mark[:6]}"}, mark[6:]
        for name, code in (("", "@"), ("number", "General"), ("date", date_format(lang))):
            marked = add_symbol(code, symbol) if symbol else code
            formats[f"{name}{mark}"] = book.add_format({**fill, "num_format": marked or code})
    return formats


def _write_sheet(
    page: Any,
    sheet: Sheet,
    header: SheetHeader | None,
    outcomes: Mapping[int, tuple[str | None, ...]],
    marks: Mapping[tuple[int, str], tuple[str, str]],
    lang: str,
    formats: Formats,
) -> None:
    """Write one sheet with its rows, its marked cells (row, letter) → (colour, comment), and the outcome columns."""
    header_row, key = (header.row, header.key_letter) if header else (None, "")
    old = style.outcome_letters(sheet, header_row) if header_row else {}
    letters = [letter for letter in sheet.letters if letter not in old.values()]
    widths = [12] * len(letters)
    first = last = comments = 0
    for index, row in _positions(sheet):
        is_head, number = row["row"] == header_row, row["row"]
        cells = {letter: marks[number, letter] for letter in letters if (number, letter) in marks}
        mark = _choose_mark(outcomes.get(number))
        if mark and key in letters:
            cells[key] = mark, cells.get(key, ("", ""))[1]
        for column, letter in enumerate(letters):
            colour, comment = cells.get(letter, ("", ""))
            _write_marked_cell(page, index, column, row, letter, formats, is_head=is_head, colour=colour)
            widths[column] = max(widths[column], min(len(row[letter] or "") + 2, 40))
            if comment and comments < _MAX_COMMENTS:
                page.write_comment(index, column, style.escape_text(comment), _COMMENT_SIZE)
                comments += 1
        if is_head:
            first = index
            _add_outcome_headers(page, index, len(letters), lang, formats)
        elif number in outcomes:
            _write_outcome(page, index, len(letters), outcomes[number], formats)
        last = index
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    if header_row:
        page.autofilter(first, 0, last, len(letters) + len(OUTCOME_FIELDS) - 1)


def _write_marked_cell(
    page: Any,
    index: int,
    column: int,
    row: Mapping[str, Any],
    letter: str,
    formats: Formats,
    *,
    is_head: bool,
    colour: str,
) -> None:
    if row[letter] is not None:
        _write_cell(page, index, column, row, letter, formats, is_head=is_head, colour=colour)
    elif colour:
        page.write_blank(index, column, None, formats[colour])


def _add_outcome_headers(page: Any, index: int, start: int, lang: str, formats: Formats) -> None:
    """Add the headers and the widths of the outcome columns, which begin at the column `start`."""
    for column, name in enumerate(OUTCOME_FIELDS, start=start):
        page.write_string(index, column, OUTCOME_HEADERS[name].text(lang), formats["head"])
        page.set_column(column, column, style.OUTCOME_WIDTHS[name])
    page.freeze_panes(index + 1, 0)


def _choose_mark(values: tuple[str | None, ...] | None) -> str:
    """Return the mark of a record's key cell; "" without an outcome."""
    outcome = find_outcome(values[0] or "") if values else None
    return style.key_mark(outcome) if outcome else ""


def _write_outcome(page: Any, index: int, first: int, values: tuple[str | None, ...], formats: Formats) -> None:
    for column, (name, value) in enumerate(zip(OUTCOME_FIELDS, values, strict=True), start=first):
        if value:
            colour = style.outcome_colour(name, value)
            page.write_string(index, column, style.escape_text(value), formats[colour or "text"])


def _write_cell(
    page: Any,
    index: int,
    column: int,
    row: Mapping[str, Any],
    letter: str,
    formats: Formats,
    *,
    is_head: bool,
    colour: str = "",
) -> None:
    """Write a cell as it was: numbers as numbers while Excel keeps all digits, dates as dates, the rest as shown.

    `colour` is a colour of `style`, or a key's mark.
    """
    text, cell_type = row[letter], row[f"{letter}.cell"]
    if cell_type == "formatted":
        text = row[f"{letter}{SHOWN}"]
    if is_head:
        page.write_string(index, column, style.escape_text(text), formats["head"])
    elif cell_type == "number" and len(re.sub(r"[-.]", "", text).lstrip("0")) <= EXCEL_EXACT_DIGITS:
        name = f"number{colour}" if f"number{colour}" in formats else colour
        page.write_number(index, column, float(text), formats[name] if colour else None)
    elif cell_type == "date":
        page.write_datetime(index, column, date.fromisoformat(text), formats[f"date{colour}"])
    elif cell_type == "boolean":
        page.write_boolean(index, column, text == "TRUE", formats[colour or "text"])
    else:
        page.write_string(index, column, style.escape_text(text), formats[colour or "text"])


def _write_summary(page: Any, sections: Sequence[Section], formats: Formats) -> None:
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 48)
    page.set_column(1, 1, 70)
    row = 0
    for section in sections:
        page.write_string(row, 0, style.escape_text(section.title), formats["section" if row else "title"])
        page.set_row(row, 18 if row else 26)
        row += 1
        for values in section.rows:
            _write_row(page, row, values, formats)
            row += 1
        row += 1


def _write_row(page: Any, row: int, values: Row, formats: Formats) -> None:
    label, value = values
    if label:
        page.write_string(row, 0, style.escape_text(str(label)), formats["wrapped"])
        _write_value(page, row, value, formats)
    else:
        page.merge_range(row, 0, row, 1, "", formats["wrapped"])
        page.write_string(row, 0, style.escape_text(str(value)), formats["wrapped"])
        page.set_row(row, 32)


def _write_value(page: Any, row: int, value: Value, formats: Formats) -> None:
    if isinstance(value, str):
        page.write_string(row, 1, style.escape_text(value), formats["wrapped"])
    else:
        page.write_number(row, 1, float(value or 0), formats["number" if isinstance(value, int) else "amount"])


def _write_changes(page: Any, changes: Sequence[CorrectedCell], lang: str, formats: Formats) -> None:
    for column, (words, width) in enumerate(style.CHANGE_COLUMNS):
        page.write_string(0, column, words.text(lang), formats["head"])
        page.set_column(column, column, width)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for row, change in enumerate(changes, start=1):
        for column, text in enumerate(style.change_cells(change)):
            page.write_string(row, column, style.escape_text(text), formats["wrapped"])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(changes), len(style.CHANGE_COLUMNS) - 1)


def _write_problems(page: Any, findings: Sequence[RenderedFinding], lang: str, formats: Formats) -> None:
    for column, (words, width) in enumerate(style.PROBLEM_COLUMNS):
        page.write_string(0, column, words.text(lang), formats["head"])
        page.set_column(column, column, width)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    headers = list_field_headers()
    for row, finding in enumerate(findings, start=1):
        colour = style.RED if finding["severity"] == "error" else style.YELLOW
        cells = style.problem_cells(finding, headers, lang)
        page.set_row(row, style.problem_row_height(cells))
        for column, text in enumerate(cells):
            page.write_string(row, column, style.escape_text(text), formats["wrapped" if column else colour])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(findings), len(style.PROBLEM_COLUMNS) - 1)

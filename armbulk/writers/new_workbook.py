"""A result workbook written anew (xlsxwriter): for CSV input, and for workbooks too large to be copied."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from armbulk.findings.frame import RenderedFinding
from armbulk.model.sheet import Sheet
from armbulk.resources import field_headers
from armbulk.writers import style
from armbulk.writers.provenance import PROPERTY
from armbulk.writers.style import FIELDS, HEADERS, SummarySection, SummarySheet

_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
_SURE_DIGITS = 15
_INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MOST_COMMENTS = 10_000


def write_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    problems: Sequence[RenderedFinding],
    front: SummarySheet,
    lang: str,
    header_rows: Mapping[int, int],
) -> None:
    """Write Summary, Problems and every sheet with its outcome columns."""
    options = {**_INERT, "constant_memory": outcomes.height > 20_000, "in_memory": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"category": style.MARK, "created": _STAMP})
    if front.memory:
        book.set_custom_property(PROPERTY, front.memory.text, "text")
    own = (style.SUMMARY.text(lang), style.PROBLEMS.text(lang))
    names = style.titles(sheets, own)
    formats = _formats(book)
    _summary(book.add_worksheet(own[0]), front.sections, formats)
    _problems(book.add_worksheet(own[1]), problems, lang, formats)
    for index, (sheet, name) in enumerate(zip(sheets, names, strict=True)):
        rows = style.rows_of(outcomes, index)
        _data(book.add_worksheet(name), sheet, header_rows.get(index), rows, lang, formats)
    book.close()


def mark_problems(
    target: Path,
    sheets: Sequence[Sheet],
    problems: Sequence[RenderedFinding],
    lang: str,
    header_rows: Mapping[int, int],
) -> None:
    """Write every sheet with the cells coloured that have a problem, and the Problems sheet."""
    book = xlsxwriter.Workbook(str(target), {**_INERT, "constant_memory": False})
    own = style.PROBLEMS.text(lang)
    book.set_properties({"category": style.MARK, "created": _STAMP, "keywords": own})
    formats = _formats(book)
    _problems(book.add_worksheet(own), problems, lang, formats)
    for index, (sheet, name) in enumerate(zip(sheets, style.titles(sheets, (own,)), strict=True)):
        _marked(book.add_worksheet(name), sheet, header_rows.get(index), problems, formats)
    book.close()


def _marked(
    page: Any, sheet: Sheet, header_row: int | None, problems: Sequence[RenderedFinding], formats: Mapping[str, Any]
) -> None:
    marks = style.marks(problems, sheet, header_row)
    gaps = sheet.format == "xlsx"
    commented = 0
    for place, row in enumerate(sheet.frame.iter_rows(named=True)):
        at = row["row"] - 1 if gaps else place
        for column, letter in enumerate(sheet.letters):
            colour, said = marks.get((row["row"], letter), ("", ""))
            if row[letter] is not None:
                kind = row[f"{letter}.cell"]
                _cell(
                    page,
                    at,
                    column,
                    row[letter],
                    kind,
                    formats,
                    head=row["row"] == header_row and not said,
                    colour=colour,
                )
            elif said:
                page.write_blank(at, column, None, formats[colour])
            if said and commented < _MOST_COMMENTS:
                page.write_comment(at, column, style.inert(said), {"x_scale": 2.5, "y_scale": 1.5})
                commented += 1
        if row["row"] == header_row:
            page.freeze_panes(at + 1, 0)
    page.set_column(0, len(sheet.letters), 16)


def _formats(book: Any) -> dict[str, Any]:
    head = {"bold": True, "font_color": f"#{style.INK}", "bg_color": f"#{style.HEAD}", "valign": "vcenter"}
    wrapped = {"text_wrap": True, "valign": "top", "num_format": "@"}
    made = {
        "head": book.add_format(head),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrapped": book.add_format(wrapped),
        "link": book.add_format({"font_color": "#0B5CAD", "underline": 1, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": f"#{style.HEAD}"}),
        "section": book.add_format({"bold": True, "font_size": 12, "font_color": f"#{style.HEAD}"}),
        "number": book.add_format({"num_format": "#,##0", "align": "left"}),
        "amount": book.add_format({"num_format": "#,##0.00", "align": "left"}),
    }
    for colour in {*style.COLOURS.values()}:
        made[colour] = book.add_format({"bg_color": f"#{colour}", "num_format": "@"})
        made[f"date{colour}"] = book.add_format({"bg_color": f"#{colour}", "num_format": "yyyy-mm-dd"})
    return made


def _data(
    page: Any,
    sheet: Sheet,
    header_row: int | None,
    rows: Mapping[int, tuple[str | None, ...]],
    lang: str,
    formats: Mapping[str, Any],
) -> None:
    """One sheet: every row at its own number (a csv's lines without gaps), then the outcome columns."""
    old = style.outcome_letters(sheet, header_row) if header_row else {}
    letters = [letter for letter in sheet.letters if letter not in old.values()]
    widths = [12] * len(letters)
    gaps = sheet.format == "xlsx"
    last = 0
    for place, row in enumerate(sheet.frame.iter_rows(named=True)):
        at = row["row"] - 1 if gaps else place
        is_head = row["row"] == header_row
        for column, letter in enumerate(letters):
            if row[letter] is not None:
                _cell(page, at, column, row[letter], row[f"{letter}.cell"], formats, head=is_head)
                widths[column] = max(widths[column], min(len(row[letter]) + 2, 40))
        if is_head:
            for column, name in enumerate(FIELDS, start=len(letters)):
                page.write_string(at, column, HEADERS[name].text(lang), formats["head"])
            page.freeze_panes(at + 1, 0)
            first = at
        elif row["row"] in rows:
            _outcome(page, at, len(letters), rows[row["row"]], formats)
        last = at
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    if header_row:
        for column, name in enumerate(FIELDS, start=len(letters)):
            page.set_column(column, column, style.WIDTHS[name])
        page.autofilter(first, 0, last, len(letters) + len(FIELDS) - 1)


def _outcome(
    page: Any,
    at: int,
    column: int,
    values: tuple[str | None, ...],
    formats: Mapping[str, Any],
) -> None:
    for place, value in enumerate(values):
        if value:
            colour = style.COLOURS.get(value) if place == 0 else None
            page.write_string(at, column + place, style.inert(value), formats[colour or "text"])


def _cell(
    page: Any,
    at: int,
    column: int,
    text: str,
    kind: str,
    formats: Mapping[str, Any],
    *,
    head: bool,
    colour: str = "",
) -> None:
    """A cell as it was: numbers as numbers while Excel keeps all their digits, dates as dates, the rest as text."""
    if head:
        page.write_string(at, column, style.inert(text), formats["head"])
    elif kind == "number" and len(re.sub(r"[-.]", "", text).lstrip("0")) <= _SURE_DIGITS:
        page.write_number(at, column, float(text), formats[colour] if colour else None)
    elif kind == "date":
        page.write_datetime(at, column, date.fromisoformat(text), formats[f"date{colour}"])
    elif kind == "boolean":
        page.write_boolean(at, column, text == "TRUE", formats[colour or "text"])
    else:
        page.write_string(at, column, style.inert(text), formats[colour or "text"])


def _summary(page: Any, summary: Sequence[SummarySection], formats: Mapping[str, Any]) -> None:
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 48)
    page.set_column(1, 1, 70)
    row = 0
    for section in summary:
        page.write_string(row, 0, style.inert(section.title), formats["section" if row else "title"])
        page.set_row(row, 18 if row else 26)
        row += 1
        for label, value in section.rows:
            if not label:
                page.merge_range(row, 0, row, 1, "", formats["wrapped"])
                page.write_string(row, 0, style.inert(str(value)), formats["wrapped"])
                page.set_row(row, 32)
            else:
                page.write_string(row, 0, style.inert(label), formats["wrapped"])
                _value(page, row, value, formats)
            row += 1
        row += 1


def _value(page: Any, row: int, value: str | int | Decimal, formats: Mapping[str, Any]) -> None:
    if isinstance(value, str):
        page.write_string(row, 1, style.inert(value), formats["wrapped"])
    else:
        page.write_number(row, 1, float(value), formats["number" if isinstance(value, int) else "amount"])


def _problems(
    page: Any,
    problems: Sequence[RenderedFinding],
    lang: str,
    formats: Mapping[str, Any],
) -> None:
    for column, (words, width) in enumerate(style.PROBLEM_COLUMNS):
        page.write_string(0, column, words.text(lang), formats["head"])
        page.set_column(column, column, width)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    known = field_headers()
    for row, told in enumerate(problems, start=1):
        for column, text in enumerate(style.problem_row(told, known, lang)):
            colour = style.RED if told["severity"] == "error" else style.YELLOW
            page.write_string(row, column, style.inert(text), formats["wrapped" if column else colour])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(problems), len(style.PROBLEM_COLUMNS) - 1)

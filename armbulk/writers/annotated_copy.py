"""The user's own workbook again, formatting and all, with the outcome columns added (openpyxl)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from armbulk.findings.frame import RenderedFinding
from armbulk.model.sheet import Sheet
from armbulk.resources import field_headers
from armbulk.writers import style
from armbulk.writers.provenance import PROPERTY
from armbulk.writers.style import FIELDS, HEADERS, SummarySection, SummarySheet

_HEAD = {
    "fill": PatternFill("solid", fgColor=style.HEAD),
    "font": Font(name=style.FONT, bold=True, color=style.INK),
    "alignment": Alignment(vertical="center"),
}
_LINE = Border(bottom=Side("thin", color=style.RULE))
_STAMP = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_results(
    target: Path,
    original: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    problems: Sequence[RenderedFinding],
    front: SummarySheet,
    lang: str,
    header_rows: Mapping[int, int],
) -> None:
    """Copy `original` with openpyxl, add the outcome columns and the two sheets, and save it as `target`."""
    book = openpyxl.load_workbook(original)
    _drop_own(book)
    for index, sheet in enumerate(sheets):
        if index in header_rows and sheet.name in book.sheetnames:
            _annotate(book[sheet.name], sheet, header_rows[index], style.rows_of(outcomes, index), lang)
    if front.memory:
        if PROPERTY in book.custom_doc_props.names:
            del book.custom_doc_props[PROPERTY]
        book.custom_doc_props.append(StringProperty(name=PROPERTY, value=front.memory.text))
    names = _free(book, lang)
    _summary(book.create_sheet(names[0], 0), front.sections)
    _problems(book.create_sheet(names[1], 1), problems, lang, set(book.sheetnames))
    _save(book, target, names)


def mark_problems(
    target: Path,
    original: Path,
    sheets: Sequence[Sheet],
    problems: Sequence[RenderedFinding],
    lang: str,
    header_rows: Mapping[int, int],
) -> None:
    """Copy `original`, colour the cells that have a problem, say it in a comment, and add the Problems sheet."""
    book = openpyxl.load_workbook(original)
    _drop_own(book)
    for index, sheet in enumerate(sheets):
        if sheet.name in book.sheetnames:
            for (row, letter), (colour, text) in style.marks(problems, sheet, header_rows.get(index)).items():
                _mark(book[sheet.name][f"{letter}{row}"], colour, text)
    _, name = _free(book, lang)
    _problems(book.create_sheet(name, 0), problems, lang, set(book.sheetnames))
    _save(book, target, (name,))


def _save(book: Workbook, target: Path, own: tuple[str, ...]) -> None:
    """Open on the first of our own sheets, remember their names, and give the same bytes for the same data."""
    book.active = 0
    for page in book.worksheets:
        page.sheet_view.tabSelected = page.title == own[0]
    book.properties.category = style.MARK
    book.properties.keywords = "; ".join(own)
    book.properties.modified = _STAMP
    book.save(target)


def _mark(cell: Cell | MergedCell, colour: str, text: str) -> None:
    if isinstance(cell, MergedCell):
        return  # the cell that shows for it is marked too
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.fill = PatternFill("solid", fgColor=colour)
    cell.comment = Comment(style.inert(before + text), "armbulk", width=320, height=120)


def _drop_own(book: Workbook) -> None:
    """Take away the sheets an earlier result left; the user's own of the same name stay."""
    if book.properties.category == style.MARK:
        for name in (book.properties.keywords or "").split("; "):
            if name in book.sheetnames:
                del book[name]


def _free(book: Workbook, lang: str) -> tuple[str, str]:
    taken = {name.casefold() for name in book.sheetnames}
    summary, problems = style.SUMMARY.text(lang), style.PROBLEMS.text(lang)
    if taken & {summary.casefold(), problems.casefold()}:
        return f"ARM {summary}", f"ARM {problems}"
    return summary, problems


def _annotate(
    page: Worksheet, sheet: Sheet, header_row: int, rows: Mapping[int, tuple[str | None, ...]], lang: str
) -> None:
    letters = style.outcome_letters(sheet, header_row)
    last = max((column_index_from_string(letter) for letter in sheet.letters), default=0)
    for name in FIELDS:
        if name not in letters:
            last += 1
            letters[name] = get_column_letter(last)
        cell = page[f"{letters[name]}{header_row}"]
        _text(cell, HEADERS[name].text(lang))
        cell.fill, cell.font, cell.alignment = _HEAD["fill"], _HEAD["font"], _HEAD["alignment"]
        page.column_dimensions[letters[name]].width = style.WIDTHS[name]
    for row, values in rows.items():
        for name, value in zip(FIELDS, values, strict=True):
            _text(page[f"{letters[name]}{row}"], value or "")
        fill = style.COLOURS.get(values[0] or "")
        if fill:
            page[f"{letters['outcome']}{row}"].fill = PatternFill("solid", fgColor=fill)
    if page.freeze_panes is None:
        page.freeze_panes = f"A{header_row + 1}"
    if not page.tables:
        first = sheet.letters[0]
        furthest = get_column_letter(max(column_index_from_string(one) for one in [*letters.values(), *sheet.letters]))
        page.auto_filter.ref = f"{first}{header_row}:{furthest}{max(rows, default=header_row)}"


def _text(cell: Cell, text: str) -> None:
    """Text that stays text, whatever it begins with."""
    if not text:
        cell.value = None
        return
    cell.value = style.inert(text)
    cell.data_type = "s"
    if text[0] in "=+-@\t\r":
        cell.quotePrefix = True
    cell.number_format = "@"


def _summary(page: Worksheet, summary: Sequence[SummarySection]) -> None:
    page.sheet_view.showGridLines = False
    _printable(page)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 48, 70
    row = 1
    for section in summary:
        _text(page.cell(row, 1), section.title)
        page.cell(row, 1).font = Font(name=style.FONT, bold=True, size=16 if row == 1 else 12, color=style.HEAD)
        page.row_dimensions[row].height = 26 if row == 1 else 18
        row += 1
        for label, value in section.rows:
            row = _line(page, row, label, value)
        row += 1


def _printable(page: Worksheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _line(page: Worksheet, row: int, label: str, value: object) -> int:
    if not label:
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        _text(page.cell(row, 1), str(value))
        page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = 30
        return row + 1
    _text(page.cell(row, 1), label)
    cell = page.cell(row, 2)
    if isinstance(value, str):
        _text(cell, value)
    else:
        cell.value = value
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.00"
    cell.alignment = Alignment(horizontal="left", wrap_text=True, vertical="top")
    page.cell(row, 1).border = cell.border = _LINE
    return row + 1


def _problems(page: Worksheet, problems: Sequence[RenderedFinding], lang: str, names: set[str]) -> None:
    for column, (words, width) in enumerate(style.PROBLEM_COLUMNS, start=1):
        cell = page.cell(1, column)
        _text(cell, words.text(lang))
        cell.fill, cell.font, cell.alignment = _HEAD["fill"], _HEAD["font"], _HEAD["alignment"]
        page.column_dimensions[get_column_letter(column)].width = width
    known = field_headers()
    for row, told in enumerate(problems, start=2):
        for column, text in enumerate(style.problem_row(told, known, lang), start=1):
            _text(page.cell(row, column), text)
            page.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(row, 1).fill = PatternFill(
            "solid", fgColor=style.RED if told["severity"] == "error" else style.YELLOW
        )
        if told["row"] and told["sheet"] in names:
            cell = page.cell(row, 3)
            quoted = told["sheet"].replace("'", "''")
            place = f"'{quoted}'!{told['column'] or 'A'}{told['row']}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)  # a place within, no address
            cell.font = Font(name=style.FONT, color="0B5CAD", underline="single")
    _printable(page)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:H{len(problems) + 1}"

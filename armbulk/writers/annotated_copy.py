"""The user's own workbook, formatting included, with the outcome columns added (openpyxl)."""

import warnings
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
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.result_columns import CHANGES, OUTCOME_FIELDS, OUTCOME_HEADERS, PROBLEMS, SUMMARY, with_prefix
from armbulk.model.sheet import Sheet
from armbulk.resources import list_field_headers
from armbulk.writers import style
from armbulk.writers.provenance import PROPERTY
from armbulk.writers.section import Row, Section, Value
from armbulk.writers.style import SummarySheet

_HEAD_FILL = PatternFill("solid", fgColor=style.HEAD)
_HEAD_FONT = Font(name=style.FONT, bold=True, color=style.INK)
_HEAD_ALIGNMENT = Alignment(vertical="center")
_LINE = Border(bottom=Side("thin", color=style.RULE))
_MODIFIED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same bytes for the same data


def write_results(
    target: Path,
    original: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    findings: Sequence[RenderedFinding],
    summary: SummarySheet,
    lang: str,
    header_rows: Mapping[int, int],
) -> None:
    """Copy a workbook, add the outcome columns, the summary and the problems.

    Args:
        target: the file to write.
        original: the workbook to copy.
        sheets: its sheets as they were read.
        outcomes: a row for each row read (see `workbooks.write_results`).
        findings: the rows of the Problems sheet.
        summary: the Summary sheet.
        lang: language of texts.
        header_rows: sheet index → row of its header.
    """
    book = _open_quietly(original)
    _remove_own_sheets(book)
    for index, sheet in enumerate(sheets):
        if index in header_rows and sheet.name in book.sheetnames:
            rows = style.outcomes_of_sheet(outcomes, index)
            _add_outcomes(book[sheet.name], sheet, header_rows[index], rows, lang)
    if summary.provenance:
        if PROPERTY in book.custom_doc_props.names:
            del book.custom_doc_props[PROPERTY]
        book.custom_doc_props.append(StringProperty(name=PROPERTY, value=summary.provenance.text))
    names = _choose_names(book, lang)
    _write_summary(book.create_sheet(names[0], 0), summary.sections)
    _write_problems(book.create_sheet(names[1], 1), findings, lang, set(book.sheetnames))
    _save(book, target, names)


def mark_problems(
    target: Path,
    original: Path,
    sheets: Sequence[Sheet],
    findings: Sequence[RenderedFinding],
    lang: str,
    header_rows: Mapping[int, int],
    changes: Sequence[CorrectedCell] = (),
) -> None:
    """Copy a workbook, colour the cells with findings, add comments to them, and add the Problems sheet.

    Corrected cells are changed and coloured; with `changes` there is a Changes sheet, too.
    """
    book = _open_quietly(original)
    _remove_own_sheets(book)
    for change in changes:
        _change_cell(book[change.sheet][f"{change.column}{change.row}"], change, lang)
    for index, sheet in enumerate(sheets):
        if sheet.name in book.sheetnames:
            for (row, letter), (colour, text) in style.cell_marks(findings, sheet, header_rows.get(index)).items():
                _mark_cell(book[sheet.name][f"{letter}{row}"], colour, text)
    _, name = _choose_names(book, lang)
    _write_problems(book.create_sheet(name, 0), findings, lang, set(book.sheetnames))
    if not changes:
        _save(book, target, (name,))
        return
    title = CHANGES.text(lang)
    title = with_prefix(title) if title.casefold() in {other.casefold() for other in book.sheetnames} else title
    _write_changes(book.create_sheet(title, 0), changes, lang)
    _save(book, target, (title, name))


def _change_cell(cell: Cell | MergedCell, change: CorrectedCell, lang: str) -> None:
    if isinstance(cell, MergedCell):
        return
    _write_text(cell, change.text)
    cell.fill = PatternFill("solid", fgColor=style.BLUE)
    cell.comment = Comment(style.escape_text(style.describe_change(change, lang)), "armbulk", width=320, height=90)


def _save(book: Workbook, target: Path, own: tuple[str, ...]) -> None:
    """Open on the first of our own sheets, note their names, and give the same bytes for the same data."""
    book.active = 0
    for page in book.worksheets:
        page.sheet_view.tabSelected = page.title == own[0]
    book.properties.category = style.RESULT_CATEGORY
    book.properties.keywords = "; ".join(own)
    book.properties.modified = _MODIFIED
    book.save(target)


def _mark_cell(cell: Cell | MergedCell, colour: str, text: str) -> None:
    if isinstance(cell, MergedCell):
        return  # the cell that is shown for it is marked too
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    cell.fill = PatternFill("solid", fgColor=colour)
    cell.comment = Comment(style.escape_text(before + text), "armbulk", width=320, height=120)


def _open_quietly(original: Path) -> Workbook:
    """Open a workbook without openpyxl's warnings (about unknown parts), which would be printed on the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(original)


def _remove_own_sheets(book: Workbook) -> None:
    """Remove the sheets an earlier result added; the user's own sheets with such names stay."""
    if book.properties.category == style.RESULT_CATEGORY:
        for name in (book.properties.keywords or "").split("; "):
            if name in book.sheetnames:
                del book[name]


def _choose_names(book: Workbook, lang: str) -> tuple[str, str]:
    taken = {name.casefold() for name in book.sheetnames}
    summary, problems = SUMMARY.text(lang), PROBLEMS.text(lang)
    if taken & {summary.casefold(), problems.casefold()}:
        return with_prefix(summary), with_prefix(problems)
    return summary, problems


def _add_outcomes(
    page: Worksheet, sheet: Sheet, header_row: int, rows: Mapping[int, tuple[str | None, ...]], lang: str
) -> None:
    letters = style.outcome_letters(sheet, header_row)
    last = max((column_index_from_string(letter) for letter in sheet.letters), default=0)
    for name in OUTCOME_FIELDS:
        if name not in letters:
            last += 1
            letters[name] = get_column_letter(last)
        _write_head(page[f"{letters[name]}{header_row}"], OUTCOME_HEADERS[name].text(lang))
        page.column_dimensions[letters[name]].width = style.OUTCOME_WIDTHS[name]
    for row, values in rows.items():
        for name, value in zip(OUTCOME_FIELDS, values, strict=True):
            cell = page[f"{letters[name]}{row}"]
            _write_text(cell, value or "")
            colour = style.outcome_colour(name, value)
            if colour:
                cell.fill = PatternFill("solid", fgColor=colour)
    if page.freeze_panes is None:
        page.freeze_panes = f"A{header_row + 1}"
    if not page.tables:
        first = sheet.letters[0]
        columns = [column_index_from_string(letter) for letter in [*letters.values(), *sheet.letters]]
        page.auto_filter.ref = f"{first}{header_row}:{get_column_letter(max(columns))}{max(rows, default=header_row)}"


def _write_head(cell: Cell, text: str) -> None:
    _write_text(cell, text)
    cell.fill, cell.font, cell.alignment = _HEAD_FILL, _HEAD_FONT, _HEAD_ALIGNMENT


def _write_text(cell: Cell, text: str) -> None:
    """Write text that stays text, whatever it begins with."""
    if not text:
        cell.value = None
        return
    cell.value = style.escape_text(text)
    cell.data_type = "s"
    if text[0] in "=+-@\t\r":
        cell.quotePrefix = True
    cell.number_format = "@"


def _write_summary(page: Worksheet, sections: Sequence[Section]) -> None:
    page.sheet_view.showGridLines = False
    _set_up_printing(page)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 48, 70
    row = 1
    for section in sections:
        _write_text(page.cell(row, 1), section.title)
        page.cell(row, 1).font = Font(name=style.FONT, bold=True, size=16 if row == 1 else 12, color=style.HEAD)
        page.row_dimensions[row].height = 26 if row == 1 else 18
        row += 1
        for values in section.rows:
            _write_row(page, row, values)
            row += 1
        row += 1


def _set_up_printing(page: Worksheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_row(page: Worksheet, row: int, values: Row) -> None:
    label, value = values
    if not label:
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        _write_text(page.cell(row, 1), str(value))
        page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = 30
        return
    _write_text(page.cell(row, 1), str(label))
    cell = page.cell(row, 2)
    _write_value(cell, value)
    cell.alignment = Alignment(horizontal="left", wrap_text=True, vertical="top")
    page.cell(row, 1).border = cell.border = _LINE


def _write_value(cell: Cell, value: Value) -> None:
    if isinstance(value, str):
        _write_text(cell, value)
    else:
        cell.value = value
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.00"


def _write_changes(page: Worksheet, changes: Sequence[CorrectedCell], lang: str) -> None:
    for column, (words, width) in enumerate(style.CHANGE_COLUMNS, start=1):
        _write_head(page.cell(1, column), words.text(lang))
        page.column_dimensions[get_column_letter(column)].width = width
    for row, change in enumerate(changes, start=2):
        for column, text in enumerate(style.change_cells(change), start=1):
            _write_text(page.cell(row, column), text)
            page.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        _link_to_cell(page.cell(row, 2), change.sheet, f"{change.column}{change.row}")
    _set_up_printing(page)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(style.CHANGE_COLUMNS))}{len(changes) + 1}"


def _write_problems(page: Worksheet, findings: Sequence[RenderedFinding], lang: str, sheet_names: set[str]) -> None:
    for column, (words, width) in enumerate(style.PROBLEM_COLUMNS, start=1):
        _write_head(page.cell(1, column), words.text(lang))
        page.column_dimensions[get_column_letter(column)].width = width
    headers = list_field_headers()
    for row, finding in enumerate(findings, start=2):
        cells = style.problem_cells(finding, headers, lang)
        page.row_dimensions[row].height = style.problem_row_height(cells)
        for column, text in enumerate(cells, start=1):
            _write_text(page.cell(row, column), text)
            page.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        colour = style.RED if finding["severity"] == "error" else style.YELLOW
        page.cell(row, 1).fill = PatternFill("solid", fgColor=colour)
        if finding["row"] and finding["sheet"] in sheet_names:
            _link_to_cell(page.cell(row, 3), finding["sheet"], f"{finding['column'] or 'A'}{finding['row']}")
    _set_up_printing(page)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:H{len(findings) + 1}"


def _link_to_cell(cell: Cell, sheet: str, position: str) -> None:
    quoted = sheet.replace("'", "''")
    location = f"'{quoted}'!{position}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)  # within the workbook: no address
    cell.font = Font(name=style.FONT, color="0B5CAD", underline="single")

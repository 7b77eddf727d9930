"""A workbook of files that are no .xlsx, or several (xlsxwriter): their rows, to which the outcomes are added."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from armbulk.findings.frame import RenderedFinding
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.sheet import SHOWN, Sheet
from armbulk.readers.cell_buffer import to_index
from armbulk.writers import style
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.problem_sheet import ProblemSheet
from armbulk.writers.style import SheetHeader
from armbulk.writers.workbook_options import TEMPLATE_TITLE, WORKBOOK_CREATED, date_format, text_options

Formats = Mapping[str, Any]

_MANY_ROWS = 20_000
_FROZEN_COLUMNS = 4  # more would leave no room beside them
_MIN_WIDTH, _MAX_WIDTH = 12, 40


@dataclass(frozen=True, slots=True)
class NewWorkbook:
    """A workbook that was made of other files: each row has the number that it has in its file.

    Attributes:
        sheets: Its sheets, in the order of the files.
        names: (file, sheet) of the files → index of the sheet.
    """

    sheets: Sequence[Sheet]
    names: Mapping[tuple[str, str], int]

    def move_problems(self, problems: ProblemSheet) -> ProblemSheet:
        """Return the problems with the sheets of this workbook."""
        lines = [replace(line, finding=self.move_finding(line.finding)) for line in problems.lines]
        customers = [
            replace(line, sheet=self.sheets[self.names[line.file, line.sheet]].name) for line in problems.customers
        ]
        return ProblemSheet([self.move_finding(finding) for finding in problems.findings], lines, customers)

    def move_finding(self, finding: RenderedFinding) -> RenderedFinding:
        """Return a finding with the sheet of this workbook."""
        index = self.names.get((finding["file"], finding["sheet"]))
        if index is None:  # it is about the file, or about a sheet that was not read
            return finding
        moved = RenderedFinding(**finding)
        moved["sheet"] = self.sheets[index].name
        if finding["cell"]:
            moved["cell"] = f"{moved['sheet']}!{finding['column'] or ''}{moved['row'] or ''}"
        return moved

    def move_change(self, change: CorrectedCell) -> CorrectedCell:
        """Return a correction with the sheet of this workbook."""
        return replace(change, sheet=self.sheets[self.names[change.file, change.sheet]].name)


def write_workbook(target: Path, sheets: Sequence[Sheet], headers: Mapping[int, SheetHeader], lang: str) -> NewWorkbook:
    """Write the sheets of files into a new workbook.

    Args:
        target: the file to write.
        sheets: the sheets as they were read.
        headers: sheet index → its header.
        lang: language of the formats of dates, and of page numbers.
    """
    options = {**text_options(target), "constant_memory": sum(sheet.frame.height for sheet in sheets) > _MANY_ROWS}
    book = xlsxwriter.Workbook(str(target), {**options, "in_memory": False})
    book.set_properties({"title": TEMPLATE_TITLE, "created": WORKBOOK_CREATED})
    formats = _create_formats(book, lang)
    placed = []
    for index, (sheet, title) in enumerate(zip(sheets, style.sheet_titles(sheets, ()), strict=True)):
        _write_sheet(book.add_worksheet(title), sheet, headers.get(index), formats, lang)
        placed.append(replace(sheet, name=title, merged_ranges=()))
    book.close()
    names = {(sheet.file, sheet.name): index for index, sheet in enumerate(sheets)}
    return NewWorkbook(placed, names)


def _create_formats(book: Any, lang: str) -> dict[str, Any]:
    head = {"bold": True, "font_color": f"#{style.INK}", "bg_color": f"#{style.HEAD}", "valign": "vcenter"}
    return {
        "head": book.add_format(head),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": date_format(lang)}),
    }


def _write_sheet(page: Any, sheet: Sheet, header: SheetHeader | None, formats: Formats, lang: str) -> None:
    """Write one sheet with its rows."""
    widths = [_MIN_WIDTH] * len(sheet.letters)
    top = 0
    for row in sheet.frame.iter_rows(named=True):
        index = row["row"] - 1
        is_head = header is not None and row["row"] == header.row
        top = index + 1 if is_head else top
        for column, letter in enumerate(sheet.letters):
            if row[letter] is not None:
                _write_cell(page, index, to_index(letter), row, letter, formats, is_head=is_head)
                widths[column] = max(widths[column], min(len(row[letter]) + 2, _MAX_WIDTH))
    for letter, width in zip(sheet.letters, widths, strict=True):
        page.set_column(to_index(letter), to_index(letter), width)
    if header is not None:
        key = to_index(header.key_letter) + 1 if header.key_letter else 0
        frozen = key if key <= _FROZEN_COLUMNS else 0
        page.freeze_panes(top, frozen)
        page.repeat_rows(top - 1)
        if frozen:
            page.repeat_columns(0, frozen - 1)
    set_up_page(page, lang, pages_across=2)  # on one page, the letters of a table with its outcomes are too small


def _write_cell(
    page: Any,
    index: int,
    column: int,
    row: Mapping[str, Any],
    letter: str,
    formats: Formats,
    *,
    is_head: bool,
) -> None:
    """Write a cell as it was: numbers as numbers while Excel keeps all digits, dates as dates, the rest as shown."""
    text, cell_type = row[letter], row[f"{letter}.cell"]
    if cell_type == "formatted":
        text = row[f"{letter}{SHOWN}"]
    if is_head:
        page.write_string(index, column, style.escape_text(text), formats["head"])
    elif cell_type == "number" and len(re.sub(r"[-.]", "", text).lstrip("0")) <= EXCEL_EXACT_DIGITS:
        page.write_number(index, column, float(text))
    elif cell_type == "date":
        page.write_datetime(index, column, date.fromisoformat(text), formats["date"])
    elif cell_type == "boolean":
        page.write_boolean(index, column, text == "TRUE", formats["text"])
    else:
        page.write_string(index, column, style.escape_text(text), formats["text"])

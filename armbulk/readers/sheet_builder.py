"""Builds a sheet row by row, for workbooks that are not .xlsx."""

from array import array
from collections.abc import Mapping

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS, EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers.cell_buffer import CellBuffer, build_frame, to_letters
from armbulk.readers.damage import SPLIT, DamageError
from armbulk.readers.visibility import Visibility
from armbulk.readers.xlsx_formats import Cell

MAX_CELLS = 5_000_000
"""How many cells a workbook may have."""

_MAX_SPARSE_CELLS = 15_000_000  # how many cells a table may have of which less than a tenth is filled
_MAX_ISSUES = 10_000


class SheetBuilder:
    """Collects the cells of one sheet."""

    def __init__(self, name: str, *, visible: bool) -> None:
        self.name, self.visible = name, visible
        self.merged_ranges: list[str] = []
        self.visibility = Visibility()
        self.count = 0
        self._rows = array("I")
        self._cells: dict[int, CellBuffer] = {}
        self._issues: list[ReadIssue] = []

    def add_row(self, number: int, values: Mapping[int, Cell]) -> None:
        """Add a row; rows come in order.

        Args:
            number: The row's number, from 1.
            values: Column, from 0 → cell; no text is blank.

        Raises:
            DamageError: No sheet has such a row or column.
        """
        if not values:
            return
        if not 0 < number <= EXCEL_MAX_ROWS or max(values) >= EXCEL_MAX_COLUMNS:
            raise DamageError(
                _(
                    "the sheet {sheet} has cells beyond the last row or column of a sheet (row {row})",
                    sheet=self.name,
                    row=number,
                )
            )
        self._rows.append(number)
        self.count += len(values)
        for column, cell in sorted(values.items()):
            if len(cell[0]) > EXCEL_MAX_CELL_CHARS and len(self._issues) < _MAX_ISSUES:
                limit = str(EXCEL_MAX_CELL_CHARS)
                self._issues.append(ReadIssue("text-too-long", number, to_letters(column), None, limit))
            cells = self._cells.get(column)
            if cells is None:
                cells = self._cells[column] = CellBuffer()
            cells.add(len(self._rows) - 1, *cell)

    def build(self, file: str, sha256: str, file_format: str) -> Sheet:
        """Return the sheet; FileError when its cells are too far apart."""
        if len(self._rows) * len(self._cells) > max(_MAX_SPARSE_CELLS, 10 * self.count):
            raise FileError(
                "too-large",
                _("{name}: the cells on the sheet {sheet} are too far apart", name=file, sheet=self.name),
                SPLIT,
            )
        frame, letters = build_frame(self._rows, self._cells, pl.Series(dtype=pl.String))
        return Sheet(
            file=file,
            name=self.name,
            frame=frame,
            letters=letters,
            format=file_format,
            sha256=sha256,
            hidden_rows=self.visibility.find_hidden_rows(self._rows),
            hidden_columns=frozenset(map(to_letters, self.visibility.find_hidden_columns(self._cells))),
            merged_ranges=tuple(self.merged_ranges),
            issues=tuple(self._issues),
            visible=self.visible,
        )

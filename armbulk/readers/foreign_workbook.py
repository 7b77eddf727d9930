"""Reads .ods, .xls and .xlsb workbooks with calamine, in a process of its own with limits for memory and time.

calamine tells values, not number formats, and takes errors for blank cells. What it leaves out is read from the file
itself (`ods_cells`, `xls_cells`, `xlsb_cells`); what is still unknown is asked and reported in `validation`.
"""

import json
import subprocess
import sys
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS, EXCEL_MAX_ROWS
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers import calamine_worker
from armbulk.readers.cell_buffer import CellBuffer, build_frame, to_letters
from armbulk.readers.special_cells import SpecialCells
from armbulk.readers.unsupported import SAVE_AS_XLSX
from armbulk.readers.xlsx import refuse_same_names

MAX_SECONDS: float = 120
"""How long the process may take."""

_FAILED = 1  # the exit code of Python after an exception
_MAX_MEMORY = 3 * 1024**3
_MAX_CELLS = 5_000_000
_MAX_SHEETS = 2_000
_MAX_SPARSE_CELLS = 15_000_000  # how many cells a table may have of which less than a tenth is filled


class _SheetBuilder:
    """Collects the cells of one sheet."""

    def __init__(self, name: str, special: SpecialCells, *, visible: bool) -> None:
        self.name, self.visible = name, visible
        self._special = special
        self._pending = sorted(special.cells, reverse=True)  # rows of special cells that are not added yet
        self._rows = array("I")
        self._cells: dict[int, CellBuffer] = {}
        self._count = 0
        self._long_texts: list[ReadIssue] = []

    def add_row(self, number: int, values: dict[int, tuple[str, str]]) -> None:
        """Add a row; rows come in order."""
        self._add_pending(number)
        percents = self._special.percents.get(number, ())
        self._rows.append(number)
        for column in sorted({*values, *self._special.cells.get(number, ())}):
            text, kind = self._special.cells.get(number, {}).get(column) or values[column]
            self._add(column, text, "percent" if kind == "number" and column in percents else kind)

    def build(self, file: str, sha256: str, file_format: str) -> Sheet:
        """Return the sheet; FileError when its cells are too far apart."""
        self._add_pending(EXCEL_MAX_ROWS + 1)
        if len(self._rows) * len(self._cells) > max(_MAX_SPARSE_CELLS, 10 * self._count):
            raise FileError("too-large", f"{file} has cells too far apart on sheet {self.name}", "Split the file")
        frame, letters = build_frame(self._rows, self._cells, pl.Series(dtype=pl.String))
        return Sheet(
            file=file,
            name=self.name,
            frame=frame,
            letters=letters,
            format=file_format,
            sha256=sha256,
            merged_ranges=tuple(self._special.merged_ranges),
            issues=tuple(self._long_texts),
            visible=self.visible,
        )

    def _add_pending(self, before: int) -> None:
        """Add the rows before a row that have special cells only."""
        while self._pending and self._pending[-1] <= before:
            number = self._pending.pop()
            if number < before:
                self._rows.append(number)
                for column, (text, kind) in sorted(self._special.cells[number].items()):
                    self._add(column, text, kind)

    def _add(self, column: int, text: str, kind: str) -> None:
        if len(text) > EXCEL_MAX_CELL_CHARS:
            limit = str(EXCEL_MAX_CELL_CHARS)
            self._long_texts.append(ReadIssue("text-too-long", self._rows[-1], to_letters(column), None, limit))
        self._count += 1
        cells = self._cells.get(column)
        if cells is None:
            cells = self._cells[column] = CellBuffer()
        cells.add(len(self._rows) - 1, text, kind)


def read_foreign(
    content: bytes, name: str, sha256: str, file_format: str, find_special: Callable[[], Mapping[str, SpecialCells]]
) -> list[Sheet]:
    """Read the worksheets, hidden ones included.

    Args:
        content: The file.
        name: Its name in messages.
        sha256: Its hash.
        file_format: "ods", "xls" or "xlsb".
        find_special: Returns sheet → what calamine does not tell; called when calamine could read the file.

    Raises:
        FileError: The file cannot be read, or needs more than the limits.
    """
    output = _run_worker(content, name)
    try:
        sheets = _collect(output, name, find_special())
    except ValueError as error:
        raise FileError("damaged", f"{name} is damaged: {error}", SAVE_AS_XLSX) from None
    refuse_same_names([sheet.name for sheet in sheets], name)
    return [sheet.build(name, sha256, file_format) for sheet in sheets]


def _run_worker(content: bytes, name: str) -> bytes:
    """Return what the worker prints; FileError when it fails or exceeds a limit."""
    command = [sys.executable, "-P", str(Path(calamine_worker.__file__))]
    limits = [str(_MAX_MEMORY), str(max(int(MAX_SECONDS), 1)), str(_MAX_CELLS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [*command, *limits], input=content, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        what = f"{name} takes longer than {MAX_SECONDS} seconds to read"
        raise FileError("too-large", what, SAVE_AS_XLSX) from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == calamine_worker.ENCRYPTED:
        raise FileError("encrypted", f"{name} is password-protected", "Remove the password and save it again")
    if done.returncode in {calamine_worker.UNREADABLE, _FAILED}:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
        why = "".join(character for character in lines[-1] if character.isprintable())[:200]
        raise FileError("damaged", f"{name} is damaged: {why}", SAVE_AS_XLSX)
    raise FileError("too-large", f"{name} needs too much memory or time to read", SAVE_AS_XLSX)


def _collect(output: bytes, name: str, special: Mapping[str, SpecialCells]) -> list[_SheetBuilder]:
    sheets: list[_SheetBuilder] = []
    for line in output.splitlines():
        first, *rest = json.loads(line)
        if isinstance(first, str):
            if first not in special:
                raise ValueError(f"the sheet {first} cannot be read a second time")
            sheets.append(_SheetBuilder(first, special[first], visible=bool(rest[0])))
        else:
            row = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
            sheets[-1].add_row(first + 1, {column: (text, kind) for column, kind, text in row})
    if len(sheets) > _MAX_SHEETS:
        raise FileError("too-large", f"{name} has more than {_MAX_SHEETS} sheets", "Split the file")
    return sheets

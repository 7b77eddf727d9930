"""Reads .xls and .xlsb workbooks with calamine, in a process of its own with limits for memory and time.

calamine returns values, not number formats, errors as blank cells, and not what is hidden. What it leaves out is read
from the file itself (`xls_cells`, `xlsb_cells`).
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.model.sheet import Sheet
from armbulk.readers import calamine_worker
from armbulk.readers.damage import SPLIT, DamageError, explain_damage
from armbulk.readers.sheet_builder import MAX_CELLS, SheetBuilder
from armbulk.readers.special_cells import NO_STYLES, SpecialCells
from armbulk.readers.unsupported import SAVE_AS_XLSX, encrypted_error
from armbulk.readers.xlsx import refuse_same_names

MAX_SECONDS: float = 120
"""How long the process may take."""

_FAILED = 1  # the exit code of Python after an exception
_MAX_MEMORY = 3 * 1024**3
_MAX_SHEETS = 2_000


def read_foreign(
    content: bytes, name: str, sha256: str, file_format: str, find_special: Callable[[], Mapping[str, SpecialCells]]
) -> list[Sheet]:
    """Read the worksheets, hidden ones included.

    Args:
        content: The file.
        name: Its name in messages.
        sha256: Its hash.
        file_format: "xls" or "xlsb".
        find_special: Returns sheet → what calamine does not return; called when calamine could read the file.

    Raises:
        FileError: The file cannot be read, or needs more than the limits.
    """
    output = _run_worker(content, name)
    try:
        sheets = _collect(output, name, find_special())
    except ValueError as error:
        raise FileError(
            "damaged", _("{name} is damaged: {what}", name=name, what=explain_damage(error)), SAVE_AS_XLSX
        ) from None
    refuse_same_names([sheet.name for sheet in sheets], name)
    return [sheet.build(name, sha256, file_format) for sheet in sheets]


def _run_worker(content: bytes, name: str) -> bytes:
    """Return what the worker prints; FileError when it fails or exceeds a limit."""
    command = [sys.executable, "-P", str(Path(calamine_worker.__file__))]
    limits = [str(_MAX_MEMORY), str(max(int(MAX_SECONDS), 1)), str(MAX_CELLS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [*command, *limits], input=content, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        what = _("{name} takes longer than {seconds} seconds to read", name=name, seconds=MAX_SECONDS)
        raise FileError("too-large", what, SAVE_AS_XLSX) from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == calamine_worker.ENCRYPTED:
        raise encrypted_error(name)
    if done.returncode in {calamine_worker.UNREADABLE, _FAILED}:
        raise FileError("damaged", _("{name} is damaged: its cells cannot be read", name=name), SAVE_AS_XLSX)
    raise FileError("too-large", _("{name} needs too much memory or time to read", name=name), SAVE_AS_XLSX)


def _collect(output: bytes, name: str, special: Mapping[str, SpecialCells]) -> list[SheetBuilder]:
    """Return the sheets that the worker printed, with what calamine does not return."""
    sheets: list[SheetBuilder] = []
    overlay = _Overlay(SheetBuilder("", visible=False), SpecialCells(NO_STYLES))
    for line in output.splitlines():
        first, *rest = json.loads(line)
        if isinstance(first, str):
            overlay.finish()
            if first not in special:
                raise DamageError(_("the sheet {sheet} cannot be read a second time", sheet=first))
            sheets.append(SheetBuilder(first, visible=bool(rest[0])))
            sheets[-1].merged_ranges = special[first].merged_ranges
            sheets[-1].visibility = special[first].visibility
            overlay = _Overlay(sheets[-1], special[first])
        else:
            row = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
            overlay.add_row(first + 1, {column: (text, kind) for column, kind, text in row})
    overlay.finish()
    if len(sheets) > _MAX_SHEETS:
        raise FileError(
            "too-large",
            _("{name} has more than {maximum:number} sheets", name=name, maximum=_MAX_SHEETS),
            SPLIT,
        )
    return sheets


class _Overlay:
    """Adds calamine's rows to a sheet, with the special cells in their places."""

    def __init__(self, sheet: SheetBuilder, special: SpecialCells) -> None:
        self._sheet, self._special = sheet, special
        self._values_left = special.value_count
        self._pending = sorted(special.cells, reverse=True)  # rows of special cells that are not added yet

    def add_row(self, number: int, values: dict[int, tuple[str, str]]) -> None:
        """Add a row; rows come in order."""
        self._add_pending(number)
        self._values_left -= sum(kind != "text" for _, kind in values.values())
        numbers = self._special.numbers.get(number, {})
        shown = {column: cell for column, cell in numbers.items() if column in values}
        self._sheet.add_row(number, {**values, **shown, **self._special.cells.get(number, {})})

    def finish(self) -> None:
        """Add the special cells below the last row; ValueError when calamine did not return every cell."""
        self._add_pending(EXCEL_MAX_ROWS + 1)
        if self._values_left:
            raise DamageError(_("not every cell of the sheet {sheet} can be read", sheet=self._sheet.name))

    def _add_pending(self, before: int) -> None:
        """Add the rows before a row that have special cells only."""
        while self._pending and self._pending[-1] <= before:
            number = self._pending.pop()
            if number < before:
                self._sheet.add_row(number, self._special.cells[number])

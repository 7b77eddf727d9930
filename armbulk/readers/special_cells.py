"""Cells of a workbook that calamine does not return: errors, formulas without a value, formats, merged cells."""

import re
import struct
from dataclasses import dataclass, field

from armbulk.i18n import _
from armbulk.readers.calamine_worker import describe_number
from armbulk.readers.damage import DamageError
from armbulk.readers.sheet_builder import MAX_CELLS
from armbulk.readers.visibility import Visibility
from armbulk.readers.xlsx_formats import BUILT_IN_DATES, Cell, NumberFormats

ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""The errors of Excel by the codes of its binary files."""

FORMULA = "=…"
"""The text of a formula that is not written out."""


_DATE_LETTERS = re.compile("[dmyhs]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellStyles:
    """The number formats of a workbook.

    Attributes:
        formats: The formats by the numbers of cell styles.
        noted: The styles whose numbers are not left to calamine: those that show something else, and those that
            calamine may take for dates.
        since_1904: Whether dates count from 1904.
    """

    formats: NumberFormats
    noted: frozenset[int]
    since_1904: bool = False

    @classmethod
    def read(cls, numbers: list[int], codes: dict[int, str], *, since_1904: bool) -> "CellStyles":
        """Return the styles of a workbook.

        Args:
            numbers: The number of the format of each style.
            codes: Number → code of the formats that the file describes.
            since_1904: Whether dates count from 1904.
        """
        formats = NumberFormats()
        noted = set()
        for style, number in enumerate(numbers):
            code = codes.get(number, "")
            formats.add(str(style), number, code)
            if code and (number in BUILT_IN_DATES or _DATE_LETTERS.search(code)):
                noted.add(style)
        noted |= {int(style) for style in (*formats.dates, *formats.percents, *formats.patterns)}
        return cls(formats, frozenset(noted), since_1904)


NO_STYLES = CellStyles(NumberFormats(), frozenset())
"""The styles of a workbook without any."""


@dataclass(slots=True)
class SpecialCells:
    """What else the file has for a sheet its values; rows count from 1, columns from 0.

    Attributes:
        styles: The styles of the workbook.
        cells: Row → column → cell, in place of what calamine returns.
        numbers: Row → column → cell, in place of a value that calamine returns.
        merged_ranges: As `B3:C4`.
        visibility: Which rows and columns are hidden.
        value_count: How many cells are neither texts nor errors nor blank: calamine must return the same number.
    """

    styles: CellStyles
    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    numbers: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged_ranges: list[str] = field(default_factory=list)
    visibility: Visibility = field(default_factory=Visibility)
    value_count: int = 0
    _count: int = 0

    def add(self, row: int, column: int, cell: Cell) -> None:
        """Add an error, or a formula that calamine does not return; DamageError if there are too many."""
        self._count_cell()
        self.cells.setdefault(row, {})[column] = cell

    def add_number(self, row: int, column: int, value: float, style: int) -> None:
        """Add a number with a style."""
        self.value_count += 1
        if style in self.styles.noted:
            self._count_cell()
            self.numbers.setdefault(row, {})[column] = self.describe(value, style)

    def describe(self, value: float, style: int) -> Cell:
        """Return the cell of a number with a style."""
        kind, text = describe_number(value)
        if kind != "number":
            return text, kind
        return self.styles.formats.describe(str(style), text, since_1904=self.styles.since_1904)

    def _count_cell(self) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise DamageError(_("it has too many cells"))


def decode_short_number(encoded: int) -> float:
    """Return a number that Excel writes in 32 bits: an integer or the upper half of a float, perhaps in hundredths."""
    if encoded & 2:
        value = float((encoded >> 2) - (1 << 30 if encoded & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (encoded & 0xFFFFFFFC) << 32))[0]
    return value / 100 if encoded & 1 else value

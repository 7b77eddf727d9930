"""What calamine does not tell of a workbook: errors (blank for it), formulas without a value, formats, merged cells."""

import re
import struct
from dataclasses import dataclass, field

from armbulk.readers.calamine_worker import describe_number
from armbulk.readers.sheet_builder import MAX_CELLS
from armbulk.readers.xlsx_formats import BUILT_IN_DATES, NumberFormats

ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""The errors of Excel by the codes of its binary files."""

FORMULA = "=…"
"""The text of a formula that is not written out."""


_DATE_LETTERS = re.compile("[dmyhs]", re.IGNORECASE)


@dataclass(slots=True)
class SpecialCells:
    """What a sheet's file says besides its values; rows count from 1, columns from 0.

    Attributes:
        cells: Row → column → (text, cell kind), in place of what calamine tells.
        dates: Row → columns of numbers that are shown as a date.
        numbers: Row → column → (text, cell kind) of numbers that are shown as per cent, or that calamine may take for a
            date: a format of the file has the number or the letters of one.
        merged_ranges: As `B3:C4`.
        since_1904: Whether dates count from 1904.
        value_count: How many cells are neither texts nor errors nor blank: calamine must tell as many.
    """

    since_1904: bool = False
    cells: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    dates: dict[int, list[int]] = field(default_factory=dict)
    numbers: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    merged_ranges: list[str] = field(default_factory=list)
    value_count: int = 0
    _count: int = 0

    def add(self, row: int, column: int, text: str, kind: str) -> None:
        """Add an error or a formula without a value; ValueError if there are too many."""
        self._count_cell()
        self.cells.setdefault(row, {})[column] = (text, kind)

    def add_number(self, row: int, column: int, value: float, kind: str | None) -> None:
        """Add a number of a kind that `classify_styles` returns for its style; None for another style."""
        self.value_count += 1
        if kind is not None:
            self._count_cell()
        if kind == "date":
            self.dates.setdefault(row, []).append(column)
        elif kind is not None:
            described, text = describe_number(value)
            self.numbers.setdefault(row, {})[column] = text, kind if described == "number" else described

    def _count_cell(self) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise ValueError("it has too many cells")


def classify_styles(numbers: list[int], codes: dict[int, str]) -> dict[int, str]:
    """Return style → "percent", "date", or "number" for the styles that calamine may take for dates.

    Args:
        numbers: The number of the format of each style.
        codes: Number → code of the formats that the file describes.
    """
    formats = NumberFormats()
    kinds: dict[int, str] = {}
    for style, number in enumerate(numbers):
        code = codes.get(number, "")
        formats.add(str(style), number, code)
        if code and (number in BUILT_IN_DATES or _DATE_LETTERS.search(code)):
            kinds[style] = "number"
    kinds |= {int(style): "percent" for style in formats.percents}
    return kinds | {int(style): "date" for style in formats.dates}


def decode_short_number(encoded: int) -> float:
    """Return a number that Excel writes in 32 bits: an integer or the upper half of a float, perhaps in hundredths."""
    if encoded & 2:
        value = float((encoded >> 2) - (1 << 30 if encoded & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (encoded & 0xFFFFFFFC) << 32))[0]
    return value / 100 if encoded & 1 else value

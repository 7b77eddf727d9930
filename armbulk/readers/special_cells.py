"""What calamine does not tell of a workbook: errors (blank for it), formulas without a value, formats, merged cells."""

from dataclasses import dataclass, field

from armbulk.readers.sheet_builder import MAX_CELLS
from armbulk.readers.xlsx_formats import NumberFormats

ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""The errors of Excel by the codes of its binary files."""

FORMULA = "=…"
"""The text of a formula that is not written out."""


@dataclass(slots=True)
class SpecialCells:
    """What a sheet's file says besides its values; rows count from 1, columns from 0.

    Attributes:
        cells: Row → column → (text, cell kind), in place of what calamine tells.
        formats: Row → columns of numbers that are shown as per cent, or as a date.
        merged_ranges: As `B3:C4`.
        since_1904: Whether dates count from 1904.
        value_count: How many cells are neither texts nor errors nor blank: calamine must tell as many.
    """

    since_1904: bool = False
    cells: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    formats: dict[str, dict[int, list[int]]] = field(default_factory=lambda: {"percent": {}, "date": {}})
    merged_ranges: list[str] = field(default_factory=list)
    value_count: int = 0
    _count: int = 0

    def add(self, row: int, column: int, text: str, kind: str) -> None:
        """Add an error or a formula without a value; ValueError if there are too many."""
        self._count_cell()
        self.cells.setdefault(row, {})[column] = (text, kind)

    def add_number(self, row: int, column: int, style: int, formats: dict[int, str]) -> None:
        """Add a number with a style: one that `formats` names is shown as per cent or as a date."""
        self.value_count += 1
        kind = formats.get(style)
        if kind is not None:
            self._count_cell()
            self.formats[kind].setdefault(row, []).append(column)

    def _count_cell(self) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise ValueError("it has too many cells")


def classify_styles(numbers: list[int], codes: dict[int, str]) -> dict[int, str]:
    """Return style → "percent" or "date", for the styles that are either.

    Args:
        numbers: The number of the format of each style.
        codes: Number → code of the formats that are not built in.
    """
    formats = NumberFormats()
    for style, number in enumerate(numbers):
        formats.add(str(style), number, codes.get(number, ""))
    return {int(style): "percent" for style in formats.percents} | {int(style): "date" for style in formats.dates}

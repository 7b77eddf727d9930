"""What calamine does not tell of a workbook: errors (blank for it), formulas without a value, per cent, merges."""

from dataclasses import dataclass, field

ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""The errors of Excel by the codes of its binary files."""

MAX_SPECIAL_CELLS = 1_000_000
"""How many such cells a sheet may have."""

FORMULA = "=…"
"""The text of a formula that is not written out."""


@dataclass(slots=True)
class SpecialCells:
    """What a sheet's file says besides its values; rows count from 1, columns from 0.

    Attributes:
        cells: Row → column → (text, cell kind), in place of what calamine tells.
        percents: Row → columns of numbers that are shown as per cent.
        merged_ranges: As `B3:C4`.
        count: How many cells there are.
    """

    cells: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    percents: dict[int, set[int]] = field(default_factory=dict)
    merged_ranges: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, column: int, text: str, kind: str) -> None:
        """Add an error or a formula without a value; ValueError if there are too many."""
        self._count_cell()
        self.cells.setdefault(row, {})[column] = (text, kind)

    def add_percent(self, row: int, column: int) -> None:
        """Add a number that is shown as per cent; ValueError if there are too many."""
        self._count_cell()
        self.percents.setdefault(row, set()).add(column)

    def _count_cell(self) -> None:
        self.count += 1
        if self.count > MAX_SPECIAL_CELLS:
            raise ValueError("too many errors and formulas")

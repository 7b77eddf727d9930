"""What a worksheet has outside of its rows, and what a reader returns of it."""

from dataclasses import dataclass

import polars as pl

from armbulk.i18n import _
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.readers.visibility import Visibility
from armbulk.readers.xlsx_shared import SharedParts
from armbulk.readers.xml_elements import Element

CELL_ELEMENTS = frozenset({"sheetData", "row", "c", "v", "f", "is"})
"""Elements of rows; each belongs in one place only."""

_MAX_MERGED_RANGES = 100_000
_MAX_SPARSE_CELLS = 15_000_000  # how many cells a table may have of which less than a tenth is filled


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet as it is in a workbook.

    Attributes:
        frame: The frame of `model.sheet.Sheet`.
        letters: The letters of the used columns.
        hidden_rows: The rows with cells that Excel does not show.
        hidden_columns: The letters of the columns with cells that Excel does not show.
        merged_ranges: Merged ranges, as `B3:C4`.
        formula_count: How many cells have the value of a formula.
    """

    frame: pl.DataFrame
    letters: tuple[str, ...]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[str]
    merged_ranges: tuple[str, ...]
    formula_count: int


class Outline:
    """The merged cells and the visibility of a worksheet while it is read."""

    def __init__(self, shared: SharedParts, title: str) -> None:
        """Prepare to read the sheet called `title`."""
        self.visibility = Visibility()
        self.merged_ranges: list[str] = []
        self._shared, self._title = shared, title

    def describe(self) -> dict[str, Element]:
        """Return the elements of a worksheet that are read, without those of its rows."""
        return {
            "sheetFormatPr": Element(self.visibility.set_defaults),
            "cols": Element(children={"col": Element(self.visibility.add_columns)}),
            "mergeCells": Element(children={"mergeCell": Element(self._add_merged)}),
        }

    def refuse_sparse(self, rows: int, columns: int, cells: int) -> None:
        """Refuse a sheet (FileError) of which nearly all cells are blank: they would fill the memory."""
        if rows * columns > max(_MAX_SPARSE_CELLS, 10 * cells):
            raise self._shared.too_large_error(
                _("{name}: the cells on the sheet {sheet} are too far apart", sheet=self._title)
            )

    def to_worksheet(self, frame: pl.DataFrame, letters: tuple[str, ...], formula_count: int) -> Worksheet:
        """Return the worksheet, whose cells are in the frame."""
        hidden = self.visibility.find_hidden_columns(to_index(letter) for letter in letters)
        return Worksheet(
            frame,
            letters,
            hidden_rows=self.visibility.find_hidden_rows(frame["row"].to_list()),
            hidden_columns=frozenset(to_letters(index) for index in hidden),
            merged_ranges=tuple(self.merged_ranges),
            formula_count=formula_count,
        )

    def _add_merged(self, attributes: dict[str, str]) -> None:
        if len(self.merged_ranges) >= _MAX_MERGED_RANGES:
            raise self._shared.too_large_error(
                _(
                    "{name} has more than {maximum:number} merged cells on the sheet {sheet}",
                    maximum=_MAX_MERGED_RANGES,
                    sheet=self._title,
                )
            )
        self.merged_ranges.append(attributes.get("ref", "")[:30].upper())

"""One column of cells while it is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from armbulk.model.fields import Field
from armbulk.model.read_options import ReadOptions

NUMBER_KINDS = ("number", "padded")
"""The cell kinds of a plain number."""

NEVER = pl.lit(value=False)
"""The condition of an issue that no cell of the column can have."""

CellIssue = tuple[str, pl.Expr, pl.Expr | None]
"""What may be wrong with a cell: (the finding's code, where it is so, the finding's detail)."""

ParsedColumn = tuple[pl.Expr, list[CellIssue]]
"""A column's typed value, and its issues; the first issue that applies to a cell is reported.

An error removes the value; a warning keeps it.
"""


@dataclass(frozen=True, slots=True)
class CellColumn:
    """The cells of one field in one sheet.

    They are parsed in a frame with the columns `row` Int64, `text` String, `kind` String (a category of CELL), and what
    `numbers`, `dates` and `identifiers` add for their types. `columns` are the letters of all fields of the sheet.
    `from_1904`: the workbook counts days from 1904. `kinds`: those that occur, once they are known.
    """

    sheet: int
    field: Field
    letter: str
    options: ReadOptions
    columns: Mapping[str, str]
    from_1904: bool = False
    kinds: frozenset[str | None] = frozenset()

    @property
    def text(self) -> pl.Expr:
        """The cell's text."""
        return pl.col("text")

    def is_kind(self, *kinds: str) -> pl.Expr:
        """Return whether the cell is one of `kinds` in the file; NEVER if none of them occurs."""
        if self.kinds.isdisjoint(kinds):
            return NEVER
        return pl.col("kind").is_in(list(kinds)).fill_null(value=False)

    def has_characters(self, code: str, characters: str) -> CellIssue:
        """Return an issue for texts with one of `characters` (a pattern); its detail is the first of them."""
        return code, self.text.str.contains(characters), self.text.str.extract(f"({characters})")

"""Cells to a frame: one String column and one CELL column for each used column of a sheet."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from armbulk.model import CELL

LONGEST = 32_767
"""The most characters Excel keeps in a cell."""

_KINDS = {kind: number for number, kind in enumerate(CELL.categories)}
_FLUSH = 50_000


class Cells:
    """The cells of one column while they are collected: little memory, whatever their number."""

    __slots__ = ("_done", "_kinds", "_positions", "_texts")

    def __init__(self) -> None:
        """Begin without a cell."""
        self._positions = array("I")
        self._kinds = array("B")
        self._texts: list[str] = []
        self._done: list[pl.Series] = []

    def add(self, position: int, text: str, kind: str) -> None:
        """Add the cell in the row at `position`."""
        self._positions.append(position)
        self._kinds.append(_KINDS[kind])
        self._texts.append(text)
        if len(self._texts) >= _FLUSH:
            self._flush()

    def frame(self, letter: str) -> pl.DataFrame:
        """Return `at` (the position), the texts and the kinds."""
        self._flush()
        kinds = pl.Series(f"{letter}.cell", self._kinds, dtype=pl.UInt8)
        names: dict[str, Any] = {
            "at": pl.Series(self._positions, dtype=pl.UInt32),
            letter: pl.concat(self._done),
            f"{letter}.cell": kinds.cat.to(CELL),
        }
        return pl.DataFrame(names)

    def _flush(self) -> None:
        self._done.append(pl.Series(self._texts, dtype=pl.String))
        self._texts = []


def letter_of(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def frame_of(rows: Sequence[int], cells: Mapping[int, Cells]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Put cells together: `cells` maps a column's index to its cells, whose positions are indexes of `rows`."""
    whole = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_row_index("at")
    used = sorted(cells)
    for index in used:
        whole = whole.join(cells[index].frame(letter_of(index)), on="at", how="left", maintain_order="left")
    return whole.drop("at"), tuple(letter_of(index) for index in used)

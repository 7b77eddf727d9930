"""Cells to a frame: one String column and one CELL column for each used column of a sheet."""

from array import array
from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.model.sheet import CELL

MAX_COLUMNS = 16_384
"""The columns a sheet may have: A to XFD."""

_KINDS = {kind: number for number, kind in enumerate(CELL.categories)}
_FLUSH = 50_000


class TextBuffer:
    """Very many texts, one after the other, in little memory."""

    __slots__ = ("_done", "_fresh")

    def __init__(self) -> None:
        """Begin without a text."""
        self._fresh: list[str] = []
        self._done: list[pl.Series] = []

    def add(self, text: str) -> None:
        """Add a text at the end."""
        self._fresh.append(text)
        if len(self._fresh) >= _FLUSH:
            self._flush()

    def series(self) -> pl.Series:
        """Return all of them."""
        self._flush()
        return pl.concat(self._done)

    def _flush(self) -> None:
        self._done.append(pl.Series(self._fresh, dtype=pl.String))
        self._fresh = []


class CellBuffer:
    """The cells of one column while they are collected: texts of their own, and places in the shared texts."""

    __slots__ = ("_kinds", "_own", "_places", "_shared", "_texts")

    def __init__(self) -> None:
        """Begin without a cell."""
        self._own = array("I")
        self._kinds = array("B")
        self._texts = TextBuffer()
        self._shared = array("I")
        self._places = array("I")

    def add(self, position: int, text: str, kind: str) -> None:
        """Add the cell in the row at `position`."""
        self._own.append(position)
        self._kinds.append(_KINDS[kind])
        self._texts.add(text)

    def add_shared(self, position: int, place: int) -> None:
        """Add a text cell that holds the shared text at `place`."""
        self._shared.append(position)
        self._places.append(place)

    def columns(self, letter: str, height: int, shared: pl.Series) -> list[pl.Series]:
        """Return the texts and the kinds of all `height` rows."""
        parts = []
        if self._own:
            parts.append(_part(self._own, self._texts.series(), pl.Series(self._kinds, dtype=pl.UInt8)))
        if self._shared:
            text = pl.Series([_KINDS["text"]], dtype=pl.UInt8).new_from_index(0, len(self._shared))
            parts.append(_part(self._shared, shared.gather(pl.Series(self._places, dtype=pl.UInt32)), text))
        whole = pl.concat(parts)
        if whole.height < height or len(parts) > 1:
            every = pl.DataFrame({"at": pl.int_range(height, dtype=pl.UInt32, eager=True)})
            whole = every.join(whole, on="at", how="left", maintain_order="left")
        return [whole["text"].alias(letter), whole["kind"].cat.to(CELL).alias(f"{letter}.cell")]


def _part(positions: "array[int]", texts: pl.Series, kinds: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"at": pl.Series(positions, dtype=pl.UInt32), "text": texts, "kind": kinds})


def to_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def to_index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def build_frame(
    rows: Sequence[int], cells: Mapping[int, CellBuffer], shared: pl.Series
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Put cells together: `cells` maps a column's index to its cells, whose positions are indexes of `rows`."""
    columns = [pl.Series("row", rows, dtype=pl.Int64)]
    used = {index: to_letters(index) for index in sorted(cells)}
    for index, letter in used.items():
        columns += cells[index].columns(letter, len(rows), shared)
    return pl.DataFrame(columns), tuple(used.values())

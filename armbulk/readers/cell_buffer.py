"""Collects cells into a frame: one String column and one CELL column for each used column of a sheet."""

from array import array
from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.model.sheet import CELL, SHOWN

_KINDS = {kind: number for number, kind in enumerate(CELL.categories)}
_FLUSH = 50_000


class TextBuffer:
    """A long list of texts that takes little memory."""

    __slots__ = ("_flushed", "_recent")

    def __init__(self) -> None:
        """Create an empty buffer."""
        self._recent: list[str] = []
        self._flushed: list[pl.Series] = []

    def add(self, text: str) -> None:
        """Append a text."""
        self._recent.append(text)
        if len(self._recent) >= _FLUSH:
            self._flush()

    def to_series(self) -> pl.Series:
        """Return all texts."""
        self._flush()
        return pl.concat(self._flushed)

    def _flush(self) -> None:
        self._flushed.append(pl.Series(self._recent, dtype=pl.String))
        self._recent = []


class CellBuffer:
    """The cells of one column: their own texts, and indexes of the workbook's shared texts."""

    __slots__ = ("_kinds", "_looks", "_own_positions", "_shared_indexes", "_shared_positions", "_texts")

    def __init__(self) -> None:
        """Create an empty buffer."""
        self._own_positions = array("I")
        self._kinds = array("B")
        self._texts = TextBuffer()
        self._shared_positions = array("I")
        self._shared_indexes = array("I")
        self._looks: dict[int, str] = {}

    def add(self, position: int, text: str, kind: str, shown: str | None = None) -> None:
        """Add the cell in the row at `position`; `shown` is what it looks like, where that is another text."""
        if shown is not None:
            self._looks[position] = shown
        self._own_positions.append(position)
        self._kinds.append(_KINDS[kind])
        self._texts.add(text)

    def add_shared(self, position: int, index: int) -> None:
        """Add a text cell with the shared text at `index`."""
        self._shared_positions.append(position)
        self._shared_indexes.append(index)

    def to_columns(self, letter: str, height: int, shared: pl.Series) -> list[pl.Series]:
        """Return the texts (String), the kinds (CELL), and, if any differ, the looks (String) of all `height` rows."""
        parts = []
        if self._own_positions:
            parts.append(
                _to_frame(self._own_positions, self._texts.to_series(), pl.Series(self._kinds, dtype=pl.UInt8))
            )
        if self._shared_positions:
            kinds = pl.Series([_KINDS["text"]], dtype=pl.UInt8).new_from_index(0, len(self._shared_positions))
            texts = shared.gather(pl.Series(self._shared_indexes, dtype=pl.UInt32))
            parts.append(_to_frame(self._shared_positions, texts, kinds))
        cells = pl.concat(parts)
        if cells.height < height or len(parts) > 1:
            nowhere = pl.Series([None], dtype=pl.UInt32).new_from_index(0, height)
            index = nowhere.scatter(cells["position"], pl.int_range(cells.height, dtype=pl.UInt32, eager=True))
            cells = cells.select(pl.col("text", "kind").gather(index))
        columns = [cells["text"].alias(letter), cells["kind"].cat.to(CELL).alias(f"{letter}.cell")]
        if self._looks:
            shown = [self._looks.get(position) for position in range(height)]
            columns.append(pl.Series(f"{letter}{SHOWN}", shown, dtype=pl.String))
        return columns


def _to_frame(positions: "array[int]", texts: pl.Series, kinds: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"position": pl.Series(positions, dtype=pl.UInt32), "text": texts, "kind": kinds})


def to_letters(index: int) -> str:
    """Return the letters of a column: 0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def to_index(letters: str) -> int:
    """Return the index of a column: A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def build_frame(
    rows: Sequence[int], cells: Mapping[int, CellBuffer], shared: pl.Series
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return (the frame of `model.sheet.Sheet`, its letters).

    Args:
        rows: The row numbers with cells.
        cells: Column index → its cells, whose positions are indexes of `rows`.
        shared: The workbook's shared texts.
    """
    columns = [pl.Series("row", rows, dtype=pl.Int64)]
    used = {index: to_letters(index) for index in sorted(cells)}
    for index, letter in used.items():
        columns += cells[index].to_columns(letter, len(rows), shared)
    return pl.DataFrame(columns), tuple(used.values())

"""Cells to a frame: one String column and one CELL column for each used column of a sheet."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from armbulk.model import CELL

LONGEST = 32_767
"""The most characters Excel keeps in a cell."""


def letter_of(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def frame_of(
    rows: Sequence[int], cells: Mapping[int, tuple[Sequence[int], Sequence[str], Sequence[str]]]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Put cells together: `cells` maps a column index to (positions in `rows`, texts, kinds)."""
    whole = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_row_index("at")
    used = sorted(cells)
    for index in used:
        positions, texts, kinds = cells[index]
        letter = letter_of(index)
        schema: dict[str, Any] = {"at": pl.UInt32, letter: pl.String, f"{letter}.cell": CELL}
        part = pl.DataFrame({"at": positions, letter: texts, f"{letter}.cell": kinds}, schema=schema)
        whole = whole.join(part, on="at", how="left", maintain_order="left")
    return whole.drop("at"), tuple(letter_of(index) for index in used)

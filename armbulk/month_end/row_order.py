"""Rows of a long table in another order than they were read in, without all of them in memory."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import polars as pl

from armbulk.writers.table_stream import CHUNK_ROWS

ROWS_AT_ONCE = 100_000
"""Rows that are in memory together; the pages are read once for each so many rows."""

_POSITION = "\x00position"

Pages = Callable[[], Iterator[pl.DataFrame]]
"""Yields the rows of a table, from the first one on each call."""

Keys = Callable[[pl.DataFrame], Sequence[pl.Expr]]
"""Returns the expressions that a page is ordered by; a page may lack columns."""


def sort_pages(pages: Pages, keys: Keys) -> Pages:
    """Return pages in the order of some keys (blank ones last); rows with the same keys stay in their order."""
    return partial(_yield_sorted, pages, keys)


def _yield_sorted(pages: Pages, keys: Keys) -> Iterator[pl.DataFrame]:
    read = [page.select(key.alias(f"key {number}") for number, key in enumerate(keys(page))) for page in pages()]
    if not read:
        return
    keyed = pl.concat(read, how="vertical_relaxed")
    order = keyed.with_row_index().sort(keyed.columns, nulls_last=True, maintain_order=True)["index"]
    positions = pl.DataFrame({"index": order}).with_row_index(_POSITION).sort("index")[_POSITION]
    del read, keyed, order
    for start in range(0, positions.len(), ROWS_AT_ONCE):
        yield from _pick(pages, positions, start, start + ROWS_AT_ONCE)


def _pick(pages: Pages, positions: pl.Series, start: int, end: int) -> Iterator[pl.DataFrame]:
    """The rows whose positions are from `start` up to `end`, in their order; one chunk of them is in memory twice."""
    picked, offset = [], 0
    for page in pages():
        here = positions.slice(offset, page.height)
        offset += page.height
        picked.append(page.with_columns(here).filter(pl.col(_POSITION).is_between(start, end, closed="left")))
    rows = pl.concat(picked, how="diagonal")
    order = rows[_POSITION].arg_sort()
    rows = rows.drop(_POSITION)
    for first in range(0, rows.height, CHUNK_ROWS):
        yield rows[order.slice(first, CHUNK_ROWS)]


def by_number(column: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return keys that order texts by number where they are numbers, and by text after those."""
    return column.cast(pl.Int64, strict=False), column

"""Rows of a long table in another order than they were read in, without all of them in memory."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from armbulk.store.row_buckets import RowBuckets
from armbulk.writers.table_stream import CHUNK_ROWS

BUCKET_ROWS = 20_000
"""Rows that are in memory together."""

_POSITION, _BUCKET = "\x00position", "\x00bucket"

Pages = Callable[[], Iterator[pl.DataFrame]]
"""Yields the rows of a table, from the first one on each call."""

Keys = Callable[[pl.DataFrame], Sequence[pl.Expr]]
"""Returns the expressions that a page is ordered by; a page may lack columns."""


def sort_pages(pages: Pages, keys: Keys, folder: Path) -> Pages:
    """Return pages in the order of some keys (blank ones last); rows with the same keys stay in their order.

    `folder` is where rows are kept meanwhile.
    """
    return partial(_yield_sorted, pages, keys, folder)


def _yield_sorted(pages: Pages, keys: Keys, folder: Path) -> Iterator[pl.DataFrame]:
    read = [page.select(key.alias(f"key {number}") for number, key in enumerate(keys(page))) for page in pages()]
    if not read:
        return
    keyed = pl.concat(read, how="vertical_relaxed")
    order = keyed.select(pl.arg_sort_by(keyed.columns, nulls_last=True, maintain_order=True).alias("index")).to_series()
    positions = pl.DataFrame({"index": order}).with_row_index(_POSITION).sort("index")[_POSITION]
    del read, keyed, order
    with RowBuckets(folder) as buckets:
        offset = 0
        for page in pages():
            placed = page.with_columns(positions.slice(offset, page.height))
            offset += page.height
            _divide(placed, buckets)
        for number in range(-(-positions.len() // BUCKET_ROWS)):
            yield from _slice_in_order(buckets.read(number))


def _divide(rows: pl.DataFrame, buckets: RowBuckets) -> None:
    """Add rows to the buckets of their positions."""
    numbered = rows.with_columns((pl.col(_POSITION) // BUCKET_ROWS).alias(_BUCKET))
    for (number,), part in numbered.partition_by(_BUCKET, as_dict=True, include_key=False).items():
        buckets.add(number, part)


def _slice_in_order(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of a bucket in their order, in chunks."""
    order = rows[_POSITION].arg_sort()
    rows = rows.drop(_POSITION)
    for first in range(0, rows.height, CHUNK_ROWS):
        yield rows[order.slice(first, CHUNK_ROWS)]


def by_number(column: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return keys that order texts by number where they are numbers, and by text after those.

    The text of a number without zeros at its start is blank, which takes less memory: it comes last of those with the
    same number either way.
    """
    number = column.cast(pl.Int64, strict=False)
    is_usual = (number != 0) & (number.cast(pl.String) == column)
    return number, pl.when(is_usual).then(pl.lit(None, pl.String)).otherwise(column)

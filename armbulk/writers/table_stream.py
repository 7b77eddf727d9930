"""A table on its way into a file: its columns, and its rows in chunks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from armbulk.model.columns import ExportColumn
from armbulk.model.record_texts import PARENT_INDEX, ROW_INDEX

CHUNK_ROWS = 10_000
"""Rows that are processed together: enough to be fast, few enough for the memory."""

Page = tuple[pl.DataFrame, pl.DataFrame | None]
"""Some records, and their lines where records have lines."""


@dataclass(frozen=True, slots=True)
class TableStream:
    """One table, as texts.

    Attributes:
        title: its title.
        columns: its columns in order.
        rows: how many rows there are.
        pages: yields the rows; columns are named by their paths.
        hidden: whether Excel hides it: it is for armbulk's own use.
        suffix: appended to the name of its file, where a file has one table; "" for its title.
        add_sheets: adds sheets after the table's to a workbook (an `xlsxwriter.Workbook`).
        print_columns: how many columns are printed, from the first; 0 for all.
        subject: what a workbook prints at the top of each page; "" for nothing.
    """

    title: str
    columns: tuple[ExportColumn, ...]
    rows: int
    pages: Callable[[], Iterator[pl.DataFrame]] = field(repr=False)
    hidden: bool = False
    suffix: str = ""
    add_sheets: Callable[[Any], None] | None = field(default=None, repr=False)
    print_columns: int = 0
    subject: str = ""

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in chunks of CHUNK_ROWS or more, with every column."""
        buffer: list[pl.DataFrame] = []
        height = 0
        for page in self.pages():
            buffer.append(self._select_columns(page))
            height += page.height
            if height >= CHUNK_ROWS:
                yield pl.concat(buffer)
                buffer, height = [], 0
        if buffer:
            yield pl.concat(buffer)

    def _select_columns(self, page: pl.DataFrame) -> pl.DataFrame:
        return page.select(
            pl.col(column.path) if column.path in page.columns else pl.lit(None, pl.String).alias(column.path)
            for column in self.columns
        )

    def typed_columns(self) -> list[pl.Expr]:
        """Return the columns of a chunk as typed values, named for programs (see `ExportColumn.cast`)."""
        return [
            column.cast(pl.col(column.path)).alias(name)
            for column, name in zip(self.columns, self.names(), strict=True)
        ]

    def empty_chunk(self) -> pl.DataFrame:
        """Return a chunk without rows."""
        return pl.DataFrame(schema={column.path: pl.String for column in self.columns})

    def to_frame(self) -> pl.DataFrame:
        """Return all rows as typed columns, in memory."""
        typed = self.typed_columns()
        return pl.concat(chunk.select(typed) for chunk in (self.empty_chunk(), *self.chunks()))

    def headers(self, lang: str) -> list[str]:
        """Return the columns' names for people, each different."""
        return _make_distinct([column.header(lang) for column in self.columns])

    def names(self) -> list[str]:
        """Return the columns' names for programs, each different."""
        return _make_distinct([column.name for column in self.columns])


def _make_distinct(names: list[str]) -> list[str]:
    used: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while candidate.casefold() in used:
            candidate, number = f"{name} ({number})", number + 1
        used.add(candidate.casefold())
        distinct.append(candidate)
    return distinct


def merge_pages(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages merged into ones of CHUNK_ROWS or more: much of the work is done once per page."""
    buffer: list[Page] = []
    height = 0
    for items, lines in pages:
        buffer.append((items, lines))
        height += items.height
        if height >= CHUNK_ROWS:
            yield _concat_pages(buffer)
            buffer, height = [], 0
    if height:
        yield _concat_pages(buffer)


def _concat_pages(pages: Sequence[Page]) -> Page:
    """Pages as one: where records have lines, indexes are raised, so that each line still belongs to its own record."""
    if all(lines is None for _, lines in pages):
        return pl.concat((items for items, _ in pages), how="diagonal"), None
    offsets = [pl.lit(number * 2**32, pl.UInt64) for number in range(len(pages))]
    items = [
        page.with_columns(pl.col(ROW_INDEX).cast(pl.UInt64) + offset)
        for (page, _), offset in zip(pages, offsets, strict=True)
    ]
    lines = [
        page_lines.with_columns(pl.col(PARENT_INDEX).cast(pl.UInt64) + offset)
        for (_, page_lines), offset in zip(pages, offsets, strict=True)
        if page_lines is not None
    ]
    return pl.concat(items, how="diagonal"), pl.concat(lines, how="diagonal") if lines else None

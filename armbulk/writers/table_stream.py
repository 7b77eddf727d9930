"""A table on its way into a file: what its columns are, and its rows, a chunk at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from armbulk.arm.decode import PARENT_INDEX, ROW_INDEX
from armbulk.model.columns import ExportColumn

CHUNK_ROWS = 10_000
"""Rows that are worked on together: enough to be fast, few enough to stay small."""

Page = tuple[pl.DataFrame, pl.DataFrame | None]
"""Some records, and their lines where records have lines."""


@dataclass(frozen=True, slots=True)
class TableStream:
    """One table: its title, its columns in order, how many rows there are, and the rows as texts by path.

    `after` adds sheets of its own to a workbook (an `xlsxwriter.Workbook`) behind the table's.
    """

    title: str
    columns: tuple[ExportColumn, ...]
    rows: int
    pages: Callable[[], Iterator[pl.DataFrame]] = field(repr=False)
    hidden: bool = False  # for armbulk's own use: Excel does not show it
    ending: str = ""  # of its file's name, where a file holds one table: else it is the title
    after: Callable[[Any], None] | None = field(default=None, repr=False)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The rows in larger pieces, every column present."""
        waiting: list[pl.DataFrame] = []
        height = 0
        for page in self.pages():
            waiting.append(self._whole(page))
            height += page.height
            if height >= CHUNK_ROWS:
                yield pl.concat(waiting)
                waiting, height = [], 0
        if waiting:
            yield pl.concat(waiting)

    def _whole(self, page: pl.DataFrame) -> pl.DataFrame:
        return page.select(
            pl.col(one.path) if one.path in page.columns else pl.lit(None, pl.String).alias(one.path)
            for one in self.columns
        )

    def headers(self, lang: str) -> list[str]:
        """The columns' names for people, each of its own."""
        return _distinct([one.header(lang) for one in self.columns])

    def names(self) -> list[str]:
        """The columns' names for programs, each of its own."""
        return _distinct([one.name for one in self.columns])


def _distinct(names: list[str]) -> list[str]:
    used: set[str] = set()
    found = []
    for name in names:
        own, number = name, 2
        while own.casefold() in used:
            own, number = f"{name} ({number})", number + 1
        used.add(own.casefold())
        found.append(own)
    return found


def merge_pages(pages: Iterable[Page]) -> Iterator[Page]:
    """Pages put together, for what costs by the page."""
    waiting: list[Page] = []
    height = 0
    for items, lines in pages:
        waiting.append((items, lines))
        height += items.height
        if height >= CHUNK_ROWS:
            yield _together(waiting)
            waiting, height = [], 0
    if height:
        yield _together(waiting)


def _together(pages: Sequence[Page]) -> Page:
    """Pages as one: a line's record is found by its place, which must be its own."""
    places = [pl.lit(number * 2**32, pl.UInt64) for number in range(len(pages))]
    items = [
        page.with_columns(pl.col(ROW_INDEX).cast(pl.UInt64) + at) for (page, _), at in zip(pages, places, strict=True)
    ]
    lines = [
        found.with_columns(pl.col(PARENT_INDEX).cast(pl.UInt64) + at)
        for (_, found), at in zip(pages, places, strict=True)
        if found is not None
    ]
    return pl.concat(items, how="diagonal"), pl.concat(lines, how="diagonal") if lines else None

"""A table on its way into a file: what its columns are, and its rows, a chunk at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from armbulk.core.columns import Column

CHUNK = 10_000
"""Rows that are worked on together: enough to be fast, few enough to stay small."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One table: its title, its columns in order, how many rows there are, and the rows as texts by path.

    `after` adds sheets of its own to a workbook (an `xlsxwriter.Workbook`) behind the table's.
    """

    title: str
    columns: tuple[Column, ...]
    rows: int
    pages: Callable[[], Iterator[pl.DataFrame]] = field(repr=False)
    after: Callable[[Any], None] | None = field(default=None, repr=False)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The rows in larger pieces, every column present."""
        waiting: list[pl.DataFrame] = []
        height = 0
        for page in self.pages():
            waiting.append(self._whole(page))
            height += page.height
            if height >= CHUNK:
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

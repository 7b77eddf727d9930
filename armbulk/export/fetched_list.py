"""A list that was read completely: its pages, its columns, its counts and control totals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from armbulk.export.checkpoint import Checkpoint
from armbulk.export.incremental import PreviousExport
from armbulk.export.partition import membership_tests
from armbulk.export.request import ExportRequest
from armbulk.export.session import ExportSession
from armbulk.model.columns import ColumnStats, ColumnSums, ExportColumn
from armbulk.model.record_texts import INTERNAL_COLUMNS, PARENT_INDEX, RAW_JSON, RECORD_KEY, ROW_INDEX
from armbulk.writers.table_stream import Page, TableStream, merge_pages

MAX_CHECKPOINT_AGE = 7 * 86_400.0
"""Seconds after which the checkpoint of an unfinished export is too old to continue."""


@dataclass(slots=True)
class FetchedList:
    """The records of a list, and their lines.

    Attributes:
        request: what was asked for.
        checkpoint: where the pages are.
        stats: the columns of the records.
        line_stats: the columns of their lines.
        rows: number of records.
        line_rows: number of lines.
        untestable: way the list is narrowed → records without a value to test it by.
        sums: control totals.
    """

    request: ExportRequest
    checkpoint: Checkpoint
    stats: ColumnStats
    line_stats: ColumnStats
    rows: int = 0
    line_rows: int = 0
    untestable: dict[str, int] = field(default_factory=dict)
    sums: ColumnSums = field(default_factory=ColumnSums)

    def pages(self) -> Iterator[Page]:
        """Yield the requested records, each once, and their lines, page by page."""
        ignored = self.checkpoint.ignored_filters
        tests = {name: test for name, test in self._tests.items() if name in ignored}
        for items, lines in merge_pages(self.checkpoint.records()):
            kept = items.filter(_all_pass(tests, items)) if tests else items
            yield kept, None if lines is None else _select_lines(lines, kept)

    @property
    def _tests(self) -> dict[str, pl.Expr]:
        return membership_tests(self.request.root, self.request.listing)

    def measure(self) -> None:
        """Find the types of the columns, count the rows, and count the records that cannot be tested."""
        tests = self._tests
        for items, lines in self.pages():
            self.stats.add(items.drop(INTERNAL_COLUMNS, strict=False))
            self.rows += items.height
            for name, test in tests.items():
                untestable = items.filter(~_is_testable(test, items)).height
                self.untestable[name] = self.untestable.get(name, 0) + untestable
            if lines is not None:
                self.line_stats.add(lines.drop(INTERNAL_COLUMNS, strict=False))
                self.line_rows += lines.height

    def calculate_sums(self, previous: PreviousExport | None, *add_items: Callable[[pl.DataFrame], None]) -> None:
        """Calculate the control totals; the new snapshot of `previous` and each of `add_items` get every page too."""
        if previous is not None:
            previous.start(self.stats.columns.values())
        for items, lines in self.pages():
            self.sums.add(items, self.stats.columns)
            if previous is not None:
                previous.add(items, lines)
            for add in add_items:
                add(items)

    def streams(self, lang: str) -> list[TableStream]:
        """Return the tables to write: the records, and their lines unless columns were chosen."""
        resource = self.request.resource
        tables = [TableStream(resource.title.text(lang), self._chosen_columns(), self.rows, self._items)]
        if resource.lines is not None and not self.request.columns:
            columns = tuple(self.line_stats.columns.values())
            tables.append(TableStream(resource.lines.title.text(lang), columns, self.line_rows, self._lines))
        return tables

    def _chosen_columns(self) -> tuple[ExportColumn, ...]:
        columns = {column.name: column for column in self.stats.columns.values()}
        chosen = self.request.columns
        return tuple(columns[name] for name in chosen) if chosen else tuple(columns.values())

    def _items(self) -> Iterator[pl.DataFrame]:
        return (items for items, _ in self.pages())

    def _lines(self) -> Iterator[pl.DataFrame]:
        return (lines for _, lines in self.pages() if lines is not None)

    def raw_records(self) -> Iterator[pl.Series]:
        """Yield the records as ARM wrote them, page by page."""
        return (items[RAW_JSON] for items, _ in self.pages())

    def repeated_records(self) -> Iterator[pl.Series]:
        """Yield of the same those that were read more than once: they moved between pages, or ARM has several."""
        if keys := self.checkpoint.repeated_keys():
            yield from (items.filter(pl.col(RECORD_KEY).is_in(keys))[RAW_JSON] for items, _ in self.pages())


def _select_lines(lines: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The lines of some records."""
    return lines.filter(pl.col(PARENT_INDEX).is_in(items[ROW_INDEX].implode()))


def _all_pass(tests: dict[str, pl.Expr], items: pl.DataFrame) -> pl.Expr:
    """Whether a record passes the tests whose columns the page has."""
    usable = [
        test.fill_null(value=False) for test in tests.values() if set(test.meta.root_names()) <= set(items.columns)
    ]
    return pl.all_horizontal(usable) if usable else pl.lit(value=True)


def _is_testable(test: pl.Expr, items: pl.DataFrame) -> pl.Expr:
    """Whether a record has the values a test needs."""
    return test.is_not_null() if set(test.meta.root_names()) <= set(items.columns) else pl.lit(value=False)


def fetch_list(session: ExportSession, *, fresh: bool, previous: PreviousExport | None = None) -> FetchedList:
    """Read a list completely (`read_list`), and add it up; the new snapshot of `previous` gets every page."""
    fetched = read_list(session, fresh=fresh)
    fetched.calculate_sums(previous)
    return fetched


def read_list(session: ExportSession, *, fresh: bool) -> FetchedList:
    """Read a list completely, or what is left of it; the control totals are not calculated yet.

    Args:
        session: the export's session.
        fresh: whether to delete what an interrupted export has read.
    """
    request, checkpoint, now = session.request, session.checkpoint, session.context.clock.now()
    if fresh or now - session.started_at > MAX_CHECKPOINT_AGE:
        checkpoint.file.clear()
    checkpoint.file.save_fact("begun", checkpoint.file.read_fact("begun", now))
    session.fetcher.start(request.root, request.ignored)
    session.fetcher.run()
    line_fields = request.resource.lines.fields if request.resource.lines else ()
    fetched = FetchedList(
        request, checkpoint, ColumnStats.for_fields(request.resource.readable), ColumnStats.for_fields(line_fields)
    )
    fetched.measure()
    return fetched

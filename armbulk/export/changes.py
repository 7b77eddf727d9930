"""The new, changed and deleted records of an export as tables and JSON, for the file of `--since last`."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from armbulk.export.fingerprint import (
    CHANGE,
    CHANGED,
    DIFFERENT,
    ID_HASH_SEPARATOR,
    NEW,
    PATH_SEPARATOR,
    ROW,
)
from armbulk.i18n import NO_TEXT, Words, _
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.record_texts import PARENT_INDEX, RAW_JSON, RECORD_KEY, ROW_INDEX, SEPARATOR
from armbulk.store.snapshots import Snapshot
from armbulk.writers.table_stream import Page, TableStream

STORED_CHUNK_ROWS = 16_384
"""Rows whose marks are in one bucket."""

GONE = Words("Removed", "Fjernet")
GONE_SUFFIX = ".gone"  # NAME.gone.csv

_CHANGE_TEXTS = {NEW: _("new"), DIFFERENT: _("changed")}
_MARKS, _GONE, _CHUNK = "marks", "gone", "\x00block"
_CHANGE_FIELD = Field("change", Words("Change", "Endring"), CHANGE, FieldType.TEXT, NO_TEXT, NEW)
_CHANGED_FIELD = Field("changed_fields", Words("Changed fields", "Endrede felt"), CHANGED, FieldType.TEXT, NO_TEXT, "")
_COLUMNS = (ExportColumn(CHANGE, _CHANGE_FIELD, max_chars=8), ExportColumn(CHANGED, _CHANGED_FIELD, max_chars=24))

Pages = Callable[[], Iterable[Page]]


@dataclass(slots=True)
class ChangeCounts:
    """How many records are new, changed, deleted and unchanged; `lines`: lines of the new and changed ones."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    lines: int = 0


@dataclass(slots=True)
class ChangeMarks:
    """Which rows of the list are new or changed, and the keys of deleted records, in a temporary file."""

    file: Snapshot
    _chunks: dict[int, pl.DataFrame] = field(init=False, default_factory=dict)

    def add(self, marked: pl.DataFrame) -> None:
        """Add marks: ROW, CHANGE, CHANGED."""
        self._add_rows(_MARKS, marked)

    def add_gone(self, gone: pl.DataFrame) -> None:
        """Add deleted records: ROW in the previous list, RECORD_KEY."""
        self._add_rows(_GONE, gone)

    def _add_rows(self, table: str, rows: pl.DataFrame) -> None:
        if rows.height:
            self.file.add_rows(table, rows.with_columns((pl.col(ROW) // STORED_CHUNK_ROWS).alias(_CHUNK)), _CHUNK)

    def join(self, page: pl.DataFrame, first: int) -> pl.DataFrame:
        """Return the rows of a page (with ROW, from `first` on) that have a mark, with CHANGE and CHANGED.

        Only the marks a page needs are in memory.
        """
        needed = range(first // STORED_CHUNK_ROWS, (first + max(page.height, 1) - 1) // STORED_CHUNK_ROWS + 1)
        self._chunks = {
            chunk: self._chunks[chunk] if chunk in self._chunks else self._read_chunk(chunk) for chunk in needed
        }
        marks = pl.concat(list(self._chunks.values()))
        page_marks = marks.filter(pl.col(ROW).is_between(first, first + page.height - 1))
        return page.join(page_marks, on=ROW, how="inner", maintain_order="left")

    def _read_chunk(self, chunk: int) -> pl.DataFrame:
        marks = self.file.read_bucket(_MARKS, chunk)
        return pl.DataFrame(schema={ROW: pl.UInt32, CHANGE: pl.String, CHANGED: pl.String}) if marks is None else marks

    def gone(self) -> Iterator[pl.DataFrame]:
        """Yield the deleted records in the order they were listed: ROW, RECORD_KEY."""
        for chunk in self.file.buckets(_GONE):
            rows = self.file.read_bucket(_GONE, chunk)
            if rows is not None:
                yield rows.sort(ROW)


@dataclass(frozen=True, slots=True)
class ChangedRecords:
    """The records of an export that are new or changed, and the keys of those deleted.

    Attributes:
        resource: what the records are.
        key: paths of the record's key.
        pages: yields all records of the export.
        marks: what became of each record; None when all count as new.
        counts: how many there are of each.
    """

    resource: Resource
    key: tuple[str, ...]
    pages: Pages
    marks: ChangeMarks | None
    counts: ChangeCounts

    def marked_pages(self) -> Iterator[Page]:
        """Yield the new and changed records (with CHANGE and CHANGED) and their lines, page by page."""
        row = 0
        for items, lines in self.pages():
            numbered = items.with_columns(pl.int_range(row, row + items.height, dtype=pl.UInt32).alias(ROW))
            if self.marks is None:
                marked = numbered.with_columns(pl.lit(NEW).alias(CHANGE), pl.lit(None, pl.String).alias(CHANGED))
            else:
                marked = self.marks.join(numbered, row)
            row += items.height
            if marked.height:
                is_kept = pl.col(PARENT_INDEX).is_in(marked[ROW_INDEX].implode())
                yield marked.drop(ROW), None if lines is None else lines.filter(is_kept)

    def streams(
        self, streams: Sequence[TableStream], lang: str, file_format: str, *, with_gone: bool
    ) -> list[TableStream]:
        """Return the tables of an export with the new and changed records only.

        Args:
            streams: the tables with all records; the first is the records', others are their lines'.
            lang: language of the texts in a file for people.
            file_format: the file's ending; parquet gets codes and field names instead of texts.
            with_gone: whether to add a table with the keys of records gone.
        """
        for_people = file_format != "parquet"
        first, *others = streams
        names = self._column_names(first, lang, for_people=for_people)
        texts = {code: words.text(lang) if for_people else code for code, words in _CHANGE_TEXTS.items()}

        def items() -> Iterator[pl.DataFrame]:
            for page, _raw in self.marked_pages():
                changed = _format_paths(page[CHANGED], lambda paths: "; ".join(names.get(path, path) for path in paths))
                yield page.with_columns(changed, pl.col(CHANGE).replace_strict(texts))

        def lines() -> Iterator[pl.DataFrame]:
            return (page_lines for _, page_lines in self.marked_pages() if page_lines is not None)

        rows = self.counts.new + self.counts.changed
        tables = [replace(first, columns=(*_COLUMNS, *first.columns), rows=rows, pages=items)]
        tables += [replace(stream, rows=self.counts.lines, pages=lines) for stream in others]
        return tables + ([self._gone_stream(lang)] if with_gone else [])

    def _column_names(self, stream: TableStream, lang: str, *, for_people: bool) -> dict[str, str]:
        columns = (*(ExportColumn(known.path, known) for known in self.resource.readable), *stream.columns)
        names = {column.path: column.header(lang) if for_people else column.name for column in columns}
        if self.resource.lines:
            names[self.resource.lines_path] = self.resource.lines.title.text(lang)
        return names

    def _gone_stream(self, lang: str) -> TableStream:
        fields = {known.path: known for known in self.resource.readable}
        columns = tuple(ExportColumn(path, _as_identifier(fields.get(path)), max_chars=20) for path in self.key)
        return TableStream(GONE.text(lang), columns, self.counts.gone, self._gone_keys, suffix=GONE_SUFFIX)

    def _gone_keys(self) -> Iterator[pl.DataFrame]:
        """The keys of deleted records, a column for each path; national identity numbers are masked."""
        has_key = ~pl.col(RECORD_KEY).str.starts_with("\x00")
        values = pl.when(has_key).then(pl.col(RECORD_KEY)).str.split(SEPARATOR)
        for gone in self.marks.gone() if self.marks else ():
            yield gone.select(
                values.list.get(index, null_on_oob=True)
                .str.replace(f"{ID_HASH_SEPARATOR}.*", "")
                .replace("", None)
                .alias(path)
                for index, path in enumerate(self.key)
            )

    def to_json_lines(self) -> Iterator[pl.Series]:
        """Yield new and changed records as JSON: {"change", "fields", "record"}, the record as ARM wrote it."""
        for page, _raw in self.marked_pages():
            changed = _format_paths(page[CHANGED], lambda paths: json.dumps(paths, ensure_ascii=False))
            text = pl.concat_str(
                pl.lit('{"change": "'),
                pl.col(CHANGE),
                pl.lit('", "fields": '),
                pl.col(CHANGED).fill_null("[]"),
                pl.lit(', "record": '),
                pl.col(RAW_JSON),
                pl.lit("}"),
            )
            yield page.with_columns(changed).select(text).to_series()

    def gone_to_json_lines(self) -> Iterator[pl.Series]:
        """Yield the deleted records as JSON texts: {"change": "gone", "key"}."""
        for page in self._gone_keys():
            texts = [json.dumps({"change": "gone", "key": key}, ensure_ascii=False) for key in page.to_dicts()]
            yield pl.Series(texts, dtype=pl.String)


def _format_paths(column: pl.Series, format_paths: Callable[[list[str]], str]) -> pl.Series:
    """CHANGED with its paths formatted; each combination of paths is formatted once."""
    texts = {text: format_paths(text.split(PATH_SEPARATOR)) for text in column.unique() if text is not None}
    return column.replace_strict(texts, default=None, return_dtype=pl.String)


def _as_identifier(known: Field | None) -> Field | None:
    """A field whose values stay texts: only the keys of deleted records are known."""
    return replace(known, type=FieldType.IDENTIFIER) if known else None

"""From a page of records to rows: the texts of each record, its key, and the rows of its lines."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.arm.json_body import parse_json
from armbulk.model.fields import Field, FieldRole, Listing, Resource
from armbulk.model.record_texts import (
    PARENT_INDEX,
    RAW_JSON,
    RECORD_KEY,
    SEPARATOR,
    Json,
    build_frame,
    extract_column,
    format_json_value,
    to_json_text,
)

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)  # only where values end counts


@dataclass(frozen=True, slots=True)
class RecordDecoder:
    """Turns records of a list into rows.

    Attributes:
        resource: its fields.
        listing: its list.
        keeps_raw: keep the JSON of each record as ARM wrote it, too.
    """

    resource: Resource
    listing: Listing
    keeps_raw: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The known columns of a record."""
        return self.resource.readable

    @property
    def line_fields(self) -> tuple[Field, ...]:
        """The known columns of a line; empty when records have no lines."""
        return self.resource.lines.fields if self.resource.lines else ()

    def to_frames(self, records: Sequence[Json], body: bytes = b"") -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """Return a page's records and their lines as frames of texts.

        Args:
            records: the page's records.
            body: the answer they came in; only needed to keep their JSON.

        Returns:
            The records (String columns by path, and RECORD_KEY; RAW_JSON if kept); their lines (String columns by path,
            and PARENT_INDEX, UInt32), None when records have no lines.
        """
        paths = [field.path for field in self.fields]
        items = build_frame(records, paths, frozenset({self.resource.lines_path}))
        items = items.hstack([self._build_keys(items, records)])
        if self.keeps_raw:
            items = items.hstack([pl.Series(RAW_JSON, split_raw_records(body, records), dtype=pl.String)])
        if not self.resource.lines:
            return items, None
        return self._keep_odd_lines(items, records), self._build_lines(records)

    def _build_keys(self, items: pl.DataFrame, records: Sequence[Json]) -> pl.Series:
        """What distinguishes a record from others; a record without any part of its key is its own key, as JSON."""
        (first, *more) = self.listing.key
        keys = self._join_keys(items) if more or first not in items.columns else items[first].alias(RECORD_KEY)
        if keys.null_count():
            texts = [to_json_text(record) if key is None else key for key, record in zip(keys, records, strict=True)]
            keys = pl.Series(RECORD_KEY, texts, dtype=pl.String)
        return keys

    def _join_keys(self, items: pl.DataFrame) -> pl.Series:
        """The parts of each record's key as one text; null for a record without any."""
        parts = [pl.col(path) if path in items.columns else pl.lit(None, pl.String) for path in self.listing.key]
        joined = pl.concat_str([part.fill_null("") for part in parts], separator=SEPARATOR)
        has_key = ~pl.all_horizontal(part.is_null() for part in parts)
        return items.select(pl.when(has_key).then(joined).alias(RECORD_KEY))[RECORD_KEY]

    def _lines_of(self, record: Json) -> list[Json]:
        """The lines of a record; a single one may be without its array."""
        value = record.get(self.resource.lines_path)
        entries = [value] if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [entry for entry in entries if isinstance(entry, dict)]

    def _keep_odd_lines(self, items: pl.DataFrame, records: Sequence[Json]) -> pl.DataFrame:
        """The records, with a column of what they have in place of lines that are objects."""
        path = self.resource.lines_path
        values = [record.get(path) for record in records]
        texts = [None if _are_lines(value) else format_json_value(value) for value in values]
        return items.with_columns(pl.Series(path, texts, dtype=pl.String)) if any(texts) else items

    def _build_lines(self, records: Sequence[Json]) -> pl.DataFrame:
        indexed = [(index, line) for index, record in enumerate(records) for line in self._lines_of(record)]
        parent = next(field.path for field in self.line_fields if field.role is FieldRole.PARENT_KEY)
        paths = [field.path for field in self.line_fields if field.role is not FieldRole.PARENT_KEY]
        lines = build_frame([line for _, line in indexed], paths, frozenset({parent}))
        numbers = [format_json_value(records[index].get(parent)) for index, _ in indexed]
        return lines.insert_column(0, pl.Series(parent, numbers, dtype=pl.String)).with_columns(
            pl.Series(PARENT_INDEX, [index for index, _ in indexed], dtype=pl.UInt32)
        )

    def find_failed_tests(self, records: Sequence[Json], tests: dict[str, pl.Expr]) -> frozenset[str]:
        """Return the names of the tests (Boolean expressions on texts by path) that some record fails."""
        if not records or not tests:
            return frozenset()
        paths = {path for test in tests.values() for path in test.meta.root_names()}
        values = pl.DataFrame([extract_column(records, path) for path in sorted(paths)])
        failures = values.select(**{name: (~test).any() for name, test in tests.items()}).row(0, named=True)
        return frozenset(name for name, is_failed in failures.items() if is_failed)

    def count_read(self, records: Sequence[Json]) -> int:
        """Return how many records the quota counts as read: each, and its lines."""
        lines = sum(len(self._lines_of(record)) for record in records) if self.resource.lines_path else 0
        return len(records) + lines


def _are_lines(value: Any) -> bool:
    """Whether a value is an object, or an array of nothing but objects."""
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(entry, dict) for entry in value))


# --- the JSON text of each record -----------------------------------------------------------------------


def split_raw_records(body: bytes, records: Sequence[Json]) -> list[str]:
    """Return the JSON text of each record, on one line.

    Args:
        body: an answer: an array, or an object with the array of the records.
        records: the records, as they were read.

    Raises:
        ValueError: no array of the answer has these records.
    """
    text = body.decode("utf-8-sig")
    position = _skip_blanks(text, 0)
    if text[position] == "[":
        return _split_array(text, position)[0]
    arrays = [entries for entries in _split_arrays(text, position) if len(entries) == len(records)]
    if len(arrays) > 1:  # beside the records may be as many warnings
        arrays = [entries for entries in arrays if [parse_json(entry.encode()) for entry in entries] == list(records)]
    if not arrays:
        raise ValueError("the answer does not hold the records it was said to hold")
    return arrays[0]


def read_raw_records(pages: Iterable[pl.Series]) -> Iterator[Json]:
    """Yield the records of a list whose JSON was kept (`RAW_JSON`, page by page), with exact numbers."""
    for page in pages:
        records = parse_json(f"[{','.join(page)}]".encode())
        yield from (record for record in records or () if isinstance(record, dict))


def _split_arrays(text: str, position: int) -> Iterator[list[str]]:
    """The entries of each array in the object at `position`."""
    position = _skip_blanks(text, position + 1)
    while text[position] != "}":
        _, position = _DECODER.raw_decode(text, position)
        position = _skip_blanks(text, _skip_blanks(text, position) + 1)
        if text[position] == "[":
            entries, position = _split_array(text, position)
            yield entries
        else:
            _, position = _DECODER.raw_decode(text, position)
        position = _skip_comma(text, position)


def _split_array(text: str, position: int) -> tuple[list[str], int]:
    """The entries of the array at `position`, and the position after it."""
    entries = []
    position = _skip_blanks(text, position + 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        entries.append(_join_lines(text[position:end]))
        position = _skip_comma(text, end)
    return entries, position + 1


def _skip_comma(text: str, position: int) -> int:
    """The position after a value and its comma, if there is one."""
    position = _skip_blanks(text, position)
    return _skip_blanks(text, position + 1) if text[position] == "," else position


def _skip_blanks(text: str, position: int) -> int:
    match: Any = _BLANK.match(text, position)
    return int(match.end())


def _join_lines(record: str) -> str:
    """JSON on one line: line breaks in JSON are only between its tokens, where a blank is the same."""
    return record.replace("\r", " ").replace("\n", " ") if "\n" in record or "\r" in record else record

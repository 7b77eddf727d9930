"""From a page of records to rows: the texts of each record, its key, and the rows of its lines."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.model.fields import Field, FieldRole, Listing, Resource
from armbulk.model.record_texts import (
    PARENT_INDEX,
    RAW_JSON,
    RECORD_KEY,
    SEPARATOR,
    Json,
    build_frame,
    extract_column,
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
        items = items.with_columns(self._build_keys(items, records))
        if self.keeps_raw:
            items = items.with_columns(pl.Series(RAW_JSON, split_raw_records(body, len(records)), dtype=pl.String))
        return items, self._build_lines(records) if self.resource.lines else None

    def _build_keys(self, items: pl.DataFrame, records: Sequence[Json]) -> pl.Series:
        """What distinguishes a record from others; a record without any part of its key is its own key, as JSON."""
        parts = [pl.col(path) if path in items.columns else pl.lit(None, pl.String) for path in self.listing.key]
        joined = pl.concat_str([part.fill_null("") for part in parts], separator=SEPARATOR)
        has_key = ~pl.all_horizontal(part.is_null() for part in parts)
        keys = items.select(pl.when(has_key).then(joined).alias(RECORD_KEY))[RECORD_KEY]
        if keys.null_count():
            texts = [to_json_text(record) if key is None else key for key, record in zip(keys, records, strict=True)]
            keys = pl.Series(RECORD_KEY, texts, dtype=pl.String)
        return keys

    def _build_lines(self, records: Sequence[Json]) -> pl.DataFrame:
        indexed = [
            (index, line)
            for index, record in enumerate(records)
            for line in record.get(self.resource.lines_path) or []
            if isinstance(line, dict)
        ]
        parent = next(field.path for field in self.line_fields if field.role is FieldRole.PARENT_KEY)
        paths = [field.path for field in self.line_fields if field.role is not FieldRole.PARENT_KEY]
        lines = build_frame([line for _, line in indexed], paths, frozenset({parent}))
        numbers = [records[index].get(parent) for index, _ in indexed]
        return lines.insert_column(0, pl.Series(parent, numbers, dtype=pl.String, strict=False)).with_columns(
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
        path = self.resource.lines_path
        return len(records) + (sum(len(record.get(path) or ()) for record in records) if path else 0)


# --- the JSON text of each record -----------------------------------------------------------------------


def split_raw_records(body: bytes, count: int) -> list[str]:
    """Return the JSON text of each record, on one line.

    Args:
        body: an answer: an array, or an object with one array of `count` records.
        count: how many records there are.

    Raises:
        ValueError: no array of the answer has `count` entries.
    """
    text = body.decode("utf-8-sig")
    position = _skip_blanks(text, 0)
    if text[position] == "[":
        return _split_array(text, position)[0]
    position = _skip_blanks(text, position + 1)
    while text[position] != "}":
        _, position = _DECODER.raw_decode(text, position)
        position = _skip_blanks(text, _skip_blanks(text, position) + 1)
        if text[position] == "[":
            records, position = _split_array(text, position)
            if len(records) == count:
                return records
        else:
            _, position = _DECODER.raw_decode(text, position)
        position = _skip_comma(text, position)
    raise ValueError("the answer does not hold the records it was said to hold")


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

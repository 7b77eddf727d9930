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


@dataclass(frozen=True, slots=True)
class RecordDecoder:
    """How records of a resource become rows; with `raw` their own text is kept too."""

    resource: Resource
    listing: Listing
    raw: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The known columns of a record."""
        return self.resource.readable

    @property
    def line_fields(self) -> tuple[Field, ...]:
        """The known columns of a line; empty where records have none."""
        return self.resource.lines.fields if self.resource.lines else ()

    def frames(self, records: Sequence[Json], body: bytes = b"") -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """The records as rows of texts, and their lines."""
        items = build_frame(records, [one.path for one in self.fields], frozenset({self.resource.lines_path}))
        items = items.with_columns(self._keys(items, records))
        if self.raw:
            items = items.with_columns(pl.Series(RAW_JSON, raw_records(body, len(records)), dtype=pl.String))
        return items, self._lines(records) if self.resource.lines else None

    def _keys(self, items: pl.DataFrame, records: Sequence[Json]) -> pl.Series:
        """What tells a record from others; one without any of it is told by all it holds."""
        parts = [pl.col(path) if path in items.columns else pl.lit(None, pl.String) for path in self.listing.key]
        joined = pl.concat_str([part.fill_null("") for part in parts], separator=SEPARATOR)
        keys = items.select(
            pl.when(~pl.all_horizontal(part.is_null() for part in parts)).then(joined).alias(RECORD_KEY)
        )[RECORD_KEY]
        if keys.null_count():
            whole = [to_json_text(one) if key is None else key for key, one in zip(keys, records, strict=True)]
            keys = pl.Series(RECORD_KEY, whole, dtype=pl.String)
        return keys

    def _lines(self, records: Sequence[Json]) -> pl.DataFrame:
        found = [
            (place, line)
            for place, one in enumerate(records)
            for line in one.get(self.resource.lines_path) or []
            if isinstance(line, dict)
        ]
        parent = next(one.path for one in self.line_fields if one.role is FieldRole.PARENT_KEY)
        own = [one.path for one in self.line_fields if one.role is not FieldRole.PARENT_KEY]
        lines = build_frame([line for _, line in found], own, frozenset({parent}))
        numbers = [records[place].get(parent) for place, _ in found]
        return lines.insert_column(0, pl.Series(parent, numbers, dtype=pl.String, strict=False)).with_columns(
            pl.Series(PARENT_INDEX, [place for place, _ in found], dtype=pl.UInt32)
        )

    def outside(self, records: Sequence[Json], tests: dict[str, pl.Expr]) -> frozenset[str]:
        """The tests of a window that some record fails."""
        if not records or not tests:
            return frozenset()
        asked = {path for test in tests.values() for path in test.meta.root_names()}
        values = pl.DataFrame([extract_column(records, path) for path in sorted(asked)])
        failed = values.select(**{name: (~test).any() for name, test in tests.items()}).row(0, named=True)
        return frozenset(name for name, found in failed.items() if found)

    def weigh(self, records: Sequence[Json]) -> int:
        """How many records ARM counts as read: each, and its lines."""
        path = self.resource.lines_path
        return len(records) + (sum(len(one.get(path) or ()) for one in records) if path else 0)


_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def raw_records(body: bytes, count: int) -> list[str]:
    """The text of each record of the one array at the top that holds `count` of them, each on one line."""
    text = body.decode("utf-8-sig")
    start = _skip(text, 0)
    if text[start] == "[":
        return _items(text, start)[0]
    at = _skip(text, start + 1)
    while text[at] != "}":
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if text[at] == "[":
            found, at = _items(text, at)
            if len(found) == count:
                return found
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _next(text, at)
    raise ValueError("the answer does not hold the records it was said to hold")


def _items(text: str, at: int) -> tuple[list[str], int]:
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append(_one_line(text[at:end]))
        at = _next(text, end)
    return found, at + 1


def _next(text: str, at: int) -> int:
    """Behind a value: past its comma, if there is one."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found: Any = _BLANK.match(text, at)
    return int(found.end())


def _one_line(record: str) -> str:
    """Line breaks in JSON stand only between its words: they may be blanks as well."""
    return record.replace("\r", " ").replace("\n", " ") if "\n" in record or "\r" in record else record

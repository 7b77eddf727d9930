"""JSON records as frames of texts: one column for each path, each value exactly as ARM wrote it."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, overload

import polars as pl

Json = dict[str, Any]

RECORD_KEY, RAW_JSON, PARENT_INDEX, ROW_INDEX = "\x00key", "\x00raw", "\x00of", "\x00place"
"""Columns armbulk adds: a record's key, its JSON as ARM wrote it, a line's record, a record's index on its page.

Checkpoints and snapshots keep frames with these columns, so their names stay.
"""

INTERNAL_COLUMNS = (RECORD_KEY, RAW_JSON, PARENT_INDEX, ROW_INDEX)

SEPARATOR = "\x1f"
"""Between the values of a key that has several."""

OTHER_FIELDS = "otherFields"
"""The column of what has no column of its own, where records have very many different names."""

MAX_OTHER_COLUMNS = 300
"""Columns that armbulk does not know; a page with more has them as JSON in one."""

_LARGEST_EXPONENT = 40
_Texts = Sequence[str | None] | pl.Series


@dataclass(frozen=True, slots=True)
class OddNumber:
    """A JSON number beyond all amounts, such as 1e9999: it is kept as ARM wrote it, and equals no other value."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, eq=False)
class UniformRecords(Sequence[Json]):
    """JSON records that all have the same members, none of them an object or an array.

    Attributes:
        texts: their values as `format_json_value` gives them, a column for each member.
        parse: returns the records as JSON.
    """

    texts: pl.DataFrame
    parse: Callable[[], Sequence[Json]]

    def __len__(self) -> int:
        return self.texts.height

    @overload
    def __getitem__(self, index: int) -> Json: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Json]: ...

    def __getitem__(self, index: int | slice) -> Json | Sequence[Json]:
        return self.parse()[index]


def format_json_value(value: Any) -> str | None:
    """Return a JSON value as the text ARM wrote; None for null, "" and an empty array."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _format_decimal(value)
    if isinstance(value, list):
        return _join_texts(value) if value else None
    return to_json_text(value) if isinstance(value, dict) else str(value)


def _format_decimal(value: Decimal) -> str:
    text = str(value)
    if "E" not in text:
        return text
    exponent = value.as_tuple().exponent
    is_short = isinstance(exponent, int) and abs(exponent) <= _LARGEST_EXPONENT
    return format(value, "f") if is_short else text


def _join_texts(values: list[Any]) -> str:
    """Several texts as one, as in an imported cell; anything else as JSON."""
    if not all(isinstance(value, str) for value in values):
        return to_json_text(values)
    return ("\n" if any(";" in value for value in values) else "; ").join(values)


def to_json_text(value: Any) -> str:
    """Return a value as JSON, every number with its exact digits."""
    if isinstance(value, Decimal):
        return _format_decimal(value)
    if isinstance(value, OddNumber):
        return value.text
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name, ensure_ascii=False)}: {to_json_text(inner)}" for name, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(to_json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)


def build_frame(records: Sequence[Json], paths: Sequence[str], skip: frozenset[str] = frozenset()) -> pl.DataFrame:
    """Return the records as a frame of texts (all columns String).

    Args:
        records: one row each.
        paths: the first columns, in this order; a path is the names from the record down, joined by dots.
        skip: paths to leave out.

    Returns:
        The columns of `paths`, then one for every other path the records have. Where these are more than
        MAX_OTHER_COLUMNS (an object whose names are data), they are in one column OTHER_FIELDS, as JSON.
    """
    if isinstance(records, UniformRecords):
        texts = records.texts.drop(skip, strict=False)
        return pl.DataFrame([_get_column(texts, path) for path in dict.fromkeys((*paths, *texts.columns))])
    tree = build_tree(dict.fromkeys(paths))
    columns: dict[str, _Texts] = {path: [] for path in paths}
    try:
        _ColumnBuilder(columns, skip, len(paths) + MAX_OTHER_COLUMNS).fill(records, tree)
    except _TooManyColumnsError:
        columns = {path: [] for path in paths}
        _ColumnBuilder(columns, skip).fill([_keep_known(record, tree) for record in records], tree)
        others = (_keep_unknown(record, tree, skip) for record in records)
        columns[OTHER_FIELDS] = [to_json_text(other) if other else None for other in others]
    return pl.DataFrame([_to_series(path, texts, len(records)) for path, texts in columns.items()])


def _get_column(texts: pl.DataFrame, path: str) -> pl.Series:
    """The texts of a path; all null where the frame does not have it."""
    return (
        texts[path]
        if path in texts.columns
        else pl.Series(path, [None], dtype=pl.String).new_from_index(0, texts.height)
    )


def _keep_known(record: Json, tree: Json) -> Json:
    """The members of a record that have a column of their own."""
    return {
        name: _keep_known(value, tree[name]) if isinstance(value, dict) else value
        for name, value in record.items()
        if name in tree and isinstance(value, dict) == bool(tree[name])
    }


def _keep_unknown(record: Json, tree: Json, skip: frozenset[str], prefix: str = "") -> Json:
    """The other members of a record, at their place."""
    others = {}
    for name, value in record.items():
        if f"{prefix}{name}" in skip:
            continue
        if name in tree and isinstance(value, dict) and tree[name]:
            inner = _keep_unknown(value, tree[name], skip, f"{prefix}{name}.")
            if inner:
                others[name] = inner
        elif name not in tree or isinstance(value, dict) != bool(tree[name]):
            others[name] = value
    return others


def extract_column(records: Sequence[Json], path: str) -> pl.Series:
    """Return the values of one path as `build_frame` does; null where a record has no value there."""
    if isinstance(records, UniformRecords):
        return _get_column(records.texts, path)
    values: Sequence[Any] = records
    for name in path.split("."):
        values = [value.get(name) if isinstance(value, dict) else None for value in values]
    values = [None if isinstance(value, dict) else value for value in values]
    return _to_series(path, _to_texts(values, set(map(type, values))), len(records))


def _to_series(path: str, texts: _Texts, rows: int) -> pl.Series:
    return (
        texts.alias(path) if isinstance(texts, pl.Series) else pl.Series(path, texts or [None] * rows, dtype=pl.String)
    )


def build_tree(leaves: Mapping[str, Any]) -> Json:
    """Return values by their dotted paths as objects within objects, as a JSON record has them."""
    tree: Json = {}
    for path, value in leaves.items():
        node = tree
        *parents, name = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[name] = value
    return tree


class _TooManyColumnsError(Exception):
    """The records have more paths than a table has columns."""


@dataclass(slots=True)
class _ColumnBuilder:
    """Fills the columns of records: by whole columns, because value by value is too slow."""

    columns: dict[str, _Texts]
    skip: frozenset[str]
    max_columns: float = math.inf

    def fill(self, records: Sequence[Json], tree: Json, prefix: str = "") -> None:
        """Add the texts of every path below `prefix`."""
        shapes = dict.fromkeys(map(tuple, records))
        is_uniform = len(shapes) == 1
        uniform = dict(zip(*shapes, zip(*map(dict.values, records), strict=True), strict=True)) if is_uniform else {}
        for name in dict.fromkeys((*tree, *chain.from_iterable(shapes))):
            path = f"{prefix}{name}"
            if path in self.skip:
                continue
            values: Sequence[Any] = uniform[name] if name in uniform else [record.get(name) for record in records]
            types = set(map(type, values))
            if tree.get(name) or dict in types:
                inner = [value if isinstance(value, dict) else {} for value in values]
                self.fill(inner, tree.get(name) or {}, f"{path}.")
                if types <= {dict, type(None)}:
                    continue
                values = [None if isinstance(value, dict) else value for value in values]
            self.columns[path] = _to_texts(values, types)
            if len(self.columns) > self.max_columns:
                raise _TooManyColumnsError


def _to_texts(values: Sequence[Any], types: set[type]) -> _Texts:
    """The values as `format_json_value` gives them; frequent combinations of types take a fast way."""
    if types == {str} and "" not in values:
        return values
    if types == {int}:
        with suppress(OverflowError, TypeError):  # more than 64 bits
            return pl.Series(values, dtype=pl.Int64).cast(pl.String)
    if types <= {int, Decimal}:
        texts = list(map(str, values))
        return [format_json_value(value) for value in values] if "E" in "".join(texts) else texts
    if types <= {int, type(None)}:
        return [None if value is None else str(value) for value in values]
    if types <= {str, type(None)}:
        return [value or None for value in values]
    if types <= {int, Decimal, type(None)}:
        return [
            None if value is None else _format_decimal(value) if isinstance(value, Decimal) else str(value)
            for value in values
        ]
    return [format_json_value(value) for value in values]

"""ARM's records as columns: texts first, exactly as ARM wrote them, then typed.

A page of records becomes a frame of texts, one column a path; what nobody has heard of follows after what is known.
A column is given its type when all its values have it; one that has a value of another kind stays text, whole.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

import polars as pl

from armbulk.model.fields import Field, FieldType

Json = dict[str, Any]

_LARGEST_EXPONENT = 40
_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,20})?$"
_TESTS: dict[FieldType, str] = {
    FieldType.AMOUNT: _NUMBER,
    FieldType.QUANTITY: _NUMBER,
    FieldType.INTEGER: r"^-?[0-9]{1,18}$",
    FieldType.DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    FieldType.TIME: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$",
    FieldType.BOOLEAN: r"^(true|false)$",
}
_DIGITS = 38


def to_text(value: Any) -> str | None:
    """A JSON value as the text ARM wrote; nothing for null and ""."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, list):
        return _listed(value) if value else None
    return to_json_text(value) if isinstance(value, dict) else str(value)


def _digits(value: Decimal) -> str:
    text = str(value)
    if "E" not in text:
        return text
    exponent = value.as_tuple().exponent
    small = isinstance(exponent, int) and abs(exponent) <= _LARGEST_EXPONENT
    return format(value, "f") if small else text


def _listed(values: list[Any]) -> str:
    """Several texts in one, as a sheet takes them; anything else as JSON."""
    if not all(isinstance(one, str) for one in values):
        return to_json_text(values)
    return ("\n" if any(";" in one for one in values) else "; ").join(values)


def to_json_text(value: Any) -> str:
    """A value as JSON, with its numbers' exact digits."""
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {to_json_text(one)}" for name, one in value.items())
            + "}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(to_json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)


def build_frame(records: Sequence[Json], paths: Sequence[str], skip: frozenset[str] = frozenset()) -> pl.DataFrame:
    """The records as texts: a column for each of `paths`, then one for whatever else they hold, but `skip`."""
    known = _tree(paths)
    columns: dict[str, Sequence[str | None]] = {path: [] for path in paths}
    _fill(records, known, "", columns, skip)
    return pl.DataFrame([_series(path, found, len(records)) for path, found in columns.items()])


def extract_column(records: Sequence[Json], path: str) -> pl.Series:
    """The values of one path as texts, as `frame_of` gives them; null where a record says nothing there."""
    values: Sequence[Any] = records
    for name in path.split("."):
        values = [one.get(name) if isinstance(one, dict) else None for one in values]
    values = [None if isinstance(one, dict) else one for one in values]
    return _series(path, _texts(values, set(map(type, values))), len(records))


def _series(path: str, found: Sequence[str | None], rows: int) -> pl.Series:
    return pl.Series(path, found or [None] * rows, dtype=pl.String)


def _tree(paths: Iterable[str]) -> Json:
    tree: Json = {}
    for path in paths:
        node = tree
        *above, name = path.split(".")
        for step in above:
            node = node.setdefault(step, {})
        node[name] = None
    return tree


def _fill(
    records: Sequence[Json], known: Json, prefix: str, columns: dict[str, Sequence[str | None]], skip: frozenset[str]
) -> None:
    """Column by column, never value by value: that is what a page of a thousand records allows."""
    shapes = dict.fromkeys(map(tuple, records))
    alike = dict(zip(*shapes, zip(*map(dict.values, records), strict=True), strict=True)) if len(shapes) == 1 else {}
    for name in dict.fromkeys((*known, *chain.from_iterable(shapes))):
        path = f"{prefix}{name}"
        if path in skip:
            continue
        values: Sequence[Any] = alike[name] if name in alike else [one.get(name) for one in records]
        kinds = set(map(type, values))
        if known.get(name) or dict in kinds:
            inner = [value if isinstance(value, dict) else {} for value in values]
            _fill(inner, known.get(name) or {}, f"{path}.", columns, skip)
            if kinds <= {dict, type(None)}:
                continue
            values = [None if isinstance(value, dict) else value for value in values]
        columns[path] = _texts(values, kinds)


def _texts(values: Sequence[Any], kinds: set[type]) -> Sequence[str | None]:
    """The values as texts, the usual kinds fast."""
    if kinds == {str} and "" not in values:
        return values
    if kinds <= {int, Decimal}:
        texts = list(map(str, values))
        return [to_text(value) for value in values] if "E" in "".join(texts) else texts
    if kinds <= {int, type(None)}:
        return [None if value is None else str(value) for value in values]
    if kinds <= {str, type(None)}:
        return [value or None for value in values]
    if kinds <= {int, Decimal, type(None)}:
        return [
            None if value is None else _digits(value) if isinstance(value, Decimal) else str(value) for value in values
        ]
    return [to_text(value) for value in values]


@dataclass(slots=True)
class ExportColumn:
    """What a column was found to hold, over all pages: it decides the type it gets."""

    path: str
    field: Field | None
    max_chars: int = 0  # characters
    scale: int = 0
    mismatches: int = 0  # values that are not of the field's kind
    value_count: int = 0

    @property
    def type(self) -> FieldType:
        """What the column is given as: its field's kind, or text where a value is none."""
        return self.field.type if self.field and not self.mismatches else FieldType.TEXT

    @property
    def name(self) -> str:
        """The column's name for programs: the field's, or ARM's own path."""
        return self.field.name if self.field else self.path

    def header(self, lang: str) -> str:
        """The column's name for people."""
        return self.field.header.text(lang) if self.field else self.path

    def cast(self, column: pl.Expr) -> pl.Expr:
        """The texts as what they are."""
        match self.type:
            case FieldType.AMOUNT:
                return column.cast(pl.Decimal(_DIGITS, max(self.scale, 2)))
            case FieldType.QUANTITY:
                return column.cast(pl.Decimal(_DIGITS, self.scale))
            case FieldType.INTEGER:
                return column.cast(pl.Int64)
            case FieldType.DATE:
                return column.str.to_date("%Y-%m-%d")
            case FieldType.TIME:
                return column.str.to_datetime("%+", time_zone="UTC", time_unit="us")
            case FieldType.BOOLEAN:
                return column == "true"
            case _:
                return column


@dataclass(slots=True)
class ColumnStats:
    """The columns of a table: the known ones in order, then what nobody has heard of."""

    columns: dict[str, ExportColumn] = field(default_factory=dict)

    @classmethod
    def for_fields(cls, fields: Sequence[Field]) -> "ColumnStats":
        """The columns of a resource, before anything was seen."""
        return cls({one.path: ExportColumn(one.path, one) for one in fields})

    def add(self, frame: pl.DataFrame) -> None:
        """Look at a page."""
        for path in frame.columns:
            self.columns.setdefault(path, ExportColumn(path, None))
        if frame.height:
            found = frame.select(_seen(self.columns[path]) for path in frame.columns).row(0, named=True)
            for path, seen in found.items():
                column = self.columns[path]
                column.max_chars = max(column.max_chars, seen["widest"] or 0)
                column.scale = max(column.scale, seen["scale"] or 0)
                column.mismatches += seen["others"]
                column.value_count += seen["filled"]


def _seen(one: ExportColumn) -> pl.Expr:
    column = pl.col(one.path)
    others, scale = pl.lit(0, pl.UInt32), pl.lit(0, pl.UInt32)
    if one.field and one.field.type in _TESTS:
        wrong = ~column.str.contains(_TESTS[one.field.type])
        if one.field.type is FieldType.DATE:
            wrong |= column.str.to_date("%Y-%m-%d", strict=False).is_null() & column.is_not_null()
        if one.field.type is FieldType.TIME:
            read = column.str.to_datetime("%+", time_zone="UTC", time_unit="us", strict=False)
            wrong |= read.is_null() & column.is_not_null()
        others = wrong.sum()
        if one.field.type in {FieldType.AMOUNT, FieldType.QUANTITY}:
            scale = column.str.extract(r"\.([0-9]+)$").str.len_chars().max()
    return pl.struct(widest=column.str.len_chars().max(), scale=scale, others=others, filled=column.count()).alias(
        one.path
    )


@dataclass(frozen=True, slots=True)
class ColumnSums:
    """Exact control totals, page by page: by amount column, and by currency where the amounts are in one."""

    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, columns: Mapping[str, ExportColumn]) -> None:
        """Add a page of texts."""
        for path, column in columns.items():
            if column.type is not FieldType.AMOUNT or path not in frame.columns:
                continue
            by = "currency" if "currency" in frame.columns and is_in_record_currency(path) else None
            parts = frame.select(pl.lit("").alias("by") if by is None else pl.col(by).fill_null("").alias("by"),
                                 column.cast(pl.col(path)).alias("sum"))  # fmt: skip
            sums = self.sums.setdefault(column.name, {})
            for currency, amount in parts.group_by("by").agg(pl.col("sum").sum()).iter_rows():
                sums[currency] = sums.get(currency, Decimal(0)) + (amount or Decimal(0))

    def to_json(self) -> dict[str, Any]:
        """The totals for people: one figure, or one for each currency."""
        return {
            name: sums[""] if list(sums) == [""] else dict(sorted(sums.items())) for name, sums in self.sums.items()
        }


def is_in_record_currency(path: str) -> bool:
    """Whether an amount is in the record's own currency, not in the ledger's."""
    return "currency" in path.lower() or path == "balance"

"""The columns of exported records: their types, found from all values, and their control totals.

Values arrive as texts (`record_texts`). A column gets its field's type when all its values have it; a column with a
value of another type stays text, so that no value is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.model.day_texts import parse_days
from armbulk.model.fields import Field, FieldType

NUMBER_PATTERN = r"^-?[0-9]{1,30}(\.[0-9]{1,20})?$"
"""What counts as an amount or a quantity."""

_PATTERNS: dict[FieldType, str] = {
    FieldType.AMOUNT: NUMBER_PATTERN,
    FieldType.QUANTITY: NUMBER_PATTERN,
    FieldType.INTEGER: r"^-?[0-9]{1,18}$",
    FieldType.DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    FieldType.TIME: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$",
    FieldType.BOOLEAN: r"^(true|false)$",
}
_DECIMAL_DIGITS = 38

TIME_OFFSET = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
"""The end of a time: its offset from UTC."""


@dataclass(slots=True)
class ExportColumn:
    """A column and what its values were found to be, over all pages.

    Attributes:
        path: its path in a record, and its name in frames.
        field: the field it is; None for a path armbulk does not know.
        max_chars: characters of the longest value.
        scale: the most decimals of a value; of a time, of its seconds.
        mismatches: values that do not have the field's type.
        value_count: values that are not blank.
        offsets: the offsets from UTC that times have.
    """

    path: str
    field: Field | None
    max_chars: int = 0
    scale: int = 0
    mismatches: int = 0
    value_count: int = 0
    offsets: frozenset[str] = frozenset()

    @property
    def type(self) -> FieldType:
        """The type it is exported as: its field's, or text when a value does not have that."""
        return self.field.type if self.field and not self.mismatches else FieldType.TEXT

    @property
    def name(self) -> str:
        """Its name for programs: the field's, or ARM's path."""
        return self.field.name if self.field else self.path

    def header(self, lang: str) -> str:
        """Return its name for people."""
        return self.field.header.text(lang) if self.field else self.path

    def cast(self, column: pl.Expr) -> pl.Expr:
        """Return texts as typed values: Decimal(38, scale), Int64, Date, Datetime (us, UTC), Boolean or String."""
        match self.type:
            case FieldType.AMOUNT:
                return column.cast(pl.Decimal(_DECIMAL_DIGITS, max(self.scale, 2)))
            case FieldType.QUANTITY:
                return column.cast(pl.Decimal(_DECIMAL_DIGITS, self.scale))
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
    """The columns of a table by path: the known fields in their order, then paths armbulk does not know."""

    columns: dict[str, ExportColumn] = field(default_factory=dict)

    @classmethod
    def for_fields(cls, fields: Sequence[Field]) -> "ColumnStats":
        """Return the columns of some fields, without values yet."""
        return cls({known.path: ExportColumn(known.path, known) for known in fields})

    def add(self, frame: pl.DataFrame) -> None:
        """Add the values of a page of texts."""
        for path in frame.columns:
            self.columns.setdefault(path, ExportColumn(path, None))
        if frame.height:
            stats = frame.select(_measure(self.columns[path]) for path in frame.columns).row(0, named=True)
            for path, measured in stats.items():
                column = self.columns[path]
                column.max_chars = max(column.max_chars, measured["max_chars"] or 0)
                column.scale = max(column.scale, measured["scale"] or 0)
                column.mismatches += measured["mismatches"]
                column.value_count += measured["value_count"]
                column.offsets |= frozenset(measured["offsets"])


def _measure(column: ExportColumn) -> pl.Expr:
    """A struct of what the values of a page are."""
    texts = pl.col(column.path)
    mismatches, scale, offsets = pl.lit(0, pl.UInt32), pl.lit(0, pl.UInt32), pl.lit([], pl.List(pl.String))
    if column.field and column.field.type in _PATTERNS:
        is_wrong = ~texts.str.contains(_PATTERNS[column.field.type])
        if column.field.type is FieldType.DATE:
            is_wrong |= parse_days(texts).is_null() & texts.is_not_null()
        if column.field.type is FieldType.TIME:
            parsed = texts.str.to_datetime("%+", time_zone="UTC", time_unit="us", strict=False)
            is_wrong |= parsed.is_null() & texts.is_not_null()
            scale = texts.str.extract(r"\.([0-9]+)").str.len_chars().max()
            offsets = texts.str.extract(TIME_OFFSET).drop_nulls().unique().implode()
        mismatches = is_wrong.sum()
        if column.field.type in {FieldType.AMOUNT, FieldType.QUANTITY}:
            scale = texts.str.extract(r"\.([0-9]+)$").str.len_chars().max()
    measured = pl.struct(
        max_chars=texts.str.len_chars().max(),
        scale=scale,
        mismatches=mismatches,
        value_count=texts.count(),
        offsets=offsets,
    )
    return measured.alias(column.path)


@dataclass(frozen=True, slots=True)
class ColumnSums:
    """Exact control totals, added page by page: amount column → currency ("" for the ledger's) → sum."""

    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame, columns: Mapping[str, ExportColumn]) -> None:
        """Add a page of texts."""
        for path, column in columns.items():
            if column.type is not FieldType.AMOUNT or path not in frame.columns:
                continue
            by_currency = "currency" in frame.columns and is_in_record_currency(path)
            currency = pl.col("currency").fill_null("") if by_currency else pl.lit("")
            amounts = frame.select(currency.alias("currency"), column.cast(pl.col(path)).alias("amount"))
            sums = self.sums.setdefault(column.name, {})
            for name, amount in amounts.group_by("currency").agg(pl.col("amount").sum()).iter_rows():
                sums[name] = sums.get(name, Decimal(0)) + (amount or Decimal(0))

    def to_json(self) -> dict[str, Any]:
        """Return column name → sum, or currency → sum where its amounts are in currencies."""
        return {
            name: sums[""] if list(sums) == [""] else dict(sorted(sums.items())) for name, sums in self.sums.items()
        }


def is_in_record_currency(path: str) -> bool:
    """Whether an amount is in the record's own currency, not the ledger's."""
    return "currency" in path.lower() or path == "balance"

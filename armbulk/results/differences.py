"""Accepted records that ARM has otherwise than they were sent, as they were read back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.model.fields import MASK
from armbulk.model.lookup import LookupResult
from armbulk.resources.identifiers import mask_national_id

_COMPARED = (
    ("number", "key_norm", "number"),
    ("type", "doc_type", "doc_type"),
    ("customer", "customer_norm", "customer"),
    ("date", "date", "date"),
    ("currency", "currency", "currency"),
    ("amount", "amount", "amount"),
)
"""(name of a field, column of what was sent, column of what ARM has)."""

_NUMBERS = frozenset({"number", "customer"})
"""Fields that may be an identity number."""


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """An accepted record that ARM has otherwise, does not have, or does not show.

    Attributes:
        no: the record's number in the run.
        kind: of the record.
        number: its document or customer number, an identity number masked.
        result: what reading it back showed.
        fields: (name in `record_messages.FIELD_NAMES`, value sent, value in ARM; "" where ARM shows none), identity
            numbers masked.
        documents: how many documents ARM has with the number.
        message: why it cannot be compared; "" when it can.
        currency: of the record.
        amount: of the record as it was sent.
    """

    no: int
    kind: str
    number: str
    result: LookupResult
    fields: tuple[tuple[str, str, str], ...]
    documents: int
    message: str
    currency: str
    amount: Decimal | None


def shorten_amount(amount: Decimal | None) -> Decimal | None:
    """Return an amount with two decimals, or more where it has more."""
    cents = None if amount is None else amount.quantize(Decimal("0.01"))
    return cents if amount == cents else amount


def find_differences(accepted: pl.DataFrame, read: pl.DataFrame) -> tuple[RecordDifference, ...]:
    """Return the accepted records that ARM does not have as they were sent, in their order.

    Args:
        accepted: records with `kind`, `sum` and what is compared.
        read: what ARM has of them (`store.READ_BACK_SCHEMA`).
    """
    differing = read.filter(pl.col("result") != LookupResult.EQUAL.value)
    shown = mask_national_id(pl.col("key")).fill_null("?").alias("shown")
    joined = differing.join(accepted.with_columns(shown), on="no", how="inner", suffix=".sent")
    return tuple(_describe_difference(row) for row in joined.sort("no").iter_rows(named=True))


def _mask(*values: str) -> tuple[str, str]:
    first, second = pl.select(mask_national_id(pl.lit(pl.Series(values)))).to_series()
    return first, second


def _describe_difference(row: Mapping[str, Any]) -> RecordDifference:
    result = LookupResult(row["result"])
    fields = []
    for name, sent_column, column in _COMPARED if result is LookupResult.DIFFERENT else ():
        sent = row.get(f"{sent_column}.sent", row.get(sent_column)) or ""
        there = row[column] or ""
        is_compared = there or MASK not in sent  # a number that was removed from the run is not compared
        if sent and is_compared and sent.casefold() != there.casefold():
            fields.append((name, *(_mask(sent, there) if name in _NUMBERS else (sent, there))))
    return RecordDifference(
        row["no"],
        row["kind"],
        row["shown"],
        result,
        tuple(fields),
        row["documents"],
        row["message"] or "",
        row["currency.sent"],
        shorten_amount(row["sum"]),
    )

"""Kinds of records as people count them: customers, invoices, credit notes, and documents of other types."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from armbulk.i18n import Text, ngettext

_COUNTS = {
    "customers": ngettext("{count:number} customer", "{count:number} customers"),
    "customer_updates": ngettext("{count:number} customer update", "{count:number} customer updates"),
    "invoices": ngettext("{count:number} invoice", "{count:number} invoices"),
    "credit_notes": ngettext("{count:number} credit note", "{count:number} credit notes"),
    "documents": ngettext("{count:number} document", "{count:number} documents"),
    "lines": ngettext("{count:number} line", "{count:number} lines"),
}
_RECORDS = ngettext("{count:number} record", "{count:number} records")

KINDS = ("customers", "invoices", "credit_notes", "documents")
"""The kinds, in the order in which they are shown."""

_MAX_DIGITS = 25
"""More digits than a number of a document has."""

DOCUMENT_KINDS = frozenset(KINDS) - {"customers"}


def count_records(count: int, kind: str) -> Text:
    """Return how many records of a kind there are: `15 documents`."""
    return _COUNTS.get(kind, _RECORDS).fill(count=count)


def record_kind() -> pl.Expr:
    """Return the kind of each record: of columns `resource`, `doc_type` and `amount` (text).

    A document with a negative amount is a credit note: ARM's documentation has no type of one.
    """
    is_credit = (pl.col("doc_type") == "CN") | pl.col("amount").fill_null("").str.starts_with("-")
    return (
        pl.when(pl.col("resource") == "customers")
        .then(pl.lit("customers"))
        .when(is_credit)
        .then(pl.lit("credit_notes"))
        .when(pl.col("doc_type").is_in(["IN", ""]))
        .then(pl.lit("invoices"))
        .otherwise(pl.lit("documents"))
        .alias("kind")
    )


def order_numbers(keys: pl.Series) -> pl.Series:
    """Return texts that sort as people order numbers of documents: 9 before 10, F-2 before F-10."""
    before = keys.drop_nulls().str.strip_chars_end("0123456789")
    if before.n_unique() <= 1:  # the usual numbers: all begin with the same characters, and end with digits
        return keys.str.slice(len(str(before.first() or ""))).str.zfill(_MAX_DIGITS)
    padded = keys.str.to_lowercase().str.replace_all("([0-9]+)", f"{'0' * _MAX_DIGITS}${{1}}")
    return padded.str.replace_all(f"[0-9]*([0-9]{{{_MAX_DIGITS}}})", "${1}")


def sum_by_kind(items: pl.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """Return the number of records and their exact sum, by kind and currency.

    Args:
        items: records with `resource`, `key`, `doc_type`, `amount` and `currency`.
        columns: more columns to divide them by.

    Returns:
        Each with `kind`, `currency`, the columns, `records`, `incl_vat` (Decimal), and the lowest and the highest
        number of a document (`first`, `last`), in the order of KINDS. Currency, sum and numbers of customers are None;
        so is a sum where no document has an amount.
    """
    keys = ["kind", "currency", *columns]
    is_document = pl.col("kind") != "customers"
    numbers = items.select(pl.when(pl.col("resource") != "customers").then("key")).to_series()
    rows = items.with_columns(record_kind(), pl.col("currency").str.to_uppercase()).with_columns(
        pl.when(is_document).then("currency").alias("currency"),
        pl.col("amount").str.to_decimal(scale=2),
        order_numbers(numbers).alias("order"),
    )
    sums = rows.group_by(keys).agg(
        pl.len().alias("records"),
        pl.when(pl.col("amount").is_not_null().any()).then(pl.col("amount").sum()).alias("incl_vat"),
        pl.col("key").get(pl.col("order").arg_min()).alias("first"),
        pl.col("key").get(pl.col("order").arg_max()).alias("last"),
    )
    documents_only = ("incl_vat", "first", "last")
    sums = sums.with_columns(pl.when(is_document).then(name).alias(name) for name in documents_only)
    order = {kind: number for number, kind in enumerate(KINDS)}
    ranked = sums.sort(pl.col("kind").replace_strict(order, return_dtype=pl.Int64), *keys[1:])
    return ranked.select(*keys, "records", *documents_only).to_dicts()


def add_up(sums: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of `sum_by_kind` by currency: currency → amount."""
    totals: dict[str, Any] = {}
    for part in sums:
        if part["incl_vat"] is not None:
            currency = part["currency"] or "?"
            totals[currency] = totals.get(currency, 0) + part["incl_vat"]
    return dict(sorted(totals.items()))


def write_money(amount: Any, currency: str) -> Text:
    """Return an amount with its currency: `NOK 1 250.00`."""
    return Text("{currency} {amount:amount}", {"currency": currency, "amount": amount})

"""The tables of an evidence bundle: how they are written, and added up."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.i18n import ENGLISH
from armbulk.model.record_kinds import KINDS, record_kind
from armbulk.writers.flat_files import CSV_DIALECTS, CsvDialect, format_csv_text

OUTCOMES = {
    "record": "no",
    "file": "file",
    "sheet": "sheet",
    "row": "row",
    "resource": "resource",
    "number": "key",
    "customer": "customer_norm",
    "type": "doc_type",
    "date": "date",
    "currency": "currency",
    "amount": "amount",
    "batch": "batch",
    "outcome": "outcome",
    "message": "message",
    "warnings": "warnings",
    "reference": "reference",
    "time": "time",
}
"""Header → column of the table of outcomes."""

PAYLOADS = {
    "submit": "submit",
    "time": "time",
    "batch": "batch",
    "record": "no",
    "resource": "resource",
    "number": "key",
    "hmac_sha256": "hash",
}
"""Header → column of the table of hashes."""

GROUP = ("kind", "doc_type", "currency", "period", "outcome")
"""What the sums are divided by. The period is the month of the document date."""

_AMOUNT = "amount"
_SCALE = 6


def choose_dialect(lang: str) -> CsvDialect:
    """Return how tables are written, so that Excel in the language opens them."""
    dialect = CSV_DIALECTS["rfc" if lang == ENGLISH else "norwegian"]
    return replace(dialect, byte_order_mark=b"\xef\xbb\xbf", neutralises_formulas=True)


def write_table(rows: pl.DataFrame, columns: Mapping[str, str], lang: str) -> bytes:
    """Return rows as CSV: amounts with all their digits, and no text that a spreadsheet would take for a formula."""
    dialect = choose_dialect(lang)
    texts = rows.select(pl.col(name).cast(pl.String).alias(header) for header, name in columns.items())
    cells = [
        pl.col(header).str.replace(".", dialect.decimal, literal=True)
        if header == _AMOUNT
        else format_csv_text(pl.col(header), dialect).alias(header)
        for header in columns
    ]
    text = texts.select(cells).write_csv(separator=dialect.separator, line_terminator="\r\n")
    return dialect.byte_order_mark + text.encode()


def name_batches(items: pl.DataFrame, numbers: Mapping[int, int]) -> pl.DataFrame:
    """Return records with the number of their batch in the run in place of its id."""
    return items.with_columns(pl.col("batch").replace_strict(dict(numbers), default=None, return_dtype=pl.Int64))


def hash_submit(digests: Iterable[str]) -> str:
    """Return the hash of all records of a submit: of their hashes, one a line, in the order in which they were sent."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()


def sum_by_outcome(items: pl.DataFrame) -> list[dict[str, Any]]:
    """Return how many records, and which exact sum incl. VAT, have which type, currency, period and outcome.

    Args:
        items: records with `resource`, `doc_type`, `currency`, `date`, `amount` (text) and `outcome`.
    """
    is_document = pl.col("resource") != "customers"
    rows = items.with_columns(record_kind()).with_columns(
        pl.when(is_document).then(pl.col("amount").str.to_decimal(scale=_SCALE)).alias("sum"),
        *(
            pl.when(is_document).then(value).fill_null("").alias(name)
            for name, value in {
                "doc_type": pl.col("doc_type").str.to_uppercase(),
                "currency": pl.col("currency").str.to_uppercase(),
                "period": pl.col("date").str.head(7),
            }.items()
        ),
    )
    has_amount = pl.col("sum").is_not_null().any()
    sums = rows.group_by(GROUP).agg(pl.len().alias("records"), pl.when(has_amount).then(pl.col("sum").sum()))
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    order = pl.col("kind").replace_strict(ranks, return_dtype=pl.Int64)
    return [_to_group(row) for row in sums.sort(order, *GROUP[1:]).iter_rows(named=True)]


def _to_group(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": row["kind"],
        "document_type": row["doc_type"] or None,
        "currency": row["currency"] or None,
        "period": row["period"] or None,
        "outcome": row["outcome"],
        "records": row["records"],
        "amount": _write_amount(row["sum"]),
    }


def _write_amount(amount: Decimal | None) -> str | None:
    """Return an amount with two decimals, or more where it has more."""
    if amount is None:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():f}"

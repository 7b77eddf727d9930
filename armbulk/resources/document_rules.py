"""The rules between fields of documents and lines, as expressions over their typed columns."""

from decimal import Decimal

import polars as pl


def amounts_add_up() -> pl.Expr:
    """Return whether the amounts add up; VAT may be rounded by one unit."""
    return (pl.col("excl_vat") + pl.col("vat") - pl.col("incl_vat")).abs() <= pl.lit(Decimal("0.01"))


def is_document_recent() -> pl.Expr:
    """Return whether a document has a date of our time."""
    return _is_recent("document_date")


def is_due_recent() -> pl.Expr:
    """Return whether a document is due in our time."""
    return _is_recent("due_date")


def is_due_later_or_credit() -> pl.Expr:
    """Return whether a document is due on its date or later, or is a credit note."""
    return (pl.col("due_date") >= pl.col("document_date")) | _is_credit()


def is_due_later_or_invoice() -> pl.Expr:
    """Return whether a document is due on its date or later, or is no credit note."""
    return (pl.col("due_date") >= pl.col("document_date")) | ~_is_credit()


def is_invoice_positive() -> pl.Expr:
    """Return whether a document of the type IN has no negative amount with VAT."""
    return ~(_is_invoice() & (pl.col("incl_vat") < 0))


def is_invoice_positive_without_vat() -> pl.Expr:
    """Return the same by the amount without VAT, where that with VAT is not known."""
    return ~(_is_invoice() & pl.col("incl_vat").is_null() & (pl.col("excl_vat") < 0))


def _is_invoice() -> pl.Expr:
    return pl.col("document_type").str.to_uppercase() == "IN"


def _is_credit() -> pl.Expr:
    """Return whether a document is a credit note: by its amount, since ARM's code of one is not documented."""
    return ((pl.col("incl_vat") < 0) | (pl.col("excl_vat") < 0)).fill_null(value=False)


def _is_recent(name: str) -> pl.Expr:
    return pl.col(name).dt.year().is_between(2000, 2099)

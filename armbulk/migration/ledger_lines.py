"""The postings on customers, with what is known of their vouchers and their references as keys.

A reference is compared without blanks around it and without regard to case; leading zeros count (00123 is not 123). In
a payment reference (CID), blanks inside do not count either. A placeholder is no reference.
"""

import polars as pl

PLACEHOLDERS = frozenset({"", "0", "-", "na", "n/a", "notused", "not used"})
"""What programs write where they have no reference; in lower case."""

KEYS = ("reference_key", "cid_key", "cross_key", "source_key", "transaction_key")
"""The references of a line as keys: null where it has none."""


def add_keys(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return the postings with a customer, with their vouchers' properties and their references as keys.

    The columns of `LINE_COLUMNS`, and is_invoice Boolean (a debit in a sales voucher), is_sales, is_payment Boolean (of
    its voucher), and the `KEYS`, String.

    A sales voucher posts on an account 3xxx or 805x and on none of 19xx; a payment the other way round. The words of a
    voucher's type or description decide nothing: they are in any language, and cut.

    Args:
        lines: Postings of a ledger (`LINE_COLUMNS`).
    """
    sales = pl.col("has_sales") & ~pl.col("has_bank")
    return (
        lines.filter(pl.col("customer_id").is_not_null())
        .with_columns(
            is_sales=sales,
            is_payment=pl.col("has_bank") & ~pl.col("has_sales"),
            is_invoice=sales & (pl.col("amount") > 0),
            reference_key=_build_key("reference"),
            cid_key=_build_key("cid", without_blanks=True),
            cross_key=_build_key("cross_reference"),
            source_key=_build_key("source_document"),
            transaction_key=_build_key("transaction_id"),
        )
        .drop("has_sales", "has_bank", "total")
    )


def is_claim() -> pl.Expr:
    """Return whether a posting is a debit, and no payment."""
    return (pl.col("amount") > 0) & ~pl.col("is_payment")


def _build_key(column: str, *, without_blanks: bool = False) -> pl.Expr:
    key = pl.col(column).str.strip_chars().str.to_lowercase()
    if without_blanks:
        key = key.str.replace_all(r"\s", "")
    return pl.when(~key.is_in(PLACEHOLDERS)).then(key)

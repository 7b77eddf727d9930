"""Columns of debit and credit: ledgers write amounts without a sign, and their side beside them."""

import re

import polars as pl

_HEADER = re.compile(
    r"(?i)^\s*(?:d\s*[/|-]?\s*[kc]|dr\s*[/|-]?\s*cr|s\s*[/|-]\s*h|(?:deb|debet|debit|soll)\s*[/|-]\s*(?:kre|kred|kredit|kreditt|"
    r"cred|credit|haben))\.?\s*$"
)

DEBIT = ("d", "dr", "deb", "debet", "debit", "s", "soll")
CREDIT = ("k", "c", "cr", "kr", "kred", "kredit", "kreditt", "credit", "h", "haben")
"""What the side of an amount is called, in small letters: Norwegian, Swedish, English, German."""


def is_side_header(text: str) -> bool:
    """Return whether a header is called debit or credit in one: `D/K`, `Debit/Credit`."""
    return _HEADER.match(text) is not None


def read_sides(texts: pl.Expr) -> pl.Expr:
    """Return whether a text means credit: True, False for debit, null for another text."""
    folded = texts.str.strip_chars().str.to_lowercase()
    is_credit = folded.is_in(list(CREDIT))
    return pl.when(is_credit | folded.is_in(list(DEBIT))).then(is_credit)


def has_unsigned_credit(body: pl.DataFrame, side: str, numbers: pl.Expr) -> bool:
    """Return whether a column has the sides of amounts, and an amount in credit has no sign.

    Args:
        body: The rows below the headers.
        side: The column with the sides.
        numbers: The amounts.
    """
    rows = body.select(numbers.alias("number"), pl.col(side).alias("text"), read_sides(pl.col(side)).alias("is_credit"))
    rows = rows.drop_nulls("text")
    if rows.is_empty() or rows["is_credit"].null_count() * 10 > rows.height:
        return False
    return bool(rows.select(((pl.col("number") > 0) & pl.col("is_credit")).any()).item())

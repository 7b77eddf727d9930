"""How keys are compared: ARM does not tell capital from small letters (About page), so neither do we."""

import unicodedata

import polars as pl


def normal(key: pl.Expr) -> pl.Expr:
    """Return the comparable form of a key column: NFC, trimmed, lower case. Null stays null."""
    return key.str.normalize("NFC").str.strip_chars().str.to_lowercase()


def normal_text(key: str) -> str:
    """Return the comparable form of one key; the same form as `normal` gives."""
    return unicodedata.normalize("NFC", key).strip().lower()

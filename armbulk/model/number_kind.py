"""Kinds of document numbers: by their characters that are neither letters nor digits, and by the document type."""

import re

import polars as pl

_PLAIN = r"[\p{L}\p{N}]"


def kind_of_number(number: str, doc_type: str) -> str:
    """Return the kind of a document number: `IN` for 1001, `IN-/` for 2026-11/3."""
    return doc_type + re.sub(r"[^\W_]", "", number)


def kinds_of_numbers(documents: pl.DataFrame) -> set[str]:
    """Return the kinds of the numbers of documents (columns `key` and `doc_type`)."""
    special = pl.col("key").str.replace_all(_PLAIN, "")
    return set(documents.select(pl.concat_str("doc_type", special).drop_nulls().unique()).to_series())

"""What a finished run keeps of its records' words: no names, addresses, identity numbers, accounts or e-mails."""

from collections.abc import Iterable, Mapping

import polars as pl

from armbulk.core.identifiers import national_id
from armbulk.model import Kind, Table

KEPT = ("message", "warnings", "key", "key_norm", "customer_norm")
"""The columns of a record that may hold personal data: ARM's words may quote it, a customer number may be one."""

_KEYS = frozenset({"customer_no", "document_no", "document_type", "currency", "language"})
_SHORTEST = {Kind.TEXT: 4, Kind.TEXTS: 4, Kind.IDENTIFIER: 6}
"""Shorter texts tell nothing of a person, and would leave gaps in ordinary words."""


def said_in(tables: Mapping[str, Table]) -> list[str]:
    """Every text of the rows read that ARM's words might quote, but for keys and codes; the longest first."""
    found: set[str] = set()
    for table in tables.values():
        for field in table.resource.fields:
            if field.name in _KEYS or field.kind not in _SHORTEST or field.name not in table.rows.columns:
                continue
            values = table.rows[field.name].drop_nulls()
            if values.dtype == pl.List:
                values = values.explode().drop_nulls()
            found.update(one for one in values.cast(pl.String).unique() if len(one) >= _SHORTEST[field.kind])
    return sorted(found, key=lambda one: (-len(one), one))


def forgotten(items: pl.DataFrame, said: Iterable[str]) -> pl.DataFrame:
    """Take personal data out of `items` (`no` and KEPT): values that were `said`, e-mails, long numbers.

    A customer number that is a national identity number keeps its last two digits.
    """
    values = list(said)
    words = [_words(pl.col(name), values) for name in ("message", "warnings")]
    keys = [_key(pl.col(name)) for name in ("key", "key_norm", "customer_norm")]
    return items.select("no", *words, *keys)


def _words(text: pl.Expr, values: list[str]) -> pl.Expr:
    name = text.meta.output_name()
    gaps = ["…"] * len(values)
    bare = text.str.replace_many(values, gaps, ascii_case_insensitive=True, leftmost=True) if values else text
    bare = bare.str.replace_all(r"[^\s@<>]+@\s?[^\s@<>]+", "…@…")
    return bare.str.replace_all(r"\d{7,}(\d\d)", "…$1").alias(name)


def _key(key: pl.Expr) -> pl.Expr:
    name = key.meta.output_name()
    masked = pl.concat_str(pl.lit("•••••••••"), key.str.slice(-2))
    digits = key.str.contains(r"^\d{11}$")
    return pl.when(digits & national_id(key).fill_null(value=False)).then(masked).otherwise(key).alias(name)

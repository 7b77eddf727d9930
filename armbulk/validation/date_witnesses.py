"""Dates that show the order of day, month and year in which the unclear ones beside them may be. It is only offered."""

from collections.abc import Sequence

import polars as pl

from armbulk.i18n import pack_text
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.date_order import DateOrder
from armbulk.model.fields import FieldType
from armbulk.model.read_options import DATE_ORDERS
from armbulk.model.sheet import Sheet
from armbulk.validation.dates import read_in_order

_DAY_FIRST_WITH_DOTS = r"^(?:1[3-9]|2[0-9]|3[01])\.[0-9]{1,2}\."


def find_order(rows: pl.DataFrame, letters: Sequence[str]) -> DateOrder | None:
    """Return the order that the clear dates of columns have; None if nothing shows it, or they contradict each other.

    14/11/2026 is a date with the day first alone. 14/11/26 and 14.11.2026 cannot have the month first, which proves no
    other order.

    Args:
        rows: `row` and the texts of the columns.
        letters: The columns.
    """
    columns = [_find_clear(rows, letter) for letter in letters]
    clear = pl.concat(columns).sort("is_proven", descending=True, maintain_order=True) if columns else pl.DataFrame()
    if clear.is_empty() or clear["order"].n_unique() > 1:
        return None
    order, cell, text, is_proven = clear.row(0)
    return DateOrder(order, cell, text, is_proven)


def _find_clear(rows: pl.DataFrame, letter: str) -> pl.DataFrame:
    """Return `order`, `cell`, `text` and `is_proven` of the texts of a column that are no dates in some order."""
    texts = rows.select("row", pl.col(letter).str.strip_chars().alias("text")).drop_nulls()
    texts = texts.unique("text", keep="first", maintain_order=True)
    dates = texts.with_columns(
        pl.Series(name, read_in_order(texts["text"], name), dtype=pl.Date) for name in DATE_ORDERS
    )
    day, month, year = (pl.col(name) for name in DATE_ORDERS)
    has_dots = pl.col("text").str.contains(_DAY_FIRST_WITH_DOTS)
    order = (
        pl.when(day.is_not_null() & (month.is_null() | has_dots)).then(pl.lit("dmy"))
        .when(month.is_not_null() & day.is_null()).then(pl.lit("mdy"))
        .when(year.is_not_null() & day.is_null() & month.is_null()).then(pl.lit("ymd"))
    )  # fmt: skip
    is_proven = ~has_dots & (pl.concat_list(DATE_ORDERS).list.drop_nulls().list.n_unique() == 1)
    clear = dates.with_columns(order.alias("order"), is_proven.alias("is_proven")).drop_nulls("order")
    return clear.select("order", pl.concat_str(pl.lit(letter), "row").alias("cell"), "text", "is_proven")


def name_witnesses(findings: pl.DataFrame, sheet: Sheet, match: HeaderMatch) -> pl.DataFrame:
    """Return findings of a sheet; those of unclear dates name a cell that proves the order, of their column or another.

    Args:
        findings: The findings of the cells of the sheet.
        sheet: The sheet.
        match: What was recognised of it.
    """
    is_unclear = pl.col("code") == "ambiguous-date"
    letters = findings.filter(is_unclear)["column"].drop_nulls().unique(maintain_order=True).to_list()
    fields = {field.name for field in match.recognised_resource.fields if field.type is FieldType.DATE}
    dates = [letter for name, letter in match.columns.items() if name in fields and letter in sheet.letters]
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    details = {}
    for letter in letters:
        if letter in dates:
            witness = find_order(body, [letter]) or (find_order(body, dates) if _shows_nothing(body, letter) else None)
            if witness is not None and witness.is_proven:
                details[letter] = pack_text(witness.name_option())
    if not details:
        return findings
    named = pl.col("column").replace_strict(details, default=pl.col("detail"), return_dtype=pl.String)
    return findings.with_columns(pl.when(is_unclear).then(named).otherwise("detail").alias("detail"))


def _shows_nothing(body: pl.DataFrame, letter: str) -> bool:
    return _find_clear(body, letter).is_empty()

"""Quantity times price, compared with the amount of a line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from armbulk.findings.frame import empty_findings
from armbulk.i18n import Text, join_texts, pack_text, quote_text
from armbulk.mapping.header_units import split_words
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.cell_findings import make_cell_findings

_UNIT = Decimal("0.01")
_HALF_UNIT = Decimal("0.005")
_WITH_VAT = (Decimal("1.25"), Decimal("1.15"), Decimal("1.12"))
"""Of Norway: where only the amount with VAT is known, the price may be without."""
_NO_DISCOUNTS = pl.DataFrame(schema={"row": pl.Int64, "discount": pl.String})
_DISCOUNT_WORDS = ("rabatt", "discount", "avslag")

Discounts = Mapping[int, tuple[str, pl.DataFrame]]
"""Sheet → (header, frame of `row` and `discount`) where a sheet has a column with discounts."""


def find_discounts(sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]) -> Discounts:
    """Return the columns with discounts: ARM's lines have no such field, but it explains an amount."""
    discounts = {}
    for index, (sheet, match) in enumerate(zip(sheets, matches, strict=True)):
        if match.resource is None or match.header_row is None:
            continue
        header = sheet.frame.filter(pl.col("row") == match.header_row)
        for letter in sheet.letters:
            text = header[letter][0] if header.height else None
            if text and any(mark in word for word in split_words(text) for mark in _DISCOUNT_WORDS):
                rows = sheet.frame.filter(pl.col("row") > match.header_row)
                column = rows.select("row", pl.col(letter).alias("discount")).drop_nulls()
                discounts[index] = (text, column.filter(~pl.col("discount").str.contains(r"^[0.,]+$")))
    return discounts


def compare_prices(lines: Table, discounts: Discounts) -> pl.DataFrame:
    """Return a finding for each line whose quantity times price is neither of its amounts.

    The price may be rounded by half a unit, and be with or without VAT.

    Args:
        lines: The lines.
        discounts: The discounts of the sheets.
    """
    quantity, price = pl.col("quantity").abs(), pl.col("price").abs()
    net, gross = pl.col("excl_vat").abs(), pl.col("incl_vat").abs()
    product = quantity * price
    tolerance = pl.max_horizontal(pl.lit(_UNIT), quantity * pl.lit(_HALF_UNIT))
    gross_alone = pl.when(net.is_null()).then(gross)
    differences = [(product - net, tolerance), (product - gross, tolerance)]
    differences += [(product * pl.lit(rate) - gross_alone, tolerance * pl.lit(rate)) for rate in _WITH_VAT]
    differs = pl.all_horizontal((each.abs() > limit).fill_null(value=True) for each, limit in differences)
    amount = pl.coalesce("excl_vat", "incl_vat")
    rows = lines.rows.filter(amount.is_not_null() & product.is_not_null() & differs)
    if rows.is_empty():
        return empty_findings()
    rows = rows.select(
        "sheet",
        "row",
        amount.cast(pl.String).alias("value"),
        _shorten(pl.col("quantity") * pl.col("price")).alias("product"),
        pl.when(pl.col("excl_vat").is_null()).then(pl.lit("incl_vat")).otherwise(pl.lit("excl_vat")).alias("amount"),
    )
    findings = [empty_findings()]
    for (sheet, name), part in rows.group_by("sheet", "amount", maintain_order=True):
        header, column = discounts.get(int(str(sheet)), ("", _NO_DISCOUNTS))
        joined = part.join(column, on="row", how="left", maintain_order="left")
        words = [
            explain_product(product, discount, header)
            for product, discount in joined.select("product", "discount").iter_rows()
        ]
        joined = joined.with_columns(pl.Series("words", words, dtype=pl.String))
        field = lines.resource.field(str(name))
        findings.append(make_cell_findings(lines, joined, "price-differs", field, pl.col("words")))
    return pl.concat(findings)


def explain_product(product: str, discount: str | None, header: str) -> str:
    """Return the product of a line, and its discount where it has one, packed for a finding."""
    number = Text("{product:decimal}", {"product": product})
    return pack_text(join_texts(number, quote_text(f"({header}: {discount})") if discount else ""))


def _shorten(number: pl.Expr) -> pl.Expr:
    """Return a number as text, with two decimals at least and no zeros after them."""
    return number.cast(pl.String).str.replace(r"(\.[0-9]{2}[0-9]*?)0+$", "$1")

"""Columns of VAT with rates instead of amounts, for example 25 in every row."""

from decimal import Decimal

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.model.sheet import Table

_RATES = tuple(Decimal(rate) for rate in ("25", "15", "12", "11.11", "6"))  # per cent, of Norway and its neighbours
_SHARES = tuple(Decimal(share) for share in ("0.25", "0.15", "0.12", "0.11", "0.06"))  # as a cell in per cent has them
_MIN_NET = Decimal(10)  # from here on such a share is no VAT
_MIN_ROWS = 2
_TOLERANCE = Decimal("0.02")
_AMOUNT = pl.Decimal(38, 6)  # a product with a rate is exact; larger amounts are null


def find_rates(table: Table) -> pl.DataFrame:
    """Return a finding for each sheet whose column of VAT has rates; it stops the sheet.

    Every value is a rate or 0, and none of them is the VAT of its row's amounts. A single row shows it where the rate
    is the one by which its amounts differ.
    """
    findings = [empty_findings()]
    for sheet, columns in table.columns.items():
        if "vat" not in columns:
            continue
        has_amount = pl.any_horizontal(pl.col(name).is_not_null() for name in ("excl_vat", "incl_vat"))
        rows = table.rows.filter((pl.col("sheet") == sheet) & (pl.col("vat") != 0) & has_amount).select(
            pl.col("vat", "excl_vat", "incl_vat").cast(_AMOUNT, strict=False).abs()
        )
        if rows.is_empty():
            continue
        is_rate = rows.select(_is_any_of(_RATES).all() | _is_any_of(_SHARES).all()).item()
        if not is_rate:
            continue
        is_proven = rows.height >= _MIN_ROWS or rows.select(_is_rate_of_amounts().any()).item()
        if is_proven and not rows.select(_is_vat().any()).item():
            values = rows["vat"].unique(maintain_order=True).head(3)
            shown = ", ".join(f"{value.normalize():f}" for value in values)
            findings.append(make_finding(sheet, "vat-is-rate", column=columns["vat"], field="vat", value=shown))
    return pl.concat(findings)


def _is_any_of(values: tuple[Decimal, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col("vat") == pl.lit(value) for value in values).fill_null(value=False)


def _is_rate_of_amounts() -> pl.Expr:
    """Return whether the amounts of a row differ by the rate that is its VAT, or are far too large for it."""
    vat, net, gross = pl.col("vat"), pl.col("excl_vat"), pl.col("incl_vat")
    is_share = _is_any_of(_SHARES) & (pl.coalesce(net, gross) >= _MIN_NET)
    is_rate = [(vat == pl.lit(rate)) & _is_near(net * pl.lit(1 + rate / 100), gross) for rate in _RATES]
    return is_share | pl.any_horizontal(is_rate).fill_null(value=False)


def _is_vat() -> pl.Expr:
    """Return whether VAT fits the amounts of its row."""
    vat, net, gross = pl.col("vat"), pl.col("excl_vat"), pl.col("incl_vat")
    base = pl.when(gross.is_null() | net.is_null()).then(pl.coalesce(net, gross - vat))
    is_share = [_is_near(base * pl.lit(rate / 100), vat) for rate in _RATES]
    return _is_near(net + vat, gross) | pl.any_horizontal(is_share)


def _is_near(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return ((first - second).abs() <= pl.lit(_TOLERANCE)).fill_null(value=False)

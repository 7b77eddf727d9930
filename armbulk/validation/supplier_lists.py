"""Lists of suppliers: they have the headers of a list of customers, and must not be sent as customers."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.model.sheet import Sheet

_SUPPLIERS = re.compile(
    r"(?<![^\W\d_])(leverandør|leverandor|leverantör|kreditor|supplier|vendor|creditor|accounts payable)", re.IGNORECASE
)
_CUSTOMERS = re.compile(
    r"(?<![^\W\d_])(kunde|kundar|kunder|debitor|customer|debtor|accounts receivable)", re.IGNORECASE
)


def find_supplier_text(sheet: Sheet, header_row: int) -> str:
    """Return the name or title of a sheet that speaks of suppliers; "" where none does.

    Args:
        sheet: The sheet.
        header_row: The row of its headers: titles are above it.
    """
    return next((text for text in _list_titles(sheet, header_row) if _SUPPLIERS.search(text)), "")


def names_customers(sheet: Sheet, header_row: int) -> bool:
    """Return whether a name or title of a sheet speaks of customers, too: it may be a list of both."""
    return any(_CUSTOMERS.search(text) for text in _list_titles(sheet, header_row))


def report_suppliers(sheet: Sheet, index: int, header_row: int) -> pl.DataFrame:
    """Return a finding of a sheet that may be a list of suppliers."""
    text = find_supplier_text(sheet, header_row)
    return make_finding(index, "supplier-list", value=text) if text else empty_findings()


def _list_titles(sheet: Sheet, header_row: int) -> Iterator[str]:
    yield sheet.name
    yield Path(sheet.file).stem
    if (sheet.frame["row"] >= header_row).all():
        return
    above = sheet.frame.filter(pl.col("row") < header_row).select(sheet.letters)
    yield from (text for texts in above.iter_rows() for text in texts if text)

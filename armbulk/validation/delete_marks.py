"""Customers that a person has marked to be deleted, in a file that is to be checked or imported."""

import polars as pl

from armbulk.findings.frame import empty_findings, make_findings
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.deletion import DELETE_WORDS
from armbulk.model.sheet import Sheet

_HEADERS = frozenset(map(fold_header, DELETE_WORDS))


def report_delete_marks(sheet: Sheet, index: int, match: HeaderMatch) -> pl.DataFrame:
    """Return an error for each customer of a sheet that is marked: an import would create it, or create it again."""
    if match.resource is None or match.resource.name != "customers":
        return empty_findings()
    unknown = match.findings.filter(pl.col("code") == "unknown-header").select("column", "value").iter_rows()
    letters = [letter for letter, header in unknown if fold_header(header) in _HEADERS]
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    return make_findings(
        index,
        [
            {"row": row, "column": letter, "code": "marked-for-delete", "value": cell}
            for letter in letters
            for row, cell in body.select("row", letter).drop_nulls().iter_rows()
            if cell.strip().upper() in DELETE_WORDS
        ],
    )

"""Sheets of documents and lines as texts, checked in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.readers import read_sheets
from armbulk.validation.check import Checked, check_sheets

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT_HEADERS = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp eks. mva;Mva;Beløp inkl. mva"
LINE_HEADERS = "Fakturanr;Linjenr;Linjetekst;Antall;Pris;Beløp eks. mva;Mva;Beløp inkl. mva"

SKIPPING_MAPPING = """[[sheet]]
resource = "documents"
skip_totals = true
[sheet.rename]
"Fakt" = "document_no"
"Kunde" = "customer_no"
"Dato" = "document_date"
"Forf" = "due_date"
"Sum" = "incl_vat"
[sheet.constant]
document_type = "IN"
currency = "NOK"
"""
"""A mapping of short headers that leaves the totals of a list out."""


def document(number: str, amounts: str = "100;25;125", **more: str) -> str:
    """One row of a document."""
    values = {"type": "IN", "customer": "K1", "date": "2026-02-01", "due": "2026-02-15", **more}
    return f"{number};{values['type']};{values['customer']};{values['date']};{values['due']};NOK;{amounts}"


def line(number: str, line_no: str = "1", amounts: str = "100;25;125", text: str = "Kam", price: str = "1;100") -> str:
    """One row of a line."""
    return f"{number};{line_no};{text};{price};{amounts}"


def check_texts(folder: Path, options: ReadOptions = DEFAULT_READ_OPTIONS, **tables: list[str]) -> Checked:
    """Check sheets given by name and rows; `documents` and `lines` get their headers, others have them as first row."""
    headers = {"documents": DOCUMENT_HEADERS, "lines": LINE_HEADERS}
    sheets = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        header = [headers[name]] if name in headers else []
        path.write_text("\n".join([*header, *rows]) + "\n", encoding="utf-8")
        sheets += [replace(sheet, file="f") for sheet in read_sheets(path)]
    return check_sheets(sheets, options)


def codes(checked: Checked) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of each finding, without notices about other sheets."""
    notices = {"no-lines-sheet", "customer-not-in-file"}
    rows = checked.findings.select("row", "column", "code").rows()
    return [row for row in rows if row[2] not in notices]


def sent_documents(checked: Checked) -> list[str]:
    """The numbers of the documents that no error blocks."""
    blocked = checked.blocked_rows["documents"]
    rows = checked.tables["documents"].rows.join(blocked, on=["sheet", "row"], how="anti", maintain_order="left")
    return rows["document_no"].to_list()

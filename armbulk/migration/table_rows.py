"""The rows of a migration as the import sheets have them: Customers, Documents and Lines, each with its source."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.i18n import Text, _
from armbulk.migration.customer_rows import CUSTOMER_FIELDS
from armbulk.migration.derive import Migration
from armbulk.migration.document_rows import DOCUMENT_FIELDS
from armbulk.migration.ledger_items import DOCUMENTS, ItemKind
from armbulk.migration.listed_items import LISTED
from armbulk.model.ledger_export import LedgerHeader
from armbulk.model.row_view import RowView
from armbulk.resources import RESOURCES
from armbulk.resources.migration_questions import QUESTION_RULES
from armbulk.writers.migration_workbook import SourcedTable
from armbulk.writers.template import TemplateTable

_LINE_FIELDS = ("document_no", "line_no", "line_text", "quantity", "price", "excl_vat", "vat", "incl_vat")
_ALWAYS = frozenset({"customer_no", "name", *QUESTION_RULES["dunning"].fields})


def build_tables(migration: Migration, lang: str) -> tuple[SourcedTable, ...]:
    """Return Customers, Documents and Lines. A column without a value stands only where an answer fills it."""
    rows = migration.documents.rows

    def make_document(row: Mapping[str, Any]) -> dict[str, str]:
        return _make_document(row, migration.header, lang)

    sources = RowView(rows, lambda row: describe_item(row).text(lang))
    lines = RowView(rows, lambda row: _make_line(make_document(row)))
    return (
        _build_customers(migration, lang),
        _build_table("documents", (*DOCUMENT_FIELDS, "ledger_note"), RowView(rows, make_document), sources),
        _build_table("lines", _LINE_FIELDS, lines, sources),
    )


def _build_table(
    name: str, fields: Sequence[str], rows: Sequence[Mapping[str, str]], sources: Sequence[str]
) -> SourcedTable:
    resource = RESOURCES[name]
    return SourcedTable(TemplateTable(resource, tuple(resource.field(each) for each in fields), rows), sources)


def _build_customers(migration: Migration, lang: str) -> SourcedTable:
    customers = migration.customers
    has_value = customers.select((pl.col(name).fill_null("") != "").any() for name in CUSTOMER_FIELDS).row(
        0, named=True
    )
    used = {*_ALWAYS, *(name for name, has_any in has_value.items() if has_any)}
    names = [name for name in (*CUSTOMER_FIELDS, *QUESTION_RULES["dunning"].fields) if name in used]
    rows = RowView(customers, lambda row: {name: row[name] for name in CUSTOMER_FIELDS if row[name]})
    return _build_table("customers", names, rows, RowView(customers, lambda row: _describe_customer(row).text(lang)))


def _describe_customer(customer: Mapping[str, Any]) -> Text:
    position = {"file": customer["file"], "line": customer["xml_line"], "number": customer["old_customer_no"]}
    if customer["status"] == LISTED:
        return _("{file}, row {line}: number {number}", **position)
    if customer["is_national_id"]:
        return _("{file}, line {line}: number {number}; registered with a person's identity number", **position)
    if customer["is_foreign_registration"]:
        return _("{file}, line {line}: number {number}; its registration number is not a Norwegian one", **position)
    return _("{file}, line {line}: number {number}", **position)


def _make_document(document: Mapping[str, Any], header: LedgerHeader, lang: str) -> dict[str, str]:
    row = {name: write_json(document[name]) for name in DOCUMENT_FIELDS if document[name] is not None}
    software = header.software
    if document["rules"] == LISTED and document["kind"] == ItemKind.BALANCE:
        note = _("Balance from {software}", software=software)
    elif document["rules"] == LISTED:
        note = _(
            "Open item from {software}, originally {original:amount}",
            software=software,
            original=document["original"],
        )
    elif document["kind"] in DOCUMENTS:
        note = _(
            "Open item from {software}, originally {original:amount}, voucher {voucher}",
            software=software,
            original=document["original"],
            voucher=document["transaction_id"],
        )
    else:
        note = _("Balance from {software} on {day:date}", software=software, day=header.end)
    return {**row, "ledger_note": note.text(lang)}


def describe_item(document: Mapping[str, Any]) -> Text:
    """Return by which rule an item came about, from where, and what of it is estimated."""
    if document["kind"] == ItemKind.BALANCE and document["rules"] == LISTED:
        return _("List of balances: {file}, row {line}", file=document["file"], line=document["xml_line"])
    if document["kind"] == ItemKind.BALANCE:
        return _("R7: the closing balance; a credit without a reference may have settled any invoice")
    if document["kind"] == ItemKind.EARLIER:
        return _("R6: brought forward from before the period")
    if document["rules"] == LISTED:
        text = _("List of open items: {file}, row {line}", file=document["file"], line=document["xml_line"])
        return _("{text}; due date estimated", text=text) if document["is_due_estimated"] else text
    text = _(
        "{rules}: {file}, line {line}, voucher {voucher}",
        rules=document["rules"],
        file=document["file"],
        line=document["xml_line"],
        voucher=document["transaction_id"],
    )
    if document["is_due_estimated"]:
        return _("{text}; due date estimated", text=text)
    if document["has_several_due_dates"]:
        return _("{text}; several due dates, the earliest is here", text=text)
    return text


def _make_line(document: Mapping[str, str]) -> dict[str, str]:
    amounts = {name: document[name] for name in ("excl_vat", "vat", "incl_vat")}
    note = document["ledger_note"]
    return {
        "document_no": document.get("document_no", ""),
        "line_no": "1",
        "line_text": note,
        "quantity": "1",
        "price": document["excl_vat"],
        **amounts,
    }


def write_json(value: object) -> str:
    """Return a value as ARM's JSON has it: days as ISO texts, amounts with at least two decimals."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        plain = value.normalize()
        exponent = plain.as_tuple().exponent
        return f"{plain:.2f}" if isinstance(exponent, int) and exponent >= -2 else f"{plain:f}"
    return str(value)

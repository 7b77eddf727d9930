"""The rows of a migration as the import sheets have them: Customers, Documents and Lines, each with its source."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from armbulk.i18n import Text, _
from armbulk.migration.customer_rows import CUSTOMER_FIELDS
from armbulk.migration.derive import Migration
from armbulk.migration.document_rows import DOCUMENT_FIELDS
from armbulk.migration.ledger_items import DOCUMENTS, ItemKind
from armbulk.migration.listed_items import LISTED
from armbulk.resources import RESOURCES
from armbulk.resources.migration_questions import QUESTION_RULES
from armbulk.writers.migration_workbook import SourcedTable
from armbulk.writers.template import TemplateTable

_LINE_FIELDS = ("document_no", "line_no", "line_text", "quantity", "price", "excl_vat", "vat", "incl_vat")
_ALWAYS = frozenset({"customer_no", "name", *QUESTION_RULES["dunning"].fields})


def build_tables(migration: Migration, lang: str) -> tuple[SourcedTable, ...]:
    """Return Customers, Documents and Lines. A column without a value stands only where an answer fills it."""
    documents = list(_list_documents(migration, lang))
    sources = [source.text(lang) for _row, source in documents]
    rows = [row for row, _source in documents]
    lines = [_make_line(row) for row in rows]
    return (
        _build_customers(migration, lang),
        _build_table("documents", (*DOCUMENT_FIELDS, "ledger_note"), rows, sources),
        _build_table("lines", _LINE_FIELDS, lines, sources),
    )


def _build_table(
    name: str, fields: Sequence[str], rows: Sequence[Mapping[str, str]], sources: Sequence[str]
) -> SourcedTable:
    resource = RESOURCES[name]
    return SourcedTable(TemplateTable(resource, tuple(resource.field(each) for each in fields), rows), sources)


def _build_customers(migration: Migration, lang: str) -> SourcedTable:
    rows, sources, used = [], [], set(_ALWAYS)
    for customer in migration.customers.iter_rows(named=True):
        values = {name: customer[name] for name in CUSTOMER_FIELDS if customer[name]}
        used |= set(values)
        rows.append(values)
        sources.append(_describe_customer(customer).text(lang))
    names = [name for name in (*CUSTOMER_FIELDS, *QUESTION_RULES["dunning"].fields) if name in used]
    return _build_table("customers", names, rows, sources)


def _describe_customer(customer: Mapping[str, Any]) -> Text:
    position = {"file": customer["file"], "line": customer["xml_line"], "number": customer["old_customer_no"]}
    if customer["status"] == LISTED:
        return _("{file}, row {line}: number {number}", **position)
    if customer["is_national_id"]:
        return _("{file}, line {line}: number {number}; registered with a person's identity number", **position)
    if customer["is_foreign_registration"]:
        return _("{file}, line {line}: number {number}; its registration number is not a Norwegian one", **position)
    return _("{file}, line {line}: number {number}", **position)


def _list_documents(migration: Migration, lang: str) -> Iterator[tuple[dict[str, str], Text]]:
    software, end = migration.header.software, migration.header.end
    for document in migration.documents.rows.iter_rows(named=True):
        row = {name: write_json(document[name]) for name in DOCUMENT_FIELDS if document[name] is not None}
        if document["rules"] == LISTED:
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
            note = _("Balance from {software} on {day:date}", software=software, day=end)
        row["ledger_note"] = note.text(lang)
        yield row, describe_item(document)


def describe_item(document: Mapping[str, Any]) -> Text:
    """Return by which rule an item came about, from where, and what of it is estimated."""
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

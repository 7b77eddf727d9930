"""An example of each finding: values for the placeholders of its sentences, for the pages that explain it."""

from dataclasses import dataclass

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, RenderedFinding, render_findings
from armbulk.i18n import _, join_choices, join_texts, pack_text, quote_names
from armbulk.model.date_order import DateOrder
from armbulk.model.fields import Resource
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.validation.pattern_hints import describe_pattern
from armbulk.validation.prices import explain_product


@dataclass(frozen=True, slots=True)
class Example:
    """Values for the placeholders of a finding: the cell's text, its field, other details, and its position."""

    value: str | None = None
    field: str | None = None
    detail: str | None = None
    position: str = "F17"  # a cell; without a letter a row, empty the whole sheet
    sheet: str = ""  # a resource, or a sheet's own name; empty: the first resource with the field


def _pack_headers(*names: str) -> str:
    """The headers of fields, as a finding has them in its detail."""
    return pack_text(join_choices(quote_names([fields_by_name()[name].header for name in names])))


def _pack_amounts(*resources: str) -> str:
    """The headers of the amount of lines or documents, as a finding has them in its detail."""
    fields = [RESOURCES[resource].field("incl_vat") for resource in resources]
    return pack_text(join_choices(quote_names([field.specific_header or field.header for field in fields])))


EXAMPLES: dict[str, Example] = {
    "named-twice": Example("P-2026-0001", None, "12", position="A17", sheet="Payment reservations"),
    "marked-for-delete": Example("DELETE", None, position="C17"),
    "delete-name-differs": Example("Nordlys AS", "name", "Fjord AS", position="B17", sheet="Unused customers"),
    **dict.fromkeys(
        ("no-identification", "two-identifications"),
        Example(None, None, "Document no, AR item id, KID", position="A17", sheet="Payment reservations"),
    ),
    "payment-sent-before": Example("P-2026-0001", None, "12", position="A17", sheet="Payment reservations"),
    "amount-not-positive": Example("-625.00", None, position="D17", sheet="Payment reservations"),
    "payment-hidden": Example("P-2026-0001", None, position="A17", sheet="Payment reservations"),
    "due-date-hidden": Example("2218-500002-35078-0", None, position="A17", sheet="Due dates"),
    "posting-hidden": Example("17", None, position="A17", sheet="Auto postings"),
    "delete-hidden": Example("DELETE", None, position="C17", sheet="Unused customers"),
    "unknown-header": Example("Forfalsdato", None, _pack_headers("due_date"), position="F1"),
    "debit-credit-column": Example("D/K", None, position="H1"),
    "amount-header-unclear": Example("Restbeløp", None, _pack_headers("incl_vat", "excl_vat", "vat"), position="I1"),
    "rate-not-sent": Example("Mva %", position="H1"),
    **dict.fromkeys(("dates-1904", "macros-ignored", "external-links", "no-data-rows"), Example(position="")),
    "signature-removed": Example(position=""),
    "mark-in-the-middle": Example(position="41"),
    "no-amount-column": Example(None, "incl_vat", position=""),
    "wrong-separator": Example("~", position=""),
    "narrow-header": Example("7", None, pack_text(_("line {line} has {count}", line=2, count=8)), position="1"),
    "line-currency-differs": Example("NOK", None, "EUR", position="I2", sheet="lines"),
    "blank-word": Example("NULL", "organization_no", sheet="customers"),
    "letter-lost": Example("Bj?rn", "name", sheet="customers"),
    "code-not-listed": Example("XX", "distribution_type", "E, H, M, P"),
    "unknown-code": Example("FA", "document_type", "IN"),
    "too-few-fields": Example("3", None, "4", position="3"),
    "continuation-rows": Example("3", "document_no", "5, 6, 9", position="A5", sheet="lines"),
    "continuation-filled": Example("3", "document_no", "5, 6, 9", position="A5", sheet="lines"),
    "header-currency-differs": Example(
        "Beløp inkl. mva (NOK)", "incl_vat", pack_text(join_texts(
            *(_("row {row}: {currency}", row=row, currency="EUR") for row in (2, 5)), separator=", "
        )), position="I1",
    ),
    "quotes-in-text": Example('"Kari" AS', None, position="B2", sheet="customers"),
    "date-as-number": Example("46320", "due_date", "2026-10-25"),
    "separators-removed": Example("NO 983 123 457 MVA", "organization_no", "983123457"),
    "blanks-removed": Example("1234 5678 903", "kid", "12345678903"),
    "attachment-name": Example(
        "../1001.pdf", "attachments", pack_text(_("it must be in the folder of the workbook, or in a folder in it"))
    ),
    "attachment-missing": Example(
        "vedlegg/1001.pdf", "attachments", pack_text(_("Did you mean {name}?", name="1001a.pdf"))
    ),
    "attachment-unusable": Example("1001.pdf", "attachments", pack_text(_("it is empty"))),
    "attachment-repeated": Example("1001.pdf", "attachments", pack_text(_("row {row}", row=18))),
    "attachment-unused": Example("2", "attachments", "1002.pdf, 1003.pdf", position="V1"),
    "attachments-not-sent": Example("12", "attachments", position="V1"),
    "few-values": Example(None, None, "B, C, D, E, F", position="12"),
    "percent-not-amount": Example("0.25", "vat"),
    "html-code": Example("Hansen &amp; Co", "name", "&amp;", sheet="customers"),
    "grouped-identifier": Example("7 001", "document_no"),
    "amount-in-other-unit": Example("Beløp inkl. mva (øre)", None, position="I1"),
    "line-without-zeros": Example("10001", "document_no", "0010001", sheet="lines"),
    "key-without-zeros": Example(
        "1", "customer_no", pack_text(_('"{value}" in row {row}', value="001", row=2)), sheet="customers"
    ),
    "rows-in-quotes": Example(),
    "second-table": Example("Kundenr, Navn", None, "41", position="41"),
    "table-total": Example(None, None, position="41"),
    "row-left-out": Example("Sum · 3 000,00", None, position="41"),
    "supplier-list": Example("Leverandørliste", position=""),
    "title-row": Example("10001 · Kari Nordmann", None, "40", position="40"),
    "block-unclear": Example("10001", "customer_no", "40"),
    "note-row": Example("Side 1 av 3", None, "41", position="41"),
    "dash-is-zero": Example("-", "excl_vat"),
    "dates-half-converted": Example("27/02/2025", "due_date", "E2 2025-01-02, E3 27/02/2025", position="E1"),
    "dates-mixed": Example("02/28/2025", "due_date", "E2 27/02/2025, E4 02/28/2025", position="E1"),
    "decimal-zero": Example("7001.0", "article_no"),
    "decimal-zero-removed": Example("7001", "document_no", ".0"),
    "zeros-lost-in-change": Example("585", "postal_code", sheet="customers"),
    "word-read-as-code": Example("Faktura", "document_type", "IN"),
    "word-not-code": Example("Kreditnota", "document_type", "IN"),
    "credit-due-before-date": Example("2025-02-11", "due_date"),
    "amount-missing": Example(None, "incl_vat"),
    "amount-from-lines": Example(None, "incl_vat", "187.50"),
    "price-differs": Example("900.00", "excl_vat", explain_product("1000.00", "10", "Rabatt %"), sheet="lines"),
    "computed-column": Example("Saldo", "balance_total", position="F1"),
    "duplicate-header": Example("Kundenummer", "customer_no", "A", position="F1"),
    "vat-is-rate": Example("25, 15", "vat", position="H1"),
    "missing-column": Example(None, "due_date", position="1"),
    "sheet-not-recognised": Example("Notater", position="", sheet="Notater"),
    "header-near": Example("Fakturanumer", "document_no", position="A1"),
    "mapping-column-missing": Example("Kundegruppe", position="1"),
    "mapping-not-used": Example("Kundr", position=""),
    "value-not-mapped": Example("Privat", "customer_category", "Bedrift, Forening"),
    "expression-failed": Example("…", None, pack_text(_("the text is not a number"))),
    "open-in-excel": Example(None, None, "anne", position=""),
    "separator-told": Example(";", position=""),
    "rows-in-a-cell": Example(None, None, "12", position="B3"),
    "hidden-sheet": Example("Gammelt", position=""),
    "formula-values": Example("12", position=""),
    "encoding-guessed": Example("Åse Øie · Jørn", detail="Windows-1252", position=""),
    "encoded-twice": Example("Ã…se", position="3"),
    "ragged-row": Example("5", None, "4", position="3"),
    "text-too-long": Example(None, None, "32767", position="B3"),
    "organisation-no": Example("987654321", "organization_no"),
    "national-id": Example("01019921717", "ssn"),
    "bank-account": Example("81501757329", "bank_account_no"),
    "kid": Example("1234567", "kid"),
    "postal-code": Example("15000", "postal_code"),
    "email": Example("kari.no", "email_address"),
    "country-code": Example("QQ", "country_code"),
    "currency-code": Example("QQQ", "currency"),
    "language-code": Example("qq", "language"),
    "peppol-scheme": Example("1234", "peppol_endpoint_id_scheme"),
    "error-cell": Example("#N/A", "excl_vat"),
    "not-a-number": Example("hundre", "excl_vat"),
    "ambiguous-number": Example("1.234", "excl_vat"),
    "not-an-integer": Example("10.5", "due_days"),
    "too-many-decimals": Example("100.123", "excl_vat", "2"),
    "number-too-large": Example("12345678901234567", "excl_vat"),
    "not-a-date": Example("i går", "due_date"),
    "ambiguous-date": Example(
        "01/02/2025", "due_date", pack_text(DateOrder("dmy", "F7", "14/02/2025", is_proven=True).name_option())
    ),
    "credit-without-due-date": Example("1", "due_date", "17"),
    "credit-due-date-filled": Example("2", "due_date", "17, 21"),
    "date-in-other-order": Example("30112026", "due_date", "mdy"),
    "date-with-time": Example("2025-02-27T13:45:00", "due_date"),
    "not-yes-or-no": Example("kanskje", "vat_liable"),
    "digits-lost": Example("500221850000200350000", "kid"),
    "scientific-notation": Example("5,00222E+20", "kid"),
    "leading-zero-lost": Example("150", "postal_code", "4"),
    "date-in-identifier": Example("2025-02-01", "article_no"),
    "wrong-cell-type": Example("TRUE", "document_no"),
    "number-not-identifier": Example("12.5", "article_no"),
    "control-character": Example(None, "name", "U+0007"),
    "invisible-character": Example(None, "name", "U+200B"),
    "unusable-character": Example(None, "document_no", "U+202E"),
    "not-ascii": Example("\u0410-17", "document_no", "U+0410"),
    "zeros-from-format": Example("0150", "postal_code"),
    "shown-by-format": Example("K-1001", "customer_no", "1001"),
    "shown-differently": Example("1001", "customer_no", "0.00E+00"),
    "shown-otherwise": Example("1250.5", "incl_vat", "[$EUR] #,##0.00"),
    "postal-code-padded": Example("150", "postal_code", "0150"),
    "stored-as-number": Example("8150175732", "bank_account_no"),
    "percent-cell": Example("0.055", "discount_rate"),
    "other-currency": Example("EUR 1250,00", "incl_vat", "EUR"),
    "sent-as-text": Example("2025-02-27", "buyer_reference"),
    "answer-missing": Example(None, None, '"yes"', position="E7", sheet="Questions"),
    "answer-wrong": Example("maybe", None, '"yes"', position="E7", sheet="Questions"),
    "questions-damaged": Example("Questions", position="", sheet="Questions"),
    "questions-missing": Example("Documents", position="", sheet="Documents"),
    "question-removed": Example("booking", position="", sheet="Questions"),
    "no-known-header": Example("Kunder", position="1", sheet="Kunder"),
    "no-header": Example("H", position="H17"),
    "header-again": Example(None, None, "41", position="41"),
    "total-row": Example(None, None, "120", position="120"),
    "merged-cells": Example("B3:C4", position="B3"),
    "hidden-rows": Example("3", None, "7, 8, 12", position=""),
    "hidden-open-rows": Example("3", None, "7, 8, 12", position=""),
    "hidden-done": Example("117", None, "2, 3, 4, 5, 6 …", position=""),
    "hidden-included": Example("3", None, "7, 8, 12", position=""),
    "hidden-skipped": Example("3", None, "7, 8, 12", position=""),
    "hidden-columns": Example("2", None, "D, H", position=""),
    "hidden-columns-included": Example("2", None, "D, H", position=""),
    "hidden-columns-skipped": Example("2", None, "D, H", position=""),
    "hidden-line": Example("88776655", "document_no", sheet="lines"),
    "flat-disagrees": Example("2025-03-12", "due_date", "16"),
    "customer-rows-differ": Example("Storgata 2", "address_line_1", "16", sheet="customers"),
    "flat-amounts-unclear": Example(None, "incl_vat", _pack_amounts("lines", "documents"), position="F1"),
    "flat-sums": Example(None, "incl_vat", _pack_amounts("documents"), position="F1"),
    "date-unlikely": Example("1925-02-27", "document_date"),
    "no-lines-sheet": Example(position=""),
    "required": Example(None, "due_date"),
    "clear-needs-update": Example("<clear>", "phone_no", sheet="customers"),
    "not-clearable": Example("<clear>", "name", sheet="customers"),
    "not-in-export": Example("99999", "customer_no", sheet="customers"),
    "computed-changed": Example("0.00", "balance_total", sheet="customers"),
    "too-long": Example(None, "name", "200"),
    "pattern": Example(
        "Norge", "country_code", describe_pattern(RESOURCES["customers"].field("country_code")), sheet="customers"
    ),
    "not-allowed": Example("SOMETIMES", "document_type", "IN"),
    "due-before-date": Example("2025-02-11", "due_date"),
    "negative-invoice": Example("-6500.00", "incl_vat"),
    "amounts-differ": Example("6501.00", "incl_vat"),
    "lines-sum-differs": Example("6500.00", "incl_vat", "6250.00"),
    "result-beside-input": Example("oktober.result.xlsx", "document_no", "oktober.xlsx"),
    "same-records-twice": Example("oktober-ny.xlsx", "document_no", "oktober.xlsx"),
    "duplicate-key": Example("88776655", "document_no", "9 (Fakturaer 2)"),
    "duplicate-line-no": Example("2", "line_no", "88776655"),
    "empty-line": Example("88776655", "document_no", sheet="lines"),
    "line-without-document": Example("88776657", "document_no", sheet="lines"),
    "document-without-lines": Example("88776656", "document_no"),
    "customer-without-zeros": Example("10001", "customer_no", "010001", sheet="documents"),
    "customer-not-in-file": Example("543219", "customer_no", sheet="documents"),
}  # fmt: skip
"""Code → its example; a code whose sentences have placeholders needs one."""

_NO_EXAMPLE = Example("…", None, "…")


def _has(resource: Resource, field: str | None) -> bool:
    """Whether a resource has a field of this name."""
    return field in {candidate.name for candidate in resource.fields}


def render_example(code: str, lang: str) -> RenderedFinding:
    """Return a finding with a code as armbulk shows it, at an invented position."""
    example = EXAMPLES.get(code, _NO_EXAMPLE)
    name = example.sheet or next(
        (name for name, resource in RESOURCES.items() if _has(resource, example.field)), "documents"
    )
    title = RESOURCES[name].title.text(lang) if name in RESOURCES else name
    sheet = Sheet("", title, pl.DataFrame(), (), "xlsx")
    severity = CATALOGUE[code].severity.value
    letter, number = example.position.rstrip("0123456789"), example.position.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    where = (0, int(number) if number else None, letter or None, example.field)
    row = (*where, code, severity, example.value, example.detail)
    frame = pl.DataFrame([row], schema=SCHEMA, orient="row")
    return render_findings(frame, [sheet], fields_by_name(), lang)[0]

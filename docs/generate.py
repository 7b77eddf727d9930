"""Writes the generated pages: findings, fields, commands, exit codes and promises, derived from armbulk itself.

A new code of the catalogue needs an example in EXAMPLES if its texts have placeholders. Everything else follows.
"""

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import polars as pl

from armbulk import errors
from armbulk.app.fields import describe_read_only_fields, describe_resource
from armbulk.cli import cli
from armbulk.findings import frame as findings
from armbulk.findings.catalogue import CATALOGUE
from armbulk.i18n import _, join_choices, join_texts, pack_text, quote_names
from armbulk.model.date_order import DateOrder
from armbulk.model.fields import Resource, Severity
from armbulk.model.sheet import Sheet
from armbulk.resources import EXPORTS, RESOURCES, fields_by_name
from armbulk.validation.pattern_hints import describe_pattern
from armbulk.validation.prices import explain_product

FOLDER = Path(__file__).resolve().parent
GENERATED = "<!-- Written by `make docs`; do not edit by hand. -->"
GAP = re.compile(r"\{(value|header|detail|row|count)(?::\w+)?\}")
MANY = 2  # a number of which the texts have their plural
ADJUSTING = (
    "A finding marked **adjustable** can be made an error or a warning, or switched off: "
    "[settings](settings.md#rules-about-values)."
)
STILLING = (
    "*Et funn merket **kan stilles**, kan gjøres til feil eller varsel, eller slås av: "
    "[innstillinger](settings.md#rules-about-values).*"
)
ADJUSTABLE = (" · adjustable", " · kan stilles")
SEVERITIES = {Severity.ERROR: ("error", "feil"), Severity.WARNING: ("warning", "varsel")}

RECOGNISED = (
    "armbulk recognises a column by its English or Norwegian header, by one of its other names, or by its name in ARM. "
    "Case, spaces, dots, hyphens and underscores are ignored. Columns in **bold** are required."
)
KJENNES_IGJEN = (
    "*armbulk kjenner igjen en kolonne på engelsk eller norsk overskrift, på et av de andre navnene eller på navnet i "
    "ARM. Store bokstaver, mellomrom, punktum og streker har ingen betydning. Kolonner i **fet skrift** er påkrevd.*"
)

UNVERIFIED = (
    "*Unverified* names are inferred from ARM's documentation. If a value has an unexpected type, its column is "
    "exported as text."
)

PROMISED = (
    "**armbulk never creates an invoice twice on its own, and never loses track of one. If it cannot know whether ARM "
    "has an invoice, it names the invoice and tells you how to settle it.** No program can promise more, because an "
    "answer of the server can be lost. The figures are those of the tests that every change must pass. `make promises` "
    "runs them again, `make soak` runs the long ones."
)


@dataclass(frozen=True)
class Example:
    """Values for the placeholders of a finding: the cell's text, its field, other details, and its position."""

    value: str | None = None
    field: str | None = None
    detail: str | None = None
    at: str = "F17"  # a cell; without a letter a row, empty the whole sheet
    sheet: str = ""  # a resource, or a sheet's own name; empty: the first resource with the field


def packed_headers(*names: str) -> str:
    """The headers of fields, as a finding has them in its detail."""
    return pack_text(join_choices(quote_names([fields_by_name()[name].header for name in names])))


def packed_amounts(*resources: str) -> str:
    """The headers of the amount of lines or documents, as a finding has them in its detail."""
    fields = [RESOURCES[resource].field("incl_vat") for resource in resources]
    return pack_text(join_choices(quote_names([field.specific_header or field.header for field in fields])))


EXAMPLES: dict[str, Example] = {
    "named-twice": Example("P-2026-0001", None, "12", at="A17", sheet="Payment reservations"),
    "delete-name-differs": Example("Nordlys AS", "name", "Fjord AS", at="B17", sheet="Unused customers"),
    "no-identification": Example(None, None, "Document no, AR item id, KID", at="A17", sheet="Payment reservations"),
    "two-identifications": Example(None, None, "Document no, AR item id, KID", at="A17", sheet="Payment reservations"),
    "payment-sent-before": Example("P-2026-0001", None, "12", at="A17", sheet="Payment reservations"),
    "amount-not-positive": Example("-625.00", None, at="D17", sheet="Payment reservations"),
    "payment-hidden": Example("P-2026-0001", None, at="A17", sheet="Payment reservations"),
    "due-date-hidden": Example("2218-500002-35078-0", None, at="A17", sheet="Due dates"),
    "posting-hidden": Example("17", None, at="A17", sheet="Auto postings"),
    "delete-hidden": Example("DELETE", None, at="C17", sheet="Unused customers"),
    "unknown-header": Example("Forfalsdato", None, packed_headers("due_date"), at="F1"),
    "debit-credit-column": Example("D/K", None, at="H1"),
    "amount-header-unclear": Example("Restbeløp", None, packed_headers("incl_vat", "excl_vat", "vat"), at="I1"),
    "rate-not-sent": Example("Mva %", at="H1"),
    **dict.fromkeys(("dates-1904", "macros-ignored", "external-links", "no-data-rows"), Example(at="")),
    "signature-removed": Example(at=""),
    "mark-in-the-middle": Example(at="41"),
    "no-amount-column": Example(None, "incl_vat", at=""),
    "wrong-separator": Example("~", at=""),
    "narrow-header": Example("7", None, pack_text(_("line {line} has {count}", line=2, count=8)), at="1"),
    "line-currency-differs": Example("NOK", None, "EUR", at="I2", sheet="lines"),
    "blank-word": Example("NULL", "organization_no", sheet="customers"),
    "letter-lost": Example("Bj?rn", "name", sheet="customers"),
    "code-not-listed": Example("XX", "distribution_type", "E, H, M, P"),
    "unknown-code": Example("FA", "document_type", "IN"),
    "too-few-fields": Example("3", None, "4", at="3"),
    "continuation-rows": Example("3", "document_no", "5, 6, 9", at="A5", sheet="lines"),
    "continuation-filled": Example("3", "document_no", "5, 6, 9", at="A5", sheet="lines"),
    "header-currency-differs": Example(
        "Beløp inkl. mva (NOK)", "incl_vat", pack_text(join_texts(
            *(_("row {row}: {currency}", row=row, currency="EUR") for row in (2, 5)), separator=", "
        )), at="I1",
    ),
    "quotes-in-text": Example('"Kari" AS', None, at="B2", sheet="customers"),
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
    "attachment-unused": Example("2", "attachments", "1002.pdf, 1003.pdf", at="V1"),
    "attachments-not-sent": Example("12", "attachments", at="V1"),
    "few-values": Example(None, None, "B, C, D, E, F", at="12"),
    "percent-not-amount": Example("0.25", "vat"),
    "html-code": Example("Hansen &amp; Co", "name", "&amp;", sheet="customers"),
    "grouped-identifier": Example("7 001", "document_no"),
    "amount-in-other-unit": Example("Beløp inkl. mva (øre)", None, at="I1"),
    "line-without-zeros": Example("10001", "document_no", "0010001", sheet="lines"),
    "key-without-zeros": Example(
        "1", "customer_no", pack_text(_('"{value}" in row {row}', value="001", row=2)), sheet="customers"
    ),
    "rows-in-quotes": Example(),
    "second-table": Example("Kundenr, Navn", None, "41", at="41"),
    "table-total": Example(None, None, at="41"),
    "row-left-out": Example("Sum · 3 000,00", None, at="41"),
    "supplier-list": Example("Leverandørliste", at=""),
    "title-row": Example("10001 · Kari Nordmann", None, "40", at="40"),
    "block-unclear": Example("10001", "customer_no", "40"),
    "note-row": Example("Side 1 av 3", None, "41", at="41"),
    "dash-is-zero": Example("-", "excl_vat"),
    "dates-half-converted": Example("27/02/2025", "due_date", "E2 2025-01-02, E3 27/02/2025", at="E1"),
    "dates-mixed": Example("02/28/2025", "due_date", "E2 27/02/2025, E4 02/28/2025", at="E1"),
    "decimal-zero": Example("7001.0", "article_no"),
    "decimal-zero-removed": Example("7001", "document_no", ".0"),
    "zeros-lost-in-change": Example("585", "postal_code", sheet="customers"),
    "word-read-as-code": Example("Faktura", "document_type", "IN"),
    "word-not-code": Example("Kreditnota", "document_type", "IN"),
    "credit-due-before-date": Example("2025-02-11", "due_date"),
    "amount-missing": Example(None, "incl_vat"),
    "amount-from-lines": Example(None, "incl_vat", "187.50"),
    "price-differs": Example("900.00", "excl_vat", explain_product("1000.00", "10", "Rabatt %"), sheet="lines"),
    "computed-column": Example("Saldo", "balance_total", at="F1"),
    "duplicate-header": Example("Kundenummer", "customer_no", "A", at="F1"),
    "vat-is-rate": Example("25, 15", "vat", at="H1"),
    "missing-column": Example(None, "due_date", at="1"),
    "sheet-not-recognised": Example("Notater", at="", sheet="Notater"),
    "header-near": Example("Fakturanumer", "document_no", at="A1"),
    "mapping-column-missing": Example("Kundegruppe", at="1"),
    "mapping-not-used": Example("Kundr", at=""),
    "value-not-mapped": Example("Privat", "customer_category", "Bedrift, Forening"),
    "expression-failed": Example("…", None, pack_text(_("the text is not a number"))),
    "open-in-excel": Example(None, None, "anne", at=""),
    "separator-told": Example(";", at=""),
    "rows-in-a-cell": Example(None, None, "12", at="B3"),
    "hidden-sheet": Example("Gammelt", at=""),
    "formula-values": Example("12", at=""),
    "encoding-guessed": Example("Åse Øie · Jørn", detail="Windows-1252", at=""),
    "encoded-twice": Example("Ã…se", at="3"),
    "ragged-row": Example("5", None, "4", at="3"),
    "text-too-long": Example(None, None, "32767", at="B3"),
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
    "not-ascii": Example("А-17", "document_no", "U+0410"),
    "zeros-from-format": Example("0150", "postal_code"),
    "shown-by-format": Example("K-1001", "customer_no", "1001"),
    "shown-differently": Example("1001", "customer_no", "0.00E+00"),
    "shown-otherwise": Example("1250.5", "incl_vat", "[$EUR] #,##0.00"),
    "postal-code-padded": Example("150", "postal_code", "0150"),
    "stored-as-number": Example("8150175732", "bank_account_no"),
    "percent-cell": Example("0.055", "discount_rate"),
    "other-currency": Example("EUR 1250,00", "incl_vat", "EUR"),
    "sent-as-text": Example("2025-02-27", "buyer_reference"),
    "answer-missing": Example(None, None, '"yes"', at="E7", sheet="Questions"),
    "answer-wrong": Example("maybe", None, '"yes"', at="E7", sheet="Questions"),
    "questions-damaged": Example("Questions", at="", sheet="Questions"),
    "questions-missing": Example("Documents", at="", sheet="Documents"),
    "question-removed": Example("booking", at="", sheet="Questions"),
    "no-known-header": Example("Kunder", at="1", sheet="Kunder"),
    "no-header": Example("H", at="H17"),
    "header-again": Example(None, None, "41", at="41"),
    "total-row": Example(None, None, "120", at="120"),
    "merged-cells": Example("B3:C4", at="B3"),
    "hidden-rows": Example("3", None, "7, 8, 12", at=""),
    "hidden-open-rows": Example("3", None, "7, 8, 12", at=""),
    "hidden-done": Example("117", None, "2, 3, 4, 5, 6 …", at=""),
    "hidden-included": Example("3", None, "7, 8, 12", at=""),
    "hidden-skipped": Example("3", None, "7, 8, 12", at=""),
    "hidden-columns": Example("2", None, "D, H", at=""),
    "hidden-columns-included": Example("2", None, "D, H", at=""),
    "hidden-columns-skipped": Example("2", None, "D, H", at=""),
    "hidden-line": Example("88776655", "document_no", sheet="lines"),
    "flat-disagrees": Example("2025-03-12", "due_date", "16"),
    "customer-rows-differ": Example("Storgata 2", "address_line_1", "16", sheet="customers"),
    "flat-amounts-unclear": Example(None, "incl_vat", packed_amounts("lines", "documents"), at="F1"),
    "flat-sums": Example(None, "incl_vat", packed_amounts("documents"), at="F1"),
    "date-unlikely": Example("1925-02-27", "document_date"),
    "no-lines-sheet": Example(at=""),
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


def gaps(code: str) -> set[str]:
    """Return the placeholders in the texts of a code."""
    entry = CATALOGUE[code]
    texts = [text.text(lang) for text in (entry.message, entry.fix) for lang in ("en", "nb")]
    return {f"{{{name}}}" for text in texts for name in GAP.findall(text)}


def has(resource: Resource, field: str | None) -> bool:
    """Whether a resource has a field of this name."""
    return field in {one.name for one in resource.fields}


def told(code: str, lang: str, example: Example) -> findings.RenderedFinding:
    """One finding as armbulk shows it, at an invented position."""
    name = example.sheet or next((name for name, one in RESOURCES.items() if has(one, example.field)), "documents")
    title = RESOURCES[name].title.text(lang) if name in RESOURCES else name
    sheet = Sheet("", title, pl.DataFrame(), (), "xlsx")
    severity = CATALOGUE[code].severity.value
    letter, number = example.at.rstrip("0123456789"), example.at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    place = (0, int(number) if number else None, letter or None, example.field)
    row = (*place, code, severity, example.value, example.detail)
    frame = pl.DataFrame([row], schema=findings.SCHEMA, orient="row")
    return findings.render_findings(frame, [sheet], fields_by_name(), lang)[0]


def plain(text: str) -> str:
    """Return a text with "…" for its placeholders."""
    return GAP.sub("…", text)


def meaning(code: str, lang: str) -> str:
    """What a code means, without values: the words for a finding without a detail, if there are such."""
    entry = CATALOGUE[code]
    message = entry.without_detail or entry.message
    if message.plural:
        return cell(plain(message.fill(count=MANY).text(lang)).replace(str(MANY), "…", 1))
    return cell(plain(message.text(lang)))


def cell(text: str) -> str:
    """A text for a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;").replace("\n", " ")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *rows)]


def findings_page() -> str:
    """Every code armbulk can report: meaning, example, what to do."""
    lines = [
        "# Findings", "", GENERATED, "",
        "All errors and warnings of `armbulk check`. *Alle feil og varsler fra `armbulk check`.*", "",
        "An **error** stops the record (an invoice with all its lines). A **warning** stops nothing.", "",
        "*En **feil** stopper posten (en faktura med alle linjene). Et **varsel** stopper ingenting.*", "",
        ADJUSTING, "", STILLING, "",
        *table(("Code", "", "Meaning", "Betydning"), [overview(code) for code in CATALOGUE]), "",
    ]  # fmt: skip
    for code in CATALOGUE:
        lines += one_finding(code)
    return "\n".join(lines) + "\n"


def overview(code: str) -> tuple[str, ...]:
    """A code's line in the list at the top."""
    entry = CATALOGUE[code]
    meanings = [meaning(code, lang) for lang in ("en", "nb")]
    return (f"[`{code}`](#{code})", entry.severity.value, *meanings)


def one_finding(code: str) -> list[str]:
    """A code's own section."""
    entry = CATALOGUE[code]
    en, no = SEVERITIES[entry.severity]
    example = EXAMPLES.get(code, Example("…", None, "…"))
    both = [told(code, lang, example) for lang in ("en", "nb")]
    rows = [
        ("Meaning · Betydning", *(meaning(code, lang) for lang in ("en", "nb"))),
        ("Example · Eksempel", *(f"`{one['cell'] or one['sheet']}` {cell(one['message'])}" for one in both)),
        ("What to do · Slik retter du", *(cell(one["fix"]) for one in both)),
    ]
    english, norwegian = ADJUSTABLE if entry.tunable else ("", "")
    return [f"## {code}", "", f"{en}{english} · *{no}{norwegian}*", "", *table(("", "English", "Norsk"), rows), ""]


def fields_page() -> str:
    """Every field that armbulk knows."""
    lines = [
        "# Fields", "", GENERATED, "",
        RECOGNISED, "", KJENNES_IGJEN, "",
        "`armbulk template customers` (or `documents`, or `all`) writes a workbook with the columns that are required",
        "or common. With `--full` it has every column that can be sent.", "",
    ]  # fmt: skip
    head = ("Column · Kolonne", "Other names · Andre navn", "In ARM · I ARM", "Meaning · Betydning", "Rules · Regler",
            "Example · Eksempel")  # fmt: skip
    for name, resource in RESOURCES.items():
        both = [describe_resource(name, lang)["fields"] for lang in ("en", "nb")]
        rows = [one_field(en, no) for en, no in zip(*both, strict=True)]
        lines += [f"## {resource.title.en} · {resource.title.text('nb')}", "", *table(head, rows), ""]
    return "\n".join([*lines, *read_only()]) + "\n"


def read_only() -> list[str]:
    """The fields of exports only."""
    lines = [
        "# Fields in exports only · Felt bare i eksporter", "",
        "`armbulk export` writes the fields above and these. Other fields that ARM returns follow after them.", "",
        UNVERIFIED, "",
        "*`armbulk export` skriver feltene over og disse. Andre felt som ARM returnerer, kommer etter dem.*", "",
    ]  # fmt: skip
    head = ("Column · Kolonne", "In ARM · I ARM", "Meaning · Betydning", "Kind · Slag", "Example · Eksempel")
    for name, resource in EXPORTS.items():
        both = [describe_read_only_fields(name, lang) for lang in ("en", "nb")]
        rows = [one_read_only(en, no) for en, no in zip(*both, strict=True)]
        note = resource.listing.note if resource.listing else None
        said = [f"{note} *{note.text('nb')}*", ""] if note else []
        title = f"## {resource.title.en} · {resource.title.text('nb')} (`armbulk export {name}`)"
        lines += [title, "", *said, *(table(head, rows) if rows else []), ""]
    return lines


def one_read_only(en: dict[str, Any], no: dict[str, Any]) -> tuple[str, ...]:
    """A field's line, where it only comes out."""
    names = " · ".join(cell(name) for name in dict.fromkeys([en["header"], no["header"]]))
    unverified = " *Unverified.*" if en["source"] in {"I", "X"} else ""
    meaning = f"{cell(en['help'])}{unverified}<br>*{cell(no['help'])}*"
    kind = ", ".join(dict.fromkeys([en["kind"], no["kind"]]))
    example = f"`{en['example']}`" if en["example"] else ""
    return (names, f"`{en['path']}`", meaning, cell(kind), example)


def one_field(en: dict[str, Any], no: dict[str, Any]) -> tuple[str, ...]:
    """A field's line."""
    names = dict.fromkeys([en["header"], no["header"]])
    mark = "**" if en["required"] else ""
    rules = ["; ".join(dict.fromkeys([one["kind"], *one["rules"]])) for one in (en, no)]
    example = f"`{en['example'].replace('|', '/')}`" if en["example"] else ""
    return (
        " · ".join(f"{mark}{cell(name)}{mark}" for name in names),
        cell(", ".join(name for name in en["also"] if name not in names)),
        f"`{en['path']}`" if en["path"] else "–",
        f"{cell(en['help'])}<br>*{cell(no['help'])}*",
        f"{cell(rules[0])}<br>*{cell(rules[1])}*",
        example,
    )


def exit_codes_page() -> str:
    """The meaning of each exit code, and the errors that end a command."""
    kinds = [errors.ArmbulkError, *branches(errors.ArmbulkError)]
    codes = [
        (str(int(code)), *(errors.EXIT_MEANINGS[code].text(lang) for lang in ("en", "nb"))) for code in errors.Exit
    ]
    stops = [(f"`{one.__name__}`", cell(first(one)), str(int(one.exit))) for one in kinds]
    lines = [
        "# Exit codes", "", GENERATED, "",
        "How a command ended, for scripts. *Hvordan en kommando endte, for skript.*", "",
        *table(("Code", "Means", "Betyr"), codes), "",
        "The errors that end a command, by their names in the [Python API](api.md#errors):", "",
        *table(("Kind", "When", "Code"), stops),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its usage, examples and options; the options of all commands are listed once."""
    group = click.Context(cli, info_name="armbulk", help_option_names=["-h", "--help"])
    commands = {name: command for name in cli.list_commands(group) if (command := cli.get_command(group, name))}
    shared = set.intersection(*({str(each.name) for each in command.params} for command in commands.values()))
    lines = [
        "# Commands", "", GENERATED, "",
        "`armbulk COMMAND --help` shows the same on the screen.", "",
        "## Options of all commands", "",
        *options_table([each for each in next(iter(commands.values())).params if each.name in shared], group), "",
    ]  # fmt: skip
    for name, command in commands.items():
        context = click.Context(command, info_name=name, parent=group, max_content_width=100, terminal_width=100)
        own = [each for each in command.params if each.name not in shared]
        usage = re.split(r"\n(?:General o|O)ptions:\n", command.get_help(context))[0].rstrip()
        lines += [f"## armbulk {name}", "", "```text", usage, "```", "", *options_table(own, context), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def options_table(parameters: list[click.Parameter], context: click.Context) -> list[str]:
    """A table of options; nothing for a command without any."""
    records = [each.get_help_record(context) for each in parameters if isinstance(each, click.Option)]
    rows = [(f"`{cell(record[0])}`", cell(record[1])) for record in records if record]
    return table(("Option", "Meaning"), rows) if rows else []


def promises_page() -> str:
    """The promises, with the results of their tests."""
    promises = tomllib.loads((FOLDER / "promises.toml").read_text(encoding="utf-8"))
    proofs = json.loads((FOLDER / "promises.json").read_text(encoding="utf-8"))
    head = ("", "Promise", "Proofs", "Passed")
    rows = [
        (f"[{name}](#{name.lower()})", cell(one["title"]), str(len(proofs.get(name, []))), passed(proofs.get(name, [])))
        for name, one in promises.items()
    ]
    lines = [
        "# Promises", "",
        GENERATED.replace("make docs", "make promises"), "",
        PROMISED, "",
        *table(head, rows), "",
    ]  # fmt: skip
    for name, one in promises.items():
        lines += one_promise(name, one, proofs.get(name, []))
    return "\n".join(lines).rstrip("\n") + "\n"


def passed(proofs: list[dict[str, Any]]) -> str:
    """How many of the proofs' cases passed."""
    cases = sum(one["cases"] for one in proofs)
    return f"{sum(one['passed'] for one in proofs)} of {cases}" if cases else "–"


def one_promise(name: str, one: dict[str, str], proofs: list[dict[str, Any]]) -> list[str]:
    """The section of a promise: what, how, what is not covered, and its proofs."""
    lines = [f"## {name}", "", f"**{one['title']}.** {one['says']}", "", f"*How:* {one['how']}", ""]
    if "not" in one:
        lines += [f"*Not covered:* {one['not']}", ""]
    if not proofs:
        return [*lines, "*No test of its own.*", ""]
    rows = [
        (cell(proof["says"]), passed([proof]), "<br>".join(map(cell, proof["figures"])), f"`pytest {proof['test']}`")
        for proof in proofs
    ]
    return [*lines, *table(("Proof", "Passed", "Figures", "Command"), rows), ""]


def branches(kind: type[errors.ArmbulkError]) -> list[type[errors.ArmbulkError]]:
    """Every kind of error below `kind`, in the order of the tree."""
    return [one for child in kind.__subclasses__() for one in (child, *branches(child))]


def first(kind: type) -> str:
    """The first line of a docstring."""
    return (kind.__doc__ or "").partition("\n")[0]


PAGES = {
    "findings.md": findings_page,
    "fields.md": fields_page,
    "commands.md": commands_page,
    "exit-codes.md": exit_codes_page,
    "promises.md": promises_page,
}


def main(folder: Path = FOLDER) -> None:
    """Write every page into `folder`."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8", newline="\n")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

"""Templates: workbooks to fill in, with a guide, drop-downs and (if wanted) rows that show how."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from armbulk.app.fields import describe
from armbulk.errors import FileError, UsageError
from armbulk.i18n import Words
from armbulk.model.fields import FieldRole, Resource
from armbulk.resources import RESOURCES
from armbulk.writers.template import GuideRow
from armbulk.writers.workbooks import write_template

_HOLDS = {
    "customers": ("customers",),
    "documents": ("documents", "lines"),
    "lines": ("documents", "lines"),
    "all": ("customers", "documents", "lines"),
}
_FILES = {
    "customers": Words("customers-template.xlsx", "kunder-mal.xlsx"),
    "documents": Words("documents-template.xlsx", "fakturaer-mal.xlsx"),
    "lines": Words("documents-template.xlsx", "fakturaer-mal.xlsx"),
    "all": Words("customers-and-documents-template.xlsx", "kunder-og-fakturaer-mal.xlsx"),
}
_SECOND_CUSTOMER = {
    "customer_no": "543211", "name": "Fjordgløtt Bakeri AS", "address_line_1": "Fjordgata 7", "postal_code": "0150",
    "city_name": "Oslo", "country_code": "NO", "customer_category": "COMP", "organization_no": "936796702",
    "email_address_document": "post@eksempel.no; regnskap@eksempel.no", "language": "no", "currency": "NOK",
    "due_days": "14", "vat_liable": "true",
}  # fmt: skip
_SECOND_DOCUMENT = {
    "document_type": "IN", "customer_no": "543211", "document_no": "88776656", "document_date": "2025-02-28",
    "due_date": "2025-03-14", "currency": "NOK", "language": "no", "excl_vat": "200", "vat": "50", "incl_vat": "250",
}  # fmt: skip
_FIRST_LINE = {"quantity": "20", "excl_vat": "4000", "vat": "1000", "incl_vat": "5000"}
_SECOND_LINE = {"line_no": "2", "quantity": "6", "excl_vat": "1200", "vat": "300", "incl_vat": "1500"}
_THIRD_LINE = {"document_no": "88776656", "excl_vat": "200", "vat": "50", "incl_vat": "250"}


def create_template(resource: str, target: Path | None, lang: str, *, examples: bool, replace: bool) -> dict[str, Any]:
    """Write the template of `resource` and tell of it; FileError when the file is there and may not be replaced."""
    path = target or Path(_FILES[resource].text(lang))
    if path.suffix.lower() != ".xlsx":
        raise UsageError("not-xlsx", f"{path} does not end in .xlsx", "Name an Excel workbook with -o")
    if path.exists() and not replace:
        raise FileError("file-exists", f"{path} is there already", "Choose another with -o, or replace it with --yes")
    resources = [RESOURCES[name] for name in _HOLDS[resource]]
    rows = {one.name: _rows(one) if examples else [] for one in resources}
    written, sheets = write_template(path, resources, rows, list(list_guide_rows(resources, lang)), lang)
    return {"resource": resource, "file": str(written), "sheets": sheets, "examples": examples}


def list_guide_rows(resources: Sequence[Resource], lang: str) -> Iterator[GuideRow]:
    """Explain each column of a template, in the template's language first."""
    other = "en" if lang == "no" else "no"
    for resource in resources:
        ours = {one.name for one in resource.fields if one.role is not FieldRole.READ_ONLY}
        both = (describe(resource.name, one)["fields"] for one in (lang, other))
        for mine, theirs in zip(*both, strict=True):
            if mine["field"] in ours:
                yield GuideRow(
                    sheet=resource.title.text(lang),
                    headers=(mine["header"], theirs["header"]),
                    required=mine["required"],
                    meanings=(mine["help"], theirs["help"]),
                    rules=(_rules(mine), _rules(theirs)),
                    example=mine["example"],
                    path=mine["path"],
                )


def _rules(described: dict[str, Any]) -> str:
    return "; ".join([described["kind"], *described["rules"]])


def _rows(resource: Resource) -> list[dict[str, str]]:
    """Rows made of the fields' own examples: they agree with each other, and the lines add up."""
    whole = {one.name: one.example for one in resource.fields if one.role is not FieldRole.READ_ONLY and one.example}
    match resource.name:
        case "customers":
            return [whole, _SECOND_CUSTOMER]
        case "documents":
            return [whole, _SECOND_DOCUMENT]
        case _:
            return [{**whole, **own} for own in (_FIRST_LINE, _SECOND_LINE, _THIRD_LINE)]

"""Templates: workbooks to fill in, with a guide, drop-downs and (optional) example rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from armbulk.app.fields import describe_resource
from armbulk.errors import FileError, UsageError
from armbulk.i18n import ENGLISH, NORWEGIAN, _
from armbulk.model.fields import FieldRole, Resource
from armbulk.resources import list_template_resources
from armbulk.writers.template import GuideRow
from armbulk.writers.workbooks import write_template

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
    """Write the template of a resource; return what was written, as the JSON of `armbulk template` has it.

    Args:
        resource: One of `list_template_resources`.
        target: The workbook; None: a name in this folder.
        lang: Of headers and texts.
        examples: Whether a few rows are filled in.
        replace: Whether a file of that name may be replaced; it is kept as .bak.

    Raises:
        UsageError: The target is no .xlsx.
        FileError: The file exists and may not be replaced, or cannot be written.
    """
    resources = list_template_resources()[resource]
    path = target or Path(_default_name(resources, lang))
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            "not-xlsx", _("{path} does not end in .xlsx", path=path), _("Use a file name that ends in .xlsx with -o")
        )
    if path.exists() and not replace:
        raise FileError(
            "file-exists",
            _("{path} already exists", path=path),
            _("Choose another file with -o, or replace this one with --yes"),
        )
    rows = {sheet.name: _example_rows(sheet) if examples else [] for sheet in resources}
    written, sheets = write_template(path, resources, rows, list(list_guide_rows(resources, lang)), lang)
    return {"resource": resource, "file": str(written), "sheets": sheets, "examples": examples}


def _default_name(resources: Sequence[Resource], lang: str) -> str:
    """Return the file name of a template: the titles of its resources, without those of lines."""
    lines = [resource.lines for resource in resources]
    titles = [resource.title for resource in resources if resource not in lines]
    names = _("-and-").text(lang).join(title.text(lang).lower() for title in titles)
    return _("{names}-template.xlsx", names=names).text(lang)


def list_guide_rows(resources: Sequence[Resource], lang: str) -> Iterator[GuideRow]:
    """Yield the explanation of each column of a template, in the template's language first."""
    other_lang = NORWEGIAN if lang == ENGLISH else ENGLISH
    for resource in resources:
        columns = {field.name for field in resource.fields if field.role is not FieldRole.READ_ONLY}
        first, second = (describe_resource(resource.name, language)["fields"] for language in (lang, other_lang))
        for field, translated in zip(first, second, strict=True):
            if field["field"] in columns:
                yield GuideRow(
                    sheet=resource.title.text(lang),
                    headers=(field["header"], translated["header"]),
                    required=field["required"],
                    meanings=(field["help"], translated["help"]),
                    rules=(_join_rules(field), _join_rules(translated)),
                    example=field["example"],
                    path=field["path"],
                )


def _join_rules(field: dict[str, Any]) -> str:
    return "; ".join([field["kind"], *field["rules"]])


def _example_rows(resource: Resource) -> list[dict[str, str]]:
    """Return rows made of the fields' own examples: they agree with each other, and the lines add up."""
    first = {
        field.name: field.example
        for field in resource.fields
        if field.role is not FieldRole.READ_ONLY and field.example
    }
    match resource.name:
        case "customers":
            return [first, _SECOND_CUSTOMER]
        case "documents":
            return [first, _SECOND_DOCUMENT]
        case "lines":
            return [{**first, **changes} for changes in (_FIRST_LINE, _SECOND_LINE, _THIRD_LINE)]
        case _:
            return [first]

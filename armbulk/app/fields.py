"""The field reference, derived from the resources."""

from typing import Any

from armbulk.findings.catalogue import CATALOGUE
from armbulk.i18n import _
from armbulk.model.fields import Field, FieldRole, Resource
from armbulk.resources import EXPORTS, RESOURCES
from armbulk.resources.identifiers import CHECK_FORMATS
from armbulk.validation.pattern_hints import list_pattern_rules


def describe_resource(name: str, lang: str) -> dict[str, Any]:
    """Return every field of a resource in `lang`, as the JSON of `armbulk fields` has them.

    `note`: what reading the resource as a list rests on.
    """
    resource = {**RESOURCES, **EXPORTS}[name]
    note = resource.listing.note.text(lang) if resource.listing else ""
    return {
        "resource": name,
        "fields": [_describe_field(field, lang) for field in _list_fields(resource)],
        "note": note,
    }


def _list_fields(resource: Resource) -> list[Field]:
    """Return the columns of a sheet of a resource, then the fields that can only be read."""
    return [*resource.fields, *(field for field in resource.readable if field not in resource.fields)]


def describe_read_only_fields(name: str, lang: str) -> list[dict[str, Any]]:
    """Return the fields of a resource that can be exported, and not be sent in a sheet."""
    writable = RESOURCES[name].fields if name in RESOURCES else ()
    return [_describe_field(field, lang) for field in EXPORTS[name].readable if field not in writable]


def _describe_field(field: Field, lang: str) -> dict[str, Any]:
    other_names = [*(name for name in field.header.all() if name != field.header.text(lang)), *field.aliases]
    return {
        "field": field.name,
        "header": field.header.text(lang),
        "also": list(dict.fromkeys(other_names)),
        "path": field.path,
        "kind": field.type.value.text(lang),
        "required": field.required,
        "rules": _describe_rules(field, lang),
        "help": field.help.text(lang),
        "example": field.write_example(lang),
        "source": field.source,
    }


def _describe_rules(field: Field, lang: str) -> list[str]:
    rules = []
    if field.max_length:
        rules.append(_("at most {length} characters", length=field.max_length).text(lang))
    rules += [rule.text(lang) for rule in list_pattern_rules(field)]
    if field.format:
        code = CHECK_FORMATS[field.format].code
        severity = {"error": _("error"), "warning": _("warning")}[CATALOGUE[code].severity]
        rules.append(f"{code} ({severity.text(lang)})")
    if field.allowed_values:
        rules.append(", ".join(field.allowed_values))
    if field.role is FieldRole.READ_ONLY:
        rules.append(_("calculated by ARM, never sent").text(lang))
    if field.role is FieldRole.LOCAL:
        rules.append(_("checked on this computer, not sent").text(lang))
    if field.role is FieldRole.PARENT_KEY:
        rules.append(_("links the line to its document").text(lang))
    return rules

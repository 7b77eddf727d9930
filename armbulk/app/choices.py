"""The values that the command line offers, each derived from the one place where it is defined.

Imports are inside the functions, because only some of them need polars: `armbulk check --help` stays instant.
"""

from typing import TYPE_CHECKING

from armbulk.i18n import Text, _, join_texts

if TYPE_CHECKING:
    from armbulk.model.resource_name import ResourceName


def list_client_sizes() -> list[str]:
    """Return the client sizes, smallest first."""
    from armbulk.quota.tiers import TIERS

    return list(TIERS)


def describe_client_sizes() -> Text:
    """Return the client sizes, each with the invoices a year from which it applies."""
    from armbulk.quota.tiers import INVOICES_A_YEAR

    sizes = list(INVOICES_A_YEAR)
    first = _("{size}: fewer than {count:number} invoices a year", size=sizes[0], count=INVOICES_A_YEAR[sizes[1]])
    others = [_("{size}: from {count:number}", size=size, count=INVOICES_A_YEAR[size]) for size in sizes[1:]]
    return join_texts(first, *others, separator=", ")


def name_exports() -> list["ResourceName"]:
    """Return what `armbulk export` takes: every list, and the month-end pack."""
    from armbulk.resources import CLOSE_NAME, EXPORTS

    return [*(resource.command_name for resource in EXPORTS.values()), CLOSE_NAME]


def list_csv_dialects() -> list[str]:
    """Return the ways to write a csv file, the default first."""
    from armbulk.writers.flat_files import CSV_DIALECTS

    return list(CSV_DIALECTS)


def describe_csv_dialects() -> Text:
    """Return the separators of each CSV dialect, as one sentence of help."""
    from armbulk.writers.flat_files import CSV_DIALECTS

    texts = {
        ",": _("{name}: {separator} between columns, decimal comma"),
        ".": _("{name}: {separator} between columns, decimal point"),
    }
    parts = [texts[each.decimal].fill(name=name, separator=each.separator) for name, each in CSV_DIALECTS.items()]
    return _("{dialects}.", dialects=join_texts(*parts, separator="; "))


def describe_file_formats() -> Text:
    """Return the file types that `armbulk export` writes, as one sentence of help."""
    from armbulk.writers.tables import FILE_FORMATS

    *endings, last = (f".{file_format}" for file_format in FILE_FORMATS)
    return _("The file: {endings} or {last}.", endings=", ".join(endings), last=last)


def list_import_resources() -> list[str]:
    """Return what a sheet that is imported can contain."""
    from armbulk.resources import RESOURCES

    return list(RESOURCES)


def name_import_resources() -> list["ResourceName"]:
    """Return what a sheet that is imported can contain, with other words for it."""
    from armbulk.resources import RESOURCES

    return [resource.command_name for resource in RESOURCES.values()]


def describe_import_resources() -> Text:
    """Return what can be imported, as one sentence of help."""
    *names, last = list_import_resources()
    return _("What the files contain: {names} or {last}.", names=", ".join(names), last=last)


def name_described_resources() -> list["ResourceName"]:
    """Return the resources whose fields `armbulk fields` lists."""
    from armbulk.resources import EXPORTS, RESOURCES

    return [resource.command_name for resource in {**RESOURCES, **EXPORTS}.values()]


def name_templates() -> list["ResourceName"]:
    """Return the workbooks that `armbulk template` writes."""
    from armbulk.resources import ALL, RESOURCES

    return [*(resource.command_name for resource in RESOURCES.values()), ALL]

"""The values that the command line offers, each derived from the one place where it is defined.

Imports are inside the functions, because only some of them need polars: `armbulk check --help` stays instant.
"""


def list_client_sizes() -> list[str]:
    """Return the client sizes, smallest first."""
    from armbulk.quota.tiers import TIERS

    return list(TIERS)


def list_exports() -> list[str]:
    """Return what `armbulk export` takes: every list, and the month-end pack."""
    from armbulk.month_end.request import CLOSE
    from armbulk.resources import EXPORTS

    return [*EXPORTS, CLOSE]


def list_csv_dialects() -> list[str]:
    """Return the ways to write a csv file, the default first."""
    from armbulk.writers.flat_files import CSV_DIALECTS

    return list(CSV_DIALECTS)


def describe_csv_dialects() -> str:
    """Return what the ways to write a csv file are, as one sentence of help."""
    from armbulk.writers.flat_files import CSV_DIALECTS

    decimals = {",": "decimal comma", ".": "decimal point"}
    parts = [f"{name}: {dialect.separator} and {decimals[dialect.decimal]}" for name, dialect in CSV_DIALECTS.items()]
    return f"{'; '.join(parts)}."


def describe_file_formats() -> str:
    """Return the endings of the files that `armbulk export` writes, as one sentence of help."""
    from armbulk.writers.tables import FILE_FORMATS

    *endings, last = (f".{file_format}" for file_format in FILE_FORMATS)
    return f"The file: {', '.join(endings)} or {last}."


def list_import_resources() -> list[str]:
    """Return what a sheet that is imported can hold."""
    from armbulk.resources import RESOURCES

    return list(RESOURCES)


def describe_import_resources() -> str:
    """Return what a sheet that is imported can hold, as one sentence of help."""
    *names, last = list_import_resources()
    return f"What the files hold: {', '.join(names)} or {last}."


def list_described_resources() -> list[str]:
    """Return the resources whose fields `armbulk fields` lists."""
    from armbulk.resources import EXPORTS, RESOURCES

    return list({**RESOURCES, **EXPORTS})


def list_templates() -> list[str]:
    """Return the workbooks that `armbulk template` writes."""
    from armbulk.resources import list_template_resources

    return list(list_template_resources())

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
    from armbulk.writers.flat_files import DIALECTS

    return list(DIALECTS)


def list_described_resources() -> list[str]:
    """Return the resources whose fields `armbulk fields` lists."""
    from armbulk.resources import EXPORTS, RESOURCES

    return list({**RESOURCES, **EXPORTS})


def list_templates() -> list[str]:
    """Return the workbooks that `armbulk template` writes."""
    from armbulk.resources import list_template_resources

    return list(list_template_resources())

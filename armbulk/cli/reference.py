"""The field reference."""

import click

from armbulk.cli.desk import Desk, command
from armbulk.errors import Exit


@click.command()
@click.argument("resource", type=click.Choice(["customers", "documents", "lines"]))
@command
def fields(desk: Desk, resource: str) -> Exit:
    """List the columns of RESOURCE: headers, ARM path, rules, help and example.

    \b
    Example:  armbulk fields documents
    """
    from armbulk.reference import describe

    desk.report.show("fields", describe(resource, desk.report.lang))
    return Exit.OK

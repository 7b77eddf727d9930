"""The command `fields`."""

import click

from armbulk.app.choices import list_import_resources, name_described_resources
from armbulk.cli.command import CommandContext, command
from armbulk.cli.lazy_choice import NamedArgument, ResourceChoice, ResourceCommand
from armbulk.errors import Exit


@click.command(cls=ResourceCommand)
@click.argument("resource", cls=NamedArgument, type=ResourceChoice(name_described_resources))
@command
def fields(context: CommandContext, resource: str) -> Exit:
    """List the columns of a sheet or list: headers, ARM path, rules, help and example.

    \b
    Example:  armbulk fields documents
    """
    from armbulk.app.fields import describe_resource

    workbook = "documents" if resource == "lines" else resource if resource in list_import_resources() else ""
    context.reporter.show("fields", describe_resource(resource, context.lang), workbook=workbook)
    return Exit.OK

"""The command `fields`."""

import click

from armbulk.app.choices import list_described_resources
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.lazy_choice import LazyChoice, NamedArgument
from armbulk.errors import Exit


@click.command(cls=TranslatedCommand)
@click.argument("resource", cls=NamedArgument, type=LazyChoice(list_described_resources))
@command
def fields(context: CommandContext, resource: str) -> Exit:
    """List the columns of a sheet or list: headers, ARM path, rules, help and example.

    \b
    Example:  armbulk fields documents
    """
    from armbulk.app.fields import describe_resource

    context.reporter.show("fields", describe_resource(resource, context.lang))
    return Exit.OK

"""The command `usage`."""

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit


@click.command(cls=TranslatedCommand)
@command
def usage(context: CommandContext) -> Exit:
    """Show how much of ARM's limits this client has used, reserved and remaining.

    \b
    Example:  armbulk usage --size M
    """
    context.reporter.show("usage", context.session.describe_usage())
    return Exit.OK

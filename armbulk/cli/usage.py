"""The command `usage`."""

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit


@click.command()
@command
def usage(context: CommandContext) -> Exit:
    """Show ARM's limits for this client: used, reserved, left, by window.

    \b
    Example:  armbulk usage --size M
    """
    from armbulk.app.usage import list_meters

    session = context.session
    context.reporter.show("usage", list_meters(session.store, session.profile, session.clock.now()))
    return Exit.OK

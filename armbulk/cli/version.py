"""The command `version`."""

import click

from armbulk.cli.command import PlainContext, plain_command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit


@click.command(cls=TranslatedCommand)
@plain_command
def version(context: PlainContext) -> Exit:
    """Show the versions of armbulk, of Python and of the libraries it uses.

    \b
    Example:  armbulk version
              armbulk version --json
    """
    from armbulk.app.versions import list_versions

    context.reporter.show("version", list_versions())
    return Exit.OK

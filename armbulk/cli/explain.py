"""The command `explain`."""

import click

from armbulk.cli.command import PlainContext, plain_command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit


@click.command(cls=TranslatedCommand)
@click.argument("code")
@plain_command
def explain(context: PlainContext, code: str) -> Exit:
    """Explain an error or a warning of `armbulk check` by its CODE: what it means and what to do.

    \b
    Example:  armbulk explain currency-code
    """
    from armbulk.app.explain import explain_finding

    context.reporter.show("explain", explain_finding(code, context.reporter.lang))
    return Exit.OK

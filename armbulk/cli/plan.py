"""The command `plan`."""

from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.model.read_options import ReadOptions


@click.command(cls=TranslatedCommand)
@click.option("--skip-invalid", is_flag=True, help=_("Plan the good records; hold back those with errors."))
@click.option("--update", is_flag=True, help=_("Plan to change customers (PUT): only the keys given change."))
@click.option(
    "--overwrite", is_flag=True, help=_("Plan customers also where ARM has values that were not sent from here.")
)
@click.option("--look-up", is_flag=True, help=_("Plan to look each document up at ARM before it is sent."))
@click.option("--first-import", is_flag=True, help=_("ARM certainly has none of these records: look none up."))
@click.option("--limit", type=click.IntRange(min=0), help=_("The first N records only."))
@command
@with_files
def plan(
    context: CommandContext, files: tuple[str, ...], options: "ReadOptions", *, update: bool, **arguments: Any
) -> Exit:
    """Check FILES and price what would be sent; send nothing.

    \b
    Example:  armbulk plan invoices.xlsx
    """
    from armbulk.cli.dialog import TerminalDialog

    checked = context.session.check(*files, options=options, update=update, dialog=TerminalDialog(context))
    planned = context.session.plan(checked, **arguments)
    if planned.stopped and not context.reporter.as_json:
        context.reporter.show("check", checked.to_json())
    else:
        context.reporter.show("plan", planned.to_json())
    return Exit.FINDINGS if planned.stopped else Exit.OK

"""The commands that send: import and resume."""

from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.command import NUMBER, CommandContext, command
from armbulk.cli.input_files import with_files
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.show import show_import
from armbulk.errors import Exit
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.model.read_options import ReadOptions


@click.command("import")
@click.option("-o", "target", help=_("The result workbook (default: NAME.result.xlsx beside the first file)."))
@click.option("--update", is_flag=True, help=_("Change customers (PUT): only the keys given change."))
@click.option(
    "--overwrite", is_flag=True, help=_("Send customers also where ARM has values that were not sent from here.")
)
@click.option("--skip-invalid", is_flag=True, help=_("Send the good records; hold back those with errors."))
@click.option("--limit", type=click.IntRange(min=0), help=_("The first N records only."))
@click.option("--look-up", is_flag=True, help=_("Look each document up at ARM before it is sent."))
@click.option("--first-import", is_flag=True, help=_("ARM certainly has none of these records: look none up."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a window."))
@click.option("--dry-run", is_flag=True, help=_("Plan only, as `armbulk plan` does."))
@click.option("--expect-count", type=int, help=_("Stop unless exactly so many records would be sent."))
@click.option("--expect-total", help=_("Stop unless the documents add up to this amount incl. VAT."))
@click.option("--replace-input", is_flag=True, help=_("Let -o replace one of FILES, which is kept as .bak."))
@click.option("--yes", is_flag=True, help=_("Ask no questions."))
@command
@with_files
def import_(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    *,
    no_wait: bool,
    yes: bool,
    **arguments: Any,
) -> Exit:
    """Check FILES, show the plan, ask, send, and write the result workbook.

    \b
    Example:  armbulk import invoices.xlsx
              armbulk import customers.csv documents.csv lines.csv --yes --json
              armbulk import exported-customers.xlsx --update
    """
    from armbulk.cli.dialog import TerminalDialog

    dialog = TerminalDialog(context, yes=yes)
    result = context.session.import_files(*files, options=options, wait=not no_wait, dialog=dialog, **arguments)
    show_import(context, result)
    return result.exit_code


@click.command(cls=TranslatedCommand)
@click.argument("run", required=False, type=NUMBER)
@click.option("-o", "target", help=_("The result workbook."))
@click.option("--look-up", is_flag=True, help=_("Look each document up at ARM before it is sent."))
@click.option("--first-import", is_flag=True, help=_("ARM certainly has none of these records: look none up."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a window."))
@click.option("--yes", is_flag=True, help=_("Ask no questions."))
@command
def resume(context: CommandContext, run: int | None, *, no_wait: bool, yes: bool, **arguments: Any) -> Exit:
    """Carry RUN on (default: the latest unfinished one).

    \b
    Example:  armbulk resume
    """
    from armbulk.cli.dialog import TerminalDialog

    result = context.session.resume(run, wait=not no_wait, dialog=TerminalDialog(context, yes=yes), **arguments)
    if result is None:
        return Exit.OK
    show_import(context, result)
    return result.exit_code

"""The command `plan`."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import FILE_NAME
from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files, write_files_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.errors import Exit
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.model.read_options import ReadOptions


@click.command(cls=TranslatedCommand)
@click.option("--skip-invalid", is_flag=True, help=_("Plan the records without errors; hold back the others."))
@click.option(
    "--update", is_flag=True, help=_("Plan changes to existing customers. Blank cells leave fields unchanged.")
)
@click.option(
    "--overwrite", is_flag=True, help=_("Include customers that were changed in ARM since your last export or import.")
)
@click.option("--look-up", is_flag=True, help=_("Include a duplicate check in ARM for every document."))
@click.option("--first-import", is_flag=True, help=_("Skip the duplicate check: ARM has none of these records yet."))
@click.option("--verify", is_flag=True, help=_("Include what it costs to read the accepted records back from ARM."))
@click.option("--limit", type=WholeNumber(0), metavar="N", help=_("Only the first N records."))
@click.option(
    "-o",
    "target",
    type=FILE_NAME,
    metavar="FILE",
    help=_("Write the plan to this file, for the option --plan of import."),
)
@click.option("--details", is_flag=True, help=_("Also show the batches, every limit and all warnings."))
@command
@with_files
def plan(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    *,
    update: bool,
    details: bool,
    target: str | None,
    **arguments: Any,
) -> Exit:
    """Check FILES and show what an import would send, how much of your limits it uses, and when it would finish.

    \b
    Example:  armbulk plan invoices.xlsx
              armbulk plan invoices.xlsx -o plan.json
    """
    from armbulk.app.approved_plan import write_plan
    from armbulk.cli.dialog import TerminalDialog

    checked = context.session.check(*files, options=options, update=update, dialog=TerminalDialog(context))
    planned = context.session.plan(checked, **arguments)
    if planned.stopped and not context.reporter.as_json:
        context.reporter.show("check", checked.to_json())
    else:
        write_import = functools.partial(write_files_command, "import", files, options, update=update, **arguments)
        command_line = write_import() if planned.records else ""
        report = planned.to_json()
        if target is not None:
            report["plan_file"] = str(write_plan(planned, Path(target)))
            command_line = write_import(plan=report["plan_file"])
        control = planned.describe_totals()
        context.reporter.show("plan", report, details=details, control=control, next_command=command_line)
    return Exit.FINDINGS if planned.stopped else Exit.OK

"""The command `check`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files, write_files_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.show import warn_of_other_name
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.model.read_options import ReadOptions


@click.command(cls=TranslatedCommand)
@command
@with_files
@click.option(
    "-o",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Write a copy of the workbook with the problems marked."),
)
@click.option(
    "--fix",
    is_flag=True,
    help=_("Correct what has only one sure remedy, in the copy that -o names. FILES stay as they are."),
)
@click.option(
    "--by",
    "order",
    type=WordChoice(("remedy", "cell")),
    default="remedy",
    help=_("Order of the problems: by what to do (remedy), or by sheet and row (cell)."),
)
@click.option(
    "--replace-input", is_flag=True, help=_("Allow -o to replace one of FILES. The old file is kept as .bak.")
)
@click.option(
    "--update",
    is_flag=True,
    default=None,
    help=_("Check as changes to existing customers: only the customer number is required."),
)
def check(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    target: Path | None,
    *,
    fix: bool,
    order: str,
    update: bool | None,
    replace_input: bool,
) -> Exit:
    """Find all errors in FILES. Nothing is sent.

    \b
    Example:  armbulk check invoices.xlsx
              armbulk check invoices.xlsx -o marked.xlsx
              armbulk check invoices.xlsx --fix -o corrected.xlsx
              armbulk check customers.csv documents.csv lines.csv
    """
    from armbulk.cli.dialog import TerminalDialog

    if fix and target is None:
        raise UsageError("no-target", _("--fix needs a file for the corrected copy"), _("Add -o CORRECTED.xlsx"))
    checked = context.session.check(*files, options=options, update=update, dialog=TerminalDialog(context))
    result = context.session.correct(checked) if fix else checked
    report = result.to_json()
    is_change = update or checked.is_export
    ready = files if result.ok and checked.has_records else ()
    if target is not None:
        path = result.write(target, replace_input=replace_input)
        warn_of_other_name(context.reporter, target, path)
        report["corrected" if fix else "marked"] = str(path)
        if fix and ready:
            ready, options = (str(path),), replace(options, encoding=None)
    command_line = write_files_command("import", ready, options, update=is_change) if ready else ""
    context.reporter.show("check", report, by_cell=order == "cell", next_command=command_line)
    return Exit.OK if result.ok else Exit.FINDINGS

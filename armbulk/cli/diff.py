"""The command `diff`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import FILE_NAME
from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.cli.progress import REPEAT_HINT, with_progress
from armbulk.cli.show import warn_of_other_name
from armbulk.errors import Exit
from armbulk.i18n import _
from armbulk.model.command_line import write_command
from armbulk.model.read_options import list_read_options

if TYPE_CHECKING:
    from armbulk.app.diff.comparison import FileComparison
    from armbulk.model.read_options import ReadOptions


@click.command(cls=TranslatedCommand)
@click.option(
    "-o",
    "target",
    type=FILE_NAME,
    metavar="FILE",
    help=_("Write all differences to this file (.xlsx, .csv or .json)."),
)
@click.option(
    "--update",
    is_flag=True,
    help=_(
        "Show what an import with --update would send. A workbook from `armbulk export` is always compared in this way."
    ),
)
@click.option("--overwrite", is_flag=True, help=_("Show what an import with --overwrite would send."))
@click.option(
    "--fresh",
    type=WholeNumber(0, 1440),
    metavar="MINUTES",
    help=_("Reuse what was read from ARM in the last MINUTES (default: 15; 0: read again)."),
)
@click.option("--exit-code", "shows_difference", is_flag=True, help=_("Exit with code 1 if anything differs."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--details", is_flag=True, help=_("Show every value that differs, and every new customer."))
@click.option("--yes", is_flag=True, help=_("Confirm without asking."))
@command
@with_progress
@with_files
def diff(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    target: str | None,
    *,
    shows_difference: bool,
    no_wait: bool,
    details: bool,
    yes: bool,
    **choices: Any,
) -> Exit:
    """Compare FILES with ARM: new records, records that ARM has already, and each customer value that differs.

    Nothing is sent. An import makes the same decisions, but reads ARM again before it sends. Documents are looked up
    one by one.

    \b
    Example:  armbulk diff customers.xlsx
              armbulk diff customers.xlsx -o differences.xlsx
              armbulk diff exported-customers.xlsx --fresh 60
    """
    from armbulk.cli.dialog import TerminalDialog

    dialog = TerminalDialog(context, yes=yes, hint=REPEAT_HINT)
    wanted = {name: value for name, value in choices.items() if value is not None}
    compared = context.session.diff(*files, options=options, target=target, wait=not no_wait, dialog=dialog, **wanted)
    if compared is None:
        context.reporter.say(_("Nothing was compared."))
        return Exit.OK
    report = compared.to_json()
    if target is not None:
        path = compared.write(target)
        warn_of_other_name(context.reporter, Path(target), path)
        report["file"] = str(path)
    _show(context, compared, report, _write_import(files, options, compared), details=details)
    if compared.check.errors or (shows_difference and compared.differs):
        return Exit.FINDINGS
    return Exit.OK


def _write_import(files: tuple[str, ...], options: "ReadOptions", compared: "FileComparison") -> str:
    """The command that sends what differs, or asks about it; "" where nothing would be sent."""
    if not compared.is_sent and not compared.asks:
        return ""
    flags = {**list_read_options(asdict(options)), "update": compared.update, "overwrite": compared.overwrite}
    return write_command("import", files, flags)


def _show(
    context: CommandContext, compared: "FileComparison", report: dict[str, Any], import_command: str, *, details: bool
) -> None:
    """Show what differs; before it the findings, where there are errors."""
    checked = compared.check.to_json() if compared.check.errors else {"findings": []}
    if context.reporter.as_json:
        context.reporter.show("diff", {**report, "findings": checked["findings"]})
        return
    if compared.check.errors:
        context.reporter.show("check", checked)
    shown = compared.describe(report, details=details)
    context.reporter.show("diff", report, **shown, import_command=import_command)

"""The commands that send: import and resume."""

from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import FILE_NAME, RUN
from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files, write_files_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.cli.show import REPORT_HELP, VERIFY_HELP, show_import, verify_report
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.model.read_options import ReadOptions

_REPORT_OF_PLAN = _("--report shows what was sent, and --dry-run sends nothing")


@click.command("import", cls=TranslatedCommand)
@click.option(
    "-o",
    "target",
    type=FILE_NAME,
    metavar="FILE",
    help=_("Result workbook (default: NAME.result.xlsx next to the first file). NAME.csv: CSV files as CSV, too."),
)
@click.option("--update", is_flag=True, help=_("Change existing customers. Blank cells leave fields unchanged."))
@click.option(
    "--overwrite",
    is_flag=True,
    help=_("Also overwrite customers that were changed in ARM since your last export or import."),
)
@click.option("--skip-invalid", is_flag=True, help=_("Send the records without errors; hold back the others."))
@click.option("--limit", type=WholeNumber(0), metavar="N", help=_("Only the first N records."))
@click.option("--look-up", is_flag=True, help=_("Check every document in ARM before it is sent."))
@click.option("--first-import", is_flag=True, help=_("Skip the duplicate check: ARM has none of these records yet."))
@click.option("--verify", is_flag=True, help=VERIFY_HELP)
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--dry-run", is_flag=True, help=_("Show the plan and send nothing."))
@click.option("--expect-count", type=WholeNumber(), metavar="N", help=_("Stop unless exactly N records would be sent."))
@click.option("--expect-total", metavar="AMOUNT", help=_("Stop unless the documents total this amount incl. VAT."))
@click.option(
    "--plan",
    "plan_file",
    type=FILE_NAME,
    metavar="FILE",
    help=_("Send exactly the plan in this file, which `armbulk plan` wrote. Stop at any difference."),
)
@click.option(
    "--replace-input", is_flag=True, help=_("Allow -o to replace one of FILES. The old file is kept as .bak.")
)
@click.option("--report", type=FILE_NAME, metavar="FILE.html", help=REPORT_HELP)
@click.option("--details", is_flag=True, help=_("Also show the batches, every limit and all warnings."))
@click.option("--yes", is_flag=True, help=_("Confirm without asking."))
@command
@with_progress
@with_files
def import_(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    *,
    no_wait: bool,
    report: str | None,
    details: bool,
    yes: bool,
    **arguments: Any,
) -> Exit:
    """Check FILES, show the plan, ask you to confirm, send the records and write the result workbook.

    \b
    Example:  armbulk import invoices.xlsx
              armbulk import customers.csv documents.csv lines.csv --yes --json
              armbulk import exported-customers.xlsx --update
    """
    from armbulk.cli.dialog import TerminalDialog

    if report and arguments["dry_run"]:
        raise UsageError("report-of-plan", _REPORT_OF_PLAN, _("Remove --report, or use `armbulk plan -o FILE`"))
    verify_report(report, files, arguments["target"])
    dialog = TerminalDialog(context, yes=yes, details=details, hint=RESUME_HINT)
    result = context.session.import_files(*files, options=options, wait=not no_wait, dialog=dialog, **arguments)
    repeat, is_approved = _repeat(files, options, arguments, report), arguments["plan_file"] is not None
    show_import(context, result, details=details, report=report, repeat=repeat, is_approved=is_approved)
    return result.exit_code


def _repeat(files: tuple[str, ...], options: "ReadOptions", arguments: dict[str, Any], report: str | None) -> str:
    """Return the command that imports the same files in the same way, and asks again."""
    flags = {**arguments, "plan": arguments["plan_file"], "report": report}
    target = ("-o", arguments["target"]) if arguments["target"] else ()
    others = {name: value for name, value in flags.items() if name not in {"dry_run", "plan_file", "target"}}
    return write_files_command("import", (*files, *target), options, **others)


@click.command(cls=TranslatedCommand)
@click.argument("run", required=False, type=RUN)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook."))
@click.option("--look-up", is_flag=True, help=_("Check every document in ARM before it is sent."))
@click.option("--first-import", is_flag=True, help=_("Skip the duplicate check: ARM has none of these records yet."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--report", type=FILE_NAME, metavar="FILE.html", help=REPORT_HELP)
@click.option("--yes", is_flag=True, help=_("Confirm without asking."))
@command
@with_progress
def resume(
    context: CommandContext, run: int | None, *, no_wait: bool, report: str | None, yes: bool, **arguments: Any
) -> Exit:
    """Continue RUN (default: the latest unfinished run).

    \b
    Example:  armbulk resume
    """
    from armbulk.cli.call_runs import resume_if_calls
    from armbulk.cli.dialog import TerminalDialog

    verify_report(report, target=arguments["target"])
    if (exit_code := resume_if_calls(context, run, arguments["target"], wait=not no_wait)) is not None:
        return exit_code
    dialog = TerminalDialog(context, yes=yes, hint=RESUME_HINT)
    result = context.session.resume(run, wait=not no_wait, dialog=dialog, **arguments)
    if result is None:
        context.reporter.say(_("Nothing was sent. To look up the documents in ARM first: armbulk resume --look-up"))
        return Exit.OK
    show_import(context, result, report=report)
    return result.exit_code

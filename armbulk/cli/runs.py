"""The commands about what was done before: runs, show, results, purge."""

import re
from datetime import timedelta
from pathlib import Path

import click

from armbulk.cli.argument_types import FILE_NAME, RUN
from armbulk.cli.call_runs import show_if_calls
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import REPEAT_HINT, with_progress
from armbulk.cli.show import REPORT_HELP, show_files_changed, show_import, show_run, verify_report, write_html
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _

_PURGE = _("Delete the local data of finished runs that are older than {age}?")
_PURGE_OF_CLIENT = _("Delete the local data of finished runs of client {client} that are older than {age}?")


@click.command(cls=TranslatedCommand)
@command
def runs(context: CommandContext) -> Exit:
    """List all runs, newest first.

    \b
    Example:  armbulk runs
    """
    context.reporter.show("runs", {"runs": context.session.list_runs()})
    return Exit.OK


@click.command(cls=TranslatedCommand)
@click.argument("run", type=RUN)
@click.option("--report", type=FILE_NAME, metavar="FILE.html", help=REPORT_HELP)
@command
def show(context: CommandContext, run: int, report: str | None) -> Exit:
    """Show RUN: its state, outcomes and result workbook.

    \b
    Example:  armbulk show 12
    """
    if (exit_code := show_if_calls(context, run)) is not None:
        return exit_code
    result = context.session.run(run)
    show_run(context, result, details=True, report=write_html(context, result, report))
    return Exit.OK


@click.command(cls=TranslatedCommand)
@click.argument("run", type=RUN)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", required=True, help=_("File for the proposals (.xlsx)."))
@command
def undo(context: CommandContext, run: int, target: str) -> Exit:
    """Propose how to undo RUN: customers that no document uses, and a credit note for each document. Nothing is sent.

    \b
    Example:  armbulk undo 12 -o undo.xlsx
    """
    from armbulk.app.undo import propose_undo

    context.reporter.show("undo", propose_undo(context.session.run(run), Path(target)))
    return Exit.OK


@click.command(cls=TranslatedCommand)
@click.argument("run", type=RUN)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook."))
@click.option("--report", type=FILE_NAME, metavar="FILE.html", help=REPORT_HELP)
@command
def results(context: CommandContext, run: int, target: str | None, report: str | None) -> Exit:
    """Write the result workbook of RUN again.

    \b
    Example:  armbulk results 12 -o result.xlsx
    """
    if (exit_code := show_if_calls(context, run, target, writes=True)) is not None:
        return exit_code
    result = context.session.run(run)
    verify_report(report, target=target)
    try:
        result.write(target)
    finally:
        show_files_changed(context, result)
    show_run(context, result, report=write_html(context, result, report))
    return Exit.OK


@click.command(cls=TranslatedCommand)
@click.argument("run", type=RUN)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook."))
@click.option("--report", type=FILE_NAME, metavar="FILE.html", help=REPORT_HELP)
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@command
@with_progress
def verify(context: CommandContext, run: int, target: str | None, report: str | None, *, no_wait: bool) -> Exit:
    """Read the accepted records of RUN back from ARM, and compare them with what was sent. Nothing is sent.

    \b
    Example:  armbulk verify 12
    """
    from armbulk.cli.dialog import TerminalDialog

    verify_report(report, target=target)
    dialog = TerminalDialog(context, hint=REPEAT_HINT)
    result = context.session.verify(run, target=target, wait=not no_wait, dialog=dialog)
    show_files_changed(context, result)
    show_import(context, result, report=report)
    return result.verification_exit


@click.command(cls=TranslatedCommand)
@click.option(
    "--older-than", "age", required=True, metavar="90d", help=_("Age of the runs to delete, for example 90d or 12w.")
)
@click.option("--yes", is_flag=True, help=_("Confirm without asking."))
@command
def purge(context: CommandContext, age: str, *, yes: bool) -> Exit:
    """Delete the local data of finished runs. Document numbers are kept, so that no document is ever sent twice.

    \b
    Example:  armbulk purge --older-than 90d
    """
    older_than = _parse_age(age)
    client, clock = context.session.profile.client_no, context.session.clock
    began = clock.now()
    question = _PURGE_OF_CLIENT.fill(client=client, age=age) if client else _PURGE.fill(age=age)
    if context.ask(question, yes=yes):
        older_than += timedelta(seconds=clock.now() - began)  # what another process ended meanwhile was not meant
        context.reporter.show("purge", context.session.purge(older_than).to_json())
    return Exit.OK


def _parse_age(age: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,5})([dw])", age.strip())
    if match is None:
        raise UsageError(
            "age-wrong", _("'{age}' is not a valid age", age=age), _("Use days or weeks, for example 90d or 12w")
        )
    return timedelta(weeks=int(match[1])) if match[2] == "w" else timedelta(days=int(match[1]))

"""The command `resolve`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import RUN
from armbulk.cli.command import CommandContext, command
from armbulk.cli.flags import choose_flag
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.errors import Exit
from armbulk.i18n import _
from armbulk.model.decision import Decision

if TYPE_CHECKING:
    from collections.abc import Callable


def _decision_option(decision: Decision, meaning: str) -> "Callable[[Any], Any]":
    return click.option(f"--{decision}", is_flag=True, help=meaning)


@click.command(cls=TranslatedCommand)
@click.argument("run", required=False, type=RUN)
@_decision_option(Decision.MARK_CREATED, _("Mark as created: you have found the documents in ARM."))
@_decision_option(Decision.GIVE_UP, _("Give up: the documents are handled elsewhere and are not sent."))
@_decision_option(Decision.RESEND, _("Send again: you have checked that ARM does not have the documents."))
@click.option(
    "--keys-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("File with the document numbers to settle, one per line."),
)
@click.option(
    "--expect-count", type=WholeNumber(), metavar="N", help=_("Stop unless exactly N documents are selected.")
)
@click.option("--expect-total", metavar="AMOUNT", help=_("Stop unless these documents total this amount incl. VAT."))
@click.option("--no-ask", is_flag=True, help=_("Do not look the documents up in ARM first."))
@click.option("--yes", is_flag=True, help=_("Confirm without asking."))
@command
def resolve(context: CommandContext, run: int | None, *, no_ask: bool, yes: bool, **arguments: Any) -> Exit:
    """Settle unconfirmed documents (of RUN): list them, look them up in ARM, and let you decide.

    The unconfirmed rows of a run that deletes customers, reserves payments or changes due dates are settled together.
    Where none is unconfirmed, --give-up ends such a run without sending the rest.

    \b
    Example:  armbulk resolve
              armbulk resolve 14 --give-up
              armbulk resolve 12 --mark-created --keys-file seen-in-arm.txt --yes
    """
    from armbulk.cli.call_runs import settle_if_calls
    from armbulk.cli.dialog import TerminalDialog

    decision = choose_flag({name.value: arguments.pop(name.value.replace("-", "_")) for name in Decision}, "--{}")
    exit_code = settle_if_calls(context, run, decision, arguments, yes=yes)
    if exit_code is not None:
        return exit_code
    dialog = TerminalDialog(context, yes=yes)
    result = context.session.resolve(run, decision=decision, look_up=not no_ask, dialog=dialog, **arguments)
    for path in result.workbooks:
        context.reporter.say(_("→ {path}", path=path))
    if result.write_error:
        context.reporter.warn(result.write_error.message, result.write_error.hint)
    context.reporter.show(
        "resolve", result.to_json(), running=result.running, resume=result.to_resume, fetch=result.to_fetch
    )
    return Exit.OK if result.settled else Exit.UNFINISHED

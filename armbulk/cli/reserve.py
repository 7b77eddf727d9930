"""The command `reserve`, and how its runs are shown, continued, settled and written again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import FILE_NAME, NUMBER
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.app.reserve_result import ReserveResult


@click.command(cls=TranslatedCommand)
@click.argument("files", nargs=-1, required=True, type=FILE_NAME)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook."))
@click.option("--encoding", metavar="NAME", help=_("Encoding of CSV files, if detection fails."))
@click.option("--expect-count", type=NUMBER, metavar="N", help=_("Stop unless exactly N payments would be reserved."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--yes", is_flag=True, help=_("Confirm without asking. It needs --expect-count."))
@command
@with_progress
def reserve(
    context: CommandContext,
    files: tuple[str, ...],
    target: str | None,
    encoding: str | None,
    expect_count: int | None,
    *,
    no_wait: bool,
    yes: bool,
) -> Exit:
    """Reserve payments in ARM (experimental). FILES have the columns Payment id, Amount, Currency and what is paid.

    The form of this request is not public. The command is off until your profile names who at Amili confirmed the form,
    and when. A payment id is sent only once, ever.

    \b
    Example:  armbulk reserve payments.xlsx
              armbulk reserve payments.xlsx --yes --expect-count 12
    """
    from armbulk.app.reservation import ReserveRequest, require_confirmation, reserve_payments
    from armbulk.cli.dialog import TerminalDialog
    from armbulk.model.read_options import ReadOptions

    if yes and expect_count is None:
        raise UsageError(
            "needs-count",
            _("--yes reserves payments without asking, so it needs --expect-count"),
            _("Add --expect-count N with the number of payments, or remove --yes"),
        )
    session = context.session
    require_confirmation(session.profile)
    request = ReserveRequest(files, ReadOptions(encoding=encoding), target, expect_count, not no_wait)
    dialog = TerminalDialog(context, yes=yes, hint=RESUME_HINT)
    return show_reservations(context, reserve_payments(session.require_login(), session.store, request, dialog))


def show_reservations(context: CommandContext, result: "ReserveResult") -> Exit:
    """Show how a run ended; return the exit code."""
    reporter = context.reporter
    reporter.show("reserve", result.to_json(context.lang))
    if result.error is not None and not reporter.as_json:
        reporter.warn(result.error.message, result.error.hint)
    return result.exit_code


def resume_if_reservations(context: CommandContext, run: int | None, target: str | None, *, wait: bool) -> Exit | None:
    """Continue the run if it reserves payments, and return the exit code; None: it does not."""
    from armbulk.app.reservation import find_reservations, resume_reservations
    from armbulk.cli.dialog import TerminalDialog

    session = context.session
    calls = find_reservations(session.store, session.context, run)
    if calls is None:
        return None
    dialog = TerminalDialog(context, hint=RESUME_HINT)
    ended = resume_reservations(session.require_login(), session.store, calls, dialog, target=target, wait=wait)
    return show_reservations(context, ended)


def show_if_reservations(
    context: CommandContext, run: int, target: str | None = None, *, writes: bool = False
) -> Exit | None:
    """Show the run if it reserves payments, with `writes` write its workbook again; None: it does not."""
    from armbulk.app.reservation import load_reservations, write_reservations

    store = context.session.store
    calls = store.reservation_run(run)
    if calls is None:
        return None
    result = write_reservations(store, calls, target, context.lang) if writes else load_reservations(store, calls)
    show_reservations(context, result)
    return Exit.OK


def settle_if_reservations(
    context: CommandContext, run: int | None, decision: str | None, arguments: Mapping[str, Any], *, yes: bool
) -> Exit | None:
    """Record what a person found out about a run's reservations, and return the exit code; None: it has none.

    `arguments` are the other options of `armbulk resolve`.
    """
    from armbulk.app.reservation import find_reservations, load_reservations, settle_reservations
    from armbulk.cli.dialog import TerminalDialog
    from armbulk.model.decision import Decision

    session = context.session
    calls = find_reservations(session.store, session.context, run)
    if calls is None:
        return None
    if arguments["keys_file"] or arguments["expect_total"]:
        raise UsageError(
            "all-at-once",
            _("Run {run} reserves payments: its unconfirmed payments are settled together", run=calls.id),
            _("Remove --keys-file and --expect-total"),
        )
    if decision is None:
        return show_reservations(context, load_reservations(session.store, calls))
    dialog = TerminalDialog(context, yes=yes)
    chosen = Decision(decision)
    return show_reservations(
        context,
        settle_reservations(session.context, session.store, calls, dialog, chosen, arguments["expect_count"]),
    )

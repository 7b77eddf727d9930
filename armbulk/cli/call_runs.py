"""Commands that make single calls: their options, and how their runs are shown, continued and written again."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from armbulk.cli.argument_types import FILE_NAME, NUMBER
from armbulk.cli.progress import RESUME_HINT
from armbulk.errors import Exit, UsageError
from armbulk.i18n import Text, _

if TYPE_CHECKING:
    from armbulk.app.call_result import CallResult
    from armbulk.app.call_runs import CallRequest
    from armbulk.cli.command import CommandContext

Command = TypeVar("Command", bound=Callable[..., object])


def call_options(expect_count: Text) -> Callable[[Command], Command]:
    """Return what gives a command its options, for `read_request`; `expect_count` is the help of that option."""
    options = (
        click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook.")),
        click.option("--encoding", metavar="NAME", help=_("Encoding of CSV files, if detection fails.")),
        click.option("--expect-count", type=NUMBER, metavar="N", help=expect_count),
        click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit.")),
        click.option("--yes", is_flag=True, help=_("Confirm without asking. It needs --expect-count.")),
    )

    def add_options(function: Command) -> Command:
        for add_option in reversed(options):
            function = add_option(function)
        return function

    return add_options


def read_request(
    files: tuple[str, ...],
    needs_count: tuple[Text, Text],
    *,
    target: str | None,
    encoding: str | None,
    expect_count: int | None,
    no_wait: bool,
    yes: bool,
) -> "CallRequest":
    """Return what the files and the options of `call_options` ask for.

    Raises:
        UsageError: --yes without --expect-count, with the message and the hint `needs_count`.
    """
    from armbulk.app.call_runs import CallRequest
    from armbulk.model.read_options import ReadOptions

    if yes and expect_count is None:
        raise UsageError("needs-count", *needs_count)
    return CallRequest(files, ReadOptions(encoding=encoding), target, expect_count, not no_wait)


def show_calls(context: "CommandContext", command: str, result: "CallResult[Any]") -> Exit:
    """Show how a run of a command ended; return the exit code."""
    reporter = context.reporter
    reporter.show(command, result.to_json(context.lang))
    if result.error is not None and not reporter.as_json:
        reporter.warn(result.error.message, result.error.hint)
    return result.exit_code


def resume_if_calls(context: "CommandContext", run: int | None, target: str | None, *, wait: bool) -> Exit | None:
    """Continue the run if it is one of single calls, and return the exit code; None: it is an import."""
    from armbulk.app.call_kinds import choose_calls
    from armbulk.app.call_runs import resume_calls
    from armbulk.cli.dialog import TerminalDialog

    session = context.session
    match = choose_calls(session.store, session.profile.account, run)
    if match is None:
        return None
    kind, calls = match
    dialog = TerminalDialog(context, hint=RESUME_HINT)
    ended = resume_calls(kind, session.require_login(), session.store, calls, dialog, target=target, wait=wait)
    return show_calls(context, kind.command, ended)


def show_if_calls(
    context: "CommandContext", run: int, target: str | None = None, *, writes: bool = False
) -> Exit | None:
    """Show the run if it is one of single calls, with `writes` write its workbook again; None: it is an import."""
    from armbulk.app.call_kinds import find_calls
    from armbulk.app.call_runs import load_calls, write_calls

    store = context.session.store
    match = find_calls(store, run)
    if match is None:
        return None
    kind, calls = match
    result = write_calls(kind, store, calls, target, context.lang) if writes else load_calls(kind, store, calls)
    show_calls(context, kind.command, result)
    return Exit.OK


def settle_if_calls(
    context: "CommandContext", run: int | None, decision: str | None, arguments: Mapping[str, Any], *, yes: bool
) -> Exit | None:
    """Record what a person found out about a run's single calls, and return the exit code; None: it has none.

    `arguments` are the other options of `armbulk resolve`.
    """
    from armbulk.app.call_kinds import SETTLEMENTS, choose_calls
    from armbulk.app.call_runs import load_calls
    from armbulk.app.call_settlement import settle_calls
    from armbulk.cli.dialog import TerminalDialog
    from armbulk.model.decision import Decision

    session = context.session
    kind, calls = choose_calls(session.store, session.profile.account, run) or (None, None)
    settlement = next((each for each in SETTLEMENTS if each.kind is kind), None)
    if settlement is None or kind is None or calls is None:
        return None
    if arguments["keys_file"] or arguments["expect_total"]:
        message, hint = settlement.all_at_once
        raise UsageError("all-at-once", message.fill(run=calls.id), hint)
    if decision is None:
        return show_calls(context, kind.command, load_calls(kind, session.store, calls))
    dialog, count = TerminalDialog(context, yes=yes), arguments["expect_count"]
    result = settle_calls(settlement, session.context, session.store, calls, dialog, Decision(decision), count)
    return show_calls(context, kind.command, result)

"""How runs of single calls are shown, continued and written again, whichever command does it."""

from typing import TYPE_CHECKING, Any

from armbulk.cli.progress import RESUME_HINT
from armbulk.errors import Exit

if TYPE_CHECKING:
    from armbulk.app.call_result import CallResult
    from armbulk.cli.command import CommandContext


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

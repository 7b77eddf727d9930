"""How runs that delete customers are shown, continued and written again, whichever command does it."""

from typing import TYPE_CHECKING

from armbulk.cli.progress import RESUME_HINT
from armbulk.errors import Exit

if TYPE_CHECKING:
    from armbulk.app.deletion import DeletionResult
    from armbulk.cli.command import CommandContext


def show_deletion(context: "CommandContext", result: "DeletionResult") -> Exit:
    """Show how a run ended; return the exit code."""
    reporter = context.reporter
    report = result.to_json(context.lang)
    reporter.show("delete", report)
    if result.error is not None and not reporter.as_json:
        reporter.warn(result.error.message, result.error.hint)
    return result.exit_code


def resume_if_deletion(context: "CommandContext", run: int | None, target: str | None, *, wait: bool) -> Exit | None:
    """Continue the run if it deletes customers, and return the exit code; None: it is an import."""
    from armbulk.app.deletion import find_deletion, resume_deletion
    from armbulk.cli.dialog import TerminalDialog

    session = context.session
    deletion = find_deletion(session.store, session.context, run)
    if deletion is None:
        return None
    dialog = TerminalDialog(context, hint=RESUME_HINT)
    ended = resume_deletion(session.require_login(), session.store, deletion, dialog, target=target, wait=wait)
    return show_deletion(context, ended)


def show_if_deletion(
    context: "CommandContext", run: int, target: str | None = None, *, writes: bool = False
) -> Exit | None:
    """Show the run if it deletes customers, with `writes` write its workbook again; None: it is an import."""
    from armbulk.app.deletion import load_deletion, write_deletion

    store = context.session.store
    deletion = store.deletion(run)
    if deletion is None:
        return None
    result = write_deletion(store, deletion, target, context.lang) if writes else load_deletion(store, deletion)
    show_deletion(context, result)
    return Exit.OK

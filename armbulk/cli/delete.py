"""The command `delete`."""

import click

from armbulk.cli.argument_types import FILE_NAME, NUMBER
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.argument("resource", type=WordChoice(["customers"], case_sensitive=False))
@click.argument("files", nargs=-1, required=True, type=FILE_NAME)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE", help=_("Result workbook."))
@click.option("--encoding", metavar="NAME", help=_("Encoding of CSV files, if detection fails."))
@click.option("--expect-count", type=NUMBER, metavar="N", help=_("Stop unless exactly N customers would be deleted."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--yes", is_flag=True, help=_("Confirm without asking. It needs --expect-count."))
@command
@with_progress
def delete(
    context: CommandContext,
    resource: str,
    files: tuple[str, ...],
    target: str | None,
    encoding: str | None,
    expect_count: int | None,
    *,
    no_wait: bool,
    yes: bool,
) -> Exit:
    """Delete customers in ARM. FILES have the columns Customer no, Name and Delete.

    Only rows with DELETE (or SLETT) in the column Delete are used. The name must be the one that ARM has. ARM deletes
    only customers without documents and items, and has no undelete.

    \b
    Example:  armbulk delete customers unused.xlsx
              armbulk delete customers unused.xlsx --yes --expect-count 12
    """
    from armbulk.app.call_runs import CallRequest
    from armbulk.app.deletion import delete_customers
    from armbulk.cli.call_runs import show_calls
    from armbulk.cli.dialog import TerminalDialog
    from armbulk.model.read_options import ReadOptions

    del resource
    if yes and expect_count is None:
        raise UsageError(
            "needs-count",
            _("--yes deletes customers without asking, so it needs --expect-count"),
            _("Add --expect-count N with the number of customers, or remove --yes"),
        )
    session = context.session
    request = CallRequest(files, ReadOptions(encoding=encoding), target, expect_count, not no_wait)
    dialog = TerminalDialog(context, yes=yes, hint=RESUME_HINT)
    return show_calls(context, "delete", delete_customers(session.require_login(), session.store, request, dialog))

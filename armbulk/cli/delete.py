"""The command `delete`."""

from typing import Any

import click

from armbulk.cli.argument_types import FILE_NAME
from armbulk.cli.call_runs import call_options, read_request, show_calls
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.argument("resource", type=WordChoice(["customers"], case_sensitive=False))
@click.argument("files", nargs=-1, required=True, type=FILE_NAME)
@call_options(_("Stop unless exactly N customers would be deleted."))
@command
@with_progress
def delete(context: CommandContext, resource: str, files: tuple[str, ...], **options: Any) -> Exit:
    """Delete customers in ARM. FILES have the columns Customer no, Name and Delete.

    Only rows with DELETE (or SLETT) in the column Delete are used. The name must be the one that ARM has. ARM deletes
    only customers without documents and items, and has no undelete.

    \b
    Example:  armbulk delete customers unused.xlsx
              armbulk delete customers unused.xlsx --yes --expect-count 12
    """
    from armbulk.app.deletion import delete_customers
    from armbulk.cli.dialog import TerminalDialog

    del resource
    needs_count = (
        _("--yes deletes customers without asking, so it needs --expect-count"),
        _("Add --expect-count N with the number of customers, or remove --yes"),
    )
    request = read_request(files, needs_count, **options)
    session = context.session
    dialog = TerminalDialog(context, yes=options["yes"], hint=RESUME_HINT)
    return show_calls(context, "delete", delete_customers(session.require_login(), session.store, request, dialog))

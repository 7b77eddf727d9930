"""The command `change`."""

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
@click.argument("resource", type=WordChoice(["due-dates"], case_sensitive=False))
@click.argument("files", nargs=-1, required=True, type=FILE_NAME)
@call_options(_("Stop unless exactly N due dates would be changed."))
@command
@with_progress
def change(context: CommandContext, resource: str, files: tuple[str, ...], **options: Any) -> Exit:
    """Change due dates in ARM (experimental). FILES: AR item id, Customer no, Document no and New due date.

    The form of this request is not public. The command is off until your profile names who at Amili confirmed the form,
    and when. Each item is read before and after its change, and the first surprise stops the run.

    \b
    Example:  armbulk change due-dates postponed.xlsx
              armbulk change due-dates postponed.xlsx --yes --expect-count 12
    """
    from armbulk.app.due_dates import change_due_dates, require_due_dates
    from armbulk.cli.dialog import TerminalDialog

    del resource
    needs_count = (
        _("--yes changes due dates without asking, so it needs --expect-count"),
        _("Add --expect-count N with the number of AR items, or remove --yes"),
    )
    request = read_request(files, needs_count, **options)
    session = context.session
    require_due_dates(session.profile)
    dialog = TerminalDialog(context, yes=options["yes"], hint=RESUME_HINT)
    return show_calls(context, "change", change_due_dates(session.require_login(), session.store, request, dialog))

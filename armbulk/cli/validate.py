"""The command `validate`."""

from typing import Any

import click

from armbulk.cli.argument_types import FILE_NAME
from armbulk.cli.call_runs import call_options, read_request, show_calls
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.argument("kind", type=click.Choice(["postings"]))
@click.argument("file", type=FILE_NAME)
@click.option("--method", required=True, metavar="NAME", help=_("Auto posting method, as ARM calls it. No default."))
@call_options(_("Stop unless exactly N postings would be validated."))
@command
@with_progress
def validate(context: CommandContext, kind: str, file: str, method: str, **options: Any) -> Exit:
    """Have ARM validate auto postings (experimental), each with validateOnly: nothing is to be posted.

    FILE has the columns Posting no, Amount, Currency and what the posting is for. It is one set.
    The form of this request is not public. The command is off until your profile names who at Amili confirmed the form,
    and when.

    \b
    Example:  armbulk validate postings postings.xlsx --method NAME
    """
    from armbulk.app.posting_validation import require_postings_confirmation, validate_postings
    from armbulk.cli.dialog import TerminalDialog

    del kind
    needs_count = (
        _("--yes sends postings to be validated without asking, so it needs --expect-count"),
        _("Add --expect-count N with the number of postings, or remove --yes"),
    )
    request = read_request((file,), needs_count, **options)
    session = context.session
    require_postings_confirmation(session.profile)
    dialog = TerminalDialog(context, yes=options["yes"], hint=RESUME_HINT)
    result = validate_postings(session.require_login(), session.store, request, method, dialog)
    return show_calls(context, "validate", result)

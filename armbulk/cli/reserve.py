"""The command `reserve`."""

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
@click.argument("files", nargs=-1, required=True, type=FILE_NAME)
@call_options(_("Stop unless exactly N payments would be reserved."))
@command
@with_progress
def reserve(context: CommandContext, files: tuple[str, ...], **options: Any) -> Exit:
    """Reserve payments in ARM (experimental). FILES have the columns Payment id, Amount, Currency and what is paid.

    The form of this request is not public. The command is off until your profile names who at Amili confirmed the form,
    and when. A payment id is sent only once, ever.

    \b
    Example:  armbulk reserve payments.xlsx
              armbulk reserve payments.xlsx --yes --expect-count 12
    """
    from armbulk.app.reservation import require_confirmation, reserve_payments
    from armbulk.cli.dialog import TerminalDialog

    needs_count = (
        _("--yes reserves payments without asking, so it needs --expect-count"),
        _("Add --expect-count N with the number of payments, or remove --yes"),
    )
    request = read_request(files, needs_count, **options)
    session = context.session
    require_confirmation(session.profile)
    dialog = TerminalDialog(context, yes=options["yes"], hint=RESUME_HINT)
    return show_calls(context, "reserve", reserve_payments(session.require_login(), session.store, request, dialog))

"""The command `codes`."""

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import RESUME_HINT, with_progress
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.option("--fresh", is_flag=True, help=_("Read the lists from ARM again."))
@click.option("--type", "kind", metavar="NAME", help=_("Show only this list, for example documentType."))
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@command
@with_progress
def codes(context: CommandContext, kind: str | None, *, fresh: bool, no_wait: bool) -> Exit:
    """Show ARM's codes and the client's settings in ARM.

    They are read once and kept on this computer. Then `armbulk check` warns about codes that ARM's lists lack, and the
    drop-downs of templates have ARM's codes. Reading takes a few requests, and reads one record for each code.

    \b
    Example:  armbulk codes
              armbulk codes --type documentType
              armbulk codes --fresh
    """
    from armbulk.app.codes import describe_codes, has_codes, read_codes, select_list
    from armbulk.cli.dialog import TerminalDialog

    session = context.session
    if fresh or not has_codes(session.store, session.context):
        login = session.require_login()
        report = read_codes(login, session.store, TerminalDialog(context, hint=RESUME_HINT), wait=not no_wait)
    else:
        report = describe_codes(session.store, session.context)
    context.reporter.show("codes", select_list(report, kind) if kind else report)
    return Exit.OK

"""The command `web`: armbulk in the browser of this computer."""

from contextlib import nullcontext
from typing import Any

import click

from armbulk.cli.command import InterruptHandler, PlainContext, plain_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.errors import Exit
from armbulk.i18n import _

_STARTED = _("armbulk is ready in your browser. To stop it, press Ctrl-C here or close this window.")
_ADDRESS = _("Address (with your key; do not pass it on):")
_INSTALLED = _("armbulk is in the menu of programs now ({path}).")
_STOPPED = _("Stopped. An import that was not finished can be continued with `armbulk web` or `armbulk resume`.")


@click.command(cls=TranslatedCommand)
@click.option("--port", type=WholeNumber(1, 65535), metavar="NUMBER", help=_("Port on this computer (default: 8477)."))
@click.option("--no-browser", is_flag=True, help=_("Only print the address."))
@click.option("--new-key", is_flag=True, help=_("Make a new key. Old addresses and bookmarks stop working."))
@click.option("--demo", is_flag=True, help=_("Try it with sample files and a test server on this computer."))
@click.option("--install-shortcut", is_flag=True, help=_("Add armbulk to the menu of programs, and stop."))
@click.option(
    "--keep-days", type=WholeNumber(1), default=30, metavar="DAYS", help=_("Days that chosen files are kept (30).")
)
@plain_command
def web(context: PlainContext, *, no_browser: bool, demo: bool, install_shortcut: bool, **options: Any) -> Exit:
    """Use armbulk in your browser. The pages are on this computer only; no other computer can open them.

    \b
    Example:  armbulk web
              armbulk web --demo
    """
    if install_shortcut:
        return _install_shortcut(context)
    from armbulk.app.connect import connect
    from armbulk.web.start import WebRequest, opened_browser, serve

    shared = context.shared
    request = WebRequest(shared.settings(), shared.aup_file, shared.profile, demo=demo, **options)
    named = None if demo else shared.profile
    with (
        connect(named, settings=shared.settings(), aup_file=shared.aup_file) as session,
        serve(request, session) as server,
        InterruptHandler(session),
        nullcontext() if no_browser else opened_browser(server, session.profile.home),
    ):
        click.echo(_ADDRESS.text(context.reporter.lang))
        click.echo(f"  {server.address_with_key}")
        context.reporter.say(_STARTED)
        while not session.clock.interrupted:
            session.clock.sleep(60)
    context.reporter.say(_STOPPED)
    return Exit.OK


def _install_shortcut(context: PlainContext) -> Exit:
    from armbulk.app import web_shortcut

    context.reporter.say(_INSTALLED.fill(path=web_shortcut.install_shortcut()))
    return Exit.OK

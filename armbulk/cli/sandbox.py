"""The command `sandbox`."""

from typing import Any

import click

from armbulk.cli.command import CommandContext, InterruptHandler, command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help=_("Which port (default: a free one)."))
@click.option("--dialect", multiple=True, metavar="NAME=VALUE", help=_("Behave otherwise in one respect."))
@click.option("--fault", multiple=True, help=_("Fail on purpose, e.g. lose-after:POST:documents/batches:1."))
@click.option("--delay", type=float, default=1.0, help=_("Seconds until a batch is processed."))
@click.option("--invoices", type=click.IntRange(min=0), default=0, help=_("Invoices in the ledger that can be read."))
@click.option("--on-one-day", type=click.IntRange(min=0), default=0, help=_("So many of them on one day."))
@click.option("--to-one-customer", type=click.IntRange(min=0), default=0, help=_("So many of them to one customer."))
@click.option("--seed", type=int, default=1, help=_("Another ledger; the same number gives the same one."))
@command
def sandbox(context: CommandContext, dialect: tuple[str, ...], fault: tuple[str, ...], **options: Any) -> Exit:
    """Run the stand-in ARM on 127.0.0.1 and print the settings to use it.

    \b
    Example:  armbulk sandbox --port 8080 --size S
    """
    from armbulk.app.sandbox import SandboxRequest, build_sandbox

    session = context.session
    request = SandboxRequest(size=session.profile.client_size, dialects=dialect, faults=fault, **options)
    server = build_sandbox(request, session.clock.now)
    with InterruptHandler(session), server:
        click.echo("\n".join(f"export {name}={value}" for name, value in server.settings.items()))
        while not session.clock.interrupted:
            session.clock.sleep(60)
    return Exit.OK

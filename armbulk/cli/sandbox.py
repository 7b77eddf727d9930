"""The command `sandbox`."""

from typing import Any

import click

from armbulk.cli.command import CommandContext, InterruptHandler, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import Seconds, WholeNumber
from armbulk.errors import Exit
from armbulk.i18n import _

_STARTED = _(
    "The sandbox runs until you press Ctrl-C. Paste the lines above into another terminal, then try there: "
    "armbulk import FILE"
)


@click.command(cls=TranslatedCommand)
@click.option("--port", type=WholeNumber(0, 65535), default=0, metavar="PORT", help=_("Port (default: any free port)."))
@click.option(
    "--dialect",
    multiple=True,
    metavar="NAME=VALUE",
    help=_("Change one ARM behaviour. A wrong name lists all of them."),
)
@click.option(
    "--fault",
    multiple=True,
    metavar="FAULT",
    help=_("Make a call fail, for example lose-after:POST:documents/batches:1."),
)
@click.option("--delay", type=Seconds(), default=1.0, metavar="SECONDS", help=_("Seconds it takes to process a batch."))
@click.option(
    "--invoices",
    type=WholeNumber(0),
    default=0,
    metavar="N",
    help=_("Number of invoices in the sandbox's ledger."),
)
@click.option("--on-one-day", type=WholeNumber(0), default=0, metavar="N", help=_("How many of them fall on one day."))
@click.option(
    "--to-one-customer",
    type=WholeNumber(0),
    default=0,
    metavar="N",
    help=_("How many of them belong to one customer."),
)
@click.option(
    "--seed",
    type=WholeNumber(),
    default=1,
    metavar="N",
    help=_("Choose the sample data; the same number gives the same data."),
)
@command
def sandbox(context: CommandContext, dialect: tuple[str, ...], fault: tuple[str, ...], **options: Any) -> Exit:
    """Run the sandbox, a test server that behaves like ARM, on 127.0.0.1. Prints the settings to use it.

    \b
    Example:  armbulk sandbox --port 8080 --size S
    """
    from armbulk.app.sandbox import SandboxRequest, build_sandbox

    session = context.session
    request = SandboxRequest(size=session.profile.client_size, dialects=dialect, faults=fault, **options)
    server = build_sandbox(request, session.clock.now)
    with InterruptHandler(session), server:
        click.echo("\n".join(f"export {name}={value}" for name, value in server.settings.items()))
        context.reporter.say(_STARTED)
        while not session.clock.interrupted:
            session.clock.sleep(60)
    return Exit.OK

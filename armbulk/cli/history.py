"""Commands about what has been: runs, show, usage."""

import click

from armbulk.cli.desk import Desk, command
from armbulk.errors import Exit


@click.command()
@command
def runs(desk: Desk) -> Exit:
    """List the runs so far, newest first.

    \b
    Example:  armbulk runs
    """
    from armbulk.results import history

    desk.report.show("runs", {"runs": history(desk.bench.store())})
    return Exit.OK


@click.command("show")
@click.argument("run", type=int)
@command
def show(desk: Desk, run: int) -> Exit:
    """Show RUN in full.

    \b
    Example:  armbulk show 12
    """
    from armbulk.cli.running import show as show_run
    from armbulk.results import stand

    show_run(desk, stand(desk.bench.store(), run))
    return Exit.OK


@click.command()
@command
def usage(desk: Desk) -> Exit:
    """Show ARM's limits for this client: used, reserved, left, by window.

    \b
    Example:  armbulk usage --size M
    """
    from armbulk.usage import meters

    desk.report.show("usage", meters(desk.bench.store(), desk.profile, desk.clock.now()))
    return Exit.OK

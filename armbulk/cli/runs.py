"""Commands about what has been: runs, show, usage."""

import re

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit, UsageError


@click.command()
@command
def runs(desk: CommandContext) -> Exit:
    """List the runs so far, newest first.

    \b
    Example:  armbulk runs
    """
    from armbulk.results.run_result import list_runs

    desk.report.show("runs", {"runs": list_runs(desk.bench.store())})
    return Exit.OK


@click.command("show")
@click.argument("run", type=int)
@command
def show(desk: CommandContext, run: int) -> Exit:
    """Show RUN in full.

    \b
    Example:  armbulk show 12
    """
    from armbulk.cli.imports import show as show_run
    from armbulk.results.run_result import load_result

    show_run(desk, load_result(desk.bench.store(), run))
    return Exit.OK


@click.command()
@command
def usage(desk: CommandContext) -> Exit:
    """Show ARM's limits for this client: used, reserved, left, by window.

    \b
    Example:  armbulk usage --size M
    """
    from armbulk.app.usage import meters

    desk.report.show("usage", meters(desk.bench.store(), desk.profile, desk.clock.now()))
    return Exit.OK


@click.command()
@click.option("--older-than", "age", required=True, metavar="90d", help="Runs that ended longer ago: 90d, 12w.")
@click.option("--yes", is_flag=True, help="Ask no questions.")
@command
def purge(desk: CommandContext, age: str, *, yes: bool) -> Exit:
    """Take away the local data of finished runs. Document numbers stay, so that nothing is ever sent twice.

    \b
    Example:  armbulk purge --older-than 90d
    """
    from armbulk.export.run import purge_saved_snapshots, purge_unfinished_exports

    before = desk.clock.now() - _seconds(age)
    if not desk.ask(f"Take away finished runs of client {desk.profile.client_no or '?'} older than {age}?", yes=yes):
        return Exit.OK
    gone = desk.bench.store().purge(desk.profile.account, before)
    said = {"runs": gone.runs, "records": gone.records, "guarded": gone.guarded}
    home = desk.profile.home
    desk.report.show(
        "purge",
        {**said, "exports": purge_unfinished_exports(home, before), "memories": purge_saved_snapshots(home, before)},
    )
    return Exit.OK


def _seconds(age: str) -> float:
    found = re.fullmatch(r"(\d{1,5})([dw])", age.strip())
    if found is None:
        raise UsageError("age-wrong", f"{age!r} is no age", "Write it like 90d or 12w")
    return int(found[1]) * 86_400.0 * (7 if found[2] == "w" else 1)

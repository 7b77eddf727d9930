"""Trying armbulk without ARM: the demo and the stand-in server."""

from typing import TYPE_CHECKING

import click

from armbulk.cli.command import CommandContext, InterruptHandler, command
from armbulk.errors import Exit, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--folder", help="Where the demo's files go (default: a new folder).")
@command
def demo(desk: CommandContext, folder: str | None) -> Exit:
    """Try it: the samples go through check, plan and import into a stand-in ARM on this machine; then data comes out.

    \b
    Example:  armbulk demo
    """
    from armbulk.app import demo as trying
    from armbulk.cli.export import show as show_export
    from armbulk.cli.imports import show

    place: Path = trying.place(folder)
    with trying.journey(place, desk.clock, desk.report.lang) as (bench, checked, ready):
        desk.report.say(f"{checked.sheets[0].file}: {ready.to_send.height} records, {checked.errors} errors")
        stood = trying.run(bench, checked, ready, place, desk.report.lang)
        exported = trying.exports(bench, place, desk.report.lang)
    for one in exported if not desk.report.as_json else ():
        show_export(desk, one.report)
    show(desk, stood)
    return Exit.OK if stood.all_successful else Exit.FINDINGS


@click.command()
@click.option("--port", type=int, default=0, help="Which port (default: a free one).")
@click.option("--dialect", multiple=True, metavar="NAME=VALUE", help="Behave otherwise in one respect.")
@click.option("--fault", multiple=True, help="Fail on purpose, e.g. lose-after:POST:documents/batches:1.")
@click.option("--delay", type=float, default=1.0, help="Seconds until a batch is processed.")
@click.option("--invoices", type=click.IntRange(min=0), default=0, help="Invoices in the ledger that can be read.")
@click.option("--on-one-day", type=click.IntRange(min=0), default=0, help="So many of them on one day.")
@click.option("--to-one-customer", type=click.IntRange(min=0), default=0, help="So many of them to one customer.")
@click.option("--seed", type=int, default=1, help="Another ledger; the same number gives the same one.")
@command
def sandbox(
    desk: CommandContext, port: int, dialect: tuple[str, ...], fault: tuple[str, ...], delay: float, **ledger: int
) -> Exit:
    """Run the stand-in ARM on 127.0.0.1 and print the settings to use it.

    \b
    Example:  armbulk sandbox --port 8080 --size S
    """
    from armbulk.sandbox import CLIENT_NO, Sandbox
    from armbulk.sandbox.lists import build_lists

    pairs = dict(text.partition("=")[::2] for text in dialect)
    try:
        server = Sandbox(
            port=port,
            size=desk.profile.client_size,
            dialect=pairs,
            faults=fault,
            delay=delay,
            clock=desk.clock.now,
            books=build_lists(
                CLIENT_NO,
                ledger["invoices"],
                seed=ledger["seed"],
                on_one_day=ledger["on_one_day"],
                to_one_customer=ledger["to_one_customer"],
            ),
        )
    except ValueError as error:
        raise UsageError("sandbox", str(error), "See `armbulk sandbox --help`") from None
    with InterruptHandler(desk.clock), server:
        click.echo("\n".join(f"export {name}={value}" for name, value in server.settings.items()))
        while not desk.clock.interrupted:
            desk.clock.sleep(60)
    return Exit.OK

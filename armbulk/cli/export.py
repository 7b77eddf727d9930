"""The command that takes data out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.command import CommandContext, InterruptHandler, command
from armbulk.errors import Exit

if TYPE_CHECKING:
    from armbulk.export.result import ExportResult
    from armbulk.month_end.request import CloseRequest

_RESOURCES = (
    "customers", "documents", "ar-items", "gl-items", "gl-movements", "document-bundles", "log-items", "codes",
    "client-configs", "insights", "close",
)  # fmt: skip
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("resource", type=click.Choice(_RESOURCES))
@click.option("-o", "target", type=click.Path(path_type=Path), help="The file: .xlsx, .csv, .parquet or .jsonl.")
@click.option("--period", metavar="YYYY-MM", help="One period of the ledger, or one month.")
@click.option("--year", type=click.IntRange(1900, 2199), help="One year.")
@click.option("--from", "first", type=_DAY, metavar="DATE", help="From this day on (YYYY-MM-DD).")
@click.option("--to", "last", type=_DAY, metavar="DATE", help="Up to this day.")
@click.option("--where", multiple=True, metavar="NAME=VALUE", help="Only records with this value; may be repeated.")
@click.option("--columns", metavar="A,B,C", help="Only these columns, in this order.")
@click.option("--receivable-account", "accounts", multiple=True, metavar="NO",
              help="close: a GL account that holds what customers owe; may be repeated.")  # fmt: skip
@click.option("--csv-dialect", "dialect", type=click.Choice(["norwegian", "rfc"]), default="norwegian",
              help="norwegian: ; and decimal comma; rfc: , and decimal point.")  # fmt: skip
@click.option("--since", type=click.Choice(["last"]), help="Only what is new or changed since the last such export.")
@click.option("--plan", "only_plan", is_flag=True, help="Only say how much there is and what it costs of ARM's limits.")
@click.option("--no-wait", is_flag=True, help="Stop with exit code 4 instead of waiting for a window.")
@click.option("--fresh", is_flag=True, help="Begin anew, whatever an interrupted export has read already.")
@command
def export(desk: CommandContext, resource: str, *, only_plan: bool, no_wait: bool, fresh: bool, **given: Any) -> Exit:
    """Take all of RESOURCE out of ARM into a file: complete and proven, or marked as incomplete (exit code 3).

    GL items are tied to ARM's movements of the period, a difference is exit code 3 too. `close` makes the month-end
    pack: GL items, open AR items, aged balance, and both tie-outs.

    \b
    Example:  armbulk export customers -o customers.xlsx
              armbulk export gl-items --period 2025-02 -o gl.xlsx
              armbulk export close --period 2025-02 -o close.xlsx
              armbulk export ar-items --where customerno=543210 -o items.csv
              armbulk export customers --since last -o news.xlsx
    """
    want = _asked(resource, given)
    desk = desk.reachable()
    if only_plan:
        return _plan(desk, want)
    exported = _carry_out(desk, want, waits=not no_wait, fresh=fresh)
    if exported is None:
        desk.report.say("Interrupted; what was read is kept: the same command goes on from here.")
        return Exit.INTERRUPTED
    show(desk, exported.report)
    return Exit.OK if exported.complete and exported.agrees else Exit.UNFINISHED


def show(desk: CommandContext, said: dict[str, Any]) -> None:
    """Show how an export ended."""
    from armbulk.resources import EXPORTS

    fields = (one for resource in EXPORTS.values() for one in resource.readable)
    desk.report.show("export", said, headers={one.name: one.header.text(desk.report.lang) for one in fields})


def _asked(resource: str, given: dict[str, Any]) -> "CloseRequest":
    from armbulk.export.request import ExportArguments
    from armbulk.month_end.request import build_close_request

    accounts = given.pop("accounts")
    target = given.pop("target") or Path(f"{resource}.xlsx")
    days = {name: day.date() for name in ("first", "last") if (day := given.pop(name)) is not None}
    return build_close_request(resource, ExportArguments(target, **days, **given), accounts)


def _plan(desk: CommandContext, want: "CloseRequest") -> Exit:
    from armbulk.cli.progress import progress
    from armbulk.month_end import close

    with InterruptHandler(desk.clock), progress(desk.report) as tell:
        said = close.plan_export(desk.bench, want, on_progress=tell)
    desk.report.show("export-plan", said)
    return Exit.OK


def _carry_out(desk: CommandContext, want: "CloseRequest", *, waits: bool, fresh: bool) -> "ExportResult | None":
    from armbulk.cli.progress import progress
    from armbulk.export.page_reader import Interrupted
    from armbulk.month_end import close
    from armbulk.results.report import verify_writable

    if told := verify_writable(want.request.target, desk.report.lang):
        desk.report.say(told)
    with InterruptHandler(desk.clock), progress(desk.report) as tell:
        try:
            return close.run_export(desk.bench, want, desk.report.lang, waits=waits, fresh=fresh, on_progress=tell)
        except Interrupted:
            return None

"""The command `export`."""

from pathlib import Path
from typing import Any

import click

from armbulk.app.choices import describe_csv_dialects, describe_file_formats, list_csv_dialects, name_exports
from armbulk.app.days import parse_day
from armbulk.cli.command import CommandContext, command
from armbulk.cli.lazy_choice import LazyChoice, LazyOption, NamedArgument, ResourceChoice, ResourceCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.cli.progress import REPEAT_HINT, with_progress
from armbulk.cli.show import show_export
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit, Interrupted
from armbulk.i18n import _
from armbulk.model.read_options import DATE_ORDERS

_OPEN_CSV = _(
    "If you double-click a CSV file, Excel changes numbers such as 00585. Open it with "
    "Data > From Text/CSV and choose Text for these columns, or export to .xlsx."
)


@click.command(cls=ResourceCommand)
@click.argument("resource", cls=NamedArgument, type=ResourceChoice(name_exports))
@click.option(
    "-o", "target", type=click.Path(path_type=Path), metavar="FILE", cls=LazyOption, describe=describe_file_formats
)
@click.option("--period", metavar="YYYY-MM", help=_("One accounting period or month."))
@click.option("--year", type=WholeNumber(1900, 2199), metavar="YYYY", help=_("One year."))
@click.option("--from", "first", metavar="DATE", help=_("First day (2025-02-01 or 01.02.2025)."))
@click.option("--to", "last", metavar="DATE", help=_("Last day."))
@click.option(
    "--dates", type=WordChoice(DATE_ORDERS), help=_("Order of day, month and year in dates such as 01/02/2025.")
)
@click.option("--where", multiple=True, metavar="NAME=VALUE", help=_("Only records with this value (can be repeated)."))
@click.option("--columns", metavar="A,B,C", help=_("Only these columns, in this order."))
@click.option("--receivable-account", "accounts", multiple=True, metavar="NO",
              help=_("For close: a GL account for accounts receivable (can be repeated)."))  # fmt: skip
@click.option("--customer-names/--no-customer-names", default=True,
              help=_("For close: include customer names (reads ARM's whole customer list)."))  # fmt: skip
@click.option("--csv-dialect", type=LazyChoice(list_csv_dialects), cls=LazyOption, describe=describe_csv_dialects)
@click.option(
    "--since",
    type=WordChoice(["last"]),
    help=_("Only records that are new or changed since the last export of this list."),
)
@click.option(
    "--plan", "only_plan", is_flag=True, help=_("Only show the number of records and requests; export nothing.")
)
@click.option("--max-requests", type=WholeNumber(1), metavar="N",
              help=_("Stop after N requests to a list. Without it, armbulk asks before it makes many."))  # fmt: skip
@click.option("--no-wait", is_flag=True, help=_("Stop with exit code 4 instead of waiting for a limit."))
@click.option("--fresh", is_flag=True, help=_("Start over instead of continuing an interrupted export."))
@command
@with_progress
def export(
    context: CommandContext,
    resource: str,
    columns: str | None,
    dates: str | None,
    *,
    only_plan: bool,
    no_wait: bool,
    fresh: bool,
    **arguments: Any,
) -> Exit:
    """Export a whole list from ARM to a file.

    If some of it cannot be read, the file is marked as incomplete (exit code 3). GL items are reconciled with ARM's GL
    movements of the period; a difference also gives exit code 3. `close` makes the month-end workbook: GL items, open
    AR items and aged balance, reconciled.

    \b
    Example:  armbulk export customers -o customers.xlsx
              armbulk export gl-items --period 2025-02 -o gl.xlsx
              armbulk export close --period 2025-02 -o close.xlsx
              armbulk export ar-items --where customerno=543210 -o items.csv
              armbulk export customers --since last -o news.xlsx
    """
    from armbulk.cli.dialog import TerminalDialog

    session, dialog = context.session, TerminalDialog(context, hint=REPEAT_HINT)
    arguments["columns"] = columns.split(",") if columns else ()
    arguments |= _parse_days(arguments, dates or session.profile.dates)
    if only_plan:
        context.reporter.show("export-plan", session.plan_export(resource, fresh=fresh, dialog=dialog, **arguments))
        return Exit.OK
    try:
        result = session.export_file(resource, wait=not no_wait, fresh=fresh, dialog=dialog, **arguments)
    except Interrupted:
        context.reporter.say(_("Interrupted. Run the same command again to continue."))
        return Exit.INTERRUPTED
    _show_result(context, result.to_json())
    return Exit.OK if result.complete and result.agrees else Exit.UNFINISHED


def _parse_days(arguments: dict[str, Any], order: str) -> dict[str, Any]:
    """The days of --from and --to."""
    options = {"first": "--from", "last": "--to"}
    return {
        name: parse_day(arguments[name], order, option)
        for name, option in options.items()
        if arguments[name] is not None
    }


def _show_result(context: CommandContext, report: dict[str, Any]) -> None:
    """Show how the export ended; how to open a CSV file is not obvious."""
    show_export(context, report)
    if any(path.endswith(".csv") for path in report["files"]):
        context.reporter.say(_OPEN_CSV.text(context.lang))

"""The command `map`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.argument_types import NUMBER
from armbulk.cli.command import CommandContext, command
from armbulk.cli.input_files import with_files, write_files_command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit
from armbulk.i18n import _
from armbulk.model.command_line import quote_word

if TYPE_CHECKING:
    from armbulk.cli.output import Reporter
    from armbulk.model.read_options import ReadOptions


@click.command("map", cls=TranslatedCommand)
@click.option("--explain", "row", type=NUMBER, metavar="ROW", help=_("Show how this row becomes JSON for ARM."))
@click.option("--sheet", "sheet_name", metavar="NAME", help=_("Sheet for --explain, if several sheets have this row."))
@click.option(
    "-o", "target", type=click.Path(path_type=Path), metavar="FILE", help=_("File for the mapping (default: print it).")
)
@command
@with_files
def map_(
    context: CommandContext,
    files: tuple[str, ...],
    options: "ReadOptions",
    row: int | None,
    sheet_name: str | None,
    target: Path | None,
) -> Exit:
    """Match the columns of FILES with ARM's fields, or show how one row is mapped.

    On a terminal armbulk asks about each column and remembers the answers. In a script it prints the start of a mapping
    file.

    \b
    Example:  armbulk map export.csv -o mine.toml
              armbulk map export.csv --mapping mine.toml --explain 17
    """
    from armbulk.app.mapping import create_mapping, explain_row, match_columns_of, save_mapping
    from armbulk.cli.dialog import TerminalDialog

    dialog, reporter = TerminalDialog(context, wants_columns=True), context.reporter
    checked = context.session.check(*files, options=options, dialog=dialog, allow_unrecognised=True).checked
    if row is not None:
        next_command = write_files_command("check", files, options)
        reporter.show("map", explain_row(checked, row, sheet_name, context.lang), next_command=next_command)
        return Exit.OK
    if context.can_ask and (target is not None or context.is_output_seen):
        decisions = match_columns_of(checked, context.session, dialog, target)
        if not decisions:
            reporter.say(_("No columns were matched. Nothing was saved."))
            return Exit.OK
        report = save_mapping(checked, decisions, context.session, target)
    else:
        report = create_mapping(checked, context.session, target, context.lang)
        if target is None and not reporter.as_json:
            click.echo(report["mapping"], nl=False)
            return Exit.OK
    _show(reporter, report, target, files[0])
    return Exit.OK


def _show(reporter: "Reporter", report: dict[str, Any], target: Path | None, file: str) -> None:
    if reporter.as_json:
        reporter.show("map", report)
    elif target is not None:
        reporter.say(_("→ {target}", target=target))
        reporter.say(
            _("Next: armbulk check {file} --mapping {target}", file=quote_word(file), target=quote_word(str(target)))
        )
    else:
        from armbulk.app.columns import SAVED

        reporter.say(SAVED.fill(file=quote_word(file)))
        reporter.say(_("Next: armbulk check {file}", file=quote_word(file)))

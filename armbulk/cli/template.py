"""The command `template`."""

from pathlib import Path

import click

from armbulk.app.choices import name_templates
from armbulk.cli.command import CommandContext, command
from armbulk.cli.lazy_choice import NamedArgument, ResourceChoice, ResourceCommand
from armbulk.cli.show import warn_of_other_name
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=ResourceCommand)
@click.argument("resource", cls=NamedArgument, type=ResourceChoice(name_templates))
@click.option(
    "-o",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("The workbook (default: a new file in this folder)."),
)
@click.option("--full", is_flag=True, help=_("All columns, not only those that are required or common."))
@click.option("--examples", is_flag=True, help=_("Include a few example rows."))
@click.option("--yes", is_flag=True, help=_("Replace an existing file. The old file is kept as .bak."))
@command
def template(
    context: CommandContext, resource: str, target: Path | None, *, full: bool, examples: bool, yes: bool
) -> Exit:
    """Create a workbook to fill in. Documents have a sheet for lines; `all` also has customers.

    It has the columns that most files need, about 12 in each sheet. With --full it has all of them.

    \b
    Example:  armbulk template customers
              armbulk template documents --full
              armbulk template all --examples --lang no -o kunder-og-fakturaer.xlsx
    """
    from armbulk.app.templates import create_template

    codes = context.session.known_codes()
    report = create_template(resource, target, context.lang, full=full, examples=examples, replace=yes, codes=codes)
    if target is not None:
        warn_of_other_name(context.reporter, target, report["file"])
    context.reporter.show("template", report)
    return Exit.OK

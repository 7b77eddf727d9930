"""The command `template`."""

from pathlib import Path

import click

from armbulk.app.choices import list_templates
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.lazy_choice import LazyChoice
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.argument("resource", type=LazyChoice(list_templates))
@click.option("-o", "target", type=click.Path(path_type=Path), help=_("The workbook (default: a name in this folder)."))
@click.option("--examples", is_flag=True, help=_("Fill in a few rows that show how."))
@click.option("--yes", is_flag=True, help=_("Replace a file of that name, which is kept as .bak."))
@command
def template(context: CommandContext, resource: str, target: Path | None, *, examples: bool, yes: bool) -> Exit:
    """Write a workbook to fill in for RESOURCE; documents come with a sheet for their lines, `all` with customers too.

    \b
    Example:  armbulk template customers
              armbulk template all --examples --lang no -o kunder-og-fakturaer.xlsx
    """
    from armbulk.app.templates import create_template

    report = create_template(resource, target, context.lang, examples=examples, replace=yes)
    context.reporter.show("template", report)
    return Exit.OK

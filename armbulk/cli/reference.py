"""What may stand in a workbook: the field reference, and templates to fill in."""

from pathlib import Path

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit

_KNOWN = [
    "customers", "documents", "lines", "ar-items", "gl-items", "gl-movements", "document-bundles", "log-items", "codes",
    "client-configs", "insights",
]  # fmt: skip


@click.command()
@click.argument("resource", type=click.Choice(_KNOWN))
@command
def fields(desk: CommandContext, resource: str) -> Exit:
    """List the columns of RESOURCE: headers, ARM path, rules, help and example.

    \b
    Example:  armbulk fields documents
    """
    from armbulk.app.fields import describe

    desk.report.show("fields", describe(resource, desk.report.lang))
    return Exit.OK


@click.command()
@click.argument("resource", type=click.Choice(["customers", "documents", "lines", "all"]))
@click.option("-o", "target", type=click.Path(path_type=Path), help="The workbook (default: a name in this folder).")
@click.option("--examples", is_flag=True, help="Fill in a few rows that show how.")
@click.option("--yes", is_flag=True, help="Replace a file of that name.")
@command
def template(desk: CommandContext, resource: str, target: Path | None, *, examples: bool, yes: bool) -> Exit:
    """Write a workbook to fill in for RESOURCE; documents come with a sheet for their lines, `all` with customers too.

    \b
    Example:  armbulk template customers
              armbulk template all --examples --lang no -o kunder-og-fakturaer.xlsx
    """
    from armbulk.app import templates

    desk.report.show(
        "template", templates.create_template(resource, target, desk.report.lang, examples=examples, replace=yes)
    )
    return Exit.OK

"""Commands about files: check and plan. Nothing leaves the machine."""

from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.desk import Desk, command
from armbulk.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from armbulk.checking import Checked
    from armbulk.importing import Given


def with_files(function: "Callable[..., Any]") -> "Callable[..., Any]":
    """Add the arguments that name files and say what they are."""
    for decorate in (
        click.option("--encoding", help="The encoding of CSV files, where it is not found rightly."),
        click.option("--as", "as_resource", help="What the files hold: customers, documents or lines."),
        click.argument("files", nargs=-1, required=True),
    ):
        function = decorate(function)
    return function


@click.command()
@with_files
@command
def check(desk: Desk, files: tuple[str, ...], as_resource: str | None, encoding: str | None) -> Exit:
    """Find every problem in FILES. Nothing leaves this machine.

    \b
    Example:  armbulk check invoices.xlsx
              armbulk check customers.csv documents.csv lines.csv
    """
    from armbulk.checking import report

    checked = checked_files(desk, given(files, as_resource, encoding))
    said = report(checked, desk.report.lang)
    desk.report.show("check", said, groups=groups(said["findings"]))
    return Exit.FINDINGS if checked.errors else Exit.OK


@click.command()
@with_files
@click.option("--skip-invalid", is_flag=True, help="Plan the good records; hold back those with errors.")
@click.option("--update", is_flag=True, help="Plan to change customers (PUT): only the keys given change.")
@click.option("--limit", type=click.IntRange(min=0), help="The first N records only.")
@command
def plan(
    desk: Desk,
    files: tuple[str, ...],
    as_resource: str | None,
    encoding: str | None,
    **options: Any,
) -> Exit:
    """Check FILES and price what would be sent; send nothing.

    \b
    Example:  armbulk plan invoices.xlsx
    """
    from armbulk import planning
    from armbulk.importing import prepared

    checked = checked_files(desk, given(files, as_resource, encoding))
    bench = desk.bench
    store = bench.store()
    ready = prepared(bench, store, checked, planning.Options(**options))
    if ready.stopped and not desk.report.as_json:
        show_findings(desk, checked)
        return Exit.FINDINGS
    desk.report.show("plan", planning.report(ready))
    return Exit.FINDINGS if ready.stopped else Exit.OK


def given(files: tuple[str, ...], as_resource: str | None, encoding: str | None) -> "Given":
    """Bundle the files with what was said of them."""
    from armbulk.importing import Given

    return Given(files, as_resource, encoding)


def checked_files(desk: Desk, given: "Given") -> "Checked":
    """Read and check files, showing that something goes on."""
    from armbulk.checking import check_files

    with desk.report.working("reading and checking …"):
        return check_files(given.files, given.as_resource, given.encoding)


def show_findings(desk: Desk, checked: "Checked") -> None:
    """Show what was found, grouped."""
    from armbulk.checking import report

    said = report(checked, desk.report.lang)
    desk.report.show("check", said, groups=groups(said["findings"]))


def groups(findings: list[dict[str, Any]], first: int = 5) -> list[dict[str, Any]]:
    """Group findings by code: errors first, each with its count and its first cells."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in findings:
        found.setdefault((one["severity"], one["code"], one["fix"]), []).append(one)
    ordered = sorted(found.items(), key=lambda group: (group[0][0], -len(group[1])))
    return [
        {"severity": severity, "code": code, "fix": fix, "count": len(group), "first": group[:first]}
        for (severity, code, fix), group in ordered
    ]

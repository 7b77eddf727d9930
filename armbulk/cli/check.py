"""Commands about files: check and plan. Nothing leaves the machine."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit
from armbulk.i18n import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from armbulk.app.imports import InputFiles
    from armbulk.validation.check import Checked


_OPTIONS = (
    click.option("--mapping", help="A mapping file (TOML), or one that comes with armbulk (see `armbulk map`)."),
    click.option("--pad-postal-codes", is_flag=True, help="A postal code that Excel stored as 150 is 0150."),
    click.option("--decimal", type=click.Choice([",", "."]), help="The decimal separator, where 1.234 is unclear."),
    click.option("--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="The order in dates such as 01/02/25."),
    click.option("--skip-hidden", "hidden", flag_value="skip", help="Leave out rows that Excel does not show."),
    click.option("--include-hidden", "hidden", flag_value="include", help="Take hidden rows as any other."),
    click.option("--encoding", help="The encoding of CSV files, where it is not found rightly."),
    click.option("--as", "as_resource", help="What the files hold: customers, documents or lines."),
    click.argument("files", nargs=-1, required=True),
)
_TAKE = Words(
    '{sheet}, column {column}: "{said}" looks like "{header}". Use it?',
    "{sheet}, kolonne {column}: «{said}» ligner på «{header}». Skal den brukes?",
)
_SAID = ("as_resource", "encoding", "hidden", "dates", "decimal", "pad_postal_codes", "mapping")


def with_files(function: "Callable[..., Exit]") -> "Callable[..., Exit]":
    """Add the arguments that name files and say what they are; the command gets them as one `Given`."""

    @functools.wraps(function)
    def bundled(desk: CommandContext, files: tuple[str, ...], **options: Any) -> Exit:
        from armbulk.app.imports import InputFiles
        from armbulk.model.sheet import ReadOptions

        said = {name: options.pop(name) for name in _SAID}
        said["dates"] = said["dates"] or desk.profile.dates or None
        said["decimal"] = said["decimal"] or desk.profile.decimal or None
        if said["mapping"]:
            named = desk.profile.mappings.get(said["mapping"], said["mapping"])
            said["mapping"] = str(Path(named).resolve()) if Path(named).is_file() else named
        reading = ReadOptions(**said, rules=desk.profile.rules, update=options.get("update"))
        return function(desk, InputFiles(files, reading), **options)

    for decorate in _OPTIONS:
        bundled = decorate(bundled)
    return bundled


@click.command()
@command
@with_files
@click.option("-o", "target", type=click.Path(path_type=Path), help="A copy of the workbook with the problems marked.")
@click.option("--update", is_flag=True, default=None, help="Check as a change of customers: only the key is required.")
def check(desk: CommandContext, given: "InputFiles", target: Path | None, *, update: bool | None) -> Exit:
    """Find every problem in FILES. Nothing leaves this machine.

    \b
    Example:  armbulk check invoices.xlsx
              armbulk check invoices.xlsx -o marked.xlsx
              armbulk check customers.csv documents.csv lines.csv
    """
    from armbulk.results.marked import write_marked_copy
    from armbulk.validation.check import to_json

    del update  # it is part of how the files are read
    checked = checked_files(desk, given)
    said = to_json(checked, desk.report.lang)
    if target is not None:
        said["marked"] = str(write_marked_copy(checked, target, desk.report.lang))
    desk.report.show("check", said)
    return Exit.FINDINGS if checked.errors else Exit.OK


@click.command()
@click.option("--skip-invalid", is_flag=True, help="Plan the good records; hold back those with errors.")
@click.option("--update", is_flag=True, help="Plan to change customers (PUT): only the keys given change.")
@click.option("--overwrite", is_flag=True, help="Plan changes also where ARM's value has changed since the export.")
@click.option("--look-up", is_flag=True, help="Plan to look each document up at ARM before it is sent.")
@click.option("--first-import", is_flag=True, help="ARM has certainly none of these documents: do not look them up.")
@click.option("--limit", type=click.IntRange(min=0), help="The first N records only.")
@command
@with_files
def plan(desk: CommandContext, given: "InputFiles", **options: Any) -> Exit:
    """Check FILES and price what would be sent; send nothing.

    \b
    Example:  armbulk plan invoices.xlsx
    """
    from armbulk.app.imports import build_plan
    from armbulk.planning import plan as planning

    checked = checked_files(desk, given)
    bench = desk.bench
    store = bench.store()
    ready = build_plan(bench, store, checked, planning.ImportOptions(**options))
    if ready.is_stopped and not desk.report.as_json:
        show_findings(desk, checked)
        return Exit.FINDINGS
    desk.report.show("plan", planning.to_json(ready))
    return Exit.FINDINGS if ready.is_stopped else Exit.OK


def checked_files(desk: CommandContext, given: "InputFiles", *, anything: bool = False, yes: bool = False) -> "Checked":
    """Read and check files, showing that something goes on; ask about headers that only resemble a column.

    With `anything` files in which nothing is recognised are no error. With `yes` nothing is asked.
    """
    from armbulk.validation.check import check_files

    with desk.report.working("reading and checking …"):
        checked = check_files(given.files, given.reading, anything=anything)
    answers = _answers(desk, checked) if desk.can_ask and not anything and not yes else {}
    if not answers:
        return checked
    given.reading.renames.update(answers)
    return check_files(given.files, given.reading)


def _answers(desk: CommandContext, checked: "Checked") -> dict[str, str]:
    """Ask about each header that only resembles a column: header → field, where the answer was yes."""
    from armbulk.findings.frame import fill_template
    from armbulk.resources import headers
    from armbulk.validation.check import near_headers

    lang, answers = desk.report.lang, dict[str, str]()
    for near in near_headers(checked, lang):
        said, name = str(near["value"]), str(near["field"])
        header = headers()[name].text(lang)
        words = {"sheet": near["sheet"], "column": near["column"] or "", "said": said, "header": header}
        if name not in answers.values() and click.confirm(
            fill_template(_TAKE.text(lang), words), default=False, err=True
        ):
            answers[said] = name
    return answers


def show_findings(desk: CommandContext, checked: "Checked") -> None:
    """Show what was found, grouped."""
    from armbulk.validation.check import to_json

    said = to_json(checked, desk.report.lang)
    desk.report.show("check", said)

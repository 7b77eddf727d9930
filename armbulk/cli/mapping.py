"""The command about mappings."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armbulk.cli.check import checked_files, with_files
from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit, FileError

if TYPE_CHECKING:
    from armbulk.app.imports import InputFiles


@click.command("map")
@click.option("--explain", "row", type=int, help="Show how this row becomes its JSON.")
@click.option("--sheet", "name", help="The sheet of --explain, where several have that row.")
@click.option(
    "-o", "target", type=click.Path(path_type=Path), help="Where the starter mapping goes (default: the screen)."
)
@command
@with_files
def map_(desk: CommandContext, given: "InputFiles", row: int | None, name: str | None, target: Path | None) -> Exit:
    """Write a mapping to begin with from the headers of FILES, or explain how a row is mapped.

    \b
    Example:  armbulk map export.csv -o mine.toml
              armbulk map export.csv --mapping mine.toml --explain 17
    """
    from armbulk.app import mapping
    from armbulk.mapping.files import list_mappings

    checked = checked_files(desk, given, anything=True)
    if row is not None:
        desk.report.show("map", mapping.explain(checked, row, name, desk.report.lang))
        return Exit.OK
    made = mapping.starter(checked)
    if target is None and not desk.report.as_json:
        click.echo(made, nl=False)
    elif target is not None:
        try:
            with target.open("x", encoding="utf-8") as file:
                file.write(made)
        except OSError as error:
            raise FileError(
                "cannot-write", f"{target} cannot be written: {error.strerror}", "Choose another with -o"
            ) from None
        desk.report.say(f"→ {target}")
    if desk.report.as_json:
        desk.report.show(
            "map", {"mapping": made, "file": str(target) if target else None, "ready_made": list_mappings()}
        )
    return Exit.OK

"""The steps of the demo and the names of its files. It loads little: the first heading is shown at once."""

from dataclasses import dataclass
from pathlib import Path

from armbulk.i18n import Text, _
from armbulk.model.command_line import write_command

PERIOD = "2025-02"
"""The ledger period of the sandbox that the demo exports."""


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step of the demo.

    Attributes:
        number: From 1.
        title: What it does.
        command: The command that does it; "" for none.
    """

    number: int
    title: Text
    command: str = ""


@dataclass(frozen=True, slots=True)
class DemoNames:
    """The names of the demo's files, in one language."""

    workbook: str
    marked: str
    result: str
    export: str

    def all(self) -> tuple[str, ...]:
        """Return every name."""
        return (self.workbook, self.marked, self.result, self.export)


def name_files(lang: str) -> DemoNames:
    """Return the names of the demo's files."""
    name = _("invoices").text(lang)
    return DemoNames(f"{name}.xlsx", _("marked.xlsx").text(lang), f"{name}.result.xlsx", "gl-items.xlsx")


def list_steps(folder: Path, names: DemoNames) -> tuple[DemoStep, ...]:
    """Return the steps, in their order."""
    workbook, marked = str(folder / names.workbook), str(folder / names.marked)
    return (
        DemoStep(1, _("Check the workbook"), write_command("check", [workbook, "-o", marked])),
        DemoStep(2, _("Correct the error, and check again"), write_command("check", [workbook])),
        DemoStep(3, _("Look at the plan"), write_command("plan", [workbook])),
        DemoStep(4, _("Import"), write_command("import", [workbook])),
        DemoStep(5, _("Open the result, and export data from ARM")),
    )


def write_export_command(folder: Path, names: DemoNames) -> str:
    """Return the command of the last step."""
    return write_command("export", ["gl-items", "--period", PERIOD, "-o", str(folder / names.export)])

"""How imports and exports are shown, whichever command made them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.app.import_result import ImportResult
    from armbulk.cli.command import CommandContext
    from armbulk.cli.output import Reporter

_OTHER_NAME = _("{target} is open in another program, for example Excel, or read-only. The new file is {path}.")
_FILES_CHANGED = _(
    "The input files have been changed or removed since the import started. The result "
    "workbook shows what armbulk actually sent."
)


def show_import(context: "CommandContext", result: "ImportResult", *, details: bool = False) -> None:
    """Show how an import ended, or why nothing was sent; with `details` also what is rarely needed."""
    reporter = context.reporter
    match result.state:
        case "planned" if result.plan:
            reporter.show("plan", result.plan.to_json(), details=details)
        case "stopped":
            _show_stopped(context, result)
        case "declined":
            reporter.say(_("Nothing was sent."))
        case "interrupted":
            show_run(context, result, details=details)
        case _:
            show_files_changed(context, result)
            show_run(context, result, details=details)
            if result.write_error:
                reporter.warn(result.write_error.message, result.write_error.hint)


def _show_stopped(context: "CommandContext", result: "ImportResult") -> None:
    """Show the errors that stopped an import before anything was sent, and the workbook that marks them."""
    findings = result.plan.check.to_json() if result.plan else {}
    if context.reporter.as_json:
        context.reporter.show("run", {**result.to_json(), "result": str(result.workbook), **findings})
    else:
        context.reporter.show("check", findings)
        context.reporter.say(_("→ {workbook}", workbook=result.workbook))


def show_files_changed(context: "CommandContext", result: "ImportResult") -> None:
    """Say that the workbook lists the records alone, where the files are not what they were."""
    if result.files_changed:
        context.reporter.say(_FILES_CHANGED.text(context.lang))


def show_run(context: "CommandContext", result: "ImportResult", *, details: bool = False) -> None:
    """Show the current state of a run; with `details` also control totals and API usage."""
    context.reporter.show("run", result.to_json(), **result.describe(), details=details)


def show_export(context: "CommandContext", report: dict[str, Any]) -> None:
    """Show how an export ended."""
    from armbulk.app.exports import list_column_headers

    context.reporter.show("export", report, headers=list_column_headers(context.lang))


def warn_of_other_name(reporter: "Reporter", target: Path, path: str | Path) -> None:
    """Say so if a file was written to `path` because `target` could not be replaced."""
    if Path(path) != target:
        reporter.say(_OTHER_NAME.fill(target=target, path=path).text(reporter.lang))

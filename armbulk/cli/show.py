"""How imports and exports are shown, whichever command made them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.errors import FileError, UsageError
from armbulk.i18n import _
from armbulk.model.command_line import write_command

if TYPE_CHECKING:
    from armbulk.app.import_result import ImportResult
    from armbulk.cli.command import CommandContext
    from armbulk.cli.output import Reporter

_OTHER_NAME = _("{target} is open in another program, for example Excel, or read-only. The new file is {path}.")
_FILES_CHANGED = _(
    "The input files have been changed or removed since the import started. The result "
    "workbook shows what armbulk actually sent."
)
_EDIT_CUSTOMERS = _("To change customers, edit the file, then:")
_SEE_LIMITS = _("To see what is left of your limits:")

REPORT_HELP = _("Also write a report to read, print or send on: one HTML file.")

VERIFY_HELP = _("Afterwards read the accepted records back from ARM, and compare them with what was sent.")


def verify_report(report: str | None, files: Sequence[str] = (), target: str | None = None) -> None:
    """Make sure, before anything is sent, that the HTML report can be written, if there is to be one."""
    if report is not None:
        from armbulk.app.html_report import verify_report_target

        verify_report_target(Path(report), [*files, *([target] if target else [])])


def write_html(context: "CommandContext", result: "ImportResult", report: str | None) -> str:
    """Write the HTML report of a run, if there is to be one; return its path, or ""."""
    if report is None:
        return ""
    path = result.write_report(report)
    warn_of_other_name(context.reporter, Path(report), path)
    return str(path)


def show_import(
    context: "CommandContext",
    result: "ImportResult",
    *,
    details: bool = False,
    report: str | None = None,
    repeat: str = "",
    is_approved: bool = False,
) -> None:
    """Show how an import ended, or why nothing was sent.

    Args:
        context: The command's.
        result: The import.
        details: Whether to show what is rarely needed, too.
        report: The HTML report to write.
        repeat: The command that imports the same files in the same way.
        is_approved: A plan was approved (--plan): sending less than it has is no next step.
    """
    reporter, written = context.reporter, ""
    if result.state not in {"planned", "declined"}:
        try:
            written = write_html(context, result, report)
        except (FileError, UsageError) as error:  # the records are sent all the same
            result.write_error = result.write_error or error
    match result.state:
        case "planned" if result.plan:
            control = result.plan.describe_totals()
            reporter.show("plan", result.plan.to_json(), details=details, control=control, next_command=repeat)
        case "stopped":
            _show_stopped(context, result, written, "" if is_approved else repeat)
        case "declined":
            reporter.say(_("Nothing was sent. To send it: {command}", command=repeat))
        case state:
            if state != "interrupted":
                show_files_changed(context, result)
            show_run(context, result, details=details, report=written)
    for problem in (result.verify_error, result.write_error):
        if problem:
            reporter.warn(problem.message, problem.hint)


def _show_stopped(context: "CommandContext", result: "ImportResult", report: str, repeat: str) -> None:
    """Show the errors that stopped an import before anything was sent, and the workbook that marks them."""
    findings = result.plan.check.to_json() if result.plan else {}
    if context.reporter.as_json:
        context.reporter.show("run", {**_to_json(result, report), "result": str(result.workbook), **findings})
    else:
        has_good = any(sheet["ok"] for sheet in findings.get("sheets", []) if sheet["resource"] != "lines")
        skip = f"{repeat} --skip-invalid" if has_good and repeat else ""
        context.reporter.show("check", {**findings, "marked": str(result.workbook)}, skip_command=skip)
        if report:
            context.reporter.say(_("→ {workbook}", workbook=report))


def _to_json(result: "ImportResult", report: str) -> dict[str, Any]:
    return {**result.to_json(), "report": report} if report else result.to_json()


def show_files_changed(context: "CommandContext", result: "ImportResult") -> None:
    """Say that the workbook lists the records alone, where the files are not what they were."""
    if result.files_changed:
        context.reporter.say(_FILES_CHANGED.text(context.lang))


def show_run(context: "CommandContext", result: "ImportResult", *, details: bool = False, report: str = "") -> None:
    """Show the current state of a run; with `details` also control totals and API usage; `report` is its HTML file."""
    shown = _to_json(result, report)
    context.reporter.show("run", shown, **result.describe(), details=details, report_file=report)


def show_export(context: "CommandContext", report: dict[str, Any]) -> None:
    """Show how an export ended."""
    from armbulk.app.exports import list_column_headers

    text, command = _choose_after_export(report)
    headers = list_column_headers(context.lang)
    context.reporter.show("export", report, headers=headers, next_text=text, next_command=command)


def _choose_after_export(report: dict[str, Any]) -> tuple[str, str]:
    """Return what a complete export is usually followed by."""
    if (
        report["resource"] == "customers"
        and report["rows"]
        and report["files"]
        and report["files"][0].endswith(".xlsx")
    ):
        return _EDIT_CUSTOMERS, write_command("import", report["files"][:1], {"update": True})
    return _SEE_LIMITS, write_command("usage")


def warn_of_other_name(reporter: "Reporter", target: Path, path: str | Path) -> None:
    """Say so if a file was written to `path` because `target` could not be replaced."""
    if Path(path) != target:
        reporter.say(_OTHER_NAME.fill(target=target, path=path).text(reporter.lang))

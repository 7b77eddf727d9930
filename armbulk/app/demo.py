"""The demo: the samples go into a stand-in ARM on this machine, in a folder of its own; then data comes out."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from armbulk.app.check import InputFiles
from armbulk.app.dialog import Dialog
from armbulk.app.exports import build_export_request, export_to_file
from armbulk.app.import_result import ImportResult
from armbulk.app.imports import ImportRequest, import_files
from armbulk.app.plan import Plan
from armbulk.clock import Clock
from armbulk.context import Context
from armbulk.export.result import ExportResult
from armbulk.package_data import data_path
from armbulk.planning.plan import ImportOptions
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.load import load_profile

SAMPLE = "kunder-og-fakturaer.xlsx"
PERIOD = "2025-02"
INVOICES = 60
"""In the stand-in's own ledger, of the first three months of 2025: something to export."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo did: the import, and the exports after it."""

    imported: ImportResult
    exported: list[ExportResult]


class _DemoDialog(Dialog):
    """Shows the plan and confirms it."""

    def __init__(self, show_plan: Callable[[Plan], None]) -> None:
        super().__init__()
        self._show_plan = show_plan

    def confirm_import(self, plan: Plan) -> bool:
        """Show the plan; the demo sends it."""
        self._show_plan(plan)
        return True


def run_demo(folder: str | None, clock: Clock, lang: str, show_plan: Callable[[Plan], None]) -> DemoResult:
    """Import the sample workbook into a stand-in ARM, then export its month-end workbook and its customers.

    Args:
        folder: Where the files go; None: a new folder.
        clock: For the stand-in and its client.
        lang: Of messages and workbooks.
        show_plan: Called with the plan before anything is sent.

    Raises:
        FileError: A file cannot be written.
    """
    path = create_folder(folder)
    workbook = shutil.copy(data_path("samples") / SAMPLE, path / SAMPLE)
    with Sandbox(size="S", delay=1.0, clock=clock.now, lists=build_lists(CLIENT_NO, INVOICES)) as arm:
        environ = {**arm.settings, "ARMBULK_HOME": str(path / "state"), "ARMBULK_POLL_SECONDS": "0.5"}
        context = Context(load_profile(environ, options={"lang": lang}), clock)
        store = context.open_store()
        try:
            request = ImportRequest(InputFiles((str(workbook),)), ImportOptions(first_import=True))
            imported = import_files(context, store, request, _DemoDialog(show_plan))
            if imported.write_error:
                raise imported.write_error
            return DemoResult(imported, _export(context, path))
        finally:
            store.close()


def create_folder(folder: str | None) -> Path:
    """Create the folder for the demo's files."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="armbulk-demo-"))
    path = Path(folder).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def _export(context: Context, folder: Path) -> list[ExportResult]:
    """Export the month-end workbook of a period, and the customers, ready to be edited."""
    requests = [
        build_export_request("gl-items", target=folder / f"gl-items-{PERIOD}.xlsx", period=PERIOD),
        build_export_request("customers", target=folder / "customers.xlsx"),
    ]
    return [export_to_file(context, request, Dialog(), wait=True, fresh=False) for request in requests]

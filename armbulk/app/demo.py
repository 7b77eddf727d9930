"""The demo: the samples go into a stand-in ARM on this machine, in a folder of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armbulk.app import imports
from armbulk.clock import Clock
from armbulk.context import Context
from armbulk.export.request import ExportArguments
from armbulk.export.result import ExportResult
from armbulk.month_end import close
from armbulk.month_end.request import build_close_request
from armbulk.package_data import data_path as shipped
from armbulk.planning.plan import ImportOptions, ImportPlan
from armbulk.results import store_check
from armbulk.results.run_result import RunResult
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.load import load_profile
from armbulk.validation.check import Checked, check_files

SAMPLE = "kunder-og-fakturaer.xlsx"
PERIOD = "2025-02"
INVOICES = 60
"""In the stand-in's own ledger, of the first three months of 2025: something to export."""


def place(given: str | None) -> Path:
    """Make the folder for the demo's files."""
    if given is None:
        return Path(tempfile.mkdtemp(prefix="armbulk-demo-"))
    path = Path(given).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def journey(folder: Path, clock: Clock, lang: str) -> Iterator[tuple[Context, Checked, ImportPlan]]:
    """Start the stand-in ARM, copy the sample workbook, check it and price it."""
    workbook = shutil.copy(shipped("samples") / SAMPLE, folder / SAMPLE)
    with Sandbox(size="S", delay=1.0, clock=clock.now, lists=build_lists(CLIENT_NO, INVOICES)) as arm:
        environ = {**arm.settings, "ARMBULK_HOME": str(folder / "state"), "ARMBULK_POLL_SECONDS": "0.5"}
        bench = Context(load_profile(environ, options={"lang": lang}), clock)
        checked = check_files([str(workbook)])
        yield bench, checked, imports.build_plan(bench, bench.store(), checked, ImportOptions(first_import=True))


def run(bench: Context, checked: Checked, ready: ImportPlan, folder: Path, lang: str) -> RunResult:
    """Import the sample and write its result workbook."""
    store = bench.store()
    given = imports.InputFiles((str(folder / SAMPLE),))
    run_id = imports.create_run(bench, store, ready, given)
    imports.resume(bench, store, store.run(run_id), for_windows=True, tell=lambda _: None)
    return imports.finish(store, run_id, checked, store_check.result_path(given.files, None), lang)


def exports(bench: Context, folder: Path, lang: str) -> list[ExportResult]:
    """Take the month-end workbook of a period out of the stand-in, and its customers, ready to be edited."""
    wanted = (("gl-items", f"gl-items-{PERIOD}.xlsx", PERIOD), ("customers", "customers.xlsx", None))
    asked = [
        build_close_request(resource, ExportArguments(folder / name, period=period))
        for resource, name, period in wanted
    ]
    return [close.run_export(bench, one, lang, waits=True, fresh=False, on_progress=lambda _: None) for one in asked]

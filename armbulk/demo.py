"""The demo: the samples go into a stand-in ARM on this machine, in a folder of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armbulk import importing, month_end, remembering, results
from armbulk.checking import Checked, check_files
from armbulk.edges.clock import Clock
from armbulk.edges.config import load
from armbulk.edges.places import folder as shipped
from armbulk.exporting import Exported
from armbulk.planning import Options, Prepared
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.books import books
from armbulk.wanting import Given

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
def journey(folder: Path, clock: Clock, lang: str) -> Iterator[tuple[importing.Bench, Checked, Prepared]]:
    """Start the stand-in ARM, copy the sample workbook, check it and price it."""
    workbook = shutil.copy(shipped("samples") / SAMPLE, folder / SAMPLE)
    with Sandbox(size="S", delay=1.0, clock=clock.now, books=books(CLIENT_NO, INVOICES)) as arm:
        environ = {**arm.settings, "ARMBULK_HOME": str(folder / "state"), "ARMBULK_POLL_SECONDS": "0.5"}
        bench = importing.Bench(load(environ, said={"lang": lang}), clock)
        checked = check_files([str(workbook)])
        yield bench, checked, importing.prepared(bench, bench.store(), checked, Options(first_import=True))


def run(bench: importing.Bench, checked: Checked, ready: Prepared, folder: Path, lang: str) -> results.Result:
    """Import the sample and write its result workbook."""
    store = bench.store()
    given = importing.Given((str(folder / SAMPLE),))
    run_id = importing.begin(bench, store, ready, given)
    importing.carry_on(bench, store, store.run(run_id), for_windows=True, tell=lambda _: None)
    return importing.conclude(store, run_id, checked, remembering.target_for(given.files, None), lang)


def exports(bench: importing.Bench, folder: Path, lang: str) -> list[Exported]:
    """Take the month-end workbook of a period out of the stand-in, and its customers, ready to be edited."""
    wanted = (("gl-items", f"gl-items-{PERIOD}.xlsx", PERIOD), ("customers", "customers.xlsx", None))
    asked = [month_end.asked(resource, Given(folder / name, period=period)) for resource, name, period in wanted]
    return [month_end.export(bench, one, lang, waits=True, fresh=False, tell=lambda _: None) for one in asked]

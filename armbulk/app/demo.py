"""The demo: import the sample files into a sandbox on this computer, and export data from it."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from armbulk.app.check import CheckResult
from armbulk.app.exports import Export
from armbulk.app.import_result import ImportResult
from armbulk.app.plan import Plan
from armbulk.app.session import Session
from armbulk.clock import Clock
from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import Text, _
from armbulk.package_data import data_path
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.load import load_profile
from armbulk.writers.inputs import keep_file_of_a_person

SAMPLE = "kunder-og-fakturaer.xlsx"
PERIOD = "2025-02"
MONTH_END, CUSTOMERS, STATE = f"gl-items-{PERIOD}.xlsx", "customers.xlsx", "state"
INVOICES = 60
"""How many invoices the sandbox has to export, dated in the first three months of 2025."""

STEPS = 5


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step of the demo, about to begin.

    Attributes:
        number: From 1 to STEPS.
        title: What it does.
        command: The command that does the same with the user's own files.
    """

    number: int
    title: Text
    command: str


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file to open, and its content."""

    path: Path
    about: Text


DemoEvent = DemoStep | CheckResult | Plan | ImportResult | Export | DemoFile


def run_demo(folder: Path, clock: Clock, lang: str) -> Iterator[DemoEvent]:
    """Check, plan and import the sample workbook into a sandbox; export a month-end workbook and the customers.

    Args:
        folder: Where the files go; it exists.
        clock: For the sandbox and its client.
        lang: Of messages and workbooks.

    Yields:
        Each step before it begins, then its result, then the file to open, if there is one.

    Raises:
        FileError: A file cannot be written.
    """
    sample = data_path("samples") / SAMPLE
    keep_file_of_a_person(folder / SAMPLE, frozenset({hashlib.sha256(sample.read_bytes()).hexdigest()}))
    workbook = Path(shutil.copy(sample, folder / SAMPLE))
    with Sandbox(size="S", delay=1.0, clock=clock.now, lists=build_lists(CLIENT_NO, INVOICES)) as arm:
        folders = {"ARMBULK_HOME": str(folder / STATE), "ARMBULK_GUARD_FOLDER": str(folder.absolute() / "guard")}
        environ = {**arm.settings, **folders, "ARMBULK_POLL_SECONDS": "0.5"}
        with Session(load_profile(environ, options={"lang": lang}), clock) as session:
            yield from _import(session, workbook)
            yield from _export(session, folder)


def create_folder(folder: str | None) -> Path:
    """Create the folder for the demo's files (None: a new temporary one).

    Raises:
        FileError: It cannot be created, or has other files that the demo would overwrite.
    """
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="armbulk-demo-"))
    path = Path(folder).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            "no-such-folder",
            _("The folder {path} cannot be created: {reason}", path=path, reason=describe_os_error(error)),
            _("Choose another folder with --folder"),
        ) from None
    if any((path / name).exists() for name in (SAMPLE, MONTH_END, CUSTOMERS)) and not (path / STATE).is_dir():
        raise FileError(
            "file-exists",
            _("{path} already has files that the demo would overwrite", path=path),
            _("Choose an empty folder with --folder"),
        )
    return path


def _import(session: Session, workbook: Path) -> Iterator[DemoEvent]:
    yield DemoStep(1, _("Check the workbook"), f"armbulk check {SAMPLE}")
    check = session.check(workbook)
    yield check
    yield DemoFile(workbook, _("your workbook: customers, invoices and lines"))
    yield DemoStep(2, _("Show what would be sent"), f"armbulk plan {SAMPLE}")
    plan = session.plan(check, first_import=True)
    yield plan
    yield DemoStep(
        3,
        _("Send it and write the result for every row"),
        f"armbulk import {SAMPLE}",
    )
    result = session.send(plan)
    path = result.write()
    yield result
    yield DemoFile(path, _("the same workbook with the result next to each row"))


def _export(session: Session, folder: Path) -> Iterator[DemoEvent]:
    month_end, customers = folder / MONTH_END, folder / CUSTOMERS
    yield DemoStep(
        4,
        _("Export and reconcile a month's GL items"),
        f"armbulk export gl-items --period {PERIOD} -o {month_end.name}",
    )
    yield session.export_file("gl-items", target=month_end, period=PERIOD)
    yield DemoFile(month_end, _("GL items of the month, reconciled"))
    yield DemoStep(5, _("Export the customers"), f"armbulk export customers -o {customers.name}")
    yield session.export_file("customers", target=customers)
    yield DemoFile(
        customers,
        _("the customers; change some and run: armbulk import customers.xlsx --update"),
    )

"""Run the demo: the sample workbook goes into a sandbox on this computer, and data come out of it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.check import CheckResult
from armbulk.app.demo.folder import DemoFolder
from armbulk.app.demo.sample import DemoSample
from armbulk.app.demo.steps import PERIOD, DemoStep, list_steps, name_files, write_export_command
from armbulk.app.dialog import ReportProgress
from armbulk.app.exports import Export
from armbulk.app.import_result import ImportResult
from armbulk.app.plan import Plan
from armbulk.app.session import Session
from armbulk.clock import Clock
from armbulk.i18n import Text, _, format_date
from armbulk.model.outcome import Outcome
from armbulk.resources import RESOURCES
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.load import load_profile

INVOICES = 60
"""How many invoices the sandbox has to export, dated in the first three months of 2025."""


@dataclass(frozen=True, slots=True)
class DemoCheck:
    """The check of the workbook with its error.

    Attributes:
        check: What was found.
        marked: The copy in which the error is marked.
    """

    check: CheckResult
    marked: Path

    def to_json(self) -> dict[str, Any]:
        """Return it as the JSON of `armbulk check -o`."""
        return {**self.check.to_json(), "marked": str(self.marked)}


@dataclass(frozen=True, slots=True)
class DemoCorrection:
    """The corrected cell, and how many warnings the corrected workbook has. It has no errors."""

    cell: str
    column: str
    message: str
    before: str
    after: str
    warnings: int

    def to_json(self) -> dict[str, Any]:
        """Return it as its report shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the result is, the row that ARM rejected, and the command that exports data."""

    file: str
    sheet: str
    row: int
    message: str
    command: str

    def to_json(self) -> dict[str, Any]:
        """Return it as its report shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file to open, and its content."""

    path: Path
    about: Text


ShowSending = Callable[[], AbstractContextManager[ReportProgress]]

DemoEvent = DemoStep | DemoCheck | DemoCorrection | Plan | ImportResult | DemoResult | Export | DemoFile


def run_demo(folder: DemoFolder, clock: Clock, lang: str, sending: ShowSending) -> Iterator[DemoEvent]:
    """Run the five steps.

    Args:
        folder: Where the files go.
        clock: For the sandbox and its client.
        lang: Of messages and workbooks.
        sending: Surrounds the import, and yields what shows its progress.

    Yields:
        Each step before it begins, then its result. The files to open come last.

    Raises:
        FileError: A file cannot be written.
    """
    with (
        tempfile.TemporaryDirectory(prefix="armbulk-demo-", ignore_cleanup_errors=True) as name,
        Sandbox(size="S", delay=0.1, clock=clock.now, lists=build_lists(CLIENT_NO, INVOICES)) as arm,
    ):
        own = Path(name)
        folders = {"ARMBULK_HOME": str(own / "home"), "ARMBULK_GUARD_FOLDER": str(own / "guard")}
        environ = {**arm.settings, **folders, "ARMBULK_POLL_SECONDS": "0.1"}
        with Session(load_profile(environ, options={"lang": lang}), clock) as session:
            yield from _Tour(session, folder, lang, sending).run()


class _Tour:
    """The demo in one folder, with one session of the sandbox."""

    def __init__(self, session: Session, folder: DemoFolder, lang: str, sending: ShowSending) -> None:
        self._session, self._folder, self._lang, self._sending = session, folder, lang, sending
        self._names = name_files(lang)
        self._sample = DemoSample(lang)

    def run(self) -> Iterator[DemoEvent]:
        """Yield the five steps, and the files to open."""
        check, correct, plan, send, export = list_steps(self._folder.path, self._names)
        yield check
        checked = self._check_with_error()
        yield checked
        yield correct
        corrected = self._correct()
        yield self._describe_correction(checked.check, corrected)
        yield plan
        planned = self._session.plan(corrected, first_import=True)
        yield planned
        yield send
        with self._sending() as progress:
            result = self._session.send(planned, progress=progress)
        written = self._add(result.write())
        yield result
        yield export
        yield self._describe_result(result, written)
        exported = self._folder.path / self._names.export
        yield self._session.export_file("gl-items", target=exported, period=PERIOD)
        self._add(exported)
        yield DemoFile(checked.marked, _("the error of step 1, in red"))
        yield DemoFile(written, _("your rows, each with its outcome"))
        yield DemoFile(exported, _("a month's GL items, reconciled"))

    def _add(self, file: Path) -> Path:
        self._folder.add(file)
        return file

    def _check_with_error(self) -> DemoCheck:
        workbook = self._add(self._sample.write(self._folder.path / self._names.workbook, corrected=False))
        check = self._session.check(workbook)
        return DemoCheck(check, self._add(check.write(self._folder.path / self._names.marked)))

    def _correct(self) -> CheckResult:
        """Write the workbook again with the right value, and check it."""
        workbook = self._folder.path / self._names.workbook
        self._folder.prepare([self._names.workbook])
        return self._session.check(self._add(self._sample.write(workbook, corrected=True)))

    def _describe_correction(self, before: CheckResult, after: CheckResult) -> DemoCorrection:
        error = before.findings.filter(pl.col("severity") == "error").row(0, named=True)
        planted = self._sample.error
        wrong, right = (format_date(day.isoformat(), self._lang) for day in (planted.wrong, planted.right))
        column = RESOURCES["documents"].field(error["field"]).header.text(self._lang)
        return DemoCorrection(error["cell"], column, error["message"], wrong, right, after.warnings)

    def _describe_result(self, result: ImportResult, written: Path) -> DemoResult:
        rejected = result.outcomes.filter(pl.col("outcome") == Outcome.REJECTED.value).row(0, named=True)
        command = write_export_command(self._folder.path, self._names)
        return DemoResult(written.name, rejected["sheet"], rejected["row"], rejected["message"], command)

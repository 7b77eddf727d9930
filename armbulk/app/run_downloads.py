"""The files of a run for a person to save: written into a folder of the caller, the store keeps no path of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from armbulk.app.runs import describe_lost_result
from armbulk.app.session import Session
from armbulk.app.undo import propose_undo
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.results.report import write_results
from armbulk.results.run_result import recheck_files


def write_download(session: Session, number: int, kind: str, folder: Path) -> Path:
    """Return a file of a run; it is written into the folder unless the run has it already.

    Args:
        session: Its store.
        number: The run.
        kind: result (workbook), report (HTML), evidence (bundle) or undo (proposal).
        folder: Where it is written: a folder that only its owner can read.

    Raises:
        UsageError: There is no such kind.
        StoreError: There is no such run.
        Unfinished: Another process is sending the run, and evidence is not complete.
        FileError: The file cannot be written.
    """
    if kind not in DOWNLOADS:
        raise UsageError("no-such-file", _("There is no such file of a run"), _("Choose one of those on its page"))
    return DOWNLOADS[kind](session, number, folder)


def _write_result(session: Session, number: int, folder: Path) -> Path:
    """The result workbook: the one that was written, or a new one where that is gone."""
    result = session.run(number)
    run, store = result.result.run, result.store
    if run is not None and run.result and Path(run.result).exists() and not describe_lost_result(run):
        return Path(run.result)
    checked = recheck_files(run) if run else None
    path = folder / f"run-{number}.result.xlsx"
    stamp = store.stamp(number)
    return write_results(result.result, checked, path, result.lang, result.clock, store.written_files, stamp)


def _write_report(session: Session, number: int, folder: Path) -> Path:
    return session.run(number).write_report(folder / f"run-{number}.html")


def _write_evidence(session: Session, number: int, folder: Path) -> Path:
    return session.evidence(number, folder / f"run-{number}.evidence.zip").path


def _write_undo(session: Session, number: int, folder: Path) -> Path:
    return Path(propose_undo(session.run(number), folder / f"run-{number}.undo.xlsx")["file"])


DOWNLOADS: Mapping[str, Callable[[Session, int, Path], Path]] = {
    "result": _write_result,
    "report": _write_report,
    "evidence": _write_evidence,
    "undo": _write_undo,
}
"""What can be downloaded of a run."""

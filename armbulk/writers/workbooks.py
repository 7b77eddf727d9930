"""The workbooks armbulk writes for its users: results, marked copies, templates."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from armbulk.errors import ArmbulkError
from armbulk.findings.frame import RenderedFinding
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.sheet import Sheet
from armbulk.writers import annotated_copy, new_workbook, template
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.style import SummarySheet

_log = logging.getLogger(__name__)

ANNOTATED_ROWS = 20_000
"""Up to this many rows the user's own workbook is copied, formatting included; above, a new one is written."""


def write_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    findings: Sequence[RenderedFinding],
    summary: SummarySheet,
    lang: str,
    *,
    header_rows: Mapping[int, int],
    move: Callable[[Path, Path], Path],
) -> Path:
    """Write the result workbook.

    Args:
        target: the file; when it is open elsewhere, the workbook gets another name beside it.
        sheets: the sheets as they were read.
        outcomes: a row for each row read: sheet UInt16, row Int64, and as String outcome (as text), message, warnings,
            reference, batch, time.
        findings: the rows of the Problems sheet.
        summary: the Summary sheet.
        lang: language of texts.
        header_rows: sheet index → row of its header.
        move: moves the finished file to the target (`replace_atomically`); returns the path it got.

    Returns:
        The path it got.

    Raises:
        FileError: nothing can be written in the folder of `target`.
    """
    original = _find_original(sheets, outcomes.height)
    with temporary_file(target) as temporary:
        values = (sheets, outcomes, findings, summary, lang, header_rows)
        if original is None or not _is_written(annotated_copy.write_results, temporary, original, *values):
            new_workbook.write_results(temporary, *values)
        return move(temporary, target)


def write_marked(
    target: Path,
    sheets: Sequence[Sheet],
    findings: Sequence[RenderedFinding],
    lang: str,
    *,
    header_rows: Mapping[int, int],
    own: frozenset[str],
    changes: Sequence[CorrectedCell] = (),
) -> Path:
    """Write a copy of the files with every finding marked in its cell; return the path it got.

    Any other file that it replaces than one with a SHA-256 in `own` is kept as .bak. `changes` are the corrected cells,
    which the sheets have already.
    """
    original = _find_original(sheets, sum(sheet.frame.height for sheet in sheets))
    with temporary_file(target) as temporary:
        values = (sheets, findings, lang, header_rows, changes)
        if original is None or not _is_written(annotated_copy.mark_problems, temporary, original, *values):
            new_workbook.mark_problems(temporary, *values)
        return replace_atomically(temporary, target, own=own)


def write_template(target: Path, content: template.TemplateBook, lang: str) -> tuple[Path, list[str]]:
    """Write a workbook to fill in; return the path it got and its sheets' names.

    A file that it replaces is kept as .bak.

    Args:
        target: the file.
        content: its sheets.
        lang: language of headers and texts.
    """
    with temporary_file(target) as temporary:
        sheets = template.write_template(temporary, content, lang)
        return replace_atomically(temporary, target), sheets


def _is_written(copy: Callable[..., None], target: Path, original: Path, *values: object) -> bool:
    """Write a copy of the user's workbook; return False where openpyxl cannot read what Excel and armbulk can."""
    try:
        copy(target, original, *values)
    except (OSError, ArmbulkError):  # the target cannot be written
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever it stumbles over
        _log.warning("The workbook could not be copied; a new one is written")
        return False
    return True


def _find_original(sheets: Sequence[Sheet], rows: int) -> Path | None:
    """The one workbook all sheets come from, if it is unchanged and small enough to be copied."""
    files = {sheet.file for sheet in sheets}
    if len(files) != 1 or rows > ANNOTATED_ROWS or any(sheet.format != "xlsx" for sheet in sheets):
        return None
    path = Path(files.pop())
    try:
        is_unchanged = hashlib.sha256(path.read_bytes()).hexdigest() == sheets[0].sha256
    except OSError:
        return None
    return path if is_unchanged else None

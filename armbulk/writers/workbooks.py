"""The workbooks armbulk writes for its users: results, marked copies, templates."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

import polars as pl
import xlsxwriter

from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import _
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.sheet import Sheet, find_repeated_names
from armbulk.writers import new_workbook, template
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import without_macros
from armbulk.writers.problem_sheet import ProblemSheet
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.section import Section
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.workbook_options import WORKBOOK_CREATED, text_options
from armbulk.writers.xlsx_patch import user_workbook

_log = logging.getLogger(__name__)

_SOURCES = _("Sheets and their files")


def write_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    problems: ProblemSheet,
    summary: SummarySheet,
    lang: str,
    *,
    headers: Mapping[int, SheetHeader],
    move: Callable[[Path, Path], Path],
) -> Path:
    """Write the result workbook.

    Args:
        target: the file; when it is open elsewhere, the workbook gets another name beside it.
        sheets: the sheets as they were read.
        outcomes: a row for each row read: sheet UInt16, row Int64, and as String outcome (as text), message, warnings,
            reference, batch, time; target Int64, the row of its line in the Problems sheet.
        problems: what is wrong, and the lines of the Problems sheet.
        summary: the Summary sheet.
        lang: language of texts.
        headers: sheet index → its header.
        move: moves the finished file to the target (`replace_atomically`); returns the path it got.

    Returns:
        The path it got.

    Raises:
        FileError: nothing can be written in the folder of `target`.
    """
    content = _read_original(sheets)
    with temporary_file(target) as temporary:
        values = (sheets, outcomes, problems, summary, lang, headers)
        is_copy = content is not None and _is_written(user_workbook.write_results, temporary, content, *values)
        if not is_copy:
            book = new_workbook.write_workbook(temporary, sheets, headers, lang)
            user_workbook.write_results(
                temporary,
                temporary.read_bytes(),
                book.sheets,
                outcomes,
                book.move_problems(problems),
                _add_sources(summary, sheets, book.sheets, lang),
                lang,
                headers,
            )
        return move(temporary, target if is_copy else without_macros(target))


def _add_sources(summary: SummarySheet, read: Sequence[Sheet], written: Sequence[Sheet], lang: str) -> SummarySheet:
    """Add the file of each sheet to the summary, where several files had sheets of the same name."""
    if not find_repeated_names(read):
        return summary
    rows = tuple((new.name, PurePath(old.file).name) for old, new in zip(read, written, strict=True))
    return replace(summary, sections=[*summary.sections, Section(_SOURCES.text(lang), rows)])


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
    content = _read_original(sheets)
    with temporary_file(target) as temporary:
        values = (sheets, findings, lang, header_rows, changes)
        is_copy = content is not None and _is_written(user_workbook.mark_problems, temporary, content, *values)
        if not is_copy:
            headers = {index: SheetHeader(row) for index, row in header_rows.items()}
            book = new_workbook.write_workbook(temporary, sheets, headers, lang)
            user_workbook.mark_problems(
                temporary,
                temporary.read_bytes(),
                book.sheets,
                [book.move_finding(finding) for finding in findings],
                lang,
                header_rows,
                [book.move_change(change) for change in changes],
            )
        return replace_atomically(temporary, target if is_copy else without_macros(target), own=own)


def write_report_copy(
    target: Path, content: bytes | None, file: str, report: ReportSheet, lang: str, own: frozenset[str]
) -> Path:
    """Write a copy of a workbook with one more sheet; return the path it got.

    Args:
        target: the copy.
        content: the workbook; None: it is not there any more, and the new one has this sheet alone.
        file: its name, for messages.
        report: the sheet.
        lang: language of texts.
        own: the SHA-256 of files that may be replaced; any other is kept as .bak.
    """
    with temporary_file(target) as temporary:
        if content is None or not _is_written(user_workbook.add_report, temporary, content, file, report):
            with xlsxwriter.Workbook(str(temporary), text_options(temporary)) as book:
                book.set_properties({"created": WORKBOOK_CREATED})
                add_report_sheet(book, report, lang)
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


def _is_written(copy: Callable[..., None], target: Path, content: bytes, *values: object) -> bool:
    """Write a copy of the user's workbook; return False if it has something that is not changed in its XML."""
    try:
        copy(target, content, *values)
    except OSError:  # the target cannot be written
        raise
    except Exception as error:  # noqa: BLE001 - a workbook of any program; the result must be written all the same
        _log.warning("The workbook could not be copied; a new one is written", extra={"error": type(error).__name__})
        return False
    return True


def _read_original(sheets: Sequence[Sheet]) -> bytes | None:
    """Return the one workbook all sheets come from, if it is unchanged; None otherwise."""
    files = {sheet.file for sheet in sheets}
    if len(files) != 1 or any(sheet.format != "xlsx" for sheet in sheets):
        return None
    try:
        content = Path(files.pop()).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sheets[0].sha256 else None

"""The workbooks armbulk writes: the user's own rows and what became of each; templates to fill in."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from armbulk.clock import Clock
from armbulk.findings.frame import RenderedFinding
from armbulk.model.fields import Resource
from armbulk.model.sheet import Sheet
from armbulk.writers import annotated_copy, new_workbook, template
from armbulk.writers.atomic import MAX_NAMES, replace_atomically, temporary_file, verify_writable
from armbulk.writers.provenance import Provenance, hash_client, read_provenance
from armbulk.writers.style import SummarySection, SummarySheet

__all__ = [
    "MAX_NAMES",
    "Provenance",
    "SummarySection",
    "SummarySheet",
    "hash_client",
    "read_provenance",
    "verify_writable",
    "write_marked",
    "write_results",
    "write_template",
]

ANNOTATED_ROWS = 20_000
"""Up to so many rows the user's own workbook is copied, formatting and all; above, a fresh one is written."""


def write_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    problems: Sequence[RenderedFinding],
    front: SummarySheet,
    lang: str,
    *,
    header_rows: Mapping[int, int],
    clock: Clock,
) -> Path:
    """Write the result workbook and return the path it got; a target that is open is waited for a little.

    `outcomes`: sheet UInt16, row, outcome (in words), message, warnings, reference, batch, time, one per row read.
    `header_rows`: sheet index → row of its header. FileError when nothing can be written anywhere near `target`.
    """
    made = _annotatable(sheets, outcomes.height)
    with temporary_file(target) as temporary:
        if made is not None:
            annotated_copy.write_results(temporary, made, sheets, outcomes, problems, front, lang, header_rows)
        else:
            new_workbook.write_results(temporary, sheets, outcomes, problems, front, lang, header_rows)
        return replace_atomically(temporary, target, clock)


def write_marked(
    target: Path,
    sheets: Sequence[Sheet],
    problems: Sequence[RenderedFinding],
    lang: str,
    *,
    header_rows: Mapping[int, int],
) -> Path:
    """Write a copy of the files with every problem marked in its cell; return the path it got."""
    made = _annotatable(sheets, sum(sheet.frame.height for sheet in sheets))
    with temporary_file(target) as temporary:
        if made is not None:
            annotated_copy.mark_problems(temporary, made, sheets, problems, lang, header_rows)
        else:
            new_workbook.mark_problems(temporary, sheets, problems, lang, header_rows)
        return replace_atomically(temporary, target)


def write_template(
    target: Path,
    resources: Sequence[Resource],
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    guide: Sequence[template.GuideRow],
    lang: str,
) -> tuple[Path, list[str]]:
    """Write a workbook to fill in; return the path it got and its sheets. `rows`: examples, by resource."""
    verify_writable(target)
    with temporary_file(target) as temporary:
        sheets = template.write_template(temporary, resources, rows, guide, lang)
        return replace_atomically(temporary, target), sheets


def _annotatable(sheets: Sequence[Sheet], rows: int) -> Path | None:
    """The one workbook all sheets come from, if it is unchanged and small enough to be copied."""
    files = {sheet.file for sheet in sheets}
    if len(files) != 1 or rows > ANNOTATED_ROWS or any(sheet.format != "xlsx" for sheet in sheets):
        return None
    path = Path(files.pop())
    try:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == sheets[0].sha256
    except OSError:
        return None
    return path if same else None

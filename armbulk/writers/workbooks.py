"""The workbooks armbulk writes: the user's own rows and what became of each; templates to fill in."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from armbulk.clock import Clock
from armbulk.findings.frame import Told
from armbulk.model.fields import Resource
from armbulk.model.sheet import Sheet
from armbulk.writers import annotated_copy, new_workbook, template
from armbulk.writers.atomic import NAMES, beside, put, writable
from armbulk.writers.provenance import Remembered, remembered, whose
from armbulk.writers.style import Front, Section

__all__ = [
    "NAMES",
    "Front",
    "Remembered",
    "Section",
    "remembered",
    "whose",
    "writable",
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
    problems: Sequence[Told],
    front: Front,
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
    with beside(target) as temporary:
        if made is not None:
            annotated_copy.write(temporary, made, sheets, outcomes, problems, front, lang, header_rows)
        else:
            new_workbook.write(temporary, sheets, outcomes, problems, front, lang, header_rows)
        return put(temporary, target, clock)


def write_marked(
    target: Path, sheets: Sequence[Sheet], problems: Sequence[Told], lang: str, *, header_rows: Mapping[int, int]
) -> Path:
    """Write a copy of the files with every problem marked in its cell; return the path it got."""
    made = _annotatable(sheets, sum(sheet.frame.height for sheet in sheets))
    with beside(target) as temporary:
        if made is not None:
            annotated_copy.mark(temporary, made, sheets, problems, lang, header_rows)
        else:
            new_workbook.mark(temporary, sheets, problems, lang, header_rows)
        return put(temporary, target)


def write_template(
    target: Path,
    resources: Sequence[Resource],
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    guide: Sequence[template.Column],
    lang: str,
) -> tuple[Path, list[str]]:
    """Write a workbook to fill in; return the path it got and its sheets. `rows`: examples, by resource."""
    writable(target)
    with beside(target) as temporary:
        sheets = template.write(temporary, resources, rows, guide, lang)
        return put(temporary, target), sheets


def _annotatable(sheets: Sequence[Sheet], rows: int) -> Path | None:
    """The one workbook all sheets come from, if it is unchanged and small enough to be copied."""
    files = {sheet.file for sheet in sheets}
    if len(files) != 1 or rows > ANNOTATED_ROWS or any(sheet.form != "xlsx" for sheet in sheets):
        return None
    path = Path(files.pop())
    try:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == sheets[0].sha256
    except OSError:
        return None
    return path if same else None

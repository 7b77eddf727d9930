"""Results of workbooks, made without a run: an outcome for every row of a sheet."""

from __future__ import annotations

import zipfile
from itertools import cycle
from typing import TYPE_CHECKING, Any

import polars as pl

from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome
from armbulk.readers import read_sheets
from armbulk.writers.problem_sheet import FIRST_ROW, ProblemLine, ProblemSheet
from armbulk.writers.provenance import Provenance
from armbulk.writers.section import Section
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.xlsx_patch import user_workbook

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = (Outcome.CREATED, Outcome.REJECTED, Outcome.CREATED_WITH_WARNINGS, Outcome.IN_DOUBT, Outcome.HELD_BACK)
PROVENANCE = Provenance("a" * 32, "b" * 32, 1, "c" * 16)
MESSAGE = "=1+1 <x> & _x000D_ \x01"

MAY_CHANGE = (
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/core.xml",
    "docProps/custom.xml", "docProps/app.xml", "_rels/.rels",
)  # fmt: skip
"""Parts that a result changes in any workbook; others are those of the sheet with the outcomes."""


def write_result(
    path: Path,
    target: Path,
    *,
    name: str | None = None,
    key: str = "A",
    problems: tuple[str, ...] = (),
    lang: str = "en",
    header_row: int = 1,
) -> None:
    """Write a result of a workbook whose sheet `name` (the first) has a record in each row below its header.

    `problems` are cells such as B2.
    """
    sheets = read_sheets(path)
    index = next(i for i, sheet in enumerate(sheets) if sheet.name == (name or sheets[0].name))
    sheet = sheets[index]
    rows = [number for number in sheet.frame["row"] if number > header_row]
    at = {int(cell[1:]) for cell in problems}
    words = [translate_outcome(outcome, lang) for outcome, _ in zip(cycle(OUTCOMES), rows, strict=False)]
    frame = pl.DataFrame(
        {
            "sheet": pl.Series([index] * len(rows), dtype=pl.UInt16), "row": pl.Series(rows, dtype=pl.Int64),
            "outcome": words, "message": [MESSAGE] * len(rows),
            "warnings": pl.Series([None] * len(rows), dtype=pl.String),
            "reference": [str(number) for number in rows], "batch": ["1"] * len(rows), "time": ["12:00"] * len(rows),
            "target": pl.Series([FIRST_ROW if number in at else None for number in rows], dtype=pl.Int64),
        }
    )  # fmt: skip
    findings: list[Any] = [
        {
            "file": sheet.file, "sheet": sheet.name, "row": int(cell[1:]), "column": cell[0],
            "cell": f"{sheet.name}!{cell}", "field": None, "code": "required", "severity": "error", "value": "x",
            "message": f"wrong in {cell}", "fix": "fix it",
        }
        for cell in problems
    ]  # fmt: skip
    lines = [ProblemLine(finding, number="1") for finding in findings]
    summary = SummarySheet([Section("Result", (("Rows", len(rows)), ("Run", "1"), ("", "A sentence.")))], PROVENANCE)
    headers = {index: SheetHeader(header_row, key)}
    user_workbook.write_results(
        target, path.read_bytes(), sheets, frame, ProblemSheet(findings, lines), summary, lang, headers
    )


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def changed_parts(before: Path, after: Path) -> tuple[set[str], set[str], set[str]]:
    """(changed, removed, new) parts."""
    old, new = parts_of(before), parts_of(after)
    changed = {name for name in set(old) & set(new) if old[name] != new[name]}
    return changed, set(old) - set(new), set(new) - set(old)

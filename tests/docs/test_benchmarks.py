"""The benchmarks: figures as JSON, goals, and the page that is written from them. `make bench SIZE=small` runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT

from benchmarks import machine, page
from benchmarks.goals import list_goals
from benchmarks.job import READ_ONLY
from benchmarks.jobs import imports
from benchmarks.processes import Measurement
from benchmarks.results import JobResult, Results

if TYPE_CHECKING:
    from pathlib import Path


def runs(*cpu: float) -> list[Measurement]:
    """Runs that took so many seconds."""
    return [Measurement(seconds, seconds * 2, 100.0, {}) for seconds in cpu]


def xlsx_job(records: int, **cpu: list[Measurement]) -> JobResult:
    """Figures of checking a workbook; `read_only` is the naive script in openpyxl's read-only mode."""
    others = {READ_ONLY: cpu.pop("read_only")} if "read_only" in cpu else {}
    return JobResult(imports.WORKBOOKS, records, ("check",), {**cpu, **others})


@pytest.fixture
def measured() -> Results:
    """Figures of two sizes of workbooks, after they were written as JSON and read again."""
    jobs = [
        xlsx_job(100, check=runs(1, 3), limit=runs(1), naive=runs(9)),
        xlsx_job(1_000, check=runs(12, 10), limit=runs(4), naive=runs(90), read_only=runs(40)),
    ]
    results = Results(machine.describe(), "medium", 2, jobs)
    return Results.from_json(json.loads(json.dumps(results.to_json())))


def test_goals_compare_the_fastest_runs(measured: Results) -> None:
    """A goal compares the fastest runs on the largest data; one that was not measured has no figure."""
    goals = {goal.text: goal for goal in list_goals(measured)}
    assert {text: (goal.value, goal.reached) for text, goal in goals.items() if goal.value is not None} == {
        "H1 xlsx check: CPU, compared with the limit": (2.5, False),
        "H1 xlsx check: faster than naive": (9.0, True),
        "H1 xlsx check: faster than naive, read-only": (4.0, None),
        "H1 xlsx check: growth exponent": (1.0, True),
    }


def test_the_page_has_the_figures_and_no_path(
    measured: Results, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The page has the table, the goals and the versions, and nothing of the computer's name and folders."""
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    page.write_page(measured)
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| H1 xlsx, check | 1,000 | 10.00 | 4.00 | 2.5 | 20.00 | 180.00 | 9.0 | 100 | 100 | 100 | 1.00 |" in text
    assert "| H1 xlsx check: growth exponent | ≤ 1.05 | 1.00 | yes |" in text
    assert "| H1 xlsx check: faster than naive, read-only |  | 4.00 × |  |" in text
    assert "| H1 xlsx, naive, read-only | 1,000 | 40.00 | 80.00 | 100 |" in text
    assert str(ROOT) not in text
    assert sys.prefix not in text


def test_the_measuring_process_is_small() -> None:
    """What measures loads no frames: Linux counts its memory as that of the commands it starts."""
    code = "import sys, benchmarks.__main__; print({'polars', 'openpyxl', 'armbulk'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

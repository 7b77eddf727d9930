"""H3 and H4: exporting GL items, and what a single call of a list takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.job import Job
from benchmarks.processes import module
from benchmarks.sizes import Sizes

FORMATS = {"xlsx": "H3 GL items to xlsx", "csv": "H4 GL items to csv", "parquet": "H4 GL items to parquet"}
LIST_CALLS = "Calls of a list"
FEW, MANY = "few pages", "many pages"
_PAGE = 1_000


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    jobs = [_build_job(folder, form, rows) for form in FORMATS for rows in sizes.exports]
    return [*jobs, _build_list_calls(folder, sizes)]


def _build_job(folder: Path, form: str, rows: int) -> Job:
    source, target = folder / f"postings-{rows}", folder / f"gl.{form}"
    return Job(
        FORMATS[form],
        rows,
        {"export": module("measured.export_ours", source, rows, target, _PAGE)},
        limit=module("measured.export_limit", source, rows, target, _PAGE),
        naive=module("measured.export_naive", source, rows, target, _PAGE),
        data=(module("data", "postings", source, rows),),
        facts=_read_facts,
    )


def _build_list_calls(folder: Path, sizes: Sizes) -> Job:
    rows = sizes.pages[0] * _PAGE
    source, target = folder / "postings-of-calls", folder / "calls.csv"
    pages = dict(zip((FEW, MANY), sizes.pages, strict=True))
    return Job(
        LIST_CALLS,
        rows,
        {name: module("measured.export_ours", source, rows, target, rows // count) for name, count in pages.items()},
        data=(module("data", "postings", source, rows),),
        facts=_read_facts,
    )


def _read_facts(output: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"rows": output["rows"]}

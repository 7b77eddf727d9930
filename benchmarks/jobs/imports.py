"""H1 and H2: checking and planning workbooks and CSV files, clean and with errors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.job import Job
from benchmarks.processes import Command, armbulk, module
from benchmarks.sizes import Sizes

WORKBOOKS, CSV, BAD_ROWS = "H1 xlsx", "H2 csv", "CSV with bad rows"
CHECK, PLAN = "check", "plan"
CLEAN, SOME_BAD, ALL_BAD = "clean", "5 % bad", "all bad"
_EVERY = {CLEAN: 0, SOME_BAD: 20, ALL_BAD: 1}  # one of so many rows has an error
_ENDS = {CLEAN: (0,), SOME_BAD: (1,), ALL_BAD: (1,)}  # exit codes: with errors it is 1
_PLANNED = (0, 4)  # also where the limits are exceeded


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    jobs = []
    for documents in sizes.workbooks:
        book = folder / f"book-{documents}.xlsx"
        jobs.append(_build_job(WORKBOOKS, documents, [book], folder, module("data", "xlsx", book, documents)))
    for documents in sizes.csv:
        place = folder / f"csv-{documents}"
        jobs.append(_build_job(CSV, documents, _csv_files(place), folder, module("data", "csv", place, documents)))
    return [*jobs, _build_bad_rows(folder, sizes.bad_rows)]


def _build_job(name: str, documents: int, files: list[Path], folder: Path, data: Command) -> Job:
    script = (*files, folder / "naive.json")
    return Job(
        name,
        documents,
        {
            CHECK: armbulk("check", *files, "--json", environ=_settings(folder)),
            PLAN: armbulk("plan", "--first-import", *files, "--json", exits=_PLANNED, environ=_settings(folder)),
        },
        limit=module("measured.import_limit", *files, folder / "limit.json"),
        naive=module("measured.import_naive", *script),
        read_only=module("measured.import_naive", "--read-only", *script) if name == WORKBOOKS else None,
        data=(data,),
        facts=_read_facts,
    )


def _build_bad_rows(folder: Path, documents: int) -> Job:
    places = {name: folder / f"bad-{every}" for name, every in _EVERY.items()}
    return Job(
        BAD_ROWS,
        documents,
        {
            name: armbulk("check", *_csv_files(place), "--json", exits=_ENDS[name], environ=_settings(folder))
            for name, place in places.items()
        },
        data=tuple(module("data", "csv", place, documents, _EVERY[name]) for name, place in places.items()),
    )


def _settings(folder: Path) -> dict[str, str]:
    return {"ARMBULK_HOME": str(folder / "home"), "ARMBULK_CLIENT_SIZE": "XL"}


def _csv_files(place: Path) -> list[Path]:
    return [place / f"{name}.csv" for name in ("customers", "documents", "lines")]


def _read_facts(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how many records were read, and what the documents add up to where it is printed."""
    if "sheets" in output:  # check
        return {"records": {sheet["resource"]: sheet["ok"] for sheet in output["sheets"]}}
    total = output["total"] if "total" in output else output["totals"][0]["incl_vat"]
    return {"records": output["records"], "total": float(total)}

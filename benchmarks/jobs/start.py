"""Starting armbulk, and checking a small file."""

from pathlib import Path

from benchmarks.job import Job
from benchmarks.processes import Command, armbulk, module
from benchmarks.sizes import Sizes

START, SMALL_CHECK = "Start", "Check of a small workbook"
ROWS = 20


def list_jobs(folder: Path, _: Sizes) -> list[Job]:
    """Return the jobs."""
    home = {"ARMBULK_HOME": str(folder / "home")}
    book = folder / "start.xlsx"
    documents = ROWS // 4  # a document has three lines
    return [
        Job(
            START,
            1,
            {"--version": armbulk("--version", environ=home), "--help": armbulk("--help", environ=home)},
            limit=Command(("-c", "pass")),
        ),
        Job(
            SMALL_CHECK,
            ROWS,
            {"check": armbulk("check", book, "--json", environ=home)},
            data=(module("data", "xlsx", book, documents),),
        ),
    ]

"""H5: the user's workbook with an outcome beside each row, compared with a plain dump of the same cells."""

from pathlib import Path

from benchmarks.job import Job
from benchmarks.processes import module
from benchmarks.sizes import Sizes

RESULTS = "H5 result workbook"


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    place = folder / "results"
    return [
        Job(
            RESULTS,
            sizes.results,
            {"annotated copy": module("measured.result_copy", place, place / "copy.xlsx")},
            naive=module("measured.result_dump", place, place / "dump.xlsx"),
            data=(module("data", "results", place, sizes.results),),
            facts=lambda output: {"rows": output["rows"]},
        )
    ]

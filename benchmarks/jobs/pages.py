"""The pages of `armbulk web`, as a browser sees them."""

from pathlib import Path

from benchmarks.job import Job
from benchmarks.jobs import sending
from benchmarks.processes import armbulk, module
from benchmarks.sizes import Sizes

PAGES, CHECK = "Pages in the browser", "check"
_BATCH = 50


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the job."""
    documents = sizes.batches * _BATCH
    place = folder / f"pages-{documents}"
    files = [str(place / f"{name}.csv") for name in ("customers", "documents", "lines")]
    return [
        Job(
            PAGES,
            documents,
            {CHECK: armbulk("check", *files, "--json", environ={}), "pages": module("measured.web_pages", *files)},
            data=(module("data", "csv", place, documents),),
            setup=sending.sandbox,
        )
    ]

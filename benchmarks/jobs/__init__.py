"""The jobs, by subject."""

from pathlib import Path

from benchmarks.job import Job
from benchmarks.jobs import exports, imports, migration, pages, results, sandbox, sending, start
from benchmarks.sizes import Sizes


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return all jobs of a run; their files are written into `folder`."""
    return [
        job
        for subject in (start, imports, exports, results, migration, sending, pages, sandbox)
        for job in subject.list_jobs(folder, sizes)
    ]

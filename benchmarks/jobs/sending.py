"""Sending: many batches to a sandbox that answers at once, continuing such a run, and changing a few customers."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.data.numbers import count_customers
from benchmarks.job import Job
from benchmarks.processes import ROOT, armbulk, module, run
from benchmarks.sizes import Sizes

SENDING, RESUMING, UPDATE = "Sending documents", "Resuming in the middle", "Changing 3 customers"
_BATCH = 50

Setup = Callable[[], AbstractContextManager[Mapping[str, str]]]


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    documents = sizes.batches * _BATCH
    place = folder / f"sent-{documents}"
    files = [str(place / f"{name}.csv") for name in ("customers", "documents", "lines")]
    data = (module("data", "csv", place, documents),)
    return [
        Job(
            SENDING,
            documents,
            {"send": module("measured.send_documents", "all", *files)},
            data=data,
            setup=sandbox,
            facts=lambda output: {"created": output["created"]},
            expected={"created": documents + count_customers(documents)},
        ),
        Job(
            RESUMING,
            documents,
            {"resume": module("measured.send_documents", "resume")},
            data=data,
            setup=_half_sent(sizes.batches, files),
        ),
        Job(
            UPDATE,
            sizes.customers,
            {
                "import --update": armbulk(
                    "import", "--update", folder / "customers.xlsx", "--yes", "--json", environ={}
                )
            },
            setup=_edited(sizes.customers, folder / "customers.xlsx"),
            facts=lambda output: output["outcomes"],
            expected={"updated": 3, "unchanged": sizes.customers - 3},
        ),
    ]


@contextmanager
def sandbox(customers: int = 0, invoices: int = 0) -> Iterator[Mapping[str, str]]:
    """Start a sandbox in another process; give the settings for it, with a new home."""
    words = [sys.executable, "-m", "benchmarks.data.sandbox_process", str(customers), str(invoices)]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        settings = json.loads(process.stdout.readline())
        try:
            yield {
                **settings,
                "ARMBULK_HOME": f"{folder}/home",
                "ARMBULK_GUARD_FOLDER": f"{folder}/guard",
                "ARMBULK_POLL_SECONDS": "0",
                "ARMBULK_SOLE_SENDER": "true",
            }
        finally:
            process.stdin.close()


def _half_sent(batches: int, files: list[str]) -> Setup:
    """Return a setup that has sent half of the batches."""

    @contextmanager
    def setup() -> Iterator[Mapping[str, str]]:
        with sandbox() as settings:
            run(module("measured.send_documents", "half", batches, *files, environ=settings))
            yield settings

    return setup


def _edited(customers: int, book: Path) -> Setup:
    """Return a setup in which customers were exported to `book`, and three of them were edited there."""

    @contextmanager
    def setup() -> Iterator[Mapping[str, str]]:
        with sandbox(customers) as settings:
            run(armbulk("export", "customers", "-o", book, "--json", environ=settings))
            run(module("data", "edit", book, customers))
            yield settings

    return setup

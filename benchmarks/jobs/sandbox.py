"""The sandbox alone, and its generator of ledgers."""

from pathlib import Path

from benchmarks.job import Job
from benchmarks.jobs import sending
from benchmarks.processes import module
from benchmarks.sizes import Sizes

CALLS, GENERATOR = "Sandbox alone", "Sandbox's generator"
_BATCH = 50


def list_jobs(_: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    documents = sizes.sandbox_batches * _BATCH
    return [
        Job(
            CALLS,
            documents,
            {"answer": module("measured.call_sandbox", documents)},
            setup=lambda: sending.sandbox(invoices=sizes.sandbox_batches * 100),
        ),
        Job(GENERATOR, sizes.generated, {"generate": module("measured.generate_ledger", sizes.generated)}),
    ]

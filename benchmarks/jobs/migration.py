"""Turning a SAF-T file into a workbook for review."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.job import Job
from benchmarks.processes import armbulk, module
from benchmarks.sizes import Sizes

MIGRATION = "Migrate SAF-T"
MIGRATE = "migrate"


def list_jobs(folder: Path, sizes: Sizes) -> list[Job]:
    """Return the jobs."""
    return [_build_job(folder, invoices) for invoices in sizes.ledgers]


def _build_job(folder: Path, invoices: int) -> Job:
    source, home = folder / f"ledger-{invoices}.xml", {"ARMBULK_HOME": str(folder / "home")}
    target = folder / f"moved-{invoices}.xlsx"
    return Job(
        MIGRATION,
        invoices,
        {MIGRATE: armbulk("migrate", source, "-o", target, "--yes", "--json", environ=home, exits=(1,))},  # questions
        data=(module("data", "ledger", source, invoices),),
        facts=_read_facts,
        expected={"proved": True},
    )


def _read_facts(output: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"proved": output["proved"] and output["documents_sum"] == output["closing_sum"]}

"""The result of a run as the store has it: its records with their outcomes."""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.clock import format_iso
from armbulk.errors import FileError
from armbulk.model.outcome import SUCCESSFUL, ApiUsage, Outcome
from armbulk.model.read_options import ReadOptions
from armbulk.planning.items import SEND_ORDER
from armbulk.results import reconcile
from armbulk.results.control_totals import ControlTotals, calculate_totals
from armbulk.results.read_back import verification_to_json
from armbulk.results.totals_words import to_json as totals_to_json
from armbulk.store import CallRun, ListCheck, Run, Store, Verification
from armbulk.store.call_runs import CallTables
from armbulk.store.deletion_tables import DELETES
from armbulk.store.due_date_tables import DUE_DATES
from armbulk.store.reservation_tables import RESERVATIONS
from armbulk.validation.check import Checked, check_files

_CALL_TABLES: tuple[CallTables[Any], ...] = (DELETES, RESERVATIONS, DUE_DATES)
_SENT_BEFORE = [Outcome.ALREADY_SENT.value, Outcome.UNCHANGED.value]
"""The outcomes of records that ARM has since an earlier run."""


@dataclass(frozen=True)
class RunResult:
    """A run and the outcomes of its records.

    Attributes:
        run: the run; None when nothing was sent, and nothing stored.
        items: the records, every one with an outcome (`reconcile.fill_outcomes`).
        batch_numbers: batch id → number of the batch.
        usage: what the run has used of the quota, by meter.
        list_checks: which lists of ARM replaced single look-ups, and which did not.
        verification: what ARM has of the accepted records, as it was read back; None: it was not.
    """

    run: Run | None
    items: pl.DataFrame
    batch_numbers: dict[int, int]
    usage: dict[str, int]
    list_checks: tuple[ListCheck, ...] = ()
    verification: Verification | None = None

    @cached_property
    def control_totals(self) -> ControlTotals:
        """The control totals, with what was read back if that was begun."""
        return calculate_totals(self.items, self.verification.read if self.verification else None)

    @property
    def is_verified(self) -> bool:
        """Whether all accepted records were read back, and ARM has them as they were sent."""
        is_ended = self.verification is not None and self.verification.ended is not None
        return is_ended and self.control_totals.agrees_with_arm

    def count_outcomes(self) -> dict[str, int]:
        """Return the number of records by outcome."""
        return reconcile.count_outcomes(self.items)

    @property
    def all_successful(self) -> bool:
        """Whether every record has an outcome that leaves nothing to do."""
        return self.items["outcome"].is_in([outcome.value for outcome in SUCCESSFUL]).all()

    def count_by_resource(self) -> dict[str, dict[str, int]]:
        """Return the number of records by outcome, for each resource; outcomes without records are left out."""
        counts = {}
        for name in SEND_ORDER:
            items = self.items.filter(pl.col("resource") == name)
            if items.height:
                by_outcome = reconcile.count_outcomes(items)
                counts[name] = {outcome: count for outcome, count in by_outcome.items() if count}
        return counts

    def to_json(self) -> dict[str, Any]:
        """Return the run as the JSON of `import`, `resume` and `show`."""
        totals = self.control_totals
        return {
            "run": str(self.run.id) if self.run else None,
            "state": self.run.state if self.run else "finished",
            "rows": self.items.height,
            "outcomes": self.count_outcomes(),
            "by_resource": self.count_by_resource(),
            "cost": self.usage,
            "list_checks": [
                {
                    "resource": check.resource,
                    "trusted": check.reason is None,
                    "records": check.records,
                    "known": check.known,
                    "missing": check.missing,
                    "reason": check.reason,
                    "at": format_iso(check.decided),
                }
                for check in self.list_checks
            ],
            "control_totals": totals_to_json(totals),
            "verification": verification_to_json(self.verification, totals) if self.verification else None,
            "result": self.run.result if self.run else None,
            "resume_at": format_iso(self.run.resume_at) if self.run else None,
        }


def load_result(store: Store, run_id: int) -> RunResult:
    """Return the result of a run as it is now; StoreError when there is none of that number."""
    run, batches = store.run(run_id), store.batches(run_id)
    items = reconcile.fill_outcomes(store.items(run_id), {batch.id: batch.state for batch in batches})
    numbers = {batch.id: batch.no for batch in batches}
    usage, list_checks = store.usage_of_run(run_id).meters(), tuple(store.list_checks(run_id))
    return RunResult(run, items, numbers, usage, list_checks, store.verification(run_id))


def build_unsent_result(items: pl.DataFrame, references: pl.DataFrame) -> RunResult:
    """Return the result of planned records of which nothing was sent, and nothing stored.

    Args:
        items: The records.
        references: ARM's references of records sent before (`references.REFERENCES_SCHEMA`).
    """
    unsent = items.join(
        references, on=["resource", "key_norm", "doc_type"], how="left", maintain_order="left"
    ).with_columns(
        pl.lit(None, pl.String).alias("warnings"),
        pl.when(pl.col("outcome").is_in(_SENT_BEFORE)).then("reference").alias("reference"),
        pl.lit(None, pl.Float64).alias("at"),
    )
    return RunResult(None, reconcile.fill_outcomes(unsent, {}), {}, ApiUsage().meters())


def list_runs(store: Store) -> list[dict[str, Any]]:
    """Return all runs, newest first, as the JSON of `armbulk runs`."""
    imports = [
        {
            "run": str(run.id),
            "state": run.state,
            "created": format_iso(run.created),
            "client_no": run.account.client_no,
            "profile": run.profile,
            "rows": store.count_records(run.id),
            "files": [Path(name.partition("#")[0]).name for name in run.options["files"]],
            "result": run.result,
        }
        for run in store.runs()
    ]
    calls = [
        _describe_calls(run, len(store.call_rows(tables, run.id)))
        for tables in _CALL_TABLES
        for run in store.call_runs(tables)
    ]
    return sorted(imports + calls, key=lambda run: -int(str(run["run"])))


def _describe_calls(run: CallRun, rows: int) -> dict[str, Any]:
    """Return a run of single calls as `list_runs` lists it."""
    return {
        "run": str(run.id),
        "state": run.state,
        "created": format_iso(run.created),
        "client_no": run.account.client_no,
        "profile": run.profile,
        "rows": rows,
        "files": [Path(name.partition("#")[0]).name for name in run.files],
        "result": run.result,
    }


def recheck_files(run: Run) -> Checked | None:
    """Read and check a run's files again; None when one is missing or has changed."""
    try:
        checked = check_files(run.options["files"], read_options_of(run))
    except FileError:
        return None
    hashes = {str(Path(sheet.file).resolve()): sheet.sha256 + sheet.mapped_by for sheet in checked.sheets}
    return checked if hashes == run.sha256 else None


def read_options_of(run: Run) -> ReadOptions:
    """Return how a run's files were read; options of another armbulk version are left out."""
    known = {option.name for option in fields(ReadOptions)}
    return ReadOptions(**{name: value for name, value in run.options.get("reading", {}).items() if name in known})

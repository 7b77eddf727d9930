"""Earlier runs: list them, show one, remove old ones."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from armbulk.app.import_result import ImportResult
from armbulk.context import Context
from armbulk.export.run import purge_saved_snapshots, purge_unfinished_exports
from armbulk.results import run_result
from armbulk.store import Store

RUNS_SCHEMA = pl.Schema(
    {
        "run": pl.Int64(),
        "state": pl.String(),  # running, finished, paused, in_doubt or interrupted
        "created": pl.Datetime("us", "UTC"),
        "client_no": pl.String(),
        "profile": pl.String(),
        "rows": pl.Int64(),  # records
        "files": pl.List(pl.String()),
        "result": pl.String(),  # the result workbook; null: not written yet
    }
)
"""Columns and dtypes of `Session.runs`."""


def tabulate_runs(runs: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the runs (as `armbulk runs` lists them) in the same order, with the columns of RUNS_SCHEMA."""
    texts = pl.DataFrame(runs, schema={**RUNS_SCHEMA, "run": pl.String, "created": pl.String})
    created = pl.col("created").str.to_datetime(time_zone="UTC", time_unit="us")
    return texts.with_columns(created).cast(RUNS_SCHEMA)


def load_run(context: Context, store: Store, run_id: int) -> ImportResult:
    """Return a run as the store has it; StoreError if there is no run with this number."""
    result = run_result.load_result(store, run_id)
    state = result.run.state if result.run else ""
    return ImportResult(state, result, store, context.clock, context.profile)


@dataclass(frozen=True, slots=True)
class PurgeResult:
    """What a purge removed, and what it kept.

    Attributes:
        runs: Finished runs.
        records: The records of these runs.
        guarded: Document numbers that are kept, so that nothing is ever sent twice.
        exports: Unfinished exports.
        snapshots: Saved snapshots of exports, for --since last.
    """

    runs: int
    records: int
    guarded: int
    exports: int
    snapshots: int

    def to_json(self) -> dict[str, int]:
        """Return it as the JSON of `armbulk purge` has it."""
        counts = asdict(self)
        counts["memories"] = counts.pop("snapshots")  # the published name of the key
        return counts


def purge_history(context: Context, store: Store, older_than: timedelta) -> PurgeResult:
    """Remove the local data of the client's finished runs, and of exports, that ended longer ago.

    Raises:
        Unfinished: Another process sends for the client.
    """
    before = context.clock.now() - older_than.total_seconds()
    with store.lock(context.profile.account, 0):
        purged = store.purge(context.profile.account, before)
    home = context.profile.home
    return PurgeResult(
        purged.runs,
        purged.records,
        purged.guarded,
        exports=purge_unfinished_exports(home, before),
        snapshots=purge_saved_snapshots(home, before),
    )

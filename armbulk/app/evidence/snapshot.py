"""What the store knows of a run at one moment, without personal data."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.run_report import redact_records
from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.model.batch_state import BatchState
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.run_result import RunResult, load_result, recheck_files
from armbulk.store import Batch, Run, RunEvent, RunLookup, Store
from armbulk.store.run_log import PERSONAL_DATA_REMOVED

_ATTEMPTS = 3
"""How often a run is read that another process changes meanwhile."""


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """A run as the store has it.

    Attributes:
        run: the run.
        result: its counts and usage.
        items: its records with their outcomes (`store.ITEM_SCHEMA`): messages without personal data, identity numbers
            masked.
        batches: its batches, in order.
        events: what happened, in order.
        lookups: which records were looked up in ARM, in order.
        store_id: the id of the store.
        hash_key: the key of the hashes of what was sent; None: an earlier version of armbulk began the run.
        origin: what was recorded when it began (`origin.describe_origin`); None: an earlier version began it.
    """

    run: Run
    result: RunResult
    items: pl.DataFrame
    batches: tuple[Batch, ...]
    events: tuple[RunEvent, ...]
    lookups: tuple[RunLookup, ...]
    store_id: str
    hash_key: str | None
    origin: dict[str, Any] | None

    @property
    def has_hashes(self) -> bool:
        """Whether every submit was stored with hashes of what was sent; an earlier version did not do that."""
        return all(event.sent is not None for event in self.events if event.after == BatchState.POSTING)


def take_snapshot(store: Store, run_id: int) -> RunSnapshot:
    """Return a run as the store has it.

    Raises:
        StoreError: there is no such run, or its data was deleted.
        Unfinished: another process is sending it at this moment.
    """
    for _attempt in range(_ATTEMPTS):
        before = _mark(store, run_id)
        snapshot = _read(store, run_id)
        if _mark(store, run_id) == before:
            return snapshot
    raise Unfinished(
        "run-changes",
        _("Run {run} is being sent at this moment", run=run_id),
        _("Wait until it is finished, then run the same command again"),
    )


def _mark(store: Store, run_id: int) -> object:
    """A value that is another one as soon as anything of a run has changed."""
    return store.run_mark(run_id), store.count_open_records(run_id), len(store.run_events(run_id))


def _read(store: Store, run_id: int) -> RunSnapshot:
    result, run = load_result(store, run_id), store.run(run_id)
    events = tuple(store.run_events(run_id))
    return RunSnapshot(
        run=run,
        result=result,
        items=_without_personal_data(result, run, events),
        batches=tuple(store.batches(run_id)),
        events=events,
        lookups=tuple(store.run_lookups(run_id)),
        store_id=store.identity(),
        hash_key=store.hash_key(run_id),
        origin=run.options.get("origin"),
    )


def _without_personal_data(result: RunResult, run: Run, events: tuple[RunEvent, ...]) -> pl.DataFrame:
    """The records, redacted once more unless the store says that it has done so, and customer numbers masked."""
    is_redacted = any(event.why == PERSONAL_DATA_REMOVED for event in events)
    checked = None if is_redacted else recheck_files(run)
    items = redact_records(result.items, checked, is_redacted=is_redacted)
    is_customer = pl.col("resource") == "customers"
    return items.with_columns(pl.when(is_customer).then(mask_national_id(pl.col("key"))).otherwise("key").alias("key"))

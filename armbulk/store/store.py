"""One user's database: opened, locked, filled with runs and purged.

SQLite (WAL, FULL sync, readable by its owner only) through SQLAlchemy Core. What happens to the batches of a run is in
`journal`, the quota in `metering`, reading in `queries`.
"""

import json
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.errors import StoreError, describe_os_error
from armbulk.i18n import _, pack_text
from armbulk.model.batch_state import BatchState
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.redaction import REDACTED_COLUMNS
from armbulk.store import purge as purging
from armbulk.store.copies import SendingCounter
from armbulk.store.customers import keep_customers
from armbulk.store.deletions import DeletionStore
from armbulk.store.due_dates import DueDateStore
from armbulk.store.engine import create_missing, flush, migrate, open_engine
from armbulk.store.journal import BatchJournal
from armbulk.store.list_checks import ListCheckStore
from armbulk.store.locks import ClientLock, lock_reading_back
from armbulk.store.observations import ObservationStore
from armbulk.store.payload_hashes import create_hash_key
from armbulk.store.purge import DeletedRows
from armbulk.store.queries import StoreReader, no_such_run_error
from armbulk.store.references import copy_references
from armbulk.store.reservations import ReservationStore
from armbulk.store.rows import ITEM_SCHEMA, StoreStamp, SubmitIntent
from armbulk.store.run_log import PERSONAL_DATA_REMOVED, RunLogReader
from armbulk.store.saved_lists import SavedListStore
from armbulk.store.schema import (
    batch,
    belongs_to,
    client,
    customer_content,
    event,
    identity,
    item,
    run,
    sent_customer,
    sequence,
    token,
)
from armbulk.store.verifications import VerificationStore
from armbulk.store.written_files import WrittenFiles

_RUN = _("Run {run} (process {process}, started {started})")
_OTHER_COMMAND = _("Another armbulk command (process {process}, started {started})")


class Store(
    StoreReader,
    RunLogReader,
    ListCheckStore,
    VerificationStore,
    SavedListStore,
    DeletionStore,
    ReservationStore,
    DueDateStore,
    ObservationStore,
    BatchJournal,
):
    """The database of one user; `clock` is read for every timestamp.

    Attributes:
        written_files: the files that armbulk wrote for its user.
    """

    written_files: WrittenFiles

    def __init__(
        self, url: str, clock: Clock, roots: Sequence[str] = (), *, shared: bool = False, guard_folder: str = ""
    ) -> None:
        """Open the store, or create it.

        Args:
            url: the SQLite file, as SQLAlchemy names it.
            clock: for every timestamp.
            roots: folders that are synchronised with other machines, where a store is refused.
            shared: allow such a folder all the same.
            guard_folder: where the number of the last sending is kept, outside the store's folder; "": nowhere.

        Raises:
            StoreError: it is damaged, newer than this armbulk, or cannot be written.
        """
        self.clock = clock
        self.url = url
        self._times = {}
        self.written_files = WrittenFiles.beside(url)
        self.counter = SendingCounter(Path(guard_folder)) if guard_folder else None
        self._engine = open_engine(url, roots, shared=shared)
        try:
            self._prepare()
            self.detect_copy()
        except sa.exc.DBAPIError as error:
            raise StoreError(
                "store-unusable",
                _("armbulk's database cannot be used: {reason}", reason=describe_os_error(error.orig or error)),
                _("Nothing was sent. Check that the folder is writable and on a local disk"),
            ) from None

    def _prepare(self) -> None:
        with self._engine.begin() as conn:
            migrate(conn)
            create_missing(conn)
            if conn.execute(sa.select(identity.c.id)).first() is None:
                conn.execute(sa.insert(identity).values(id=uuid.uuid4().hex))
            if conn.execute(sa.select(sequence.c.id)).first() is None:
                conn.execute(sa.insert(sequence).values(id=1, number=0))

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def lock(self, account: Account, run_id: int) -> ClientLock:
        """Return the lock that keeps this user's other processes from sending or deciding for the same client.

        `run_id` is the run that is sent; 0: none, or one that does not exist yet.
        """
        return ClientLock(self.url, account, self.describe_process(run_id))

    def lock_reading_back(self, account: Account) -> AbstractContextManager[None]:
        """Return the lock that keeps other processes from reading the same client's records back meanwhile."""
        return lock_reading_back(self.url, account)

    def describe_process(self, run_id: int) -> str:
        """Return how others name this process while it has a client's lock (packed: each in its own language)."""
        started = datetime.fromtimestamp(self.clock.now(), UTC).astimezone().strftime("%H:%M")
        if not run_id:
            return pack_text(_OTHER_COMMAND.fill(process=os.getpid(), started=started))
        return pack_text(_RUN.fill(run=run_id, process=os.getpid(), started=started))

    # ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def record_intent(self, account: Account, batch_id: int, limits: QuotaLimits) -> SubmitIntent | float | None:
        """Commit the intent to submit a batch (`BatchJournal.record_intent`), then write its number to the counter."""
        intent = super().record_intent(account, batch_id, limits)
        if isinstance(intent, SubmitIntent):
            self.is_guarded()
            if self.counter is not None and self.batch(batch_id).resource == "documents":
                self.counter.write_client(account, self.identity(), self.clock.now())
        return intent

    def create_run(
        self,
        new: Mapping[str, Any],
        items: pl.DataFrame,
        batches: Sequence[tuple[int, str, str]],
        customers: pl.DataFrame | None = None,
    ) -> int:
        """Store a new run, all or nothing; return its id.

        Args:
            new: columns of `run`.
            items: ITEM_SCHEMA's columns, with the batch's number in `batch`, and `payload` and `base`.
            batches: (number, resource, method) of each batch.
            customers: the columns `item`, `customer`, `content` and `fields` of `customer_content`; None: no customers.
        """
        with self._engine.begin() as conn:
            row = {**new, "created": self.clock.now(), "state": "running", "hash_key": create_hash_key()}
            for name in ("sha256", "options"):
                row[name] = json.dumps(new[name])
            run_id = int(conn.execute(sa.insert(run).values(row).returning(run.c.id)).scalar_one())
            self._add_client(conn, Account(new["origin"], new["client_no"]), row["created"])
            ids = _insert_batches(conn, run_id, batches)
            rows = items.join(ids, left_on="batch", right_on="no", how="left", maintain_order="left")
            rows = rows.with_columns(pl.col("id").alias("batch"), run=pl.lit(run_id)).drop("id")
            if rows.height:
                conn.execute(sa.insert(item), rows.to_dicts())
                copy_references(conn, Account(new["origin"], new["client_no"]), run_id)
            if customers is not None and customers.height:
                contents = customers.with_columns(run=pl.lit(run_id)).to_dicts()
                conn.execute(sa.insert(customer_content), contents)
            self._log(conn, run_id, None, None, None, "begun")
        return run_id

    def _add_client(self, conn: sa.Connection, account: Account, since: float) -> None:
        """Record since when this store knows all that is sent for a client, unless it is recorded."""
        if conn.execute(sa.select(client.c.since).where(*belongs_to(client, account))).first() is None:
            values = {"origin": account.origin, "client_no": account.client_no, "since": since}
            conn.execute(sa.insert(client).values(values))

    def end_session(self, run_id: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended, and when a paused run may be resumed (epoch seconds)."""
        with self._engine.begin() as conn:
            values = {"state": state, "resume_at": resume_at, "ended": self.clock.now()}
            conn.execute(sa.update(run).where(run.c.id == run_id).values(values))
            keep_customers(conn, run_id)
            self._log(conn, run_id, None, None, None, state)

    def log_event(self, run_id: int, why: str) -> None:
        """Record something that happened to a run, or that a person decided about it."""
        with self._engine.begin() as conn:
            self._log(conn, run_id, None, None, None, why)

    def save_result_path(self, run_id: int, path: str) -> None:
        """Record where the result workbook is."""
        with self._engine.begin() as conn:
            conn.execute(sa.update(run).where(run.c.id == run_id).values(result=path))

    # ── what a workbook proves, and what is deleted ─────────────────────────────────────────────────────────────

    def stamp(self, run_id: int) -> StoreStamp:
        """Return what a result workbook that is about to be written carries, with a new token."""
        word = uuid.uuid4().hex
        with self._engine.begin() as conn:
            row = conn.execute(sa.select(run.c.origin, run.c.client_no).where(run.c.id == run_id)).first()
            if row is None:  # another process has purged it meanwhile
                raise no_such_run_error(conn, run_id)
            conn.execute(sa.insert(token).values(id=word))
            store_id = conn.execute(sa.select(identity.c.id)).scalar_one()
        return StoreStamp(store_id, word, run_id, Account(*row))

    def reset_history(self, account: Account) -> None:
        """Forget what was known of a client's earlier records: a workbook shows more than this store knows."""
        with self._engine.begin() as conn:
            conn.execute(sa.update(client).where(*belongs_to(client, account)).values(since=self.clock.now()))
            conn.execute(sa.delete(sent_customer).where(*belongs_to(sent_customer, account)))

    def redact_run(self, run_id: int, redact: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Replace what a finished run keeps of its records (`no` and REDACTED_COLUMNS) by what `redact` returns."""
        names = ("no", *REDACTED_COLUMNS)
        query = sa.select(*(item.c[name] for name in names)).where(item.c.run == run_id)
        with self._engine.begin() as conn:
            rows = [tuple(row) for row in conn.execute(query.order_by(item.c.no))]
            frame = pl.DataFrame(rows, schema={name: ITEM_SCHEMA[name] for name in names}, orient="row")
            for before, after in zip(rows, redact(frame).select(names).iter_rows(), strict=True):
                if before != after:
                    is_record = sa.and_(item.c.run == run_id, item.c.no == after[0])
                    values = dict(zip(REDACTED_COLUMNS, after[1:], strict=True))
                    conn.execute(sa.update(item).where(is_record).values(values))
            is_logged = sa.select(event.c.id).where(event.c.run == run_id, event.c.why == PERSONAL_DATA_REMOVED)
            if conn.execute(is_logged).first() is None:
                self._log(conn, run_id, None, None, None, PERSONAL_DATA_REMOVED)
        flush(self._engine)

    def purge(self, account: Account, before: float) -> DeletedRows:
        """Delete finished runs that ended before a time (epoch seconds); the document numbers they sent stay."""
        with self._engine.begin() as conn:
            purged = purging.purge(conn, account, before)
        flush(self._engine)
        return purged


def _insert_batches(conn: sa.Connection, run_id: int, batches: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    """Insert planned batches; return their `no` and `id`."""
    ids = {}
    for no, resource, method in batches:
        values = {"run": run_id, "no": no, "resource": resource, "method": method, "state": BatchState.PLANNED.value}
        ids[no] = conn.execute(sa.insert(batch).values(values).returning(batch.c.id)).scalar_one()
    return pl.DataFrame({"no": list(ids), "id": list(ids.values())}, schema={"no": pl.Int64, "id": pl.Int64})

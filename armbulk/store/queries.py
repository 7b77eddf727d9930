"""Read the store: runs, batches, records, what was sent before, what is in doubt."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.errors import StoreError
from armbulk.i18n import _
from armbulk.model.batch_state import FINAL_STATES, BatchState
from armbulk.model.lookup import LookupResult
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.submission import OpenRecord
from armbulk.quota.limits import Account
from armbulk.store import decisions
from armbulk.store.copies import SendingCounter
from armbulk.store.decisions import UnresolvedDocument
from armbulk.store.deletion_tables import deletion
from armbulk.store.due_date_tables import due_date_run
from armbulk.store.reservation_tables import reservation_run
from armbulk.store.rows import (
    ITEM_SCHEMA,
    Batch,
    Run,
    select_open_records,
    sent_documents,
    slowest_batch_seconds,
    to_batch,
    to_run,
)
from armbulk.store.schema import (
    batch,
    belongs_to,
    client,
    client_parameters,
    event,
    identity,
    is_of_client,
    item,
    look,
    run,
    sent_key,
    token,
)

HistoryMark = tuple[int | None, int, int, float | None]
RunMark = tuple[tuple[Any, ...], ...]

_FINAL_VALUES = [state.value for state in FINAL_STATES]
_NEVER_SENT = (Outcome.ALREADY_SENT.value, Outcome.HELD_BACK.value)
_MAYBE_NEVER_SENT = (Outcome.CONFLICT.value, Outcome.IN_DOUBT.value, Outcome.NOT_SENT.value)
"""Outcomes of records that were set aside before their batch went, and of records that were sent."""


_BATCHES = sa.select(batch).where(batch.c.run == sa.bindparam("of_run")).order_by(batch.c.no)
_UNFINISHED_BATCHES = _BATCHES.where(batch.c.state.not_in(_FINAL_VALUES))
_BATCHES_WITH_NUMBER = (
    sa.select(batch)
    .join_from(batch, run)
    .where(*is_of_client(run), batch.c.uuid == sa.bindparam("number"))
    .order_by(batch.c.id)
)
_IS_PLANNED = batch.c.state == BatchState.PLANNED.value
_FIRST_PLANNED = (
    sa.select(batch.c.id)
    .where(batch.c.run == sa.bindparam("of_run"), _IS_PLANNED)
    .order_by(batch.c.resource, batch.c.no)  # customers before documents
    .limit(sa.bindparam("planned"))
)
_BATCHES_AT_HAND = _UNFINISHED_BATCHES.where(~_IS_PLANNED | batch.c.id.in_(_FIRST_PLANNED))
_BATCH = sa.select(batch).where(batch.c.id == sa.bindparam("of_batch"))
_PROGRESS = sa.select(sa.func.sum(sa.case((batch.c.state.in_(_FINAL_VALUES), 1), else_=0)), sa.func.count()).where(
    batch.c.run == sa.bindparam("of_run")
)
_OPEN_RECORDS = (
    sa.select(sa.func.count(), sa.func.sum(sa.case((batch.c.state == BatchState.PLANNED.value, 1), else_=0)))
    .select_from(item)
    .join(batch, item.c.batch == batch.c.id)
    .where(item.c.run == sa.bindparam("of_run"), item.c.outcome.is_(None))
)
"""Statements of every step of a session: built once."""


_CALL_RUNS = (
    (reservation_run, _("Run {run_id} reserves payments. It has no documents and no import.")),
    (due_date_run, _("Run {run_id} changes due dates. It has no documents and no import.")),
    (deletion, _("Run {run_id} deletes customers. It has no documents and no import.")),
)


def no_such_run_error(conn: sa.Connection, run_id: int) -> StoreError:
    """Return the error for a run that is not in the store, or not any more: numbers are never given twice."""
    for table, message in _CALL_RUNS:
        if conn.execute(sa.select(table.c.id).where(table.c.id == run_id)).first() is not None:
            hint = _("See it with: armbulk show {run_id}", run_id=run_id)
            return StoreError("no-import", message.fill(run_id=run_id), hint)
    last = conn.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'run'").scalar()
    if 0 < run_id <= int(last or 0):
        message = _("The data of run {run_id} was deleted from this computer with `armbulk purge`", run_id=run_id)
    else:
        message = _("There is no run {run_id}", run_id=run_id)
    return StoreError("no-such-run", message, _("List the runs with: armbulk runs"))


class StoreReader:
    """Reads the database; changes nothing."""

    clock: Clock
    counter: SendingCounter | None
    _engine: sa.Engine

    def run(self, run_id: int) -> Run:
        """Return one run; StoreError when there is none of that number."""
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(run).where(run.c.id == run_id)).mappings().first()
            if row is None:
                raise no_such_run_error(conn, run_id)
        return to_run(row)

    def runs(self) -> list[Run]:
        """Return all runs, newest first."""
        with self._engine.connect() as conn:
            return [to_run(row) for row in conn.execute(sa.select(run).order_by(run.c.id.desc())).mappings()]

    def input_hashes(self) -> frozenset[str]:
        """Return the SHA-256 of every file that a run was made of."""
        return frozenset(text[:64] for run in self.runs() for text in run.sha256.values())  # a mapping's may follow

    def batches(self, run_id: int, *, still_open: bool = False) -> list[Batch]:
        """Return a run's batches in order; with `still_open` only those that are not final."""
        query = _UNFINISHED_BATCHES if still_open else _BATCHES
        with self._engine.connect() as conn:
            return [to_batch(row) for row in conn.execute(query, {"of_run": run_id}).mappings()]

    def batches_at_hand(self, run_id: int, planned: int) -> list[Batch]:
        """Return a run's batches that are not final, in order; of the planned ones, only so many that go first."""
        with self._engine.connect() as conn:
            rows = conn.execute(_BATCHES_AT_HAND, {"of_run": run_id, "planned": planned})
            return [to_batch(row) for row in rows.mappings()]

    def batches_with_number(self, account: Account, uuid: str) -> list[Batch]:
        """Return the batches of a client, whatever run they belong to, to which ARM gave a number."""
        with self._engine.connect() as conn:
            rows = conn.execute(_BATCHES_WITH_NUMBER, {**client_parameters(account), "number": uuid})
            return [to_batch(row) for row in rows.mappings()]

    def batch(self, batch_id: int) -> Batch:
        """Return one batch."""
        with self._engine.connect() as conn:
            return to_batch(conn.execute(_BATCH, {"of_batch": batch_id}).mappings().one())

    def progress(self, run_id: int) -> tuple[int, int]:
        """Return how many of a run's batches are final, and how many there are."""
        with self._engine.connect() as conn:
            done, total = conn.execute(_PROGRESS, {"of_run": run_id}).one()
        return int(done or 0), int(total)

    def count_open_records(self, run_id: int) -> tuple[int, int]:
        """Return how many records of a run's batches have no outcome, and how many of them were not sent yet."""
        with self._engine.connect() as conn:
            remaining, unsent = conn.execute(_OPEN_RECORDS, {"of_run": run_id}).one()
        return int(remaining), int(unsent or 0)

    def items(self, run_id: int) -> pl.DataFrame:
        """Return a run's records in order (ITEM_SCHEMA)."""
        columns = [item.c[name] for name in ITEM_SCHEMA]
        with self._engine.connect() as conn:
            rows = conn.execute(sa.select(*columns).where(item.c.run == run_id).order_by(item.c.no)).all()
        return pl.DataFrame([tuple(row) for row in rows], schema=ITEM_SCHEMA, orient="row")

    def find_used_customers(self, account: Account, customers: Collection[str]) -> frozenset[str]:
        """Return which customers (`key_norm`) have documents that were sent, or may have been, in any run."""
        query = sa.select(sent_key.c.customer_norm).distinct().where(*belongs_to(sent_key, account))
        with self._engine.connect() as conn:
            used = {row.customer_norm for row in conn.execute(query)}
        return frozenset(used & set(customers))

    def open_records(self, batch_id: int) -> tuple[OpenRecord, ...]:
        """Return the records of a batch without an outcome, in order."""
        with self._engine.connect() as conn:
            return select_open_records(conn, batch_id)

    def usage_of_run(self, run_id: int) -> ApiUsage:
        """Return what a run has used of the quota so far."""
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(run.c.requests, run.c.reads, run.c.writes).where(run.c.id == run_id)).first()
            if row is None:  # another process has purged it meanwhile
                raise no_such_run_error(conn, run_id)
        return ApiUsage(*row)

    def count_records(self, run_id: int) -> int:
        """Return the number of records of a run."""
        with self._engine.connect() as conn:
            return int(conn.execute(sa.select(sa.func.count()).where(item.c.run == run_id)).scalar_one())

    def sent_records(self, batch_id: int) -> list[tuple[int, str]]:
        """Return (number, key) of every record the batch was sent with, in the order of its body."""
        with self._engine.connect() as conn:
            return [(no, key) for no, key in conn.execute(_select_sent_records(), {"of_batch": batch_id})]

    def sent_documents(self, account: Account) -> pl.DataFrame:
        """Return the documents that were sent for a client, or may have been (`sent_before.SENT_DOCUMENTS_SCHEMA`)."""
        with self._engine.connect() as conn:
            return sent_documents(conn, account)

    def not_found_in_arm(self, run_id: int, since: float, until: float) -> set[int]:
        """Return the numbers of a run's records that look-ups between two times (epoch seconds) did not find in ARM."""
        query = sa.select(look.c.item).where(
            look.c.run == run_id, look.c.result == LookupResult.ABSENT.value, look.c.at.between(since, until)
        )
        with self._engine.connect() as conn:
            return {int(no) for (no,) in conn.execute(query)}

    def identity(self) -> str:
        """Return this store's id."""
        with self._engine.connect() as conn:
            return str(conn.execute(sa.select(identity.c.id)).scalar_one())

    def issued_token(self, word: str) -> bool:
        """Return whether a result workbook's token came from this store, with all that this store knew then."""
        with self._engine.connect() as conn:
            return conn.execute(sa.select(token.c.id).where(token.c.id == word)).first() is not None

    def history_since(self, account: Account) -> float | None:
        """Return since when this store knows all that is sent for a client; None: it knows nothing of the client.

        It does not know what another store on this machine has sent.
        """
        with self._engine.connect() as conn:
            since = conn.execute(sa.select(client.c.since).where(*belongs_to(client, account))).scalar()
        if since is None:
            return None
        elsewhere = self.counter.last_sending_elsewhere(account, self.identity()) if self.counter else None
        return max(float(since), min(elsewhere or 0.0, self.clock.now()))

    def slowest_batch_seconds(self, account: Account) -> float:
        """Return the seconds the client's slowest batch took, from its intent to its last outcome."""
        with self._engine.connect() as conn:
            return slowest_batch_seconds(conn, account)

    def verify_no_doubt_elsewhere(self, account: Account, batch_id: int) -> None:
        """Make sure that no document of a batch is on its way to another address of the client; Unfinished otherwise.

        This is before the batch's documents are looked up: what is on its way is not found.
        """
        with self._engine.connect() as conn:
            decisions.verify_no_doubt_elsewhere(conn, account, batch_id, self.clock.now())

    def verify_nothing_in_doubt(self, account: Account, run_id: int = 0, *, posting: bool = True) -> None:
        """Make sure that no document of another run than `run_id` is in doubt; Unfinished otherwise.

        A new batch of documents must not follow into a network that has just lost one. Without `posting`, batches that
        a living process may be sending do not count: the caller does not have the client's lock.
        """
        with self._engine.connect() as conn:
            decisions.verify_nothing_in_doubt(conn, account, run_id, posting=posting)

    def runs_with_customers_in_doubt(self, account: Account, run_id: int | None = None) -> list[int]:
        """Return the runs whose customers may have been sent and have no outcome; `resume` sends them again."""
        with self._engine.connect() as conn:
            return decisions.runs_with_customers_in_doubt(conn, account, run_id)

    def runs_with_answers_to_fetch(self, account: Account, run_id: int | None = None) -> list[int]:
        """Return the runs with batches that ARM has accepted, and whose outcome is unknown; `resume` asks for it."""
        with self._engine.connect() as conn:
            return decisions.runs_with_answers_to_fetch(conn, account, run_id)

    def is_sent_again(self, batch_id: int) -> bool:
        """Return whether a batch has documents that may have been sent before, and that a person sends again."""
        with self._engine.connect() as conn:
            return decisions.is_sent_again(conn, batch_id)

    def is_posting(self, account: Account) -> bool:
        """Return whether a batch of a client is being sent, or was when its process ended."""
        with self._engine.connect() as conn:
            return decisions.is_posting(conn, account)

    def outcomes_or_states(self, documents: Sequence[UnresolvedDocument]) -> list[str | None]:
        """Return the outcome of each document, or the state of its batch; None for one that is gone."""
        with self._engine.connect() as conn:
            return [decisions.outcome_or_state(conn, document) for document in documents]

    def history_mark(self, account: Account) -> HistoryMark:
        """Return a value that is another one as soon as any batch, decision or run of this store has changed."""
        with self._engine.connect() as conn:
            since = conn.execute(sa.select(client.c.since).where(*belongs_to(client, account))).scalar()
            last, count = conn.execute(sa.select(sa.func.max(event.c.id), sa.func.count())).one()
            guards = conn.execute(sa.select(sa.func.count()).select_from(sent_key)).scalar_one()
        return last, count, guards, since

    def run_mark(self, run_id: int) -> RunMark | None:
        """Return a value that is another one as soon as a batch of a run has moved; None when the run is gone."""
        columns = [batch.c[name] for name in ("id", "state", "attempt", "rounds")]
        with self._engine.connect() as conn:
            if conn.execute(sa.select(run.c.id).where(run.c.id == run_id)).first() is None:
                return None
            return tuple(tuple(row) for row in conn.execute(sa.select(*columns).where(batch.c.run == run_id)))

    def unresolved_documents(self, account: Account, run_id: int | None = None) -> list[UnresolvedDocument]:
        """Return the documents that may have been sent and have no outcome, oldest first."""
        with self._engine.connect() as conn:
            return decisions.unresolved_documents(conn, account, run_id)


@cache
def _select_sent_records() -> sa.Select[Any]:
    was_set_aside = sa.and_(item.c.outcome.in_(_MAYBE_NEVER_SENT), item.c.at <= batch.c.intended)
    was_sent = sa.or_(item.c.outcome.is_(None), sa.and_(item.c.outcome.not_in(_NEVER_SENT), ~was_set_aside))
    query = sa.select(item.c.no, item.c.key).join_from(item, batch, item.c.batch == batch.c.id)
    return query.where(item.c.batch == sa.bindparam("of_batch"), was_sent).order_by(item.c.no)

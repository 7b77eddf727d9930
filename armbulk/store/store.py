"""The store: what armbulk knows of its runs, on disk before it is believed.

One SQLite database (WAL, FULL sync, readable by its owner alone) through SQLAlchemy Core. Every transition is one
transaction: the intent is committed before a byte leaves, the answer before anything else happens. States move only
along `model.batch_state.MOVES`, and only here.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.errors import StoreError
from armbulk.model.batch_state import FINAL_STATES, BatchState, is_allowed
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.response import Response
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.quota.limits import Account, Priority, QuotaLimits
from armbulk.redaction import KEPT
from armbulk.store import decisions
from armbulk.store import purge as purging
from armbulk.store.decisions import UnresolvedDocument
from armbulk.store.engine import ClientLock, engine_of, flush, migrate
from armbulk.store.metering import QuotaMeter
from armbulk.store.purge import Purged
from armbulk.store.queries import StoreReader
from armbulk.store.rows import (
    ITEM_SCHEMA,
    Batch,
    Run,
    StoreStamp,
    SubmitIntent,
    belongs_to,
    guard,
    open_of,
    release,
    split,
    writes,
)
from armbulk.store.schema import batch, client, event, identity, item, look, metadata, run, sent_key, token

_FINAL_WORDS = [state.value for state in FINAL_STATES]

__all__ = ["ITEM_SCHEMA", "Batch", "OpenRecord", "Run", "Store", "StoreStamp", "SubmitIntent", "UnresolvedDocument"]


class Store(StoreReader, QuotaMeter):
    """The database of one user; `clock` is read for every stamp."""

    def __init__(self, url: str, clock: Clock, roots: Sequence[str] = (), *, shared: bool = False) -> None:
        """Open or create the store; StoreError when it is damaged, newer, or cannot be written.

        It is refused in a folder that other machines see, such as one of `roots`, unless `shared` allows that.
        """
        self.clock = clock
        self.url = url
        self._known = {}
        self._engine = engine_of(url, roots, shared=shared)
        try:
            self._prepare()
        except sa.exc.DBAPIError as error:
            raise StoreError(
                "store-unusable",
                f"The store cannot be used: {type(error.orig).__name__}: {error.orig}",
                "Check that its folder is writable and on a local disk; nothing was sent",
            ) from None

    def _prepare(self) -> None:
        with self._engine.begin() as conn:
            if conn.dialect.name == "sqlite":
                migrate(conn)
            metadata.create_all(conn)
            if conn.execute(sa.select(identity.c.id)).first() is None:
                conn.execute(sa.insert(identity).values(id=uuid.uuid4().hex))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def lock(self, account: Account, run_id: int) -> AbstractContextManager[object]:
        """Keep other armbulk processes of this user from sending for the same client at the same time."""
        started = datetime.fromtimestamp(self.clock.now(), UTC).astimezone().strftime("%H:%M")
        return ClientLock(self.url, account, f"Run {run_id} (process {os.getpid()}, started {started})")

    # ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def create_run(self, new: Mapping[str, Any], items: pl.DataFrame, batches: Sequence[tuple[int, str, str]]) -> int:
        """Store a new run with its `batches` (no, resource, method) and items, all or nothing; return its id.

        `items` has ITEM_SCHEMA's columns but `batch` as the batch's number, and `payload`.
        """
        with self._engine.begin() as conn:
            row = {**new, "created": self.clock.now(), "state": "running"}
            for name in ("sha256", "options"):
                row[name] = json.dumps(new[name])
            run_id = int(conn.execute(sa.insert(run).values(row).returning(run.c.id)).scalar_one())
            self._meet(conn, Account(new["origin"], new["client_no"]), row["created"])
            ids = {}
            for no, resource, method in batches:
                values = {
                    "run": run_id,
                    "no": no,
                    "resource": resource,
                    "method": method,
                    "state": BatchState.PLANNED.value,
                }
                ids[no] = conn.execute(sa.insert(batch).values(values).returning(batch.c.id)).scalar_one()
            numbers = pl.DataFrame({"no": list(ids), "id": list(ids.values())}, schema={"no": pl.Int64, "id": pl.Int64})
            rows = items.join(numbers, left_on="batch", right_on="no", how="left", maintain_order="left")
            rows = rows.with_columns(pl.col("id").alias("batch"), run=pl.lit(run_id)).drop("id")
            if rows.height:
                conn.execute(sa.insert(item), rows.to_dicts())
            self._log(conn, run_id, None, None, None, "begun")
        return run_id

    def end_session(self, run_id: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended; a finished run forgets what personal data ARM's words may hold."""
        with self._engine.begin() as conn:
            values = {"state": state, "resume_at": resume_at, "ended": self.clock.now()}
            conn.execute(sa.update(run).where(run.c.id == run_id).values(values))
            self._log(conn, run_id, None, None, None, state)

    def redact_run(self, run_id: int, mask: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Pass what a finished run keeps of its records (`no` and KEPT) through `mask`, which makes it impersonal."""
        names = ("no", *KEPT)
        wanted = sa.select(*(item.c[name] for name in names)).where(item.c.run == run_id)
        with self._engine.begin() as conn:
            rows = [tuple(row) for row in conn.execute(wanted.order_by(item.c.no))]
            kept = pl.DataFrame(rows, schema={name: ITEM_SCHEMA[name] for name in names}, orient="row")
            for before, after in zip(rows, mask(kept).select(names).iter_rows(), strict=True):
                if before != after:
                    mine = sa.and_(item.c.run == run_id, item.c.no == after[0])
                    conn.execute(sa.update(item).where(mine).values(dict(zip(KEPT, after[1:], strict=True))))
        flush(self._engine)

    def stamp(self, run_id: int) -> StoreStamp:
        """Return what a result workbook that is about to be written carries: this store, and a word only it knows."""
        word = uuid.uuid4().hex
        with self._engine.begin() as conn:
            conn.execute(sa.insert(token).values(id=word))
            which = conn.execute(sa.select(identity.c.id)).scalar_one()
            whose = conn.execute(sa.select(run.c.origin, run.c.client_no).where(run.c.id == run_id)).one()
        return StoreStamp(which, word, run_id, Account(*whose))

    def reset_history(self, account: Account) -> None:
        """A workbook tells of what this store does not know: it vouches for the client from now on only."""
        with self._engine.begin() as conn:
            conn.execute(sa.update(client).where(*belongs_to(client, account)).values(since=self.clock.now()))

    def log_decision(self, run_id: int, why: str) -> None:
        """Write down what a person said of a run."""
        with self._engine.begin() as conn:
            self._log(conn, run_id, None, None, None, why)

    def save_result_path(self, run_id: int, path: str) -> None:
        """Remember where the result workbook went."""
        with self._engine.begin() as conn:
            conn.execute(sa.update(run).where(run.c.id == run_id).values(result=path))

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────

    def record_intent(self, account: Account, batch_id: int, limits: QuotaLimits) -> SubmitIntent | float | None:
        """Commit the intent to send a batch: its reservation, its keys and `posting` together.

        Returns the Intent; or the time to wait for when the meters are full; or None when nothing is left to send.
        """
        with self._engine.begin() as conn:
            self._set_aside(conn, account, batch_id)
            records = open_of(conn, batch_id)
            if not records:
                self._move(conn, batch_id, BatchState.FINISHED, "nothing left to send")
                return None
            cost = ApiUsage(1, 0, writes(conn, batch_id))
            reserved = self._reserve(conn, account, cost, limits, Priority.NORMAL)
            if isinstance(reserved, float):
                return reserved
            values = {"intended": self.clock.now(), "reservation": reserved, "attempt": batch.c.attempt + 1}
            self._move(conn, batch_id, BatchState.POSTING, "intent", **values)
            guard(conn, account, batch_id)
            return SubmitIntent(reserved, cost, records)

    def save_response(
        self,
        batch_id: int,
        to: BatchState,
        why: str,
        reply: Response,
        *,
        charge: ApiUsage | None,
        uuid: str | None = None,
        results: Iterable[RecordResult] = (),
        parts: int = 0,
    ) -> None:
        """Commit what came back of a post, whole: state, reservation (no charge gives it back), outcomes.

        A post without an answer may still be under way, and is charged later than now. With `parts` the records
        without an outcome go into so many new batches.
        """
        with self._engine.begin() as conn:
            wanted = sa.select(batch.c.run, batch.c.reservation, run.c.origin, run.c.client_no).join_from(batch, run)
            row = conn.execute(wanted.where(batch.c.id == batch_id)).one()
            for one in results:
                self._outcome(conn, row.run, one)
            if row.reservation is not None:
                self._settle(conn, Account(row.origin, row.client_no), row.reservation, charge, reply.date_sample)
                self._bill(conn, row.run, charge)
            values: dict[str, Any] = {"answered": self.clock.now(), "status": reply.status, "reservation": None}
            if uuid is not None:
                values["uuid"] = uuid
            self._move(conn, batch_id, to, why, **values)
            if to in {BatchState.PLANNED, BatchState.REFUSED}:
                release(conn, batch_id)
            if parts:
                split(conn, batch_id, parts)

    def move_batch(self, batch_id: int, to: BatchState, why: str) -> None:
        """Move a batch along the table of lawful moves."""
        with self._engine.begin() as conn:
            self._move(conn, batch_id, to, why)

    def save_results(self, batch_id: int, results: Iterable[RecordResult]) -> None:
        """Commit records' outcomes; a batch whose every record has one is finished, and forgets its bodies."""
        with self._engine.begin() as conn:
            run_id = conn.execute(sa.select(batch.c.run).where(batch.c.id == batch_id)).scalar_one()
            for one in results:
                self._outcome(conn, run_id, one)
            release(conn, batch_id, rejected_only=True)
            left = conn.execute(sa.select(sa.func.count()).where(item.c.batch == batch_id, item.c.outcome.is_(None)))
            state = BatchState(conn.execute(sa.select(batch.c.state).where(batch.c.id == batch_id)).scalar_one())
            if left.scalar_one() == 0 and state not in FINAL_STATES:
                self._move(conn, batch_id, BatchState.FINISHED, "every record has an outcome")

    def save_outcomes(self, run_id: int, results: Iterable[RecordResult]) -> None:
        """Commit outcomes of records that are not going to be sent in this run."""
        with self._engine.begin() as conn:
            for one in results:
                self._outcome(conn, run_id, one)

    def save_already_sent(self, batch_id: int, result: RecordResult) -> None:
        """Commit that ARM holds a document which was about to be sent, and guard its number from now on."""
        with self._engine.begin() as conn:
            wanted = sa.select(batch.c.run, run.c.origin, run.c.client_no).join_from(batch, run)
            row = conn.execute(wanted.where(batch.c.id == batch_id)).one()
            if result.outcome is Outcome.ALREADY_SENT:
                self._set_aside(conn, Account(row.origin, row.client_no), batch_id)
                guard(conn, Account(row.origin, row.client_no), batch_id, only=result.no)
            self._outcome(conn, row.run, result)

    def replace_payload(self, batch_id: int, no: int, payload: str) -> None:
        """Put another body in the place of a record's, before it is sent."""
        mine = sa.and_(item.c.batch == batch_id, item.c.no == no, item.c.outcome.is_(None))
        with self._engine.begin() as conn:
            conn.execute(sa.update(item).where(mine).values(payload=payload))

    def exclude_record(self, batch_id: int, result: RecordResult) -> None:
        """Commit the outcome of a record that stays at home: it leaves its batch, which has not gone yet."""
        with self._engine.begin() as conn:
            run_id = conn.execute(sa.select(batch.c.run).where(batch.c.id == batch_id)).scalar_one()
            self._outcome(conn, run_id, result)
            mine = sa.and_(item.c.run == run_id, item.c.no == result.no)
            conn.execute(sa.update(item).where(mine).values(batch=None))

    def append_message(self, run_id: int, message: str, nos: Iterable[int], *, besides: bool = False) -> None:
        """Say why records have no outcome yet, without giving them one; `besides` what was said before."""
        said = sa.func.coalesce(item.c.message, "")
        heard = sa.case((said == "", message), (sa.func.instr(said, message) > 0, said), else_=said + "; " + message)
        with self._engine.begin() as conn:
            for no in nos:
                mine = sa.and_(item.c.run == run_id, item.c.no == no)
                conn.execute(sa.update(item).where(mine).values(message=heard if besides else message))

    def save_lookup(self, batch_id: int, looks: Iterable[tuple[int, str]], *, whole: bool) -> int:
        """Write down what looks at records (number, result) showed; `whole` closes a round. Returns the rounds."""
        with self._engine.begin() as conn:
            row = conn.execute(sa.select(batch.c.run, batch.c.rounds).where(batch.c.id == batch_id)).one()
            for no, result in looks:
                conn.execute(sa.insert(look).values(run=row.run, item=no, at=self.clock.now(), result=result))
            rounds = int(row.rounds) + whole
            conn.execute(sa.update(batch).where(batch.c.id == batch_id).values(rounds=rounds))
        return rounds

    def save_decisions(self, chosen: Sequence[UnresolvedDocument], outcome: Outcome | None, why: str) -> None:
        """Commit what a person decided: an outcome for each, or (None) to send them again in batches of their own."""
        with self._engine.begin() as conn:
            for batch_id in sorted({one.batch for one in chosen}):
                mine = [one for one in chosen if one.batch == batch_id]
                for one in mine if outcome else ():
                    self._outcome(conn, one.run, RecordResult(one.no, outcome or Outcome.NOT_SENT, why))
                if outcome is None:
                    decisions.send_again(conn, mine)
                self._log(conn, mine[0].run, batch_id, None, None, f"{why}: {len(mine)} documents")
                if not open_of(conn, batch_id):
                    self._move(conn, batch_id, BatchState.FINISHED, why)

    def purge(self, account: Account, before: float) -> Purged:
        """Take away what finished runs that ended before `before` left here; the guard of document numbers stays."""
        with self._engine.begin() as conn:
            gone = purging.purge(conn, account, before)
        flush(self._engine)
        return gone

    def recover(self, run_id: int, account: Account) -> None:
        """After a crash: what was being posted is in doubt, and open reservations are charged in full."""
        with self._engine.begin() as conn:
            self._abandon(conn, account)
            lost = sa.select(batch.c.id).where(batch.c.run == run_id, batch.c.state == BatchState.POSTING.value)
            for (batch_id,) in conn.execute(lost).all():
                self._move(conn, batch_id, BatchState.IN_DOUBT, "the process ended while posting", reservation=None)

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _meet(self, conn: sa.Connection, account: Account, at: float) -> None:
        if conn.execute(sa.select(client.c.since).where(*belongs_to(client, account))).first() is None:
            values = {"origin": account.origin, "client_no": account.client_no, "since": at}
            conn.execute(sa.insert(client).values(values))

    def _move(self, conn: sa.Connection, batch_id: int, to: BatchState, why: str, **values: Any) -> None:
        row = conn.execute(sa.select(batch.c.run, batch.c.state).where(batch.c.id == batch_id)).one()
        before = BatchState(row.state)
        if not is_allowed(before, to):
            raise StoreError("unlawful-move", f"Batch {batch_id} cannot go from {before} to {to}", "This is a bug")
        changed = sa.update(batch).where(batch.c.id == batch_id, batch.c.state == before.value)
        if to is BatchState.FINISHED:
            values["finished"] = self.clock.now()
        if conn.execute(changed.values(state=to.value, **values)).rowcount != 1:
            raise StoreError("lost-race", f"Another process took batch {batch_id}", "Wait until it has ended")
        self._log(conn, row.run, batch_id, before, to, why)

    def _log(
        self, conn: sa.Connection, run_id: int, batch_id: int | None, before: str | None, after: str | None, why: str
    ) -> None:
        values = {"at": self.clock.now(), "run": run_id, "batch": batch_id, "before": before, "after": after}
        conn.execute(sa.insert(event).values(**values, why=why))

    def _outcome(self, conn: sa.Connection, run_id: int, one: RecordResult) -> None:
        values = {
            "outcome": one.outcome.value,
            "message": one.message or None,
            "warnings": "\n".join(one.warnings) or None,
            "reference": one.reference or None,
            "at": self.clock.now(),
            "payload": None,
            "base": None,
        }
        changed = sa.update(item).where(item.c.run == run_id, item.c.no == one.no, item.c.outcome.is_(None))
        conn.execute(changed.values(values))

    def _set_aside(self, conn: sa.Connection, account: Account, batch_id: int) -> None:
        """Documents that another run has sent, or may have sent, in the meantime are not sent again."""
        taken = (
            sa.select(item.c.run, item.c.no, sent_key.c.run.label("other"))
            .join_from(
                item,
                sent_key,
                sa.and_(item.c.key_norm == sent_key.c.key_norm, item.c.doc_type == sent_key.c.doc_type),
            )
            .where(*belongs_to(sent_key, account), item.c.batch == batch_id, item.c.outcome.is_(None))
            .where(item.c.resource == "documents", sa.or_(sent_key.c.run != item.c.run, sent_key.c.item != item.c.no))
        )
        for run_id, no, other in conn.execute(taken).all():
            self._outcome(conn, run_id, RecordResult(no, Outcome.ALREADY_SENT, f"sent in run {other}"))

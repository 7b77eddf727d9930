"""The store: what armbulk knows of its runs, on disk before it is believed.

One SQLite database (WAL, FULL sync, readable by its owner alone) through SQLAlchemy Core. Every transition is one
transaction: the intent is committed before a byte leaves, the answer before anything else happens. States move only
along `core.states.MOVES`, and only here.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import event as sa_event

from armbulk.core.limits import Account, Limits, Usage
from armbulk.core.readings import Result
from armbulk.core.states import FINAL, State, lawful
from armbulk.edges import ledger
from armbulk.edges.clock import Clock
from armbulk.edges.tables import VERSION, batch, event, item, metadata, run, sent_key
from armbulk.errors import StoreError, Unfinished
from armbulk.model import Cost, Outcome

ITEM_SCHEMA = {
    "no": pl.Int64,
    "resource": pl.String,
    "sheet": pl.UInt16,
    "row": pl.Int64,
    "key": pl.String,
    "key_norm": pl.String,
    "doc_type": pl.String,
    "customer_norm": pl.String,
    "date": pl.String,
    "amount": pl.String,
    "currency": pl.String,
    "writes": pl.Int64,
    "batch": pl.Int64,
    "outcome": pl.String,
    "message": pl.String,
    "warnings": pl.String,
    "reference": pl.String,
    "at": pl.Float64,
}
"""Columns of an items frame: one row per record of a run. `batch` is the batch's id."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as stored; times are epoch seconds."""

    id: int
    created: float
    ended: float | None
    state: str
    resume_at: float | None
    account: Account
    profile: str
    sha256: dict[str, str]
    options: dict[str, Any]
    result: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as stored."""

    id: int
    no: int
    resource: str
    method: str
    state: State
    attempt: int
    uuid: str | None
    intended: float | None
    answered: float | None


@dataclass(frozen=True, slots=True)
class Open:
    """A record of a batch that has no outcome yet."""

    no: int
    key: str
    payload: str
    doc_type: str
    customer: str
    date: str
    amount: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class Intent:
    """The batch may be sent now: its records, and the reservation that pays for it."""

    reservation: int
    cost: Cost
    records: tuple[Open, ...]


class Store:
    """The database of one user; `clock` is read for every stamp."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Open or create the store; StoreError when it is damaged, newer, or cannot be written."""
        self.clock = clock
        self.url = url
        self._engine = _engine(url)
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
                version = conn.execute(sa.text("PRAGMA user_version")).scalar_one()
                if version > VERSION:
                    raise StoreError(
                        "store-newer", "The store was written by a newer armbulk", "Update armbulk on this machine"
                    )
                conn.execute(sa.text(f"PRAGMA user_version = {VERSION}"))
            metadata.create_all(conn)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def lock(self, account: Account) -> AbstractContextManager[object]:
        """Keep other armbulk processes of this user from sending for the same client at the same time."""
        return _Lock(self.url, account)

    # ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, new: Mapping[str, Any], items: pl.DataFrame, batches: Sequence[tuple[int, str, str]]) -> int:
        """Store a new run with its `batches` (no, resource, method) and items, all or nothing; return its id.

        `items` has ITEM_SCHEMA's columns but `batch` as the batch's number, and `payload`.
        """
        with self._engine.begin() as conn:
            row = {**new, "created": self.clock.now(), "state": "running"}
            for name in ("sha256", "options"):
                row[name] = json.dumps(new[name])
            run_id = int(conn.execute(sa.insert(run).values(row)).inserted_primary_key[0])
            ids = {}
            for no, resource, method in batches:
                values = {"run": run_id, "no": no, "resource": resource, "method": method, "state": State.PLANNED.value}
                ids[no] = conn.execute(sa.insert(batch).values(values)).inserted_primary_key[0]
            numbers = pl.DataFrame({"no": list(ids), "id": list(ids.values())}, schema={"no": pl.Int64, "id": pl.Int64})
            rows = items.join(numbers, left_on="batch", right_on="no", how="left", maintain_order="left")
            rows = rows.with_columns(pl.col("id").alias("batch"), run=pl.lit(run_id)).drop("id")
            if rows.height:
                conn.execute(sa.insert(item), rows.to_dicts())
            self._log(conn, run_id, None, None, None, "begun")
        return run_id

    def run(self, run_id: int) -> Run:
        """Return one run; StoreError if there is none of that number."""
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(run).where(run.c.id == run_id)).mappings().first()
        if row is None:
            raise StoreError("no-such-run", f"There is no run {run_id}", "`armbulk runs` lists them")
        return _run(row)

    def runs(self) -> list[Run]:
        """Return all runs, newest first."""
        with self._engine.connect() as conn:
            return [_run(row) for row in conn.execute(sa.select(run).order_by(run.c.id.desc())).mappings()]

    def end(self, run_id: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended; a finished run forgets what personal data ARM's words may hold."""
        with self._engine.begin() as conn:
            values = {"state": state, "resume_at": resume_at, "ended": self.clock.now()}
            conn.execute(sa.update(run).where(run.c.id == run_id).values(values))
            self._log(conn, run_id, None, None, None, state)

    def forget(self, run_id: int, mask: Any) -> None:  # noqa: ANN401 - Callable[[str], str]
        """Pass the kept words of a finished run through `mask`, which takes personal data out of them."""
        said = sa.select(item.c.no, item.c.message, item.c.warnings).where(item.c.run == run_id)
        with self._engine.begin() as conn:
            for no, message, warnings in conn.execute(said.where(item.c.message.is_not(None))).all():
                values = {"message": mask(message), "warnings": mask(warnings) if warnings else None}
                conn.execute(sa.update(item).where(item.c.run == run_id, item.c.no == no).values(values))

    def result_written(self, run_id: int, path: str) -> None:
        """Remember where the result workbook went."""
        with self._engine.begin() as conn:
            conn.execute(sa.update(run).where(run.c.id == run_id).values(result=path))

    # ── what is there ───────────────────────────────────────────────────────────────────────────────────────────

    def batches(self, run_id: int) -> list[Batch]:
        """Return a run's batches in order."""
        with self._engine.connect() as conn:
            rows = conn.execute(sa.select(batch).where(batch.c.run == run_id).order_by(batch.c.no)).mappings()
            return [_batch(row) for row in rows]

    def items(self, run_id: int) -> pl.DataFrame:
        """Return a run's records (ITEM_SCHEMA), in order."""
        wanted = [item.c[name] for name in ITEM_SCHEMA]
        with self._engine.connect() as conn:
            rows = conn.execute(sa.select(*wanted).where(item.c.run == run_id).order_by(item.c.no)).all()
        return pl.DataFrame([tuple(row) for row in rows], schema=ITEM_SCHEMA, orient="row")

    def open_records(self, batch_id: int) -> tuple[Open, ...]:
        """Return the records of a batch without an outcome, in order."""
        with self._engine.connect() as conn:
            return _open(conn, batch_id)

    def spent(self, run_id: int) -> Cost:
        """Return what a run has cost so far."""
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(run.c.requests, run.c.reads, run.c.writes).where(run.c.id == run_id)).one()
        return Cost(*row)

    def size(self, run_id: int) -> int:
        """Return the number of records of a run."""
        with self._engine.connect() as conn:
            return int(conn.execute(sa.select(sa.func.count()).where(item.c.run == run_id)).scalar_one())

    def sent_records(self, batch_id: int) -> list[tuple[int, str]]:
        """Return (number, key) of every record the batch was sent with, in the order of its body."""
        left_out = (Outcome.ALREADY_SENT.value, Outcome.HELD_BACK.value)
        sent = sa.select(item.c.no, item.c.key).where(
            item.c.batch == batch_id, sa.or_(item.c.outcome.is_(None), item.c.outcome.not_in(left_out))
        )
        with self._engine.connect() as conn:
            return [(no, key) for no, key in conn.execute(sent.order_by(item.c.no))]

    def known(self, account: Account) -> pl.DataFrame:
        """Return the documents that have been sent for a client: key_norm, doc_type, run, outcome (or null)."""
        query = (
            sa.select(sent_key.c.key_norm, sent_key.c.doc_type, sent_key.c.run, item.c.outcome)
            .join_from(sent_key, item, sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item))
            .where(*_of(sent_key, account))
        )
        with self._engine.connect() as conn:
            rows = [tuple(row) for row in conn.execute(query)]
        schema = {"key_norm": pl.String, "doc_type": pl.String, "run": pl.Int64, "outcome": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def usage(self, account: Account) -> Usage:
        """Return what the ledger says is used and reserved of the client's meters."""
        with self._engine.begin() as conn:
            return ledger.usage(conn, account, ledger.now(conn, account, self.clock.now()))

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────

    def intend(self, account: Account, batch_id: int, limits: Limits) -> Intent | float | None:
        """Commit the intent to send a batch: its reservation, its keys and `posting` together.

        Returns the Intent; or the time to wait for when the meters are full; or None when nothing is left to send.
        """
        with self._engine.begin() as conn:
            self._set_aside(conn, account, batch_id)
            records = _open(conn, batch_id)
            if not records:
                self._move(conn, batch_id, State.FINISHED, "nothing left to send")
                return None
            cost = Cost(1, 0, _writes(conn, batch_id))
            reserved = self._reserve(conn, account, cost, limits, "send")
            if isinstance(reserved, float):
                return reserved
            values = {"intended": self.clock.now(), "reservation": reserved, "attempt": batch.c.attempt + 1}
            self._move(conn, batch_id, State.POSTING, "intent", **values)
            self._guard(conn, account, batch_id)
            return Intent(reserved, cost, records)

    def answered(
        self,
        batch_id: int,
        to: State,
        why: str,
        *,
        charge: Cost | None,
        uuid: str | None = None,
        status: int = 0,
        results: Iterable[Result] = (),
        halve: bool = False,
    ) -> None:
        """Commit what came back of a post, whole: state, reservation (None gives it back), outcomes, halves."""
        with self._engine.begin() as conn:
            row = conn.execute(sa.select(batch.c.run, batch.c.reservation).where(batch.c.id == batch_id)).one()
            for one in results:
                self._outcome(conn, row.run, one)
            self._settle(conn, row.run, row.reservation, charge)
            values = {"answered": self.clock.now(), "status": status, "reservation": None}
            if uuid is not None:
                values["uuid"] = uuid
            self._move(conn, batch_id, to, why, **values)
            if to in {State.PLANNED, State.REFUSED}:
                _release(conn, batch_id)
            if halve:
                _halve(conn, batch_id)

    def move(self, batch_id: int, to: State, why: str) -> None:
        """Move a batch along the table of lawful moves."""
        with self._engine.begin() as conn:
            self._move(conn, batch_id, to, why)

    def resolve(self, batch_id: int, results: Iterable[Result]) -> None:
        """Commit records' outcomes; a batch whose every record has one is finished, and forgets its bodies."""
        with self._engine.begin() as conn:
            run_id = conn.execute(sa.select(batch.c.run).where(batch.c.id == batch_id)).scalar_one()
            for one in results:
                self._outcome(conn, run_id, one)
            _release(conn, batch_id, rejected_only=True)
            left = conn.execute(sa.select(sa.func.count()).where(item.c.batch == batch_id, item.c.outcome.is_(None)))
            state = State(conn.execute(sa.select(batch.c.state).where(batch.c.id == batch_id)).scalar_one())
            if left.scalar_one() == 0 and state not in FINAL:
                self._move(conn, batch_id, State.FINISHED, "every record has an outcome")

    def hold(self, run_id: int, results: Iterable[Result]) -> None:
        """Commit outcomes of records that are not going to be sent in this run."""
        with self._engine.begin() as conn:
            for one in results:
                self._outcome(conn, run_id, one)

    def note(self, run_id: int, message: str, nos: Iterable[int]) -> None:
        """Say why records have no outcome yet, without giving them one."""
        with self._engine.begin() as conn:
            for no in nos:
                conn.execute(sa.update(item).where(item.c.run == run_id, item.c.no == no).values(message=message))

    def recover(self, run_id: int, account: Account) -> None:
        """After a crash: what was being posted is in doubt, and open reservations are charged in full."""
        with self._engine.begin() as conn:
            ledger.abandon(conn, account, ledger.now(conn, account, self.clock.now()))
            lost = sa.select(batch.c.id).where(batch.c.run == run_id, batch.c.state == State.POSTING.value)
            for (batch_id,) in conn.execute(lost).all():
                self._move(conn, batch_id, State.IN_DOUBT, "the process ended while posting", reservation=None)

    # ── the ledger, outside a batch's own transactions ──────────────────────────────────────────────────────────

    def reserve(self, account: Account, cost: Cost, limits: Limits) -> int | float:
        """Reserve for a look (poll or look-up): the reservation's id, or the time (float) to wait for."""
        with self._engine.begin() as conn:
            return self._reserve(conn, account, cost, limits, "look")

    def settle(self, run_id: int, reservation: int, charge: Cost | None) -> None:
        """Charge a reservation, and its run, with what was used; None gives it back."""
        with self._engine.begin() as conn:
            self._settle(conn, run_id, reservation, charge)

    def block(self, account: Account, until: float) -> None:
        """Send nothing for this client before `until`: ARM itself said so."""
        with self._engine.begin() as conn:
            ledger.block(conn, account, until)

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _reserve(self, conn: sa.Connection, account: Account, cost: Cost, limits: Limits, purpose: str) -> int | float:
        now = ledger.now(conn, account, self.clock.now())
        answer = ledger.reserve(conn, account, cost, now, limits, purpose)
        return float(answer.until) if isinstance(answer, ledger.Full) else int(answer.id)

    def _settle(self, conn: sa.Connection, run_id: int, reservation: int | None, charge: Cost | None) -> None:
        if reservation is None:
            return
        if charge is None:
            ledger.refund(conn, reservation)
            return
        ledger.settle(conn, reservation, charge, self.clock.now())
        spent = {name: run.c[name] + amount for name, amount in charge.meters().items()}
        conn.execute(sa.update(run).where(run.c.id == run_id).values(spent))

    def _move(self, conn: sa.Connection, batch_id: int, to: State, why: str, **values: Any) -> None:  # noqa: ANN401
        row = conn.execute(sa.select(batch.c.run, batch.c.state).where(batch.c.id == batch_id)).one()
        before = State(row.state)
        if not lawful(before, to):
            raise StoreError("unlawful-move", f"Batch {batch_id} cannot go from {before} to {to}", "This is a bug")
        changed = sa.update(batch).where(batch.c.id == batch_id, batch.c.state == before.value)
        if conn.execute(changed.values(state=to.value, **values)).rowcount != 1:
            raise StoreError("lost-race", f"Another process took batch {batch_id}", "Wait until it has ended")
        self._log(conn, row.run, batch_id, before, to, why)

    def _log(
        self, conn: sa.Connection, run_id: int, batch_id: int | None, before: str | None, after: str | None, why: str
    ) -> None:
        values = {"at": self.clock.now(), "run": run_id, "batch": batch_id, "before": before, "after": after}
        conn.execute(sa.insert(event).values(**values, why=why))

    def _outcome(self, conn: sa.Connection, run_id: int, one: Result) -> None:
        values = {
            "outcome": one.outcome.value,
            "message": one.message or None,
            "warnings": "\n".join(one.warnings) or None,
            "reference": one.reference or None,
            "at": self.clock.now(),
            "payload": None,
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
            .where(*_of(sent_key, account), item.c.batch == batch_id, item.c.outcome.is_(None))
            .where(item.c.resource == "documents", sa.or_(sent_key.c.run != item.c.run, sent_key.c.item != item.c.no))
        )
        for run_id, no, other in conn.execute(taken).all():
            self._outcome(conn, run_id, Result(no, Outcome.ALREADY_SENT, f"sent in run {other}"))

    def _guard(self, conn: sa.Connection, account: Account, batch_id: int) -> None:
        chosen = sa.select(
            sa.literal(account.origin),
            sa.literal(account.client_no),
            item.c.doc_type,
            item.c.key_norm,
            item.c.run,
            item.c.no,
        ).where(item.c.batch == batch_id, item.c.outcome.is_(None), item.c.resource == "documents")
        names = ["origin", "client_no", "doc_type", "key_norm", "run", "item"]
        conn.execute(sa.insert(sent_key).from_select(names, chosen))


class _Lock(AbstractContextManager[object]):
    """A kernel lock per origin and client: free again the moment its process ends, however it ends."""

    def __init__(self, url: str, account: Account) -> None:
        name = "".join(c if c.isalnum() else "-" for c in f"{account.origin}-{account.client_no}")
        self._account = account
        self._lock = FileLock(Path(_path(url) or ".").parent / f"{name}.lock", timeout=0)

    def __enter__(self) -> object:
        try:
            return self._lock.acquire()
        except Timeout:
            raise Unfinished(
                "busy",
                f"Another armbulk process is sending for client {self._account.client_no}",
                "Wait until it has ended, then try again",
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _engine(url: str) -> sa.Engine:
    path = _path(url)
    if path is None:
        return sa.create_engine(url)
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            "store-unusable", f"The store cannot be opened: {error.strerror}", "Check ARMBULK_HOME; nothing was sent"
        ) from None
    engine = sa.create_engine(url)
    sa_event.listen(engine, "connect", _settings)
    sa_event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _settings(raw: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
    raw.isolation_level = None  # we say BEGIN IMMEDIATE ourselves
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON")
    for pragma in pragmas:
        raw.execute(f"PRAGMA {pragma}")


def _path(url: str) -> str | None:
    parsed = sa.engine.make_url(url)
    return parsed.database if parsed.get_backend_name() == "sqlite" else None


def _run(row: Mapping[str, Any]) -> Run:
    return Run(
        row["id"],
        row["created"],
        row["ended"],
        row["state"],
        row["resume_at"],
        Account(row["origin"], row["client_no"]),
        row["profile"],
        json.loads(row["sha256"]),
        json.loads(row["options"]),
        row["result"],
    )


def _batch(row: Mapping[str, Any]) -> Batch:
    names = ("id", "no", "resource", "method", "attempt", "uuid", "intended", "answered")
    return Batch(state=State(row["state"]), **{name: row[name] for name in names})


def _open(conn: sa.Connection, batch_id: int) -> tuple[Open, ...]:
    wanted = [item.c[name] for name in ("no", "key", "payload", "doc_type", "customer_norm", "date", "amount")]
    rows = sa.select(*wanted, item.c.currency).where(item.c.batch == batch_id, item.c.outcome.is_(None))
    return tuple(
        Open(no, key, payload or "", kind, customer or "", date or "", amount, currency or "")
        for no, key, payload, kind, customer, date, amount, currency in conn.execute(rows.order_by(item.c.no))
    )


def _halve(conn: sa.Connection, batch_id: int) -> None:
    """Split the open records of a refused batch into two new batches of the same run."""
    old = conn.execute(sa.select(batch).where(batch.c.id == batch_id)).mappings().one()
    nos = [record.no for record in _open(conn, batch_id)]
    last = conn.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.run == old["run"])).scalar_one()
    middle = (len(nos) + 1) // 2
    for step, part in enumerate((nos[:middle], nos[middle:]), start=1):
        values = {name: old[name] for name in ("run", "resource", "method")}
        new_id = conn.execute(
            sa.insert(batch).values(**values, no=last + step, state=State.PLANNED.value)
        ).inserted_primary_key[0]
        chosen = sa.and_(item.c.run == old["run"], item.c.no.in_(part))
        conn.execute(sa.update(item).where(chosen).values(batch=new_id))


def _writes(conn: sa.Connection, batch_id: int) -> int:
    total = sa.select(sa.func.sum(item.c.writes)).where(item.c.batch == batch_id, item.c.outcome.is_(None))
    return int(conn.execute(total).scalar_one())


def _release(conn: sa.Connection, batch_id: int, *, rejected_only: bool = False) -> None:
    """Let go of the guard of documents that ARM certainly did not take, so that a corrected row can be sent."""
    chosen = sa.select(item.c.run, item.c.no).where(item.c.batch == batch_id)
    if rejected_only:
        chosen = chosen.where(item.c.outcome == Outcome.REJECTED.value)
    conn.execute(sa.delete(sent_key).where(sa.tuple_(sent_key.c.run, sent_key.c.item).in_(chosen)))


def _of(table: sa.Table, account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.origin == account.origin, table.c.client_no == account.client_no)

"""The store's rows as values, and the queries several transactions share."""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.model.batch_state import BatchState
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.submission import OpenRecord
from armbulk.quota.limits import Account
from armbulk.store.schema import batch, item, run, sent_key

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
    state: BatchState
    attempt: int
    uuid: str | None
    intended: float | None
    answered: float | None
    rounds: int


@dataclass(frozen=True, slots=True)
class SubmitIntent:
    """The batch may be sent now: its records, and the reservation that pays for it."""

    reservation: int
    cost: ApiUsage
    records: tuple[OpenRecord, ...]


@dataclass(frozen=True, slots=True)
class StoreStamp:
    """What a result workbook knows of the store it was written from: which one, a word it gave, and whose run."""

    store: str
    token: str
    run: int
    account: Account


def run_of(row: sa.RowMapping) -> Run:
    """A run from its row."""
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


def batch_of(row: sa.RowMapping) -> Batch:
    """A batch from its row."""
    names = ("id", "no", "resource", "method", "attempt", "uuid", "intended", "answered", "rounds")
    return Batch(state=BatchState(row["state"]), **{name: row[name] for name in names})


def open_of(conn: sa.Connection, batch_id: int) -> tuple[OpenRecord, ...]:
    """The records of a batch without an outcome, in order."""
    wanted = [item.c[name] for name in ("no", "key", "payload", "doc_type", "customer_norm", "date", "amount")]
    rows = sa.select(*wanted, item.c.currency, item.c.base).where(item.c.batch == batch_id, item.c.outcome.is_(None))
    found = conn.execute(rows.order_by(item.c.no)).mappings()
    return tuple(
        OpenRecord(
            row["no"],
            row["key"],
            row["payload"] or "",
            row["doc_type"],
            row["customer_norm"] or "",
            row["date"] or "",
            row["amount"],
            row["currency"] or "",
            row["base"],
        )
        for row in found
    )


def split(conn: sa.Connection, batch_id: int, parts: int) -> None:
    """Put the open records of a refused batch into `parts` new batches of the same run."""
    old = conn.execute(sa.select(batch).where(batch.c.id == batch_id)).mappings().one()
    nos = [record.no for record in open_of(conn, batch_id)]
    last = conn.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.run == old["run"])).scalar_one()
    size = -(-len(nos) // parts)
    for step, part in enumerate((nos[at : at + size] for at in range(0, len(nos), size)), start=1):
        values = {name: old[name] for name in ("run", "resource", "method")}
        made = sa.insert(batch).values(**values, no=last + step, state=BatchState.PLANNED.value)
        new_id = conn.execute(made.returning(batch.c.id)).scalar_one()
        chosen = sa.and_(item.c.run == old["run"], item.c.no.in_(part))
        conn.execute(sa.update(item).where(chosen).values(batch=new_id))


def writes(conn: sa.Connection, batch_id: int) -> int:
    """The records that a batch's open part would write."""
    total = sa.select(sa.func.sum(item.c.writes)).where(item.c.batch == batch_id, item.c.outcome.is_(None))
    return int(conn.execute(total).scalar_one())


def guard(conn: sa.Connection, account: Account, batch_id: int, only: int | None = None) -> None:
    """Take a batch's documents (or `only` one) under guard: no other run sends them. IntegrityError if one has."""
    chosen = sa.select(
        sa.literal(account.origin),
        sa.literal(account.client_no),
        item.c.doc_type,
        item.c.key_norm,
        item.c.run,
        item.c.no,
    ).where(item.c.batch == batch_id, item.c.outcome.is_(None), item.c.resource == "documents")
    if only is not None:
        chosen = chosen.where(item.c.no == only)
    names = ["origin", "client_no", "doc_type", "key_norm", "run", "item"]
    conn.execute(sa.insert(sent_key).from_select(names, chosen))


def slowest_batch_seconds(conn: sa.Connection, account: Account) -> float:
    """Seconds the slowest batch took that was never in doubt."""
    taken = sa.func.max(batch.c.finished - batch.c.intended)
    query = sa.select(taken).join_from(batch, run).where(*belongs_to(run, account), batch.c.rounds == 0)
    return float(conn.execute(query).scalar() or 0.0)


def sent_documents(conn: sa.Connection, account: Account) -> pl.DataFrame:
    """The documents that have been sent for a client: key_norm, doc_type, run, outcome (or null)."""
    query = (
        sa.select(sent_key.c.key_norm, sent_key.c.doc_type, sent_key.c.run)
        .add_columns(sa.func.coalesce(item.c.outcome, sent_key.c.outcome))
        .join_from(sent_key, item, sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item), isouter=True)
        .where(*belongs_to(sent_key, account))
    )
    schema = {"key_norm": pl.String, "doc_type": pl.String, "run": pl.Int64, "outcome": pl.String}
    return pl.DataFrame([tuple(row) for row in conn.execute(query)], schema=schema, orient="row")


def release(conn: sa.Connection, batch_id: int, *, rejected_only: bool = False) -> None:
    """Let go of the guard of documents that ARM certainly did not take, so that a corrected row can be sent."""
    chosen = sa.select(item.c.run, item.c.no).where(item.c.batch == batch_id)
    if rejected_only:
        chosen = chosen.where(item.c.outcome == Outcome.REJECTED.value)
    conn.execute(sa.delete(sent_key).where(sa.tuple_(sent_key.c.run, sent_key.c.item).in_(chosen)))


def belongs_to(table: sa.Table, account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that rows belong to a client."""
    return (table.c.origin == account.origin, table.c.client_no == account.client_no)

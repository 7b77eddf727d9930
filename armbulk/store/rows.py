"""The store's rows as values, and the statements that several transactions share."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.model.batch_state import BatchState
from armbulk.model.keys import loosen_key
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.submission import OpenRecord
from armbulk.quota.limits import Account
from armbulk.resources.identifiers import mask_national_id_texts
from armbulk.sent_before import SENT_DOCUMENTS_SCHEMA, hash_body, hash_content
from armbulk.store.schema import batch, belongs_to, client_parameters, is_of_client, item, run, sent_key

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
"""Columns of an items frame: one row for each record of a run. `batch` is the batch's id, `at` the outcome's time."""


_DOCUMENT_COLUMNS = ("run", "no", "key_norm", "doc_type", "customer_norm", "date", "currency", "amount", "payload")
DOCUMENT_SCHEMA = {name: pl.Int64 if name in {"run", "no"} else pl.String for name in _DOCUMENT_COLUMNS}
"""Columns of a frame of documents that are about to be sent."""

_OPEN_COLUMNS = ("no", "key", "payload", "doc_type", "customer_norm", "date", "amount", "currency", "base")
_IS_OPEN = sa.and_(item.c.batch == sa.bindparam("of_batch"), item.c.outcome.is_(None))
_OPEN_RECORDS = sa.select(*(item.c[name] for name in _OPEN_COLUMNS)).where(_IS_OPEN).order_by(item.c.no)
_OPEN_DOCUMENTS = (
    sa.select(*(item.c[name] for name in DOCUMENT_SCHEMA))
    .where(_IS_OPEN, item.c.resource == "documents")
    .order_by(item.c.no)
)


def _select_sent() -> sa.Select[Any]:
    outcome = sa.func.coalesce(item.c.outcome, sent_key.c.outcome).label("outcome")
    columns = [outcome if name == "outcome" else sent_key.c[name] for name in SENT_DOCUMENTS_SCHEMA]
    its_record = sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item)
    query = sa.select(*columns).join_from(sent_key, item, its_record, isouter=True)
    return query.where(*is_of_client(sent_key))


def _release(is_released: sa.ColumnElement[bool]) -> sa.Delete:
    documents = sa.select(item.c.run, item.c.no).where(item.c.batch == sa.bindparam("of_batch"), is_released)
    return sa.delete(sent_key).where(sa.tuple_(sent_key.c.run, sent_key.c.item).in_(documents))


_WRITES = sa.select(sa.func.sum(item.c.writes)).where(_IS_OPEN)
_SENT = _select_sent()
_NUMBERS: sa.BindParameter[Any] = sa.bindparam("numbers", expanding=True)
_FIND_NUMBERS = _SENT.add_columns(sent_key.c.item).where(sent_key.c.key_norm.in_(_NUMBERS))
_FIND_ALIKE = _SENT.add_columns(sent_key.c.item).where(
    sent_key.c.date.in_(sa.bindparam("dates", expanding=True)),
    sent_key.c.amount.in_(sa.bindparam("amounts", expanding=True)),
    sent_key.c.key_norm.not_in(_NUMBERS),
)
_RELEASE_REJECTED = _release(item.c.outcome == Outcome.REJECTED.value)
_RELEASE = _release(sa.or_(item.c.outcome == Outcome.REJECTED.value, item.c.outcome.is_(None)))
_FORGET_SENT = sa.delete(sent_key).where(
    sent_key.c.run == sa.bindparam("of_run"), sent_key.c.item.in_(sa.bindparam("nos", expanding=True))
)
"""Statements of every batch: built once."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as stored; times are epoch seconds.

    Attributes:
        id: its number.
        created: when it was stored.
        ended: when its latest session ended; None while none has.
        state: running, finished, paused, in_doubt or interrupted.
        resume_at: when a paused run may be resumed; None: at any time.
        account: the client it sends for.
        profile: the name of the profile it was started with.
        sha256: file → hash of its bytes.
        options: the files as named, and how they were read.
        result: the path of its result workbook; None until that is written.
    """

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
    """A batch as stored; times are epoch seconds.

    Attributes:
        id: unique in the store.
        no: its number in the run.
        resource: customers or documents.
        method: POST or PUT.
        state: its state.
        attempt: how often it was submitted.
        uuid: ARM's number of it; None until it was accepted.
        intended: when it was last submitted.
        answered: when that was answered, or when ARM gave its verdict on the whole batch.
        rounds: complete rounds of look-ups while it was in doubt.
        verdict: ARM's words when it says that the batch as a whole failed; None: it has not said so.
        run: the run it belongs to.
        clock_offset: the wall clock, less the seconds since the machine was started, when `intended` or `answered` was
            stored.
        boot: which start of the machine that was; None or "": unknown.
    """

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
    verdict: str | None = None
    run: int = 0
    clock_offset: float | None = None
    boot: str | None = None


@dataclass(frozen=True, slots=True)
class SubmitIntent:
    """The committed intent to submit a batch: its reservation, what that costs, and the records that go."""

    reservation: int
    cost: ApiUsage
    records: tuple[OpenRecord, ...]


@dataclass(frozen=True, slots=True)
class StoreStamp:
    """What a result workbook carries: the store's id, a token that only this store knows, the run, and its client."""

    store: str
    token: str
    run: int
    account: Account


def to_run(row: sa.RowMapping) -> Run:
    """Return a row of `run` as a value."""
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


def to_batch(row: sa.RowMapping) -> Batch:
    """Return a row of `batch` as a value."""
    names = (column.name for column in fields(Batch) if column.name != "state")
    return Batch(state=BatchState(row["state"]), **{name: row[name] for name in names})


def select_open_records(conn: sa.Connection, batch_id: int) -> tuple[OpenRecord, ...]:
    """Return the records of a batch without an outcome, in order."""
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
        for row in conn.execute(_OPEN_RECORDS, {"of_batch": batch_id}).mappings()
    )


def split_batch(conn: sa.Connection, batch_id: int, parts: int) -> list[int]:
    """Move the open records of a refused batch into `parts` new batches of the same run; return their ids."""
    refused = conn.execute(sa.select(batch).where(batch.c.id == batch_id)).mappings().one()
    nos = [record.no for record in select_open_records(conn, batch_id)]
    size = -(-len(nos) // parts)
    return [move_to_new_batch(conn, refused, nos[start : start + size]) for start in range(0, len(nos), size)]


def move_to_new_batch(conn: sa.Connection, source: sa.RowMapping, nos: list[int], **values: Any) -> int:
    """Move records (by number) of a batch into a new one of the same run, with other `values`; return its id."""
    last_no = conn.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.run == source["run"])).scalar_one()
    row = {name: source[name] for name in ("run", "resource", "method")}
    insert = sa.insert(batch).values(**row, no=last_no + 1, state=BatchState.PLANNED.value)
    new_id = int(conn.execute(insert.returning(batch.c.id)).scalar_one())
    is_moved = sa.and_(item.c.run == source["run"], item.c.no.in_(nos))
    conn.execute(sa.update(item).where(is_moved).values(batch=new_id, **values))
    return new_id


def count_writes(conn: sa.Connection, batch_id: int) -> int:
    """Return how many records the open part of a batch would write, as the quota counts them."""
    return int(conn.execute(_WRITES, {"of_batch": batch_id}).scalar_one())


def guard_documents(
    conn: sa.Connection, account: Account, batch_id: int, only: int | None = None, *, has_content: bool = True
) -> None:
    """Record that a batch's open documents (or `only` this number) were sent, and what: no other run sends them.

    What is recorded of them already, because they are sent again, is replaced by what is sent now.

    Args:
        conn: the transaction.
        account: the client.
        batch_id: the batch.
        only: the number of the only record that is meant; None: all.
        has_content: whether ARM has, or gets, all that the file says; else only what ARM can be asked for.

    Raises:
        sa.exc.IntegrityError: another run has sent one of them.
    """
    documents = [row for row in select_documents(conn, batch_id) if only is None or row["no"] == only]
    if not documents:
        return
    conn.execute(_FORGET_SENT, {"of_run": documents[0]["run"], "nos": [row["no"] for row in documents]})
    masked = mask_national_id_texts([row["customer_norm"] for row in documents])
    rows = [
        {
            "origin": account.origin,
            "client_no": account.client_no,
            "item": row["no"],
            **{name: row[name] for name in ("doc_type", "key_norm", "run", "date", "currency", "amount")},
            "customer_norm": customer,
            "body": hash_body(row["payload"]) if has_content else None,
            "content": hash_content(row["payload"]) if has_content else None,
        }
        for row, customer in zip(documents, masked, strict=True)
    ]
    conn.execute(sa.insert(sent_key), rows)


def select_documents(conn: sa.Connection, batch_id: int) -> Sequence[sa.RowMapping]:
    """Return the documents of a batch without an outcome, in order (the columns of DOCUMENT_SCHEMA)."""
    return conn.execute(_OPEN_DOCUMENTS, {"of_batch": batch_id}).mappings().all()


def build_documents_frame(documents: Sequence[sa.RowMapping]) -> pl.DataFrame:
    """Return documents as a frame (DOCUMENT_SCHEMA)."""
    return pl.DataFrame([tuple(row.values()) for row in documents], schema=DOCUMENT_SCHEMA, orient="row")


def release_documents(conn: sa.Connection, batch_id: int, *, rejected_only: bool = False) -> None:
    """Forget that a batch's documents were sent: ARM certainly did not take them, so a corrected row can be sent.

    Documents with another outcome were set aside before the batch went, because ARM has them: these stay.
    """
    conn.execute(_RELEASE_REJECTED if rejected_only else _RELEASE, {"of_batch": batch_id})


def slowest_batch_seconds(conn: sa.Connection, account: Account) -> float:
    """Return the seconds the slowest batch took that was never in doubt; 0 when there was none."""
    longest = sa.func.max(batch.c.finished - batch.c.intended)
    query = sa.select(longest).join_from(batch, run).where(*belongs_to(run, account), batch.c.rounds == 0)
    return float(conn.execute(query).scalar() or 0.0)


def sent_documents(conn: sa.Connection, account: Account) -> pl.DataFrame:
    """Return the documents that were sent for a client, or may have been (`sent_before.SENT_DOCUMENTS_SCHEMA`)."""
    return _to_sent_documents(conn.execute(_SENT, client_parameters(account)))


def find_sent(conn: sa.Connection, account: Account, documents: Sequence[sa.RowMapping]) -> pl.DataFrame:
    """Return the documents sent, or maybe sent, that may be duplicates of `documents` (SENT_DOCUMENTS_SCHEMA).

    These have the same number; or the same date and amount, and a number that differs in blanks or leading zeros alone.
    """
    numbers = [row["key_norm"] for row in documents]
    dates, amounts = ([*({row[name] for row in documents} - {None})] for name in ("date", "amount"))
    own = {(row["run"], row["no"]) for row in documents}
    parameters = {**client_parameters(account), "numbers": numbers}
    rows = list(conn.execute(_FIND_NUMBERS, parameters))
    loose = {loosen_key(number) for number in numbers if number}
    alike = conn.execute(_FIND_ALIKE, {**parameters, "dates": dates, "amounts": amounts})
    rows += [row for row in alike if loosen_key(row.key_norm) in loose]
    return _to_sent_documents(row[:-1] for row in rows if (row.run, row.item) not in own)


def _to_sent_documents(rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=SENT_DOCUMENTS_SCHEMA, orient="row")

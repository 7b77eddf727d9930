"""What a person decides about documents that ARM cannot be asked about: inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.model.batch_state import BatchState
from armbulk.quota.limits import Account
from armbulk.store.rows import belongs_to
from armbulk.store.schema import batch, item, run, sent_key

_OPEN = [BatchState.IN_DOUBT.value, BatchState.QUARANTINED.value]


@dataclass(frozen=True, slots=True)
class UnresolvedDocument:
    """A document that may have been sent and has no outcome; `attempted` is epoch seconds."""

    run: int
    batch: int
    no: int
    sheet: int
    row: int
    key: str
    customer: str
    amount: str | None
    currency: str
    attempted: float
    state: str
    message: str


def unresolved_documents(conn: sa.Connection, account: Account, run_id: int | None) -> list[UnresolvedDocument]:
    """Every document in doubt of a client, or of one of its runs, oldest first."""
    where = [
        *belongs_to(run, account),
        batch.c.state.in_(_OPEN),
        item.c.outcome.is_(None),
        item.c.resource == "documents",
    ]
    if run_id is not None:
        where.append(run.c.id == run_id)
    names = ("no", "sheet", "row", "key", "customer_norm", "amount", "currency", "message")
    query = (
        sa.select(run.c.id.label("run"), batch.c.id.label("batch"), batch.c.intended, batch.c.state)
        .add_columns(*(item.c[name] for name in names))
        .join_from(run, batch, batch.c.run == run.c.id)
        .join(item, item.c.batch == batch.c.id)
        .where(*where)
        .order_by(run.c.id, item.c.no)
    )
    return [
        UnresolvedDocument(
            row["run"], row["batch"], row["no"], row["sheet"], row["row"], row["key"] or "", row["customer_norm"] or "",
            row["amount"], row["currency"] or "", row["intended"] or 0.0, row["state"], row["message"] or "",
        )
        for row in conn.execute(query).mappings()
    ]  # fmt: skip


def send_again(conn: sa.Connection, chosen: Sequence[UnresolvedDocument]) -> None:
    """Put documents of one batch into a new batch of their run; their guard is let go, and taken again when it goes."""
    first = chosen[0]
    nos = [one.no for one in chosen]
    old = conn.execute(sa.select(batch).where(batch.c.id == first.batch)).mappings().one()
    last = conn.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.run == first.run)).scalar_one()
    values = {"run": first.run, "resource": old["resource"], "method": old["method"], "no": last + 1}
    made = sa.insert(batch).values(**values, state=BatchState.PLANNED.value).returning(batch.c.id)
    new = conn.execute(made).scalar_one()
    mine = sa.and_(item.c.run == first.run, item.c.no.in_(nos))
    conn.execute(sa.update(item).where(mine).values(batch=new, message=None))
    conn.execute(sa.delete(sent_key).where(sent_key.c.run == first.run, sent_key.c.item.in_(nos)))

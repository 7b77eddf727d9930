"""Documents that only a person can settle: which they are, and sending them again. Inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.model.batch_state import BatchState
from armbulk.quota.limits import Account
from armbulk.store.rows import move_to_new_batch
from armbulk.store.schema import batch, belongs_to, item, look, run, sent_key

_OPEN_STATES = [BatchState.IN_DOUBT.value, BatchState.QUARANTINED.value]


@dataclass(frozen=True, slots=True)
class UnresolvedDocument:
    """A document that may have been sent and has no outcome.

    Attributes:
        run: the run it belongs to.
        batch: the batch it was sent in (its id).
        no: the record's number in the run.
        sheet: the number of the sheet, from 0.
        row: the row in the sheet.
        key: the document number.
        customer: the customer number, as it is compared.
        amount: amount incl. VAT, exact digits.
        currency: its currency.
        attempted: when it was sent (epoch seconds).
        state: the batch's state.
        message: what is known about it.
    """

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
    """Return the documents in doubt of a client, or of one of its runs, oldest first."""
    conditions = [
        *belongs_to(run, account),
        batch.c.state.in_(_OPEN_STATES),
        item.c.outcome.is_(None),
        item.c.resource == "documents",
    ]
    if run_id is not None:
        conditions.append(run.c.id == run_id)
    names = ("no", "sheet", "row", "key", "customer_norm", "amount", "currency", "message")
    query = (
        sa.select(run.c.id.label("run"), batch.c.id.label("batch"), batch.c.intended, batch.c.state)
        .add_columns(*(item.c[name] for name in names))
        .join_from(run, batch, batch.c.run == run.c.id)
        .join(item, item.c.batch == batch.c.id)
        .where(*conditions)
        .order_by(run.c.id, item.c.no)
    )
    return [
        UnresolvedDocument(
            row["run"], row["batch"], row["no"], row["sheet"], row["row"], row["key"] or "", row["customer_norm"] or "",
            row["amount"], row["currency"] or "", row["intended"] or 0.0, row["state"], row["message"] or "",
        )
        for row in conn.execute(query).mappings()
    ]  # fmt: skip


def send_again(conn: sa.Connection, documents: Sequence[UnresolvedDocument]) -> None:
    """Move documents of one batch into a new batch of their run; their numbers count as sent again when it goes."""
    first = documents[0]
    nos = [document.no for document in documents]
    source = conn.execute(sa.select(batch).where(batch.c.id == first.batch)).mappings().one()
    move_to_new_batch(conn, source, nos, message=None)
    conn.execute(sa.delete(sent_key).where(sent_key.c.run == first.run, sent_key.c.item.in_(nos)))
    conn.execute(sa.delete(look).where(look.c.run == first.run, look.c.item.in_(nos)))  # what was seen before they went

"""Documents that only a person can settle: which they are, and sending them again. Inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.model.batch_state import BatchState
from armbulk.quota.limits import Account
from armbulk.store.rows import move_to_new_batch
from armbulk.store.schema import batch, belongs_to, client_parameters, event, is_of_client, item, look, run

SENT_AGAIN = "sent again"
"""The event of a batch whose documents may have been sent before: ARM is asked for each before it goes."""

_MAX_UNKNOWN_SECONDS = 86_400.0
_OPEN_STATES = [BatchState.POSTING.value, BatchState.IN_DOUBT.value, BatchState.QUARANTINED.value]

_RUNS_IN_DOUBT = (
    sa.select(run.c.id)
    .distinct()
    .join_from(run, batch, batch.c.run == run.c.id)
    .join(item, item.c.batch == batch.c.id)
    .where(*is_of_client(run), run.c.id != sa.bindparam("but"), batch.c.resource == "documents")
    .where(batch.c.state.in_(sa.bindparam("states", expanding=True)), batch.c.verdict.is_(None))
    .where(item.c.outcome.is_(None))
    .order_by(run.c.id)
)
_UNKNOWN_ELSEWHERE = (
    sa.select(run.c.id, run.c.origin, item.c.key, item.c.key_norm, item.c.doc_type)
    .join_from(run, batch, batch.c.run == run.c.id)
    .join(item, item.c.batch == batch.c.id)
    .where(run.c.client_no == sa.bindparam("of_client"), run.c.origin != sa.bindparam("of_origin"))
    .where(batch.c.resource == "documents", batch.c.state.in_([*_OPEN_STATES, BatchState.ACCEPTED.value]))
    .where(item.c.outcome.is_(None), batch.c.intended >= sa.bindparam("since"))
)
_SENT_AGAIN = sa.select(event.c.id).where(event.c.batch == sa.bindparam("of_batch"), event.c.why == SENT_AGAIN)
"""Statements of every batch: built once."""


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


def runs_with_customers_in_doubt(conn: sa.Connection, account: Account, run_id: int | None) -> list[int]:
    """Return the runs of a client, or the one, whose customers may have been sent and have no outcome."""
    query = (
        sa.select(run.c.id)
        .distinct()
        .join_from(run, batch, batch.c.run == run.c.id)
        .join(item, item.c.batch == batch.c.id)
        .where(*belongs_to(run, account), batch.c.resource == "customers", item.c.outcome.is_(None))
        .where(batch.c.state == BatchState.IN_DOUBT.value, run.c.id == run_id if run_id is not None else sa.true())
        .order_by(run.c.id)
    )
    return [number for (number,) in conn.execute(query)]


def runs_with_answers_to_fetch(conn: sa.Connection, account: Account, run_id: int | None) -> list[int]:
    """Return the runs of a client, or the one, with batches that ARM has accepted, and whose outcome is unknown."""
    query = sa.select(run.c.id).distinct().join_from(run, batch, batch.c.run == run.c.id)
    query = query.where(*belongs_to(run, account), batch.c.state == BatchState.ACCEPTED.value)
    query = query.where(run.c.id == run_id if run_id is not None else sa.true())
    return [number for (number,) in conn.execute(query.order_by(run.c.id))]


def is_posting(conn: sa.Connection, account: Account) -> bool:
    """Return whether a batch of a client is being sent, or was when its process ended."""
    query = sa.select(batch.c.id).join_from(batch, run).where(*belongs_to(run, account))
    return conn.execute(query.where(batch.c.state == BatchState.POSTING.value)).first() is not None


def find_changed(conn: sa.Connection, documents: Sequence[UnresolvedDocument]) -> list[UnresolvedDocument]:
    """Return those of the documents that are not in the same batch and state any more, or have an outcome."""
    query = (
        sa.select(item.c.run, item.c.no, batch.c.id, batch.c.state)
        .join_from(item, batch, item.c.batch == batch.c.id)
        .where(item.c.run.in_({document.run for document in documents}), item.c.outcome.is_(None))
    )
    now = {tuple(row) for row in conn.execute(query)}
    return [
        document for document in documents if (document.run, document.no, document.batch, document.state) not in now
    ]


def outcome_or_state(conn: sa.Connection, document: UnresolvedDocument) -> str | None:
    """Return the outcome of a document, or the state of its batch; None when it is gone."""
    query = (
        sa.select(item.c.outcome, batch.c.state)
        .join_from(item, batch, item.c.batch == batch.c.id, isouter=True)
        .where(item.c.run == document.run, item.c.no == document.no)
    )
    row = conn.execute(query).first()
    return None if row is None else str(row.outcome or row.state or "")


def verify_nothing_in_doubt(conn: sa.Connection, account: Account, run_id: int, *, posting: bool = True) -> None:
    """Make sure that no document of another run than `run_id` is in doubt; Unfinished otherwise.

    A batch that failed as a whole by ARM's own word does not count: nothing was lost on the way. Without `posting`,
    batches that a living process may be sending do not count either.
    """
    states = [state for state in _OPEN_STATES if posting or state != BatchState.POSTING.value]
    parameters = {**client_parameters(account), "but": run_id, "states": states}
    runs = [number for (number,) in conn.execute(_RUNS_IN_DOUBT, parameters)]
    if runs:
        raise Unfinished(
            "documents-in-doubt",
            _(
                "Run {runs} has unconfirmed documents. No other documents of client {client_no} are sent "
                "until they are settled",
                runs=", ".join(map(str, runs)),
                client_no=account.client_no,
            ),
            _("Use `armbulk resume {runs}` to ask ARM again, or `armbulk resolve {runs}` to decide", runs=runs[0]),
        )


def verify_no_doubt_elsewhere(conn: sa.Connection, account: Account, batch_id: int, now: float) -> None:
    """Make sure that no document of a batch is on its way to another address of the client; Unfinished otherwise.

    Two addresses may be one server, where a document that was lost on its way may still arrive, for a day at the most.
    """
    rows = conn.execute(_UNKNOWN_ELSEWHERE, {**client_parameters(account), "since": now - _MAX_UNKNOWN_SECONDS})
    unknown = {(row.key_norm, row.doc_type): row for row in rows}
    if not unknown:
        return
    own = sa.select(item.c.key_norm, item.c.doc_type).where(item.c.batch == batch_id, item.c.outcome.is_(None))
    same = [unknown[key_norm, doc_type] for key_norm, doc_type in conn.execute(own) if (key_norm, doc_type) in unknown]
    if same:
        raise Unfinished(
            "documents-in-doubt",
            _(
                "Document {number} was sent to {origin} in run {run}, and its outcome is unknown. The two "
                "addresses may be the same server",
                number=same[0].key,
                origin=same[0].origin,
                run=same[0].id,
            ),
            _("Use `armbulk resume {run}` with the profile of that address first", run=same[0].id),
        )


def is_sent_again(conn: sa.Connection, batch_id: int) -> bool:
    """Return whether a batch has documents that may have been sent before."""
    return conn.execute(_SENT_AGAIN, {"of_batch": batch_id}).first() is not None


def send_again(conn: sa.Connection, documents: Sequence[UnresolvedDocument]) -> int:
    """Move documents of one batch into a new batch of their run; their numbers stay taken for other runs.

    Returns:
        The id of the new batch.
    """
    first = documents[0]
    nos = [document.no for document in documents]
    source = conn.execute(sa.select(batch).where(batch.c.id == first.batch)).mappings().one()
    new_id = move_to_new_batch(conn, source, nos, message=None)
    conn.execute(sa.delete(look).where(look.c.run == first.run, look.c.item.in_(nos)))  # what was seen before they went
    return new_id

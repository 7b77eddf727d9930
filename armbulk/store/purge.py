"""Delete finished runs, but not the document numbers they sent. Inside the caller's transaction."""

from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.model.batch_state import FINAL_STATES
from armbulk.quota.limits import Account
from armbulk.store.deletion_tables import deletion, deletion_row
from armbulk.store.due_date_tables import due_date_row, due_date_run
from armbulk.store.reservation_tables import reservation_row, reservation_run
from armbulk.store.schema import (
    batch,
    belongs_to,
    customer_content,
    event,
    item,
    list_check,
    look,
    read_back,
    run,
    sent_key,
    verification,
)


@dataclass(frozen=True, slots=True)
class DeletedRows:
    """What was deleted, and how many document numbers are still kept."""

    runs: int
    records: int
    guarded: int


def purge(conn: sa.Connection, account: Account, before: float) -> DeletedRows:
    """Delete finished runs that ended before a time (epoch seconds): their records, look-ups, batches and events.

    The document numbers stay, so that no document is sent twice because of a purge. A run with anything open stays
    whole, whatever its state is: a person can still settle it.
    """
    is_open = sa.exists().where(batch.c.run == run.c.id, batch.c.state.not_in([state.value for state in FINAL_STATES]))
    lacks_outcome = sa.exists().where(item.c.run == run.c.id, item.c.outcome.is_(None))
    old_runs = (
        sa.select(run.c.id)
        .where(*belongs_to(run, account), run.c.state == "finished", run.c.ended < before)
        .where(~is_open, ~lacks_outcome)
    )
    run_ids = [run_id for (run_id,) in conn.execute(old_runs)]
    outcome = sa.select(item.c.outcome).where(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item)
    keep_outcomes = sa.update(sent_key).where(sent_key.c.run.in_(run_ids))
    conn.execute(keep_outcomes.values(outcome=outcome.scalar_subquery()))
    records = conn.execute(sa.delete(item).where(item.c.run.in_(run_ids))).rowcount
    for table in (look, event, list_check, customer_content, read_back, verification, batch):
        conn.execute(sa.delete(table).where(table.c.run.in_(run_ids)))
    conn.execute(sa.delete(run).where(run.c.id.in_(run_ids)))
    deletions, customers = _purge_calls(conn, account, before, deletion, deletion_row.c.deletion)
    reserving, payments = _purge_calls(conn, account, before, reservation_run, reservation_row.c.run)
    changing, due_dates = _purge_calls(conn, account, before, due_date_run, due_date_row.c.run)
    guarded = sa.select(sa.func.count()).select_from(sent_key).where(*belongs_to(sent_key, account))
    rows = records + customers + payments + due_dates
    runs = len(run_ids) + deletions + reserving + changing
    return DeletedRows(runs, rows, int(conn.execute(guarded).scalar_one()))


def _purge_calls(
    conn: sa.Connection, account: Account, before: float, table: sa.Table, row_of: sa.Column[int]
) -> tuple[int, int]:
    """Delete finished runs of single calls, with what is kept of their rows; return how many of both."""
    is_old = sa.and_(*belongs_to(table, account), table.c.state == "finished", table.c.ended < before)
    old = list(conn.execute(sa.select(table.c.id).where(is_old)).scalars())
    rows = conn.execute(sa.delete(row_of.table).where(row_of.in_(old))).rowcount
    conn.execute(sa.delete(table).where(table.c.id.in_(old)))
    return len(old), rows

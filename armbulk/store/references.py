"""ARM's own references of records that a run does not send again: they are those of the runs that sent them."""

import sqlalchemy as sa

from armbulk.model.outcome import Outcome
from armbulk.quota.limits import Account
from armbulk.store.schema import belongs_to, item, run, sent_key


def copy_references(conn: sa.Connection, account: Account, run_id: int) -> None:
    """Give a new run's documents sent before, and its unchanged customers, the references that ARM gave them."""
    _copy_of_documents(conn, account, run_id)
    _copy_of_customers(conn, account, run_id)


def _copy_of_documents(conn: sa.Connection, account: Account, run_id: int) -> None:
    earlier = item.alias("earlier")
    same_number = sa.and_(sent_key.c.key_norm == item.c.key_norm, sent_key.c.doc_type == item.c.doc_type)
    reference = (
        sa.select(earlier.c.reference)
        .join_from(sent_key, earlier, sa.and_(earlier.c.run == sent_key.c.run, earlier.c.no == sent_key.c.item))
        .where(*belongs_to(sent_key, account), same_number)
        .correlate(item)
        .scalar_subquery()
    )
    is_sent = item.c.outcome == Outcome.ALREADY_SENT.value
    conn.execute(
        sa.update(item)
        .where(item.c.run == run_id, item.c.resource == "documents", is_sent, item.c.reference.is_(None))
        .values(reference=reference)
    )


def _copy_of_customers(conn: sa.Connection, account: Account, run_id: int) -> None:
    is_unchanged = sa.and_(item.c.resource == "customers", item.c.outcome == Outcome.UNCHANGED.value)
    query = sa.select(item.c.no, item.c.key_norm).where(item.c.run == run_id, is_unchanged, item.c.reference.is_(None))
    unchanged = conn.execute(query).all()
    if not unchanged:
        return
    known = (
        sa.select(item.c.key_norm, item.c.reference)
        .join_from(item, run, item.c.run == run.c.id)
        .where(*belongs_to(run, account), item.c.resource == "customers", item.c.reference.is_not(None))
        .order_by(item.c.run)
    )
    references = {row.key_norm: row.reference for row in conn.execute(known)}
    rows = [{"of_item": no, "known": references[key]} for no, key in unchanged if key in references]
    if rows:
        is_row = sa.and_(item.c.run == run_id, item.c.no == sa.bindparam("of_item"))
        conn.execute(sa.update(item).where(is_row).values(reference=sa.bindparam("known")), rows)

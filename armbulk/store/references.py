"""ARM's own references of records that a run does not send again: they are those of the runs that sent them."""

import polars as pl
import sqlalchemy as sa

from armbulk.model.outcome import Outcome
from armbulk.quota.limits import Account
from armbulk.store.schema import belongs_to, item, run, sent_key

REFERENCES_SCHEMA = {"resource": pl.String, "key_norm": pl.String, "doc_type": pl.String, "reference": pl.String}
"""Columns of a frame of records that ARM has, each once, with its reference there."""


def list_references(conn: sa.Connection, account: Account) -> pl.DataFrame:
    """Return ARM's references of a client's documents and customers (REFERENCES_SCHEMA)."""
    of_documents = (
        sa.select(sa.literal("documents"), sent_key.c.key_norm, sent_key.c.doc_type, item.c.reference)
        .join_from(sent_key, item, sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item))
        .where(*belongs_to(sent_key, account), item.c.reference.is_not(None))
    )
    of_customers = _select_customers(account).with_only_columns(
        sa.literal("customers"), item.c.key_norm, sa.literal(""), item.c.reference
    )
    rows = [tuple(row) for query in (of_documents, of_customers) for row in conn.execute(query)]
    references = pl.DataFrame(rows, schema=REFERENCES_SCHEMA, orient="row")
    return references.unique(["resource", "key_norm", "doc_type"], keep="last")


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
    references = {row.key_norm: row.reference for row in conn.execute(_select_customers(account))}
    rows = [{"of_item": no, "known": references[key]} for no, key in unchanged if key in references]
    if rows:
        is_row = sa.and_(item.c.run == run_id, item.c.no == sa.bindparam("of_item"))
        conn.execute(sa.update(item).where(is_row).values(reference=sa.bindparam("known")), rows)


def _select_customers(account: Account) -> sa.Select[tuple[str, str]]:
    """Select the number (as it is compared) and ARM's reference of every customer that a run has; the last run last."""
    return (
        sa.select(item.c.key_norm, item.c.reference)
        .join_from(item, run, item.c.run == run.c.id)
        .where(*belongs_to(run, account), item.c.resource == "customers", item.c.reference.is_not(None))
        .order_by(item.c.run)
    )

"""What proves a list of ARM complete: the records that this store knows ARM to have. And which lists were trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.model.lookup import LookupResult
from armbulk.model.outcome import Outcome
from armbulk.quota.limits import Account
from armbulk.store.customers import keep_customer_list, listed_customers, sent_customers
from armbulk.store.references import list_references
from armbulk.store.schema import (
    batch,
    belongs_to,
    client,
    client_parameters,
    identity,
    is_of_client,
    item,
    list_check,
    look,
    run,
    sent_key,
)

KNOWN_DOCUMENTS_SCHEMA = {
    "key": pl.String,
    "key_norm": pl.String,
    "doc_type": pl.String,
    "date": pl.String,
    "run": pl.Int64,
    "item": pl.Int64,
    "at": pl.Float64,
    "has_reference": pl.Boolean,
}
"""Columns of a frame of documents that ARM has: `key` as it was sent, or in its comparable form where its run is
deleted; `date` null where it is not known any more; when its outcome was known, and whether ARM gave a reference."""

_AT_ARM = (Outcome.CREATED.value, Outcome.CREATED_WITH_WARNINGS.value, Outcome.ALREADY_SENT.value)


@dataclass(frozen=True, slots=True)
class ListCheck:
    """Whether a list replaced single look-ups, and what proved it.

    Attributes:
        resource: documents or customers.
        records: how many records the list had; None: it was not read.
        known: how many records ARM has, as this store knows.
        missing: how many of these the list lacked.
        reason: why it was not trusted (`sending.list_proof.DistrustReason`); None: it was.
        decided: when that was decided (epoch seconds).
    """

    resource: str
    records: int | None
    known: int
    missing: int
    reason: str | None
    decided: float = 0.0


class ListCheckStore:
    """Reads what proves a list, and records which lists were trusted."""

    clock: Clock
    _engine: sa.Engine

    def known_documents(self, account: Account) -> pl.DataFrame:
        """Return the documents of a client that ARM has, as this store knows (KNOWN_DOCUMENTS_SCHEMA).

        Those that were looked up later and not found (`save_gone`) were deleted there.
        """
        with self._engine.connect() as conn:
            rows = [tuple(row) for row in conn.execute(_select_known(), client_parameters(account))]
        return pl.DataFrame(rows, schema=KNOWN_DOCUMENTS_SCHEMA, orient="row")

    def numbers_sent_elsewhere(self, account: Account) -> frozenset[str]:
        """Return the document numbers (`key_norm`) that were sent for a client to another address than its present one.

        It may be the same server under another name.
        """
        is_other = sa.and_(client.c.client_no == account.client_no, client.c.origin != account.origin)
        origins = sa.select(client.c.origin).where(is_other)
        query = sa.select(sent_key.c.key_norm).distinct()
        query = query.where(sent_key.c.client_no == account.client_no, sent_key.c.origin.in_(origins))
        with self._engine.connect() as conn:
            return frozenset(conn.execute(query).scalars())

    def save_gone(self, documents: pl.DataFrame) -> None:
        """Record that documents that ARM had (KNOWN_DOCUMENTS_SCHEMA) are neither in its list nor found by number."""
        rows = [
            {"run": run, "item": no, "at": self.clock.now(), "result": LookupResult.ABSENT.value}
            for run, no in documents.select("run", "item").iter_rows()
        ]
        with self._engine.begin() as conn:
            conn.execute(sa.insert(look), rows)

    def sent_customers(self, account: Account) -> pl.DataFrame:
        """Return what ARM has of the customers that were sent for a client (`customers.SENT_CUSTOMERS_SCHEMA`)."""
        with self._engine.connect() as conn:
            return sent_customers(conn, account)

    def references(self, account: Account) -> pl.DataFrame:
        """Return ARM's references of the records that were sent for a client (`references.REFERENCES_SCHEMA`)."""
        with self._engine.connect() as conn:
            return list_references(conn, account)

    def save_customer_list(self, account: Account, customers: Iterable[str]) -> None:
        """Keep which customers (hashes of their numbers) ARM's list has now."""
        with self._engine.begin() as conn:
            keep_customer_list(conn, account, customers, self.clock.now())

    def listed_customers(self, account: Account) -> tuple[set[str], float | None]:
        """Return the customers (hashes of their numbers) of ARM's list when it was last read, and when that was."""
        with self._engine.connect() as conn:
            return listed_customers(conn, account)

    def hash_salt(self) -> str:
        """Return what makes the hashes of this store its own."""
        with self._engine.connect() as conn:
            return str(conn.execute(sa.select(identity.c.id)).scalar_one())

    def last_sending(self, account: Account) -> float | None:
        """Return the latest time (epoch seconds) at which documents of a client may have been sent, as is known here.

        A store that was found to be an older copy does not know: then it is the time at which that was found. None:
        this store knows nothing of the client.
        """
        intended = sa.select(sa.func.max(batch.c.intended)).join_from(batch, run)
        intended = intended.where(*belongs_to(run, account), batch.c.resource == "documents")
        since = sa.select(client.c.since).where(*belongs_to(client, account))
        with self._engine.connect() as conn:
            times = [conn.execute(query).scalar() for query in (intended, since)]
        return max((float(time) for time in times if time is not None), default=None)

    def last_change(self, account: Account) -> float | None:
        """Return the latest time (epoch seconds) at which something was sent for a client, or its outcome was known.

        What was read of ARM before is not true any more. None: nothing was sent.
        """
        batches = sa.select(sa.func.max(batch.c.intended)).join_from(batch, run).where(*belongs_to(run, account))
        items = sa.select(sa.func.max(item.c.at)).join_from(item, run)
        items = items.where(*belongs_to(run, account), item.c.batch.is_not(None))
        with self._engine.connect() as conn:
            times = [conn.execute(query).scalar() for query in (batches, items)]
        return max((float(time) for time in times if time is not None), default=None)

    def save_list_check(self, run_id: int, check: ListCheck) -> None:
        """Record whether a list replaced single look-ups in a run."""
        values = {
            "run": run_id, "at": self.clock.now(), "resource": check.resource, "records": check.records,
            "known": check.known, "missing": check.missing, "reason": check.reason,
        }  # fmt: skip
        with self._engine.begin() as conn:
            conn.execute(sa.insert(list_check).values(values))

    def list_checks(self, run_id: int) -> list[ListCheck]:
        """Return which lists were trusted in a run, and which were not, in order."""
        names = ("resource", "records", "known", "missing", "reason", "at")
        query = sa.select(*(list_check.c[name] for name in names)).where(list_check.c.run == run_id)
        with self._engine.connect() as conn:
            return [ListCheck(*row) for row in conn.execute(query.order_by(list_check.c.id))]


@cache
def _select_known() -> sa.Select[Any]:
    outcome = sa.func.coalesce(item.c.outcome, sent_key.c.outcome)
    its_record = sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item)
    absent = (
        sa.select(look.c.run, look.c.item, sa.func.max(look.c.at).label("at"))
        .where(look.c.result == LookupResult.ABSENT.value)
        .group_by(look.c.run, look.c.item)
        .subquery()
    )
    is_gone = absent.c.at > sa.func.coalesce(item.c.at, 0.0)
    date = sa.func.coalesce(item.c.date, sent_key.c.date)
    return (
        sa.select(
            sa.func.coalesce(item.c.key, sent_key.c.key_norm),
            sent_key.c.key_norm,
            sent_key.c.doc_type,
            date,
            sent_key.c.run,
            sent_key.c.item,
            sa.func.coalesce(item.c.at, 0.0),
            sa.func.coalesce(item.c.reference, "") != "",
        )
        .join_from(sent_key, item, its_record, isouter=True)
        .join(absent, sa.and_(absent.c.run == sent_key.c.run, absent.c.item == sent_key.c.item), isouter=True)
        .where(
            *is_of_client(sent_key),
            outcome.in_(_AT_ARM),
            sa.func.coalesce(is_gone, sa.false()) == sa.false(),
        )
    )

"""Customers that ARM has as they were sent from here: so that they are not sent again. Inside the caller's transaction.

Of a customer only hashes are kept (`planning.customer_hashes`).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
import sqlalchemy as sa

from armbulk.model.outcome import Outcome
from armbulk.quota.limits import Account
from armbulk.store.schema import (
    belongs_to,
    client_parameters,
    customer_content,
    is_of_client,
    item,
    listed_customer,
    run,
    sent_customer,
)

SENT_CUSTOMERS_SCHEMA = {"customer": pl.String, "content": pl.String, "fields": pl.String, "run": pl.Int64}
"""Columns of a frame of customers sent before: hashes (`schema.sent_customer`), and the run."""

UNKNOWN_CONTENT = ""
"""The content of a customer that may have been changed: it is equal to no other."""

_AT_ARM = (
    Outcome.CREATED.value,
    Outcome.CREATED_WITH_WARNINGS.value,
    Outcome.UPDATED.value,
    Outcome.UPDATED_WITH_WARNINGS.value,
    Outcome.UNCHANGED.value,
)
_ITS_RECORD = sa.and_(item.c.run == customer_content.c.run, item.c.no == customer_content.c.item)
_OPEN_CUSTOMERS = (
    sa.select(customer_content.c.customer)
    .join_from(customer_content, item, _ITS_RECORD)
    .where(item.c.batch == sa.bindparam("of_batch"), item.c.outcome.is_(None))
)
_DOUBT = (
    sa.update(sent_customer)
    .where(*is_of_client(sent_customer), sent_customer.c.customer.in_(_OPEN_CUSTOMERS))
    .values(content=UNKNOWN_CONTENT)
)


def doubt_customers(conn: sa.Connection, account: Account, batch_id: int) -> None:
    """Record, before a batch goes, that it is unknown what ARM has of its customers."""
    conn.execute(_DOUBT, {**client_parameters(account), "of_batch": batch_id})


def keep_customers(conn: sa.Connection, run_id: int) -> None:
    """Keep what ARM has of a run's customers that have an outcome."""
    account = Account(*conn.execute(sa.select(run.c.origin, run.c.client_no).where(run.c.id == run_id)).one())
    query = sa.select(customer_content, item.c.outcome, item.c.at).join_from(customer_content, item, _ITS_RECORD)
    settled = conn.execute(query.where(customer_content.c.run == run_id, item.c.outcome.is_not(None))).mappings().all()
    at_arm = [row for row in settled if row["outcome"] in _AT_ARM]
    if at_arm:
        rows = {row["customer"]: row for row in _merge_rows(conn, account, at_arm)}
        _delete_customers(conn, account, list(rows))
        if rows:
            conn.execute(sa.insert(sent_customer), list(rows.values()))
    is_row = sa.and_(customer_content.c.run == run_id, customer_content.c.item == sa.bindparam("of_item"))
    if settled:
        conn.execute(sa.delete(customer_content).where(is_row), [{"of_item": row["item"]} for row in settled])


def sent_customers(conn: sa.Connection, account: Account) -> pl.DataFrame:
    """Return what ARM has of the customers that were sent for a client (SENT_CUSTOMERS_SCHEMA)."""
    query = sa.select(*(sent_customer.c[name] for name in SENT_CUSTOMERS_SCHEMA))
    rows = [tuple(row) for row in conn.execute(query.where(*belongs_to(sent_customer, account)))]
    return pl.DataFrame(rows, schema=SENT_CUSTOMERS_SCHEMA, orient="row")


def keep_customer_list(conn: sa.Connection, account: Account, customers: Iterable[str], read_at: float) -> None:
    """Keep which customers (hashes of their numbers) ARM's list had, in place of an earlier list."""
    conn.execute(sa.delete(listed_customer).where(*belongs_to(listed_customer, account)))
    rows = [
        {"origin": account.origin, "client_no": account.client_no, "customer": customer, "at": read_at}
        for customer in dict.fromkeys(customers)
    ]
    if rows:
        conn.execute(sa.insert(listed_customer), rows)


def listed_customers(conn: sa.Connection, account: Account) -> tuple[set[str], float | None]:
    """Return the customers (hashes of their numbers) of ARM's list, and when it was read (epoch seconds)."""
    query = sa.select(listed_customer.c.customer, listed_customer.c.at).where(*belongs_to(listed_customer, account))
    rows = conn.execute(query).all()
    return {row.customer for row in rows}, max((row.at for row in rows), default=None)


def _merge_rows(conn: sa.Connection, account: Account, settled: list[sa.RowMapping]) -> Iterator[dict[str, Any]]:
    """The rows of `sent_customer` with what became of customers, unless something later is known of them."""
    query = sa.select(sent_customer.c.customer, sent_customer.c.fields, sent_customer.c.at)
    earlier = {row.customer: row for row in conn.execute(query.where(*belongs_to(sent_customer, account)))}
    for row in settled:
        before = earlier.get(row["customer"])
        if before is not None and before.at > row["at"]:
            continue
        fields = json.loads(before.fields) if before is not None else {}
        fields.update(json.loads(row["fields"] or "{}"))
        yield {
            "origin": account.origin,
            "client_no": account.client_no,
            "customer": row["customer"],
            "content": row["content"],
            "fields": json.dumps(fields),
            "run": row["run"],
            "at": row["at"],
        }


def _delete_customers(conn: sa.Connection, account: Account, customers: list[str]) -> None:
    for start in range(0, len(customers), 500):
        is_one = sent_customer.c.customer.in_(customers[start : start + 500])
        conn.execute(sa.delete(sent_customer).where(*belongs_to(sent_customer, account), is_one))

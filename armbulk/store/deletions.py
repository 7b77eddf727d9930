"""Deletes of customers: intents and answers, each committed as one transaction, and ARM's records before them.

The intent to delete is committed before a byte leaves, with the whole record: ARM has no undelete.
"""

from typing import Any

import sqlalchemy as sa

from armbulk.model.call_rows import CallAnswer
from armbulk.model.deletion import DeleteOutcome, DeleteRow
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.store.call_runs import CallRunStore, CallUsage
from armbulk.store.customers import UNKNOWN_CONTENT
from armbulk.store.deletion_tables import DELETES, deletion_row
from armbulk.store.schema import belongs_to, item, listed_customer, run, sent_customer


class DeletionStore(CallRunStore):
    """Records deletes of customers, and what they change in the store; every public method is one transaction."""

    def customers_without_outcome(self, account: Account) -> dict[str, int]:
        """Return the customers (`key_norm`) of records that have no outcome yet → a run that has some of them."""
        number = sa.case((item.c.resource == "customers", item.c.key_norm), else_=item.c.customer_norm)
        query = sa.select(number, run.c.id).distinct().join_from(run, item, item.c.run == run.c.id)
        query = query.where(*belongs_to(run, account), item.c.outcome.is_(None), number.is_not(None))
        with self._engine.connect() as conn:
            return dict(tuple(row) for row in conn.execute(query))

    def record_delete_intent(self, account: Account, number: int, no: int, limits: QuotaLimits) -> int | float:
        """Commit the intent to delete a customer; return the reservation, or the time when the quota has room."""
        with self._engine.begin() as conn:
            room = self._record_intent(conn, DELETES, account, number, no, limits)
            if not isinstance(room, float):
                is_customer = sent_customer.c.customer == _hash_of(conn, number, no)
                doubt = sa.update(sent_customer).where(*belongs_to(sent_customer, account), is_customer)
                conn.execute(doubt.values(content=UNKNOWN_CONTENT))
            return room

    def save_delete_answer(
        self, account: Account, number: int, row: DeleteRow, answer: CallAnswer, usage: CallUsage | None = None
    ) -> None:
        """Commit the result of a call: state, outcome and quota together.

        Args:
            account: the client.
            number: the run.
            row: the row.
            answer: what is known of it now.
            usage: what the delete used of the quota; None: a look-up decided, or nothing was called.
        """
        is_kept = answer.outcome in {None, DeleteOutcome.DELETED}
        values: dict[str, Any] = {} if is_kept else {"kept": None}  # ARM still has it, or never had it
        with self._engine.begin() as conn:
            self._save_answer(conn, DELETES, account, number, row.no, answer, usage, **values)
            if answer.outcome in {DeleteOutcome.DELETED, DeleteOutcome.NOT_FOUND}:
                for table in (sent_customer, listed_customer):
                    conn.execute(sa.delete(table).where(*belongs_to(table, account), table.c.customer == row.customer))

    def save_delete_look(self, number: int, no: int) -> None:
        """Record that ARM still has a customer as it was kept."""
        with self._engine.begin() as conn:
            conn.execute(DELETES.update(number, no).values(read_at=self.clock.now()))


def _hash_of(conn: sa.Connection, number: int, no: int) -> str:
    """Return the hash of a row's customer number."""
    query = sa.select(deletion_row.c.customer).where(deletion_row.c.deletion == number, deletion_row.c.no == no)
    return str(conn.execute(query).scalar_one())

"""Deletes of customers: intents and answers, each committed as one transaction, and ARM's records before them.

The intent to delete is committed before a byte leaves, with the whole record: ARM has no undelete.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from armbulk.model.call_state import CallState
from armbulk.model.deletion import DeleteOutcome, DeleteRow
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import Account, Priority, QuotaLimits
from armbulk.store.call_runs import CallRun, insert_call_run, select_call_runs, update_call_run
from armbulk.store.customers import UNKNOWN_CONTENT
from armbulk.store.deletion_tables import deletion, deletion_row
from armbulk.store.engine import flush
from armbulk.store.metering import QuotaMeter
from armbulk.store.schema import belongs_to, item, listed_customer, run, sent_customer

DELETE_COST = ApiUsage(1, 0, 1)
"""What a delete uses of the quota. ARM does not say whether a delete counts as a record written: it is counted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeleteAnswer:
    """What is known of a delete: how far it is, its outcome (None: nothing yet), and why (packed)."""

    state: CallState
    outcome: DeleteOutcome | None = None
    message: str = ""


class DeletionStore(QuotaMeter):
    """Records and reads deletes of customers; every public method is one transaction."""

    def create_deletion(self, account: Account, new: Mapping[str, Any], rows: Sequence[DeleteRow]) -> int:
        """Store a run that deletes customers, with ARM's records of them; return its number."""
        with self._engine.begin() as conn:
            number = insert_call_run(conn, deletion, account, new, self.clock.now())
            conn.execute(sa.insert(deletion_row), [{**asdict(row), "deletion": number} for row in rows])
        return number

    def deletions(self) -> list[CallRun]:
        """Return all runs that delete customers, newest first."""
        with self._engine.connect() as conn:
            return select_call_runs(conn, deletion)

    def deletion(self, number: int) -> CallRun | None:
        """Return a run that deletes customers; None: there is none with this number."""
        with self._engine.connect() as conn:
            return next(iter(select_call_runs(conn, deletion, number)), None)

    def deletion_rows(self, number: int) -> list[DeleteRow]:
        """Return the rows of a run, in their order."""
        columns = [column for column in deletion_row.c if column.name not in {"deletion", "reservation"}]
        query = sa.select(*columns).where(deletion_row.c.deletion == number).order_by(deletion_row.c.no)
        with self._engine.connect() as conn:
            return [_to_row(row) for row in conn.execute(query).mappings()]

    def customers_without_outcome(self, account: Account) -> dict[str, int]:
        """Return the customers (`key_norm`) of records that have no outcome yet → a run that has some of them."""
        number = sa.case((item.c.resource == "customers", item.c.key_norm), else_=item.c.customer_norm)
        query = sa.select(number, run.c.id).distinct().join_from(run, item, item.c.run == run.c.id)
        query = query.where(*belongs_to(run, account), item.c.outcome.is_(None), number.is_not(None))
        with self._engine.connect() as conn:
            return dict(tuple(row) for row in conn.execute(query))

    # ── the call ────────────────────────────────────────────────────────────────────────────────────────────────

    def record_delete_intent(self, account: Account, number: int, no: int, limits: QuotaLimits) -> int | float:
        """Commit the intent to delete a customer; return the reservation, or the time when the quota has room."""
        with self._engine.begin() as conn:
            reservation = self._reserve(conn, account, DELETE_COST, limits, Priority.NORMAL)
            if isinstance(reservation, float):
                return reservation
            values = {"state": CallState.CALLING.value, "reservation": reservation, "decided_at": self.clock.now()}
            conn.execute(_update(number, no).values(values))
            is_customer = sent_customer.c.customer == _hash_of(conn, number, no)
            doubt = sa.update(sent_customer).where(*belongs_to(sent_customer, account), is_customer)
            conn.execute(doubt.values(content=UNKNOWN_CONTENT))
            return reservation

    def save_delete_answer(
        self,
        account: Account,
        number: int,
        no: int,
        answer: DeleteAnswer,
        *,
        reservation: int | None = None,
        charge: ApiUsage | None = None,
        sample: DateSample | None = None,
    ) -> None:
        """Commit the result of a call: state, outcome and quota together.

        Args:
            account: the client.
            number: the run.
            no: the row.
            answer: what is known of it now.
            reservation: of the delete that was made; None: a look-up decided, or nothing was called.
            charge: what was used of the quota; None: nothing left this machine.
            sample: the Date of the answer; None: there was none.
        """
        with self._engine.begin() as conn:
            values: dict[str, Any] = {"state": answer.state.value, "outcome": answer.outcome and answer.outcome.value}
            values |= {"message": answer.message, "reservation": None, "decided_at": self.clock.now()}
            if answer.outcome not in {None, DeleteOutcome.DELETED}:
                values["kept"] = None  # ARM still has it, or never had it
            conn.execute(_update(number, no).values(values))
            if reservation is not None:
                self._settle(conn, account, reservation, charge, sample)
            if answer.outcome in {DeleteOutcome.DELETED, DeleteOutcome.NOT_FOUND}:
                customer = _hash_of(conn, number, no)
                for table in (sent_customer, listed_customer):
                    conn.execute(sa.delete(table).where(*belongs_to(table, account), table.c.customer == customer))

    def save_delete_look(self, number: int, no: int) -> None:
        """Record that ARM still has a customer as it was kept."""
        with self._engine.begin() as conn:
            conn.execute(_update(number, no).values(read_at=self.clock.now()))

    def recover_deletions(self, account: Account) -> None:
        """After a crash: deletes that were being made are unconfirmed, and open reservations are charged in full.

        The caller has the client's lock, so no process is making any of them.
        """
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, account)
            own = sa.select(deletion.c.id).where(*belongs_to(deletion, account))
            was_made = (deletion_row.c.state == CallState.CALLING.value) & deletion_row.c.deletion.in_(own)
            values = {"state": CallState.UNCONFIRMED.value, "reservation": None}
            count = conn.execute(sa.update(deletion_row).where(was_made).values(values)).rowcount
        if count:
            _log.warning("A customer was being deleted when a process ended: it is looked up", extra={"rows": count})

    def end_deletion(self, number: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended, and when a paused run may be resumed (epoch seconds)."""
        values = {"state": state, "resume_at": resume_at, "ended": self.clock.now()}
        with self._engine.begin() as conn:
            update_call_run(conn, deletion, number, values)
        flush(self._engine)  # records that are not kept are not in the database's log either

    def save_deletion_result(self, number: int, path: str) -> None:
        """Record where the result workbook is."""
        with self._engine.begin() as conn:
            update_call_run(conn, deletion, number, {"result": path})


def _update(number: int, no: int) -> sa.Update:
    return sa.update(deletion_row).where(deletion_row.c.deletion == number, deletion_row.c.no == no)


def _hash_of(conn: sa.Connection, number: int, no: int) -> str:
    """Return the hash of a row's customer number."""
    query = sa.select(deletion_row.c.customer).where(deletion_row.c.deletion == number, deletion_row.c.no == no)
    return str(conn.execute(query).scalar_one())


def _to_row(row: sa.RowMapping) -> DeleteRow:
    outcome = row["outcome"]
    values = {**row, "state": CallState(row["state"]), "outcome": DeleteOutcome(outcome) if outcome else None}
    return DeleteRow(**values)

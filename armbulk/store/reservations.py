"""Payment reservations: intents and answers, each committed as one transaction.

The intent, with the payment id, is committed before a byte leaves. A payment id that left is never sent again.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from armbulk.model.call_state import CallState
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import ApiUsage
from armbulk.model.reservation import ReservationOutcome, ReservationRow
from armbulk.model.response import DateSample
from armbulk.quota.limits import Account, Priority, QuotaLimits
from armbulk.store.call_runs import CallRun, insert_call_run, select_call_runs, update_call_run
from armbulk.store.metering import QuotaMeter
from armbulk.store.reservation_tables import reservation_row, reservation_run, sent_payment
from armbulk.store.schema import belongs_to

RESERVATION_COST = ApiUsage(1, 0, 1)
"""What a reservation uses of the quota. ARM does not say whether it counts as a record written: it is counted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReservationAnswer:
    """What is known of a reservation: how far it is, its outcome (None: nothing yet), and why (packed)."""

    state: CallState
    outcome: ReservationOutcome | None = None
    message: str = ""


class ReservationStore(QuotaMeter):
    """Records and reads payment reservations; every public method is one transaction."""

    def create_reservations(self, account: Account, new: Mapping[str, Any], rows: Sequence[ReservationRow]) -> int:
        """Store a run that reserves payments; return its number."""
        with self._engine.begin() as conn:
            number = insert_call_run(conn, reservation_run, account, new, self.clock.now())
            conn.execute(sa.insert(reservation_row), [{**asdict(row), "run": number} for row in rows])
        return number

    def reservation_runs(self) -> list[CallRun]:
        """Return all runs that reserve payments, newest first."""
        with self._engine.connect() as conn:
            return select_call_runs(conn, reservation_run)

    def reservation_run(self, number: int) -> CallRun | None:
        """Return a run that reserves payments; None: there is none with this number."""
        with self._engine.connect() as conn:
            return next(iter(select_call_runs(conn, reservation_run, number)), None)

    def reservation_rows(self, number: int) -> list[ReservationRow]:
        """Return the rows of a run, in their order."""
        columns = [column for column in reservation_row.c if column.name not in {"run", "reservation"}]
        query = sa.select(*columns).where(reservation_row.c.run == number).order_by(reservation_row.c.no)
        with self._engine.connect() as conn:
            return [_to_row(row) for row in conn.execute(query).mappings()]

    def sent_payments(self, account: Account) -> dict[str, int]:
        """Return the payment ids (comparable form) that were sent, or may have been → the run."""
        query = sa.select(sent_payment.c.payment, sent_payment.c.run).where(*belongs_to(sent_payment, account))
        with self._engine.connect() as conn:
            return dict(tuple(row) for row in conn.execute(query))

    # ── the call ────────────────────────────────────────────────────────────────────────────────────────────────

    def record_reservation_intent(
        self, account: Account, number: int, row: ReservationRow, limits: QuotaLimits
    ) -> int | float | None:
        """Commit the intent to send a reservation, and its payment id as sent.

        Returns:
            The reservation of the quota; the time when the quota has room; None when the id was sent before.
        """
        owner = {"origin": account.origin, "client_no": account.client_no}
        payment = normalise_key_text(row.payment_id)
        is_sent = sa.and_(*belongs_to(sent_payment, account), sent_payment.c.payment == payment)
        with self._engine.begin() as conn:
            if conn.execute(sa.select(sent_payment.c.run).where(is_sent)).first() is not None:
                return None
            room = self._reserve(conn, account, RESERVATION_COST, limits, Priority.NORMAL)
            if isinstance(room, float):
                return room
            conn.execute(sa.insert(sent_payment).values(**owner, payment=payment, run=number))
            values = {"state": CallState.CALLING.value, "reservation": room, "body": row.body}
            conn.execute(_update(number, row.no).values({**values, "decided_at": self.clock.now()}))
            return room

    def save_reservation_answer(
        self,
        account: Account,
        number: int,
        row: ReservationRow,
        answer: ReservationAnswer,
        *,
        reservation: int | None = None,
        charge: ApiUsage | None = None,
        sample: DateSample | None = None,
    ) -> None:
        """Commit the result of a call: state, outcome and quota together.

        Args:
            account: the client.
            number: the run.
            row: the row; one that is planned again was not received by ARM, so that its payment id is free.
            answer: what is known of it now.
            reservation: of the quota; None: nothing was called.
            charge: what was used of the quota; None: nothing left this machine.
            sample: the Date of the answer; None: there was none.
        """
        with self._engine.begin() as conn:
            values: dict[str, Any] = {"state": answer.state.value, "outcome": answer.outcome and answer.outcome.value}
            values |= {"message": answer.message, "reservation": None, "decided_at": self.clock.now()}
            if answer.outcome is not None:
                values["body"] = ""  # what was sent is kept only while it is open
            conn.execute(_update(number, row.no).values(values))
            if answer.state is CallState.PLANNED:
                payment = normalise_key_text(row.payment_id)
                is_own = sa.and_(*belongs_to(sent_payment, account), sent_payment.c.payment == payment)
                conn.execute(sa.delete(sent_payment).where(is_own, sent_payment.c.run == number))
            if reservation is not None:
                self._settle(conn, account, reservation, charge, sample)

    def recover_reservations(self, account: Account) -> None:
        """After a crash: reservations that were being sent are unconfirmed, and the quota is charged in full.

        The caller has the client's lock, so no process is sending any of them.
        """
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, account)
            own = sa.select(reservation_run.c.id).where(*belongs_to(reservation_run, account))
            was_made = (reservation_row.c.state == CallState.CALLING.value) & reservation_row.c.run.in_(own)
            values = {"state": CallState.UNCONFIRMED.value, "reservation": None}
            count = conn.execute(sa.update(reservation_row).where(was_made).values(values)).rowcount
        if count:
            _log.warning("A reservation was being sent when a process ended", extra={"rows": count})

    def end_reservations(self, number: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended, and when a paused run may be resumed (epoch seconds)."""
        with self._engine.begin() as conn:
            values = {"state": state, "resume_at": resume_at, "ended": self.clock.now()}
            update_call_run(conn, reservation_run, number, values)

    def save_reservation_result(self, number: int, path: str) -> None:
        """Record where the result workbook is."""
        with self._engine.begin() as conn:
            update_call_run(conn, reservation_run, number, {"result": path})


def _update(number: int, no: int) -> sa.Update:
    return sa.update(reservation_row).where(reservation_row.c.run == number, reservation_row.c.no == no)


def _to_row(row: sa.RowMapping) -> ReservationRow:
    outcome = row["outcome"]
    values = {**row, "state": CallState(row["state"]), "outcome": ReservationOutcome(outcome) if outcome else None}
    return ReservationRow(**values)

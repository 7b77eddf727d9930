"""Payment reservations: intents and answers, each committed as one transaction.

The intent, with the payment id, is committed before a byte leaves. A payment id that left is never sent again.
"""

from typing import Any

import sqlalchemy as sa

from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.keys import normalise_key_text
from armbulk.model.reservation import ReservationRow
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.store.call_runs import CallRunStore, CallUsage
from armbulk.store.reservation_tables import RESERVATIONS, sent_payment
from armbulk.store.schema import belongs_to


class ReservationStore(CallRunStore):
    """Records payment reservations, and the payment ids that were sent; every public method is one transaction."""

    def sent_payments(self, account: Account) -> dict[str, int]:
        """Return the payment ids (comparable form) that were sent, or may have been → the run."""
        query = sa.select(sent_payment.c.payment, sent_payment.c.run).where(*belongs_to(sent_payment, account))
        with self._engine.connect() as conn:
            return dict(tuple(row) for row in conn.execute(query))

    def record_reservation_intent(
        self, account: Account, number: int, row: ReservationRow, limits: QuotaLimits
    ) -> int | float | None:
        """Commit the intent to send a reservation, and its payment id as sent.

        Returns:
            The reservation of the quota; the time when the quota has room; None when the id was sent before.
        """
        owner = {"origin": account.origin, "client_no": account.client_no}
        payment = normalise_key_text(row.payment_id)
        with self._engine.begin() as conn:
            if conn.execute(sa.select(sent_payment.c.run).where(_is_sent(account, row))).first() is not None:
                return None
            room = self._record_intent(conn, RESERVATIONS, account, number, row.no, limits, body=row.body)
            if not isinstance(room, float):
                conn.execute(sa.insert(sent_payment).values(**owner, payment=payment, run=number))
            return room

    def save_reservation_answer(
        self, account: Account, number: int, row: ReservationRow, answer: CallAnswer, usage: CallUsage | None = None
    ) -> None:
        """Commit the result of a call: state, outcome and quota together.

        Args:
            account: the client.
            number: the run.
            row: the row; one that is planned again was not received by ARM, so that its payment id is free.
            answer: what is known of it now.
            usage: what it used of the quota; None: nothing was called.
        """
        values: dict[str, Any] = {} if answer.outcome is None else {"body": ""}  # it is kept only while it is open
        with self._engine.begin() as conn:
            self._save_answer(conn, RESERVATIONS, account, number, row.no, answer, usage, **values)
            if answer.state is CallState.PLANNED:
                conn.execute(sa.delete(sent_payment).where(_is_sent(account, row), sent_payment.c.run == number))


def _is_sent(account: Account, row: ReservationRow) -> sa.ColumnElement[bool]:
    """Return the condition of a row's payment id in `sent_payment`."""
    return sa.and_(*belongs_to(sent_payment, account), sent_payment.c.payment == normalise_key_text(row.payment_id))

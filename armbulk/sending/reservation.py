"""Reserve payments at ARM, one call at a time: a payment id is never sent twice, a lost answer is never guessed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from armbulk.i18n import Text, _, pack_text, quote_text
from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.progress import Phase, Progress
from armbulk.model.request_form import RequestForm
from armbulk.model.reservation import ReservationOutcome, ReservationRow, ReservationVerdict
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.sending.single_calls import CallGuard, did_nothing, usage_of
from armbulk.store.call_runs import CallUsage
from armbulk.waiting import CallWaiter

NO_ANSWER = _(
    "The answer is missing or unclear ({reason}). armbulk does not send this payment id again. Look for the "
    "reservation in ARM."
)
_SENT_BEFORE = _("This payment id was sent before")

_log = logging.getLogger(__name__)


def write_reservation(form: RequestForm, user_id: str, row: ReservationRow) -> str:
    """Return the body of a row's request (JSON), with the exact amount."""
    values: dict[str, str | Decimal | None] = {row.identified_by: row.identification, "user_id": user_id}
    values |= {"payment_id": row.payment_id, "amount": Decimal(row.amount), "currency": row.currency}
    return form.write(values)


@dataclass(slots=True)
class PaymentReserver:
    """Sends payment reservations.

    Attributes:
        client: the calls.
        waiter: waits for the limits.
        form: the form of the request.
        user_id: the user of the call.
        on_progress: called with each payment.
    """

    client: RateLimitedClient
    waiter: CallWaiter
    form: RequestForm
    user_id: str
    on_progress: Callable[[Progress], None]

    def reserve(self, number: int, rows: Sequence[ReservationRow]) -> None:
        """Send the reservations of a stored run's rows that were never sent; each once, up to the first without answer.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: the system cannot be reached.
            LoginError: the system does not accept the login.
            Interrupted: the user asked to stop.
        """
        for done, row in enumerate(rows):
            self._report(done, len(rows))
            guard = CallGuard(self.client, self.waiter)
            row.body = write_reservation(self.form, self.user_id, row)
            while row.state is CallState.PLANNED:
                self.waiter.raise_if_interrupted()
                guard.wait(self._call(number, row, guard))
            if row.state is CallState.UNCONFIRMED:
                return  # what went wrong once may go wrong with all others
        self._report(len(rows), len(rows))

    def _report(self, done: int, total: int) -> None:
        limits, counts = self.client.count_limits(), {Phase.SEND: (done, total)}
        self.on_progress(Progress("reserving", done=done, total=total, phase=Phase.SEND, records=counts, limits=limits))

    def _call(self, number: int, row: ReservationRow, guard: CallGuard) -> Interruption | None:
        """Make the call; None when its answer is stored, or there is nothing to send."""
        client = self.client
        client.system.login()
        taken = client.take_room(
            lambda: client.store.record_reservation_intent(client.account, number, row, client.limits) or 0
        )
        if isinstance(taken, CallFailed):
            return taken
        if isinstance(taken, float):
            return RateLimited(taken)
        if not taken:
            self._save(number, row, CallState.DONE, ReservationOutcome.ALREADY_SENT, _SENT_BEFORE)
            return None
        result = client.system.submit_form("POST", self.form.path, row.body)
        response = result.response
        usage = usage_of(response, taken)
        _log.info("Payment reservation answered", extra={"run": number, "status": response.status})
        if did_nothing(response):
            self._save(number, row, CallState.PLANNED, usage=usage)
            return guard.judge_refusal(result)
        match result.content:
            case ReservationVerdict.RESERVED:
                outcome, message = ReservationOutcome.RESERVED, ""
            case ReservationVerdict.REJECTED:
                outcome, message = ReservationOutcome.REJECTED, quote_text(result.message)
            case ReservationVerdict.UNCLEAR:
                why = NO_ANSWER.fill(reason=response.failure)
                self._save(number, row, CallState.UNCONFIRMED, None, why, usage=usage)
                return None
        self._save(number, row, CallState.DONE, outcome, message, usage=usage)
        return None

    def _save(
        self,
        number: int,
        row: ReservationRow,
        state: CallState,
        outcome: ReservationOutcome | None = None,
        message: Text | str = "",
        *,
        usage: CallUsage | None = None,
    ) -> None:
        """Commit what is known now."""
        self.client.store.save_reservation_answer(
            self.client.account,
            number,
            row,
            CallAnswer(state, outcome, pack_text(message)),
            usage,
        )
        row.state, row.outcome = state, outcome

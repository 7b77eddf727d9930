"""Delete customers in ARM, one call at a time: an answer that was lost is looked up, never guessed."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from armbulk.errors import ServerError
from armbulk.i18n import Text, _, join_texts, pack_text, quote_text
from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.deletion import DeleteOutcome, DeleteRow, DeleteVerdict
from armbulk.model.progress import Phase, Progress
from armbulk.model.response import ApiResult
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.sending.single_calls import CallGuard, did_nothing, usage_of
from armbulk.store.call_runs import CALL_COST, CallUsage
from armbulk.waiting import CallRepeater

MAX_READ_AGE_SECONDS = 300.0
"""How long a record that was read counts as what ARM has; after that it is read again before the delete."""

MAX_TRIES = 3
"""How often a session deletes a customer whose deletes get no clear answer."""

_GONE = _("ARM no longer has the customer. The answer to the delete was lost.")
_NEVER_THERE = _("ARM does not have this customer")
_OTHER_RECORD = _(
    "ARM's record has changed since you confirmed. It was not deleted: it may be another customer. Check it in ARM."
)
_HAS_ITEMS = _("The customer has documents or items in ARM, so ARM does not delete it")
_NO_ANSWER = _("The answer to the delete is missing or unclear ({reason})")
_UNREADABLE = _("its answer to the look-up of a customer cannot be read")

_IN_ROW = _("{message} (customer of sheet {sheet}, row {row})")

_log = logging.getLogger(__name__)


def write_record(record: dict[str, Any]) -> str:
    """Return ARM's record as it is kept and compared: JSON with its members in order."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)


def read_name(row: DeleteRow) -> str:
    """Return the name in ARM's record of a row; "" where it has none."""
    name = json.loads(row.kept or "{}").get("name")
    return str(name) if name else ""


@dataclass(slots=True)
class CustomerDeleter:
    """Looks customers up and deletes them.

    Attributes:
        client: the calls.
        repeater: makes a look-up until it is answered.
        on_progress: called with each customer.
    """

    client: RateLimitedClient
    repeater: CallRepeater
    on_progress: Callable[[Progress], None]

    def read(self, rows: Sequence[DeleteRow]) -> None:
        """Read the records of rows: `kept` is ARM's record, None when ARM does not have the customer.

        Raises:
            ArmbulkError: as `CallRepeater.repeat` says.
        """
        for done, row in enumerate(rows):
            self._report("looking", Phase.LOOK_UP, done, len(rows))
            try:
                record = self._look_up(row.customer_no)
            except ServerError as error:
                error.message = _IN_ROW.fill(message=error.message, sheet=row.sheet, row=row.row)
                raise
            row.kept = write_record(record) if record else None
            row.read_at = self.client.clock.now()
        self._report("looking", Phase.LOOK_UP, len(rows), len(rows))

    def delete(self, number: int, rows: Sequence[DeleteRow]) -> None:
        """Delete the customers of a stored run's rows that have no outcome.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: the system failed to answer too often in a row.
            LoginError: the system does not accept the login.
            Interrupted: the user asked to stop.
        """
        for done, row in enumerate(rows):
            self._report("deleting", Phase.SEND, done, len(rows))
            _Delete(self, number, row, CallGuard(self.client, self.repeater.waiter)).run()
        self._report("deleting", Phase.SEND, len(rows), len(rows))

    def _report(self, doing: str, phase: Phase, done: int, total: int) -> None:
        limits = self.client.count_limits()
        self.on_progress(
            Progress(doing, done=done, total=total, phase=phase, records={phase: (done, total)}, limits=limits)
        )

    def _look_up(self, customer_no: str) -> dict[str, Any]:
        """Return what ARM has under a number: {} when it has nothing."""
        return self.repeater.repeat(partial(self._call_look_up, customer_no))

    def _call_look_up(self, customer_no: str) -> dict[str, Any] | Interruption:
        call = partial(self.client.system.look_up_customer, customer_no)
        result = self.client.get(call, priority=Priority.NORMAL)
        if isinstance(result, RateLimited | CallFailed):
            return result
        if result.content is not None or result.response.is_not_found:
            return result.content or {}
        return CallFailed(replace(result.response, reason=_UNREADABLE))


@dataclass(slots=True)
class _Delete:
    """The delete of one customer.

    Attributes:
        deleter: makes the calls.
        number: the run.
        row: the customer; its state is as the store has it.
        guard: decides when it is made again.
        tries: deletes of this session.
        last: the answer to the last delete; None: there was none in this session.
    """

    deleter: CustomerDeleter
    number: int
    row: DeleteRow
    guard: CallGuard
    tries: int = 0
    last: ApiResult[DeleteVerdict] | None = None

    def run(self) -> None:
        """Delete the customer, or leave it unconfirmed when ARM gives no clear answer."""
        waiter = self.deleter.repeater.waiter
        now = self.deleter.client.clock.now()
        is_current = self.row.state is CallState.PLANNED and 0 <= now - self.row.read_at < MAX_READ_AGE_SECONDS
        while self.row.state is not CallState.DONE:
            waiter.raise_if_interrupted()
            if not is_current and not self._is_still_there():
                return
            if self.tries >= MAX_TRIES:
                self._give_up()
                return
            interruption = self._call()
            is_current = False
            self.guard.wait(interruption)

    def _is_still_there(self) -> bool:
        """Look the customer up; False when that decides about it."""
        record = self.deleter._look_up(self.row.customer_no)  # noqa: SLF001 - the same module
        if not record:
            was_sent = self.row.state is CallState.UNCONFIRMED
            outcome = DeleteOutcome.DELETED if was_sent else DeleteOutcome.NOT_FOUND
            self._save(CallState.DONE, outcome, _GONE if was_sent else _NEVER_THERE)
            return False
        if write_record(record) != self.row.kept:
            self._save(CallState.DONE, DeleteOutcome.CONFLICT, _OTHER_RECORD)
            return False
        self.deleter.client.store.save_delete_look(self.number, self.row.no)
        return True

    def _give_up(self) -> None:
        """Leave it unconfirmed; an answer that ARM always gives, while it still has the customer, is a refusal."""
        if self.last is not None and 400 <= self.last.response.status < 500:
            self._save(CallState.DONE, DeleteOutcome.REJECTED, quote_text(self.last.message))

    def _call(self) -> Interruption | None:
        """Make one delete; None when its answer is stored."""
        client, before = self.deleter.client, self.row.state
        client.system.login()
        room = client.take_room(
            lambda: client.store.record_delete_intent(client.account, self.number, self.row.no, client.limits)
        )
        if isinstance(room, CallFailed):
            return room
        if isinstance(room, float):
            return RateLimited(room)
        result = client.system.delete_customer(self.row.customer_no)
        self.tries += 1
        response = result.response
        usage = usage_of(response, room)
        _log.info("Customer delete answered", extra={"run": self.number, "status": response.status})
        if did_nothing(response):  # it is as before the call
            self._save(before, usage=usage)
            self.tries -= 1
            return self.guard.judge_refusal(result)
        self.last, self.guard.failures = result, 0
        match result.content:
            case DeleteVerdict.DELETED:
                self._save(CallState.DONE, DeleteOutcome.DELETED, usage=usage)
            case DeleteVerdict.REJECTED:
                parts = (_HAS_ITEMS if response.status == 422 else "", quote_text(result.message))
                message = join_texts(*parts, separator=". ")
                self._save(CallState.DONE, DeleteOutcome.REJECTED, message, usage=usage)
            case DeleteVerdict.UNCLEAR:
                message = _NO_ANSWER.fill(reason=response.failure)
                self._save(CallState.UNCONFIRMED, None, message, usage=usage)
                if response.status == 503 and response.retry_after:
                    return client.block(response, CALL_COST)
                self.guard.pause(self.tries)  # the delete may still be carried out
        return None

    def _save(
        self,
        state: CallState,
        outcome: DeleteOutcome | None = None,
        message: Text | str = "",
        *,
        usage: CallUsage | None = None,
    ) -> None:
        """Commit what is known now."""
        client = self.deleter.client
        client.store.save_delete_answer(
            client.account,
            self.number,
            self.row,
            CallAnswer(state, outcome, pack_text(message)),
            usage,
        )
        self.row.state, self.row.outcome = state, outcome

"""Change due dates of AR items at ARM, one at a time: each item is read before and after, the first surprise stops."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from armbulk.i18n import Text, _, pack_text, quote_text
from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.due_date import ChangeAnswer, ChangeVerdict, DueDateOutcome, DueDateRow
from armbulk.model.keys import normalise_key_text
from armbulk.model.progress import Phase, Progress
from armbulk.model.request_form import RequestForm
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.sending.single_calls import CallGuard, did_nothing, usage_of
from armbulk.store.call_runs import CallUsage
from armbulk.waiting import CallRepeater

BALANCES = ("currencyBalance", "glBalance")
"""Members of an item that a new due date must not change."""

_KEPT = ("dueDate", "currency", *BALANCES)
"""Members of an item that are kept from before the change."""

_WORDS = {"dueDate": _("due date"), "currencyBalance": _("balance"), "glBalance": _("GL balance")}

_ABSENT = _("ARM does not have this item")
_OTHER_ITEM = _("ARM's item has customer {customer} and document {document}. Nothing was sent.")
_NO_DATE = _("ARM's item has no due date that can be read, so a change cannot be checked. Nothing was sent.")
_NO_BALANCE = _("ARM's item has no balance that can be read, so a change cannot be checked. Nothing was sent.")
_TOO_EARLY = _("The new due date is before the item's date {day:date}. Nothing was sent.")
_CHANGED = _("The item's {member} was {before} when you confirmed, and is now {after}. Nothing was sent.")
_SAME_DATE = _("The item already has this due date")
_UNREADABLE = _("its answer to the look-up of an AR item cannot be read")
_GONE = _("ARM no longer has the item after the change. Look it up in ARM.")
_NEW_NUMBER = _("ARM's answer has {numbers}, which may be a new document. Look the item up in ARM.")
_MOVED = _("The item's {member} was {before} and is now {after}. Look the item up in ARM.")
_OTHER_DATE = _("The due date was {before:date} and is now {after}, which is not the new one. Look the item up in ARM.")
_NOT_CHANGED = _("ARM says that it changed the item, but the due date is still {before:date}. Look the item up in ARM.")
_NO_ANSWER = _(
    "The answer is missing or unclear, and the due date is still {before:date}. The change may still come. armbulk "
    "does not send it again."
)

_log = logging.getLogger(__name__)


def write_change(form: RequestForm, user_id: str, row: DueDateRow) -> str:
    """Return the body of a row's request (JSON)."""
    names = ("ar_item_id", "customer_no", "document_no", "due_date")
    return form.write({"user_id": user_id, **{name: getattr(row, name) for name in names}})


def judge_before(row: DueDateRow, item: dict[str, Any]) -> CallAnswer | None:
    """Return why ARM's item is not changed; None: it may be. An empty `item` means that ARM has none."""
    if not item:
        return CallAnswer(CallState.DONE, DueDateOutcome.NOT_FOUND, pack_text(_ABSENT))
    customer, document = (str(item.get(name) or "") for name in ("customerNo", "documentNo"))
    pairs = ((row.customer_no, customer), (row.document_no, document))
    if any(normalise_key_text(here) != normalise_key_text(there) for here, there in pairs):
        message = _OTHER_ITEM.fill(customer=quote_text(customer), document=quote_text(document))
        return CallAnswer(CallState.DONE, DueDateOutcome.CONFLICT, pack_text(message))
    if not _read_day(item):
        return CallAnswer(CallState.DONE, DueDateOutcome.CONFLICT, pack_text(_NO_DATE))
    if _read_balance(item, BALANCES[0]) is None:
        return CallAnswer(CallState.DONE, DueDateOutcome.CONFLICT, pack_text(_NO_BALANCE))
    if _read_day(item) == row.due_date:
        return CallAnswer(CallState.DONE, DueDateOutcome.UNCHANGED, pack_text(_SAME_DATE))
    if row.due_date < _read_day(item, "voucherDate"):
        message = _TOO_EARLY.fill(day=_read_day(item, "voucherDate"))
        return CallAnswer(CallState.DONE, DueDateOutcome.HELD_BACK, pack_text(message))
    return _judge_since(row, item)


def _judge_since(row: DueDateRow, item: dict[str, Any]) -> CallAnswer | None:
    """Return that the item has changed since a person confirmed what was read of it; None: it has not."""
    if not row.kept:
        return None
    before: dict[str, Any] = json.loads(row.kept)
    moved = [name for name in BALANCES if _read_balance(item, name) != _read_balance(before, name)]
    if _read_day(item) != _read_day(before):
        moved.append("dueDate")
    if not moved:
        return None
    values = {"member": _WORDS[moved[0]], "before": _show(before.get(moved[0])), "after": _show(item.get(moved[0]))}
    return CallAnswer(CallState.DONE, DueDateOutcome.CONFLICT, pack_text(_CHANGED.fill(**values)))


def keep_item(item: dict[str, Any]) -> str:
    """Return what is kept of an item from before its change (JSON)."""
    return json.dumps({name: item.get(name) for name in _KEPT}, default=str)


def describe_item(row: DueDateRow) -> tuple[str, str, Decimal | None]:
    """Return the due date (ISO date), the currency and the balance of a row's item, as it was read."""
    item: dict[str, Any] = json.loads(row.kept or "{}")
    return _read_day(item), str(item.get("currency") or ""), _read_balance(item, BALANCES[0])


def judge_after(row: DueDateRow, item: dict[str, Any], message: str = "") -> CallAnswer:
    """Return how a change that was sent ended, by the item as ARM has it now.

    Args:
        row: the row, with the item before and the answer.
        item: the item; empty: ARM has none.
        message: what ARM said, where it refused.
    """
    before: dict[str, Any] = json.loads(row.kept)
    day, day_before = _read_day(item), _read_day(before)
    moved = next((name for name in BALANCES if _read_balance(item, name) != _read_balance(before, name)), None)
    if row.surprise:
        why: Text = _NEW_NUMBER.fill(numbers=quote_text(row.surprise))
    elif not item:
        why = _GONE
    elif moved:
        why = _MOVED.fill(member=_WORDS[moved], before=_show(before.get(moved)), after=_show(item.get(moved)))
    elif day == row.due_date:
        return CallAnswer(CallState.DONE, DueDateOutcome.UPDATED)
    elif day != day_before:
        why = _OTHER_DATE.fill(before=day_before, after=_show(item.get("dueDate")))
    elif row.verdict == ChangeVerdict.REJECTED:
        return CallAnswer(CallState.DONE, DueDateOutcome.REJECTED, pack_text(quote_text(message)))
    elif row.verdict == ChangeVerdict.DONE:
        why = _NOT_CHANGED.fill(before=day_before)
    else:
        why = _NO_ANSWER.fill(before=day_before)
    return CallAnswer(CallState.UNCONFIRMED, None, pack_text(why))


def find_surprise(answer: ChangeAnswer, item: dict[str, Any]) -> str:
    """Return the numbers in an answer that are none of the item's own, as `name value`; "": there are none."""
    own = {normalise_key_text(str(value)) for value in item.values()}
    return ", ".join(f"{name} {value}" for name, value in answer.numbers if normalise_key_text(value) not in own)


@dataclass(slots=True)
class DueDateChanger:
    """Changes due dates.

    Attributes:
        client: the calls.
        repeater: makes a look-up until it is answered, and waits.
        form: the form of the request.
        user_id: the user of the call.
        on_progress: called with each item.
    """

    client: RateLimitedClient
    repeater: CallRepeater
    form: RequestForm
    user_id: str
    on_progress: Callable[[Progress], None]

    def read(self, rows: Sequence[DueDateRow]) -> None:
        """Read the items of rows: what a person confirms. A row whose item is not changed gets its outcome.

        Raises:
            ArmbulkError: as `CallRepeater.repeat` says.
        """
        for done, row in enumerate(rows):
            self._report(done, len(rows), "looking", Phase.LOOK_UP)
            item = self._look_up(row.ar_item_id)
            decided = judge_before(row, item)
            if decided is None:
                row.kept = keep_item(item)
            else:
                row.state, row.outcome, row.message = decided.state, decided.outcome, decided.message
        self._report(len(rows), len(rows), "looking", Phase.LOOK_UP)

    def change(self, number: int, rows: Sequence[DueDateRow]) -> None:
        """Settle unconfirmed rows of a stored run by reading their items, then send those that were never sent.

        It ends at the first row that stays unconfirmed: what went wrong once may go wrong with all others.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: the system cannot be reached.
            LoginError: the system does not accept the login.
            Interrupted: the user asked to stop.
        """
        open_rows = [row for row in rows if row.state is not CallState.DONE]
        open_rows.sort(key=lambda row: row.state is CallState.PLANNED)
        for done, row in enumerate(open_rows):
            self._report(done, len(open_rows))
            if row.state is CallState.UNCONFIRMED:
                self._save(number, row, judge_after(row, self._look_up(row.ar_item_id)))
            else:
                self._change(number, row)
            if row.state is CallState.UNCONFIRMED:
                return
        self._report(len(open_rows), len(open_rows))

    def _report(self, done: int, total: int, doing: str = "changing", phase: Phase = Phase.SEND) -> None:
        limits, counts = self.client.count_limits(), {phase: (done, total)}
        self.on_progress(Progress(doing, done=done, total=total, phase=phase, records=counts, limits=limits))

    def _look_up(self, ar_item_id: str) -> dict[str, Any]:
        """Return what ARM has under an id: {} when it has nothing."""
        return self.repeater.repeat(partial(self._call_look_up, ar_item_id))

    def _call_look_up(self, ar_item_id: str) -> dict[str, Any] | Interruption:
        result = self.client.get(partial(self.client.system.look_up_item, ar_item_id), priority=Priority.NORMAL)
        if isinstance(result, RateLimited | CallFailed):
            return result
        if result.content is not None or result.response.is_not_found:
            return result.content or {}
        return CallFailed(replace(result.response, reason=_UNREADABLE))

    def _change(self, number: int, row: DueDateRow) -> None:
        """Read the item, change it, and read it again; what ARM does not confirm stays unconfirmed."""
        guard = CallGuard(self.client, self.repeater.waiter)
        while row.state is CallState.PLANNED:
            self.repeater.waiter.raise_if_interrupted()
            item = self._look_up(row.ar_item_id)  # again after each wait: it may have changed meanwhile
            decided = judge_before(row, item)
            if decided is not None:
                self._save(number, row, decided)
                return
            row.kept = keep_item(item)
            guard.wait(self._call(number, row, item, guard))

    def _call(self, number: int, row: DueDateRow, item: dict[str, Any], guard: CallGuard) -> Interruption | None:
        """Make the call; None when its result is stored."""
        client = self.client
        client.system.login()
        taken = client.take_room(
            lambda: client.store.record_due_date_intent(client.account, number, row, client.limits)
        )
        if isinstance(taken, CallFailed):
            return taken
        if isinstance(taken, float):
            return RateLimited(taken)
        result = client.system.change_item(self.form.path, write_change(self.form, self.user_id, row))
        response = result.response
        usage = usage_of(response, taken)
        _log.info("Change of a due date answered", extra={"run": number, "status": response.status})
        if did_nothing(response):
            self._save(number, row, CallAnswer(CallState.PLANNED), usage)
            return guard.judge_refusal(result)
        answer = result.content
        row.verdict, row.surprise = answer.verdict.value, find_surprise(answer, item)
        self._save(number, row, CallAnswer(CallState.UNCONFIRMED), usage)  # until the item was read
        self._save(number, row, judge_after(row, self._look_up(row.ar_item_id), result.message))
        return None

    def _save(self, number: int, row: DueDateRow, answer: CallAnswer, usage: CallUsage | None = None) -> None:
        """Commit what is known now."""
        self.client.store.save_due_date_answer(self.client.account, number, row, answer, usage)
        row.state, row.outcome = answer.state, answer.outcome


def _read_day(item: dict[str, Any], name: str = "dueDate") -> str:
    """Return a date of an item, its due date if no other is named (ISO date); "": it has none that can be read."""
    try:
        return date.fromisoformat(str(item.get(name))[:10]).isoformat()
    except ValueError:
        return ""


def _read_balance(item: dict[str, Any], name: str) -> Decimal | None:
    try:
        balance = Decimal(str(item.get(name)))
    except InvalidOperation:
        return None
    return balance if balance.is_finite() else None


def _show(value: Any) -> Text:
    return quote_text("?" if value is None else str(value))

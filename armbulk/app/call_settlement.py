"""What a person found out about the unconfirmed calls of a run: recorded, and nothing is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import CallKind, load_calls, state_of, verify_count, write_results
from armbulk.app.dialog import Dialog
from armbulk.app.runs import verify_account
from armbulk.context import Context
from armbulk.errors import UsageError
from armbulk.i18n import Text, pack_text
from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.decision import Decision
from armbulk.quota.limits import Account
from armbulk.store import CallRun, Store
from armbulk.store.call_runs import RowT


@dataclass(frozen=True, slots=True)
class Settlement(Generic[RowT]):
    """How the unconfirmed calls of a kind are settled.

    Attributes:
        kind: the kind of call.
        key: the attribute of a row that names it for people.
        question: whether {count} rows ({numbers}) are as {meaning} says.
        done: the outcome of a row that ARM has carried out.
        not_done: the outcome of a row that it has not.
        marked: that a person has found it in ARM.
        given_up: that a person has not.
        not_wanted: that a person does not want to send it.
        never_again: message and hint where a person wants to send it again.
        all_at_once: message, of the run {run}, and hint where a person selects some of the rows.
        save: commits what is known of a row of a run.
    """

    kind: CallKind[RowT]
    key: str
    question: Text
    done: StrEnum
    not_done: StrEnum
    marked: Text
    given_up: Text
    not_wanted: Text
    never_again: tuple[Text, Text]
    all_at_once: tuple[Text, Text]
    save: Callable[[Store, Account, int, RowT, CallAnswer], None]


def settle_calls(
    settlement: Settlement[RowT],
    context: Context,
    store: Store,
    run: CallRun,
    dialog: Dialog,
    decision: Decision,
    expect_count: int | None,
) -> CallResult[RowT]:
    """Record what a person has found out about the unconfirmed calls of a run. Nothing is sent.

    Where none is unconfirmed, GIVE_UP ends the run: what was never sent is not sent.

    Raises:
        UsageError: They cannot be sent again, or another number of them is unconfirmed than expected.
        Unfinished: Another process sends for the client.
    """
    verify_account(run.id, run.account, context.profile.account)
    if decision is Decision.RESEND:
        raise UsageError("never-again", *settlement.never_again)
    kind, is_done = settlement.kind, decision is Decision.MARK_CREATED
    outcome = settlement.done if is_done else settlement.not_done
    message = settlement.marked if is_done else settlement.given_up
    with store.lock(run.account, run.id):
        store.recover_calls(kind.tables, run.account)
        rows = store.call_rows(kind.tables, run.id)
        open_rows = [row for row in rows if row.state is CallState.UNCONFIRMED]
        if not open_rows and decision is Decision.GIVE_UP:
            open_rows, message = [row for row in rows if row.state is CallState.PLANNED], settlement.not_wanted
        verify_count(kind.wrong_count, expect_count, len(open_rows))
        if open_rows and dialog.confirm_settled(_fill_question(settlement, open_rows, message)):
            answer = CallAnswer(CallState.DONE, outcome, pack_text(message))
            for row in open_rows:
                settlement.save(store, run.account, run.id, row, answer)
        result = load_calls(kind, store, run)
        result.state = state_of(result.rows)
        store.end_calls(kind.tables, run.id, result.state)
    write_results(kind, store, result, Path(run.result or run.target), context.profile.lang)
    return result


def _fill_question(settlement: Settlement[Any], rows: list[Any], meaning: Text) -> Text:
    numbers = ", ".join(getattr(row, settlement.key) for row in rows[:10])
    return settlement.question.fill(count=len(rows), numbers=numbers, meaning=meaning)

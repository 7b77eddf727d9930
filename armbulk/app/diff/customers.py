"""What becomes of each customer of the files: decided as sending decides it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from armbulk.app.diff.arm_records import ArmRecords
from armbulk.i18n import _
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import NOT_IN_ARM, NOTHING_CHANGED
from armbulk.resources.identifiers import mask_national_id
from armbulk.sending.customer_decision import CustomerDecision, decide_change, decide_new
from armbulk.sending.merge import Conflict, Difference

_GONE = _("ARM does not have it any more")
_HAS_ERRORS = _("The row has errors")


class CustomerState(StrEnum):
    """What an import does with a customer. The values are published.

    NEW and CHANGED are sent. CONFLICT is sent only where a person, or --overwrite, decides so. The others are not sent.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    CHANGED_IN_ARM = "changed_in_arm"
    NOT_COMPARED = "not_compared"


class Reason(StrEnum):
    """Why a value is not sent. The values are published."""

    ZEROS_LOST = "zeros-lost"
    MASKED = "masked"
    CHANGED_SINCE_EXPORT = "changed-since-export"
    NOT_SENT_FROM_HERE = "not-sent-from-here"
    CHANGED_SINCE_SENT = "changed-since-sent"


SENT_STATES = (CustomerState.NEW, CustomerState.CHANGED)


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that ARM has otherwise than the file.

    Attributes:
        difference: The field, and both values.
        exported: What the export had; None: that is not known.
        reason: Why it is not sent; None: it is, or would be if the others were.
    """

    difference: Difference
    exported: str | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class ComparedCustomer:
    """A customer of the files.

    Attributes:
        number: Its number; a person's is masked.
        key: The number as it is compared.
        sheet: Index of its sheet.
        row: Its row.
        state: What an import does with it.
        payload: What an import sends of it, as JSON; None: nothing.
        changes: The values that ARM has otherwise.
        current: ARM's record; None: ARM does not have it, or it was not compared.
        note: Why it is not sent, where no value says it.
        kept: ARM's values of an address that changes, which the file does not have; they are sent with the rest.
    """

    number: str
    key: str
    sheet: int
    row: int
    state: CustomerState
    payload: str | None = None
    changes: tuple[ValueChange, ...] = ()
    current: dict[str, Any] | None = None
    note: str = ""
    kept: tuple[Difference, ...] = ()


def choose_customers(items: pl.DataFrame) -> pl.DataFrame:
    """Return the items that are compared: those that would be sent, and those that were sent before as they are."""
    is_same = (pl.col("outcome") == Outcome.UNCHANGED.value) & (pl.col("message") != str(NOTHING_CHANGED))
    is_compared = pl.col("outcome").is_null() | is_same
    return items.filter((pl.col("resource") == "customers") & is_compared.fill_null(value=False))


def compare_customers(items: pl.DataFrame, arm: ArmRecords, *, update: bool, overwrite: bool) -> list[ComparedCustomer]:
    """Return every customer of `items`, in the order of the files."""
    is_customer = pl.col("resource") == "customers"
    customers = items.filter(is_customer).with_columns(mask_national_id(pl.col("key")).fill_null("").alias("number"))
    return [
        _compare(row, arm, update=update, overwrite=overwrite) if row["no"] in arm.customers else _leave(row)
        for row in customers.iter_rows(named=True)
    ]


def _leave(row: dict[str, Any]) -> ComparedCustomer:
    """A customer that nothing is to be compared of: its row was not changed, or cannot be sent."""
    is_unchanged = row["outcome"] == Outcome.UNCHANGED.value
    state = CustomerState.UNCHANGED if is_unchanged else CustomerState.NOT_COMPARED
    note = "" if is_unchanged else row["message"] or _HAS_ERRORS
    return ComparedCustomer(*_identify(row), state, note=note)


def _identify(row: dict[str, Any]) -> tuple[str, str, int, int]:
    return row["number"], row["key_norm"] or "", row["sheet"], row["row"]


def _compare(row: dict[str, Any], arm: ArmRecords, *, update: bool, overwrite: bool) -> ComparedCustomer:
    payload, current, was_sent = row["payload"], arm.customers[row["no"]], row["outcome"] is not None
    if current is None:
        if was_sent:
            return ComparedCustomer(*_identify(row), CustomerState.CHANGED_IN_ARM, note=_GONE)
        if update:
            return ComparedCustomer(*_identify(row), CustomerState.CONFLICT, note=NOT_IN_ARM)
        return ComparedCustomer(*_identify(row), CustomerState.NEW, payload)
    if update:
        decision = decide_change(payload, row["base"], current, overwrite=overwrite)
    else:
        decision = decide_new(arm.sent.compare(row["key"], payload, current), row["base"], overwrite=overwrite)
    state = _choose_state(decision, was_sent=was_sent)
    sent = decision.payload if state is CustomerState.CHANGED else None
    kept = () if state is CustomerState.CHANGED_IN_ARM else decision.kept
    return ComparedCustomer(*_identify(row), state, sent, tuple(_list_changes(decision, state)), current, kept=kept)


def _choose_state(decision: CustomerDecision, *, was_sent: bool) -> CustomerState:
    if was_sent:
        return CustomerState.CHANGED_IN_ARM if decision.changes else CustomerState.UNCHANGED
    if decision.conflict:
        return CustomerState.CONFLICT
    return CustomerState.UNCHANGED if decision.payload is None else CustomerState.CHANGED


def _list_changes(decision: CustomerDecision, state: CustomerState) -> Iterator[ValueChange]:
    """The values that differ, each with the reason why it is not sent; then what is masked in ARM."""
    obstacles = {obstacle.path: obstacle for obstacle in decision.obstacles if not obstacle.is_masked}
    for difference in decision.changes:
        obstacle = obstacles.get(difference.path)
        if state is CustomerState.CHANGED_IN_ARM:
            yield ValueChange(difference, reason=Reason.CHANGED_SINCE_SENT)
        elif obstacle is None:
            yield ValueChange(difference)
        else:
            exported = obstacle.exported if isinstance(obstacle, Conflict) else None
            yield ValueChange(difference, exported, _explain(obstacle))
    for obstacle in decision.obstacles:
        if obstacle.is_masked:
            masked = Difference(obstacle.field, obstacle.path, obstacle.current, "")
            yield ValueChange(masked, reason=Reason.MASKED)


def _explain(obstacle: Conflict | Difference) -> Reason:
    if obstacle.has_lost_zeros:
        return Reason.ZEROS_LOST
    return Reason.CHANGED_SINCE_EXPORT if isinstance(obstacle, Conflict) else Reason.NOT_SENT_FROM_HERE


def count_states(customers: Sequence[ComparedCustomer]) -> dict[str, int]:
    """Return state → how many customers, of every state."""
    states = [customer.state for customer in customers]
    return {state.value: states.count(state) for state in CustomerState}

"""What becomes of a customer that was compared with ARM: what is sent of it, or why nothing is. Pure.

Sending, and the command that only shows the differences, decide by the same functions.
"""

import json
from dataclasses import dataclass
from typing import Any

from armbulk.model.record_messages import CHANGED_IN_ARM, DIFFERENT_IN_ARM, join_sentences
from armbulk.resources import RESOURCES
from armbulk.sending.merge import Conflict, CustomerComparison, Difference, merge

_CUSTOMERS = RESOURCES["customers"]


@dataclass(frozen=True, slots=True)
class CustomerDecision:
    """What is sent of a customer.

    Attributes:
        payload: what is sent, as JSON; None: ARM has all of it, or it is in conflict.
        changes: every value that ARM has otherwise.
        obstacles: the values that keep it from being sent.
        conflict: the same as a message; "": there are none.
        kept: ARM's values of a group that changes, which the file does not have; they are sent with the rest.
    """

    payload: str | None
    changes: tuple[Difference, ...] = ()
    obstacles: tuple[Conflict | Difference, ...] = ()
    conflict: str = ""
    kept: tuple[Difference, ...] = ()


def decide_change(payload: str, base: str | None, current: dict[str, Any], *, overwrite: bool) -> CustomerDecision:
    """Decide about a change.

    Args:
        payload: the change, as JSON.
        base: what was exported, as JSON.
        current: ARM's record.
        overwrite: what others have changed since the export is overwritten.
    """
    merged = merge(payload, {} if overwrite else json.loads(base or "{}"), current, _CUSTOMERS)
    conflict = _describe(CHANGED_IN_ARM, merged.conflicts)
    kept = () if json.loads(base or "{}") else merged.kept  # an exported row has the parts that it does not change
    return CustomerDecision(merged.payload, merged.changes, merged.conflicts, conflict, kept)


def decide_new(comparison: CustomerComparison, base: str | None, *, overwrite: bool) -> CustomerDecision:
    """Decide about a new customer that ARM has already.

    Args:
        comparison: the customer, compared with ARM's record.
        base: the values that a person saw and chose to overwrite, as JSON.
        overwrite: all values may be overwritten that a person could choose.
    """
    confirmed = json.loads(base or "{}")
    unseen = tuple(
        difference
        for difference in comparison.differences
        if not difference.may_be_overwritten
        or not (overwrite or difference.path in confirmed)
        or (not overwrite and (confirmed[difference.path] or "") != difference.current)
    )
    payload = None if unseen else comparison.payload
    return CustomerDecision(payload, comparison.changes, unseen, _describe(DIFFERENT_IN_ARM, unseen), comparison.kept)


def _describe(beginning: str, obstacles: tuple[Conflict | Difference, ...]) -> str:
    """A conflict as a message; "" without one."""
    descriptions = "; ".join(obstacle.description for obstacle in obstacles)
    return join_sentences(beginning, descriptions) if descriptions else ""

"""Changes of the due dates of AR items: how far each is, its outcome, and what an answer of ARM shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from armbulk.model.call_rows import CallRow


class ChangeVerdict(StrEnum):
    """What the answer to the change of an AR item says. The values are stored."""

    DONE = "done"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What an answer says, and the numbers of documents and items in it: (name of the member, value)."""

    verdict: ChangeVerdict
    numbers: Sequence[tuple[str, str]] = ()


class DueDateOutcome(StrEnum):
    """The outcome of a row. The values are stored, and keys in JSON."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    HELD_BACK = "held_back"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


@dataclass(slots=True)
class DueDateRow(CallRow):
    """A row of a sheet with an AR item whose due date changes.

    Attributes:
        ar_item_id: the item's id in ARM.
        customer_no: its customer, which ARM's item must have.
        document_no: its document, likewise.
        due_date: the new due date (ISO date).
        kept: ARM's item before the call (JSON), to show and to compare it afterwards; "": it was not read.
        verdict: what ARM answered (`ChangeVerdict`); "": nothing is known.
        surprise: numbers in the answer that are not the item's own, such as that of a credit note; "": none.
    """

    outcomes = DueDateOutcome
    success = DueDateOutcome.UPDATED

    ar_item_id: str
    customer_no: str = ""
    document_no: str = ""
    due_date: str = ""
    kept: str = ""
    verdict: str = ""
    surprise: str = ""

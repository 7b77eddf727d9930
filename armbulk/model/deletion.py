"""Customers that are deleted in ARM: how far each is, its outcome, and what an answer of ARM shows."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from armbulk.i18n import _
from armbulk.model.call_state import CallState
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import OUTCOME_WORDS


class DeleteVerdict(Enum):
    """What the answer to the delete of a customer shows."""

    DELETED = "ARM says that it has deleted the customer"
    REJECTED = "ARM says that it does not delete the customer"
    UNCLEAR = "there was no answer, or it does not say; only a look-up shows it"


class DeleteOutcome(StrEnum):
    """The outcome of a row. The values are stored, and keys in JSON."""

    DELETED = "deleted"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    HELD_BACK = "held_back"
    CONFLICT = "conflict"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


_WORDS = {DeleteOutcome.DELETED: _("deleted"), DeleteOutcome.NOT_FOUND: _("does not exist")}


def translate_delete_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as people read it."""
    text = _WORDS.get(DeleteOutcome(outcome)) or OUTCOME_WORDS[Outcome(outcome)]
    return text.text(lang)


@dataclass(slots=True)
class DeleteRow:
    """A row of a sheet with a customer to delete.

    Attributes:
        no: its number in the run.
        file: the file's name.
        sheet: the sheet's name.
        row: the row's number in the sheet.
        customer_no: the customer number, as it is in the sheet.
        name: the name in the sheet.
        customer: the hash of the number (`planning.customer_hashes`).
        kept: ARM's whole record before the delete (JSON); None: it was not read.
        read_at: when that was read, or last found to be the same (epoch seconds).
        state: how far it is.
        outcome: its outcome; None: nothing yet.
        message: why, as `i18n.pack_text` writes it; "": there is nothing to say.
        decided_at: when the outcome was known, or the call was made (epoch seconds).
    """

    no: int
    file: str
    sheet: str
    row: int
    customer_no: str
    name: str
    customer: str = ""
    kept: str | None = None
    read_at: float = 0.0
    state: CallState = CallState.PLANNED
    outcome: DeleteOutcome | None = None
    message: str = ""
    decided_at: float | None = None

    @property
    def shown_outcome(self) -> DeleteOutcome:
        """The outcome, and what a row without one is called until then."""
        if self.outcome is not None:
            return self.outcome
        return DeleteOutcome.NOT_SENT if self.state is CallState.PLANNED else DeleteOutcome.IN_DOUBT

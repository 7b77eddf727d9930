"""Customers that are deleted in ARM: how far each is, its outcome, and what an answer of ARM shows."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from armbulk.model.call_rows import CallRow

DELETE_WORDS = ("DELETE", "SLETT")
"""What a person types in each row that is meant, in any case of letters; the column is called so, too."""


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


@dataclass(slots=True)
class DeleteRow(CallRow):
    """A row of a sheet with a customer to delete.

    Attributes:
        customer_no: the customer number, as it is in the sheet.
        name: the name in the sheet.
        customer: the hash of the number (`planning.customer_hashes`).
        kept: ARM's whole record before the delete (JSON); None: it was not read.
        read_at: when that was read, or last found to be the same (epoch seconds).
    """

    outcomes = DeleteOutcome
    success = DeleteOutcome.DELETED

    customer_no: str
    name: str
    customer: str = ""
    kept: str | None = None
    read_at: float = 0.0

    def start_again(self) -> None:
        """Forget when the customer was read: a person may have changed it since."""
        self.read_at = 0.0

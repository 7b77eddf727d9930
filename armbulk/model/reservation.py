"""Payment reservations: how far each is, its outcome, and what an answer of ARM shows."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from armbulk.model.call_rows import CallRow


class ReservationVerdict(Enum):
    """What the answer to a payment reservation shows."""

    RESERVED = "ARM says that it has made the reservation"
    REJECTED = "ARM says that it does not make the reservation"
    UNCLEAR = "there was no answer, or it does not say; only a person can find out"


class ReservationOutcome(StrEnum):
    """The outcome of a row. The values are stored, and keys in JSON."""

    RESERVED = "reserved"
    REJECTED = "rejected"
    HELD_BACK = "held_back"
    ALREADY_SENT = "already_sent"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


@dataclass(slots=True)
class ReservationRow(CallRow):
    """A row of a sheet with a payment to reserve.

    Attributes:
        payment_id: the payment's id: what identifies the reservation here and at ARM.
        identified_by: the field that says what the payment is for, such as `document_no`.
        identification: its value.
        amount: the amount, as exact text.
        currency: its currency.
        body: what was sent (JSON), until there is an outcome; "": nothing.
    """

    outcomes = ReservationOutcome
    success = ReservationOutcome.RESERVED

    payment_id: str
    identified_by: str = ""
    identification: str = ""
    amount: str = ""
    currency: str = ""
    body: str = ""

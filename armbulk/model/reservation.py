"""Payment reservations: how far each is, its outcome, and what an answer of ARM shows."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from armbulk.i18n import _
from armbulk.model.call_state import CallState
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import OUTCOME_WORDS


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


_RESERVED = _("reserved")


def translate_reservation_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as people read it."""
    if outcome == ReservationOutcome.RESERVED:
        return _RESERVED.text(lang)
    return OUTCOME_WORDS[Outcome(outcome)].text(lang)


@dataclass(slots=True)
class ReservationRow:
    """A row of a sheet with a payment to reserve.

    Attributes:
        no: its number in the run.
        file: the file's name.
        sheet: the sheet's name.
        row: the row's number in the sheet.
        payment_id: the payment's id: what identifies the reservation here and at ARM.
        identified_by: the field that says what the payment is for, such as `document_no`.
        identification: its value.
        amount: the amount, as exact text.
        currency: its currency.
        body: what was sent (JSON), until there is an outcome; "": nothing.
        state: how far it is.
        outcome: its outcome; None: nothing yet.
        message: why, as `i18n.pack_text` writes it; "": there is nothing to say.
        decided_at: when the outcome was known, or the call was made (epoch seconds).
    """

    no: int
    file: str
    sheet: str
    row: int
    payment_id: str
    identified_by: str = ""
    identification: str = ""
    amount: str = ""
    currency: str = ""
    body: str = ""
    state: CallState = CallState.PLANNED
    outcome: ReservationOutcome | None = None
    message: str = ""
    decided_at: float | None = None

    @property
    def shown_outcome(self) -> ReservationOutcome:
        """The outcome, and what a row without one is called until then."""
        if self.outcome is not None:
            return self.outcome
        return ReservationOutcome.NOT_SENT if self.state is CallState.PLANNED else ReservationOutcome.IN_DOUBT

"""Auto postings that ARM validates: their rows, their outcomes, and what an answer of ARM shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from armbulk.model.call_rows import CallRow


class PostingOutcome(StrEnum):
    """The outcome of a row. The values are keys in JSON."""

    VALID = "valid"
    FAILED = "failed"
    BATCH_REJECTED = "batch_rejected"
    HELD_BACK = "held_back"
    NOT_SENT = "not_sent"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class PostingAnswer:
    """What ARM's answer says of one posting: its outcome, and ARM's words ("": none)."""

    outcome: PostingOutcome
    message: str = ""


@dataclass(slots=True)
class PostingRow(CallRow):
    """A row of a sheet with a posting to validate.

    Attributes:
        posting_no: the user's own number of it; it is not sent.
        amount: the amount, as exact text.
        currency: its currency.
        values: what is sent, by the names of the columns.
    """

    outcomes = PostingOutcome
    success = PostingOutcome.VALID

    posting_no: str
    amount: str = ""
    currency: str = ""
    values: Mapping[str, str | Decimal | None] = field(default_factory=dict)

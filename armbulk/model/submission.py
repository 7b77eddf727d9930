"""Batches on their way: the records of one, the verdict on a submit, the status of a submitted batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from armbulk.model.lookup import ExpectedDocument
from armbulk.model.outcome import Outcome

SentKeys = Sequence[tuple[int, str]]
"""(record number, key) of every record of a batch, in the order of its body."""


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record of a batch that has no outcome yet.

    Attributes:
        no: its number in the run.
        key: its document or customer number, as in the sheet.
        payload: its JSON.
        doc_type: upper case; "" for customers.
        customer: the document's customer as it is compared; "" for customers.
        date: ISO; "" for customers.
        amount: amount incl. VAT, exact digits.
        currency: "" when unknown.
        base: JSON that a change is compared with; None when there is nothing to compare.
    """

    no: int
    key: str
    payload: str
    doc_type: str
    customer: str
    date: str
    amount: str | None
    currency: str
    base: str | None = None

    @property
    def expected(self) -> ExpectedDocument:
        """The document the system should have, once this record was accepted."""
        return ExpectedDocument(self.key, self.doc_type, self.customer, self.date, self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The outcome of one record; `message` and `warnings` are the system's own words."""

    no: int
    outcome: Outcome
    message: str = ""
    warnings: tuple[str, ...] = ()
    reference: str = ""


class SubmitVerdict(Enum):
    """What is certain after a batch was submitted."""

    NOT_SENT = "nothing left this machine; it may be sent again"
    ACCEPTED = "ARM has taken it and gave a batchUuid"
    REFUSED = "ARM turned it away; nothing was applied"
    TOO_LARGE = "ARM turned it away for its size; nothing was applied"
    LOGIN = "ARM does not accept the credentials or the client; nothing was applied"
    LIMITED = "ARM turned it away before processing, for a limit"
    ASK = "another document may have the number: look each up"
    IN_DOUBT = "it may have been applied"


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """What the answer to a submitted batch proves.

    Attributes:
        verdict: what is certain.
        uuid: the batch's number, exactly as given; "" unless accepted.
        message: the system's own words, or why there are none.
        splittable: a refusal that may be the fault of single records, or of the batch's size.
        results: the records whose own outcome the answer states.
        rejection: the system's words when it took the call and says that the batch as a whole failed; "" otherwise.
    """

    verdict: SubmitVerdict
    uuid: str = ""
    message: str = ""
    splittable: bool = False
    results: tuple[RecordResult, ...] = ()
    rejection: str = ""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """The status of an accepted batch.

    Attributes:
        pending: the system still works on it.
        results: one for every record with an outcome.
        unmatched: describes items that belong to no record sent.
        items: how many items were returned (records read, for the quota).
        message: the system's own words about the batch.
        client_nos: the clients that the answer and its items name.
        rejection: the system's words when it says that the batch as a whole failed; "" otherwise.
        is_unusable: the answer cannot be read, or has the number of another batch: nothing of it is believed.
    """

    pending: bool
    results: tuple[RecordResult, ...] = ()
    unmatched: tuple[str, ...] = ()
    items: int = 0
    message: str = ""
    client_nos: frozenset[str] = frozenset()
    rejection: str = ""
    is_unusable: bool = False

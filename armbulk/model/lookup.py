"""Looking one document up: what is expected, and what was found."""

from dataclasses import dataclass
from enum import StrEnum

NO_LOOKUP_STATUSES = frozenset({405, 501})
"""HTTP statuses by which a server says that it does not offer single look-ups."""


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """What armbulk sent of a document: enough to recognise it."""

    document_no: str
    doc_type: str
    customer: str
    date: str
    amount: str | None
    currency: str


class LookupResult(StrEnum):
    """What a look-up showed. The values are stored."""

    EQUAL = "found and equal"
    DIFFERENT = "found, but different"
    ABSENT = "not found"
    UNKNOWN = "no observation"


@dataclass(frozen=True, slots=True)
class DocumentLookup:
    """The answer to a look-up of one document.

    Attributes:
        result: what it showed.
        message: the same for people.
        reference: the system's own reference; "" when there is none.
        has_number: the answer shows a document of this number, whatever else it lacks.
        client_nos: the clients that the documents in the answer say they belong to.
    """

    result: LookupResult
    message: str
    reference: str = ""
    has_number: bool = False
    client_nos: frozenset[str] = frozenset()

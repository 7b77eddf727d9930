"""Looking one document up: what is expected, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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


def expect_document(row: Mapping[str, Any]) -> ExpectedDocument:
    """Return what ARM should have of a document, by its item (`store.ITEM_SCHEMA`)."""
    key, doc_type, customer, date, currency = (
        row[name] or "" for name in ("key", "doc_type", "customer_norm", "date", "currency")
    )
    return ExpectedDocument(key, doc_type, customer, date, row["amount"], currency)


class LookupResult(StrEnum):
    """What a look-up showed. The values are stored."""

    EQUAL = "found and equal"
    DIFFERENT = "found, but different"
    ABSENT = "not found"
    UNKNOWN = "no observation"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of a document that both sides have.

    Attributes:
        name: its name in `record_messages.FIELD_NAMES`.
        there: its value in the system.
        here: the value that was sent.
        is_same: whether they are the same; None: unknown.
        text: its value in the system as a plain text; "" where that can be read in several ways, or not at all.
    """

    name: str
    there: Any
    here: str
    is_same: bool | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLookup:
    """The answer to a look-up of one document.

    Attributes:
        result: what it showed.
        message: the same for people.
        reference: the system's own reference; "" when there is none.
        has_number: the answer shows a document of this number, whatever else it lacks.
        client_nos: the clients that the documents in the answer say they belong to.
        documents: what was compared of each document that may be meant; several have the same number.
    """

    result: LookupResult
    message: str
    reference: str = ""
    has_number: bool = False
    client_nos: frozenset[str] = frozenset()
    documents: tuple[tuple[ComparedField, ...], ...] = ()

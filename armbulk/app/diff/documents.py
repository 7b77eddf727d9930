"""Which documents of the files ARM has already: by what was sent from here, and by look-ups as an import makes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from armbulk.i18n import _
from armbulk.model.lookup import DocumentLookup, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import CUSTOMER_IN_CONFLICT
from armbulk.resources.identifiers import mask_national_id

_HAS_ERRORS = _("The row has errors")


class DocumentState(StrEnum):
    """What ARM has under the number of a document. The values are published. Only NEW is sent."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"
    NOT_COMPARED = "not_compared"


_FOUND = {
    LookupResult.ABSENT: DocumentState.NEW,
    LookupResult.EQUAL: DocumentState.SAME,
    LookupResult.DIFFERENT: DocumentState.OTHER,
    LookupResult.UNKNOWN: DocumentState.UNCLEAR,
}
_KNOWN = {
    Outcome.ALREADY_SENT.value: DocumentState.SAME,
    Outcome.CONFLICT.value: DocumentState.OTHER,
    Outcome.IN_DOUBT.value: DocumentState.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document of the files.

    Attributes:
        number: Its number, as in the file.
        customer: The number of its customer; a person's is masked.
        amount: The amount incl. VAT, exact digits; None: unknown.
        currency: Its currency; None: unknown.
        sheet: Index of its sheet.
        row: Its row.
        state: What ARM has under its number.
        note: How it differs, or why it is not sent; "" for nothing.
    """

    number: str
    customer: str
    amount: str | None
    currency: str | None
    sheet: int
    row: int
    state: DocumentState
    note: str = ""


def choose_documents(items: pl.DataFrame) -> pl.DataFrame:
    """Return the items that are looked up: those that would be sent."""
    return items.filter((pl.col("resource") == "documents") & pl.col("outcome").is_null())


def compare_documents(
    items: pl.DataFrame, lookups: Mapping[int, DocumentLookup], left_out: Collection[str]
) -> list[ComparedDocument]:
    """Return every document of `items`; those of customers that are `left_out` are not sent."""
    masked = mask_national_id(pl.col("customer_norm")).fill_null("").alias("customer")
    documents = items.filter(pl.col("resource") == "documents").with_columns(masked)
    return [_compare(row, lookups.get(row["no"]), left_out) for row in documents.iter_rows(named=True)]


def _compare(row: Mapping[str, Any], lookup: DocumentLookup | None, left_out: Collection[str]) -> ComparedDocument:
    if lookup is None:
        state = _KNOWN.get(row["outcome"], DocumentState.NOT_COMPARED)
        note = row["message"] or _HAS_ERRORS
    else:
        state = _FOUND[lookup.result]
        note = lookup.message if state in (DocumentState.OTHER, DocumentState.UNCLEAR) else ""
        if state is DocumentState.NEW and row["customer_norm"] in left_out:
            state, note = DocumentState.NOT_COMPARED, CUSTOMER_IN_CONFLICT
    identity = (row["key"] or "", row["customer"], row["amount"], row["currency"])
    return ComparedDocument(*identity, row["sheet"], row["row"], state, note)


def count_documents(documents: Sequence[ComparedDocument]) -> dict[str, int]:
    """Return state → how many documents, of every state."""
    states = [document.state for document in documents]
    return {state.value: states.count(state) for state in DocumentState}

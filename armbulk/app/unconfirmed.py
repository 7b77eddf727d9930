"""Unconfirmed documents with all that is known of each, and the choice of some."""

from collections.abc import Sequence
from typing import Any

from armbulk.app.open_documents import describe_documents
from armbulk.app.resolve import DocumentSelection, list_open_documents
from armbulk.app.session import Session
from armbulk.i18n import Text, _
from armbulk.model.lookup import LookupResult

_MAX_LOOKUPS = 3

_SEEN = {
    LookupResult.EQUAL.value: _("in ARM, with the same values"),
    LookupResult.DIFFERENT.value: _("in ARM, with other values"),
    LookupResult.ABSENT.value: _("not found in ARM"),
    LookupResult.UNKNOWN.value: _("no clear answer"),
}


def list_unconfirmed(session: Session, run: int | None = None) -> list[dict[str, Any]]:
    """Return the unconfirmed documents of the client, or of one of its runs, oldest first.

    Returns:
        Each as the JSON of `armbulk resolve` lists it, with `no`, `batch` (its number in the run) and `lookups`: the
        last look-ups in ARM, each (time, what it showed).
    """
    store = session.store
    documents = list_open_documents(store, session.profile.account, run)
    numbers = {document.run for document in documents}
    batches = {batch.id: batch.no for number in numbers for batch in store.batches(number)}
    lookups: dict[tuple[int, int], list[tuple[float, Text]]] = {}
    for number in numbers:
        for look in store.run_lookups(number):
            lookups.setdefault((number, look.no), []).append(
                (look.when, _SEEN.get(look.result, _SEEN["no observation"]))
            )
    return [
        {
            **described,
            "no": document.no,
            "batch": batches.get(document.batch),
            "lookups": lookups.get((document.run, document.no), [])[-_MAX_LOOKUPS:],
        }
        for document, described in zip(documents, describe_documents(store, documents), strict=True)
    ]


def choose_documents(session: Session, chosen: Sequence[str], run: int | None = None) -> DocumentSelection:
    """Return the unconfirmed documents that a person has chosen, each as `RUN/NO`; others are left out."""
    documents = list_open_documents(session.store, session.profile.account, run)
    names = set(chosen)
    return DocumentSelection([document for document in documents if f"{document.run}/{document.no}" in names])

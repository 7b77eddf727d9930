"""Whether single look-ups show anything: ARM must find a document by number that this store knows it to have.

A login that may not read documents, or a server that does not find numbers with certain characters, answers "not found"
to every look-up. That is no proof that ARM does not have a document.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.model.lookup import DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.number_kind import kind_of_number
from armbulk.rate_limited import Interruption, RateLimitedClient

MAX_TRIES = 3
"""How many known documents are looked up before an absence counts for nothing: some may have been deleted at ARM."""


@dataclass(slots=True)
class LookupProof:
    """What one session knows of ARM's look-ups.

    Attributes:
        client: the store, and the clock.
        settle: seconds after a sending during which a look-up may not find what was sent.
        results: kind of number (`kind_of_number`) → the known document that ARM does not find; "": look-ups count.
        known: documents that ARM has, as the store knows; None: not read yet.
    """

    client: RateLimitedClient
    settle: float
    results: dict[str, str] = field(default_factory=dict)
    known: pl.DataFrame | None = None

    def check(
        self, expected: ExpectedDocument, look_up: Callable[[ExpectedDocument], DocumentLookup | Interruption]
    ) -> str | Interruption:
        """Look known documents up whose numbers are of the same kind as that of the expected document.

        Returns:
            The number of a known document that ARM does not find, as it finds none of them: then it shows nothing that
            it does not find others. "" when it finds one, or where none is known. Or why it has to be asked later.
        """
        kind = kind_of_number(expected.document_no, expected.doc_type)
        if kind not in self.results:
            result = self._try(kind, look_up)
            if not isinstance(result, str):
                return result
            self.results[kind] = result
        return self.results[kind]

    def _try(
        self, kind: str, look_up: Callable[[ExpectedDocument], DocumentLookup | Interruption]
    ) -> str | Interruption:
        documents = self._choose(kind)
        for tried, (key, doc_type) in enumerate(documents.select("key", "doc_type").iter_rows()):
            lookup = look_up(ExpectedDocument(key, doc_type, "", "", None, ""))
            if not isinstance(lookup, DocumentLookup):
                return lookup
            if lookup.result is not LookupResult.ABSENT:
                if tried:
                    self.client.store.save_gone(documents.head(tried))
                return ""
        return documents["key"][0] if documents.height else ""

    def _choose(self, kind: str) -> pl.DataFrame:
        """The known documents to look up: those with ARM's reference first, then the latest."""
        if self.known is None:
            self.known = self.client.store.known_documents(self.client.account)
        if self.known.is_empty():
            return self.known
        is_visible = pl.col("at") <= self.client.clock.now() - self.settle
        is_as_sent = (pl.col("at") > 0) | (pl.col("key") == pl.col("key").str.to_uppercase())  # its case is known
        candidates = self.known.filter(is_visible & is_as_sent).sort("has_reference", "at", descending=True)
        is_of_kind = [
            kind_of_number(*pair) == kind for pair in candidates.select("key", "doc_type").iter_rows()
        ]  # fmt: skip
        return candidates.filter(pl.Series(is_of_kind, dtype=pl.Boolean)).head(MAX_TRIES)


def unproven_error(number: str) -> Unfinished:
    """Return the error for look-ups that do not even find a document that ARM has."""
    return Unfinished(
        "look-ups-find-nothing",
        _(
            "ARM does not find document {number}, which it created earlier. So a look-up does not show which documents "
            "ARM has. Nothing was sent",
            number=number,
        ),
        _("Check that this login may read documents. Use --first-import only if ARM has none of the documents"),
    )

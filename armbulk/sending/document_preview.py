"""Look documents up in ARM without a run: which of them ARM has already, and whether they are the same."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from armbulk.model.lookup import DocumentLookup, ExpectedDocument, expect_document
from armbulk.sending.duplicate_check import DuplicateCheck
from armbulk.sending.lookup_proof import LookupProof
from armbulk.sending.run_progress import RunProgress
from armbulk.waiting import CallRepeater

_EXPECTED = ("key", "doc_type", "customer_norm", "date", "amount", "currency")


@dataclass(slots=True)
class DocumentPreview:
    """Looks documents up one by one, as an import does before it sends them.

    Attributes:
        calls: makes the calls.
        settle: seconds after a sending during which a look-up may not find what was sent.
    """

    calls: CallRepeater
    settle: float

    def read(self, documents: pl.DataFrame) -> Iterator[tuple[int, DocumentLookup]]:
        """Yield what ARM has of each document (`no`, and the columns of items), as soon as it is known.

        Raises:
            LimitError, ServerError, LoginError, Interrupted: as `CallRepeater.repeat` does.
            Unfinished: look-ups show nothing, or ARM does not offer them.
        """
        check = DuplicateCheck(self.calls.waiter.client, 0, LookupProof(self.calls.waiter.client, self.settle))
        progress = RunProgress(self.calls.waiter.client, 0, self.calls.waiter.on_progress)
        progress.expect_look_ups(documents.height)
        for no, expected in expect_documents(documents):
            yield no, self.calls.repeat(lambda expected=expected: check.look_up(expected))  # type: ignore[misc]
            progress.add_look_ups()


def expect_documents(documents: pl.DataFrame) -> Iterator[tuple[int, ExpectedDocument]]:
    """Yield what ARM should have of each document (`no`, and the columns of items), once it was sent."""
    for row in documents.select("no", *_EXPECTED).iter_rows(named=True):
        yield row["no"], expect_document(row)

"""Look up the documents of a batch in doubt, one by one; and customers of a batch that ARM says has failed."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from armbulk.i18n import _
from armbulk.model.lookup import DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.progress import Phase
from armbulk.model.record_messages import HAS_OTHER_VALUES, HAS_SENT_VALUES, LOOKUP_ANSWERED
from armbulk.model.response import Response
from armbulk.model.submission import OpenRecord
from armbulk.rate_limited import Interruption, RateLimited
from armbulk.resources import RESOURCES
from armbulk.retry import lookup_backoff
from armbulk.sending.in_doubt import DoubtResolver
from armbulk.sending.limits import CallScheduler
from armbulk.sending.merge import has_every_value
from armbulk.sending.session import SendingSession
from armbulk.store import Batch

_log = logging.getLogger(__name__)

_UNREADABLE = _("its answer to a look-up cannot be read")


@dataclass(frozen=True, slots=True)
class DocumentFinder:
    """Looks up the records in doubt of one session."""

    session: SendingSession
    scheduler: CallScheduler
    resolver: DoubtResolver

    def look_up(self, batch: Batch) -> None:
        """Look up each record of a batch that has no outcome, and commit what is found.

        A round that a limit, a failure or the user interrupts does not count.
        """
        session = self.session
        results = []
        for record in session.store.open_records(batch.id):
            if session.clock.interrupted:
                return
            look_up = self._look_up_document if batch.resource == "documents" else self._look_up_customer
            lookup = look_up(batch, record)
            if lookup is None:
                return
            self.resolver.save_lookup(batch, record, lookup)
            results.append(lookup.result)
        unfound = self._prove_lookups(batch) if LookupResult.ABSENT in results else ""
        if unfound is None:
            return
        progress = session.progress_of(batch)
        progress.lookups += 1
        progress.reason = _UNREADABLE if LookupResult.UNKNOWN in results else ""
        _log.info(
            "Documents looked up",
            extra={"run": session.run.id, "batch": batch.no, "records": len(results), "attempt": progress.lookups},
        )
        session.set_due(batch, lookup_backoff(session.polling.poll).delay(progress.lookups))
        is_complete = LookupResult.UNKNOWN not in results
        self.resolver.finish_round(batch, is_complete=is_complete, are_lookups_proven=not unfound)
        session.report_progress("asked", batch, Phase.OUTCOMES)

    def _prove_lookups(self, batch: Batch) -> str | None:
        """Return the number of a document that ARM does not find either, though it has it ("": none); None: ask later.

        It decides only about documents that ARM has refused: the others are left to a person.
        """
        if batch.resource != "documents" or batch.verdict is None:
            return ""
        proof = self.session.lookup_proof
        for record in self.session.store.open_records(batch.id):
            unfound = proof.check(record.expected, partial(self._ask, batch))
            if not isinstance(unfound, str) or unfound:
                return unfound if isinstance(unfound, str) else None
        return ""

    def _ask(self, batch: Batch, expected: ExpectedDocument) -> DocumentLookup | Interruption:
        """Look a document up that ARM is known to have."""
        result = self.scheduler.read(batch, partial(self.session.system.look_up_document, expected))
        return result.content if result else RateLimited(self.session.clock.now())

    def _look_up_document(self, batch: Batch, record: OpenRecord) -> DocumentLookup | None:
        """Look one document up; None when it has to be done later."""
        result = self.scheduler.read(batch, partial(self.session.system.look_up_document, record.expected))
        return result.content if result else None

    def _look_up_customer(self, batch: Batch, record: OpenRecord) -> DocumentLookup | None:
        """Look one customer up, and compare it with what was sent; None when it has to be done later."""
        result = self.scheduler.read(batch, partial(self.session.system.look_up_customer, record.key))
        return compare_customer(record, result.content, result.response) if result else None


def compare_customer(record: OpenRecord, current: dict[str, Any] | None, response: Response) -> DocumentLookup:
    """Return what ARM's record of a customer (None: it has none) shows of what was sent."""
    if not current:
        result = LookupResult.ABSENT if response.is_not_found or current is not None else LookupResult.UNKNOWN
        return DocumentLookup(result, LOOKUP_ANSWERED.fill(status=response.status))
    if has_every_value(record.payload, current, RESOURCES["customers"]):
        return DocumentLookup(LookupResult.EQUAL, HAS_SENT_VALUES)
    return DocumentLookup(LookupResult.DIFFERENT, HAS_OTHER_VALUES)

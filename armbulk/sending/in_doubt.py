"""Settle batches in doubt: a document that is found gets its outcome, one that stays missing is left to a person.

Where ARM has said that the whole batch failed, one that stays missing is rejected. A document in doubt is never sent
again by armbulk, and no other run sends documents of the client meanwhile.
"""

from dataclasses import dataclass

from armbulk.model.batch_state import BatchState, is_settled
from armbulk.model.lookup import DocumentLookup, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import ALREADY_IN_ARM, EXISTS_IN_ARM, NO_OUTCOME, NOT_FOUND
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.model.system import MAX_CALL_SECONDS
from armbulk.sending.session import SendingSession
from armbulk.store import Batch

SLOWNESS_FACTOR = 3
"""A document may be under way for so many times as long as the client's slowest batch took."""


@dataclass(frozen=True, slots=True)
class DoubtResolver:
    """Settles the batches in doubt of one session."""

    session: SendingSession

    def settles_at(self, batch: Batch) -> float:
        """Return until when a document of the batch that ARM does not know may still arrive (epoch seconds)."""
        return self._latest_departure(batch) + self._max_transit_seconds()

    def save_lookup(self, batch: Batch, record: OpenRecord, lookup: DocumentLookup) -> None:
        """Commit what a look-up of one record showed, and its outcome if that is certain now."""
        store = self.session.store
        store.save_lookup(batch.id, [(record.no, lookup.result)], ends_round=False)
        is_customer = batch.resource == "customers"
        result = (
            decide_customer(record, lookup, batch.verdict)
            if is_customer
            else decide_outcome(record, lookup, batch.verdict)
        )
        if result is not None:
            store.save_results(batch.id, [result])
        elif batch.state is not BatchState.QUARANTINED or lookup.result is not LookupResult.ABSENT:  # NOT_FOUND says it
            store.append_message(self.session.run.id, lookup.message, [record.no], keep_earlier=True)

    def finish_round(self, batch: Batch, *, is_complete: bool, are_lookups_proven: bool = True) -> None:
        """End a round of look-ups, and settle the batch if its time has come.

        Args:
            batch: the batch.
            is_complete: each look-up showed something.
            are_lookups_proven: ARM finds what it is known to have; else nothing is rejected because it is not found.
        """
        session = self.session
        rounds = session.store.save_lookup(batch.id, (), ends_round=is_complete)
        is_in_doubt = session.store.batch(batch.id).state is BatchState.IN_DOUBT
        departure, transit = self._latest_departure(batch), self._max_transit_seconds()
        if is_in_doubt and is_settled(departure, transit, rounds, session.clock.now()):
            if batch.resource == "customers" or (batch.verdict is not None and are_lookups_proven):
                self.reject(batch, batch.verdict or NO_OUTCOME)
            else:
                self.quarantine(batch)

    def quarantine(self, batch: Batch) -> None:
        """Leave a batch to a person: two look-ups, with time to settle between them, did not find all of it."""
        store = self.session.store
        store.append_message(self.session.run.id, NOT_FOUND, [record.no for record in store.open_records(batch.id)])
        store.move_batch(batch.id, BatchState.QUARANTINED, "looked for twice, not found")

    def reject(self, batch: Batch, verdict: str) -> None:
        """Reject, with ARM's words on the whole batch, what two look-ups did not find after its verdict."""
        store = self.session.store
        results = [RecordResult(record.no, Outcome.REJECTED, verdict) for record in store.open_records(batch.id)]
        store.save_results(batch.id, results)

    def _latest_departure(self, batch: Batch) -> float:
        """When the batch has left at the latest: when it was answered, or when a call without an answer ended.

        ARM's verdict on the whole batch counts as its departure: what ARM took before, it has by then.
        """
        if batch.verdict is not None and batch.answered is not None:
            return self.session.stored_time(batch, batch.answered)
        intended = batch.intended or self.session.clock.now()
        latest = max(batch.answered or 0.0, intended + MAX_CALL_SECONDS)
        return self.session.stored_time(batch, latest - MAX_CALL_SECONDS) + MAX_CALL_SECONDS

    def _max_transit_seconds(self) -> float:
        """Seconds that a document may be under way."""
        slowest = self.session.store.slowest_batch_seconds(self.session.run.account)
        return max(self.session.polling.settle, SLOWNESS_FACTOR * slowest)


def decide_outcome(record: OpenRecord, lookup: DocumentLookup, verdict: str | None = None) -> RecordResult | None:
    """Return the outcome of a record in doubt after a look-up; None while it is still in doubt.

    Where ARM's `verdict` is that it has the document already, it is unknown by which sending.
    """
    match lookup.result:
        case LookupResult.EQUAL if verdict is not None and verdict.startswith(EXISTS_IN_ARM):
            return RecordResult(record.no, Outcome.ALREADY_SENT, ALREADY_IN_ARM, reference=lookup.reference)
        case LookupResult.EQUAL:
            return RecordResult(record.no, Outcome.CREATED, lookup.message, reference=lookup.reference)
        case LookupResult.DIFFERENT:
            return RecordResult(record.no, Outcome.CONFLICT, lookup.message, reference=lookup.reference)
        case LookupResult.ABSENT | LookupResult.UNKNOWN:
            return None


def decide_customer(record: OpenRecord, lookup: DocumentLookup, verdict: str | None) -> RecordResult | None:
    """Return the outcome of a customer after a look-up; None while that is not known.

    ARM's `verdict` that its batch failed is final, and sending a customer again does no harm, so there is no time to
    settle. Without one, ARM may still be working on it.
    """
    if lookup.result is LookupResult.EQUAL:
        return RecordResult(record.no, Outcome.UNCHANGED, lookup.message)
    if lookup.result is LookupResult.UNKNOWN or verdict is None:
        return None
    return RecordResult(record.no, Outcome.REJECTED, verdict)

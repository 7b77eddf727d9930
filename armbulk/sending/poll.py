"""Poll an accepted batch until every record has an outcome."""

import logging
from dataclasses import dataclass
from functools import partial

from armbulk.model.batch_state import FINAL_STATES, BatchState
from armbulk.model.outcome import Outcome
from armbulk.model.progress import Phase
from armbulk.model.record_messages import BATCH_FAILED, EXISTS_IN_ARM, REJECTED_WITHOUT_NAME
from armbulk.model.response import Response
from armbulk.model.submission import BatchStatus
from armbulk.redaction import redact_text
from armbulk.retry import poll_backoff
from armbulk.sending.limits import CallScheduler
from armbulk.sending.session import SendingSession
from armbulk.store import Batch

_log = logging.getLogger(__name__)

MAX_UNKNOWN_POLLS = 10
"""Polls answered with "not found", or with nothing usable, after which a batch is in doubt; it is no "not received"."""

MAX_INCOMPLETE_POLLS = 5
"""Final answers without all records after which the missing ones are looked up one by one."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls the accepted batches of one session."""

    session: SendingSession
    scheduler: CallScheduler

    def poll(self, batch: Batch) -> None:
        """Poll a batch's status once, and commit it."""
        session = self.session
        sent = session.store.sent_records(batch.id)
        call = partial(session.system.read_batch, batch.uuid or "", batch.resource, sent)
        result = self.scheduler.read(batch, call, len(sent), lambda status: max(status.items, 1))
        if result is None:
            return
        progress = session.progress_of(batch)
        progress.polls += 1
        _log.debug(
            "Batch polled",
            extra={
                "run": session.run.id,
                "batch": batch.no,
                "status": result.response.status,
                "records": len(result.content.results),
                "unmatched": len(result.content.unmatched),
                "attempt": progress.polls,
            },
        )
        session.set_due(batch, poll_backoff(session.polling.poll).delay(progress.polls))
        if result.response.is_not_found or result.content.is_unusable:
            self._count_unknown(batch, result.response)
            return
        self._save_status(batch, result.content)
        session.report_progress("polled", batch, Phase.OUTCOMES)

    def _count_unknown(self, batch: Batch, response: Response) -> None:
        progress = self.session.progress_of(batch)
        progress.unknown_polls += 1
        if progress.unknown_polls >= MAX_UNKNOWN_POLLS:
            unusable = "ARM's answers for the batch are unusable"
            why = "ARM does not know the batch any more" if response.is_not_found else unusable
            self.session.store.move_batch(batch.id, BatchState.IN_DOUBT, why)

    def _save_status(self, batch: Batch, status: BatchStatus) -> None:
        """Commit the outcomes of a status; a final one that lacks records too often makes the batch in doubt."""
        store, progress = self.session.store, self.session.progress_of(batch)
        progress.unknown_polls = 0
        certain = [result for result in status.results if result.outcome is not Outcome.IN_DOUBT]
        for result in status.results:
            if result.outcome is Outcome.IN_DOUBT:
                store.append_message(self.session.run.id, result.message, [result.no])
        store.save_results(batch.id, certain)
        if status.pending or store.batch(batch.id).state in FINAL_STATES:
            return
        if status.rejection:
            self._save_verdict(batch, status.rejection)
            return
        progress.incomplete_polls += 1
        if progress.incomplete_polls >= MAX_INCOMPLETE_POLLS:
            why = f"ARM's final answer lacks {len(store.open_records(batch.id))} records"
            store.move_batch(batch.id, BatchState.IN_DOUBT, why)

    def _save_verdict(self, batch: Batch, verdict: str) -> None:
        """Commit that ARM says the batch failed, and not of which record: each is looked up."""
        session = self.session
        records = session.store.open_records(batch.id)
        verdict = redact_text(verdict, [record.payload for record in records])  # it is shown with every record
        session.store.save_verdict(batch.id, verdict)
        session.set_due(batch, session.polling.poll)
        open_nos = [record.no for record in records]
        is_on_records = verdict.startswith((REJECTED_WITHOUT_NAME, EXISTS_IN_ARM))
        message = verdict if is_on_records else f"{BATCH_FAILED}: {verdict}"
        session.store.append_message(session.run.id, message, open_nos, keep_earlier=True)

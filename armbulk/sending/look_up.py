"""Look up the documents of a batch in doubt, one by one."""

import logging
from dataclasses import dataclass
from functools import partial

from armbulk.model.lookup import LookupResult
from armbulk.retry import lookup_backoff
from armbulk.sending.in_doubt import DoubtResolver
from armbulk.sending.limits import CallScheduler
from armbulk.sending.session import SendingSession
from armbulk.store import Batch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DocumentFinder:
    """Looks up the documents in doubt of one session."""

    session: SendingSession
    scheduler: CallScheduler
    resolver: DoubtResolver

    def look_up(self, batch: Batch) -> None:
        """Look up each document of a batch that has no outcome, and commit what is found.

        A round that a limit, a failure or the user interrupts does not count.
        """
        session = self.session
        results = []
        for record in session.store.open_records(batch.id):
            if session.clock.interrupted:
                return
            lookup = self.scheduler.read(batch, partial(session.system.look_up_document, record.expected))
            if lookup is None:
                return
            self.resolver.save_lookup(batch, record, lookup.content)
            results.append(lookup.content.result)
        progress = session.progress_of(batch)
        progress.lookups += 1
        _log.info(
            "Documents looked up",
            extra={"run": session.run.id, "batch": batch.no, "records": len(results), "attempt": progress.lookups},
        )
        session.set_due(batch, lookup_backoff(session.polling.poll).delay(progress.lookups))
        self.resolver.finish_round(batch, is_complete=LookupResult.UNKNOWN not in results)
        session.report_progress("asked", batch)

"""Send a run: ask `next_step` what to do, do it, store what came of it.

Everything that may have left the machine is stored as `posting` before it leaves; what is answered is committed before
anything else happens (`submit`). A document whose batch is in doubt is looked up, never sent again (`resolve`).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from armbulk.clock import format_iso
from armbulk.errors import ArmbulkError, Exit, LimitError, ServerError
from armbulk.i18n import _, join_texts
from armbulk.model.batch_state import BatchState
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.sending.conflict_report import report_conflicts
from armbulk.sending.in_doubt import DoubtResolver
from armbulk.sending.limits import CallScheduler
from armbulk.sending.look_up import DocumentFinder
from armbulk.sending.next_step import BatchView, LookUp, Poll, Step, Submit, Wait, is_looked_up, next_step
from armbulk.sending.poll import Poller
from armbulk.sending.session import SendingSession
from armbulk.sending.submit import Submitter
from armbulk.store import Batch

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sender:
    """Carries out the steps of one session.

    Attributes:
        session: the session.
        limited_until: until when it waits for ARM's limits (epoch seconds), as was recorded.
    """

    session: SendingSession
    scheduler: CallScheduler = field(init=False)
    submitter: Submitter = field(init=False)
    poller: Poller = field(init=False)
    resolver: DoubtResolver = field(init=False)
    finder: DocumentFinder = field(init=False)
    limited_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Give each step its module."""
        self.scheduler = CallScheduler(self.session)
        self.resolver = DoubtResolver(self.session)
        self.submitter = Submitter(self.session, self.scheduler)
        self.poller = Poller(self.session, self.scheduler)
        self.finder = DocumentFinder(self.session, self.scheduler, self.resolver)

    def resume(self) -> str:
        """Work until nothing more can be done; store the run's state and return it.

        Returns:
            finished, in_doubt (something needs time or a person), paused (a limit), or interrupted.

        Raises:
            LoginError: the system does not accept the login.
            LimitError: a batch never fits the quota.
            ServerError: the system cannot be reached.
            Unfinished: another process sends for this client, or documents cannot be looked up.

        After an error the run is stored as paused, and can be resumed.
        """
        session = self.session
        with session.locked():
            session.begin()
            session.progress.start()
            _log.info("Sending started", extra={"run": session.run.id, "batches": len(session.unfinished_batches())})
            try:
                state = self._work()
                if state in {"finished", "in_doubt"}:
                    report_conflicts(session)
            except ArmbulkError as error:
                session.store.end_session(session.run.id, "paused", session.paused_until)
                then = _("Then continue with `armbulk resume {run}`", run=session.run.id)
                error.hint = join_texts(error.hint, then, separator=" " if error.hint.endswith(".") else ". ")
                if error.exit in {Exit.SERVER, Exit.LIMIT} and self._has_documents_in_doubt():
                    error.exit = Exit.UNFINISHED
                raise
            session.store.end_session(session.run.id, state, session.paused_until)
            session.progress.end()
            seconds = session.clock.now() - session.started
            _log.info("Sending ended", extra={"run": session.run.id, "state": state, "seconds": seconds})
        return state

    def _has_documents_in_doubt(self) -> bool:
        doubtful = {BatchState.IN_DOUBT, BatchState.QUARANTINED}
        return any(
            batch.state in doubtful and batch.resource == "documents" for batch in self.session.unfinished_batches()
        )

    def look_up_again(self) -> ArmbulkError | None:
        """Look up, once, every record of the run that is in doubt or waits for a person, and that is not sent again.

        Returns:
            Why the system could not be asked about all of them; None when it was.
        """
        session, error = self.session, None
        with session.locked():
            session.begin()
            for batch in session.unfinished_batches():
                is_open = batch.state in {BatchState.IN_DOUBT, BatchState.QUARANTINED}
                if error is None and is_open and is_looked_up(self._view(batch)):
                    self.finder.look_up(batch)
                    error = self._explain_break(batch)
            if not session.unfinished_batches():
                session.store.end_session(session.run.id, "finished")
        return error

    def _explain_break(self, batch: Batch) -> ArmbulkError | None:
        """Return why a round of look-ups did not show all records; None when it did."""
        progress = self.session.progress_of(batch)
        if progress.lookups and not progress.reason:
            return None
        if progress.is_limited:
            return LimitError(
                "limit",
                _("Your ARM limits are used up until {due:time}", due=progress.due),
                _("Try again after that"),
            )
        return ServerError(
            "unreachable", _("ARM is unreachable: {failure}", failure=progress.reason), _("Try again later")
        )

    def _work(self) -> str:
        """Do one step after another; return the run's state."""
        session = self.session
        while not session.clock.interrupted:
            if session.paused_until is not None:
                return "paused"
            self._report_skew()
            batches = {batch.id: batch for batch in session.batches_at_hand()}
            step = next_step(list(map(self._view, batches.values())), session.clock.now())
            if step is None:
                return "in_doubt" if session.unfinished_batches() else "finished"
            if isinstance(step, Wait) and self.scheduler.should_pause(step.until):
                session.paused_until = step.until
                return "paused"
            self._carry_out(step, batches)
        return "interrupted"

    def _carry_out(self, step: Step, batches: Mapping[int, Batch]) -> None:
        session = self.session
        match step:
            case Submit(batch_id):
                self.submitter.submit(batches[batch_id])
            case Poll(batch_id):
                self.poller.poll(batches[batch_id])
            case LookUp(batch_id):
                self.finder.look_up(batches[batch_id])
            case Wait(until):
                _log.debug("Waiting", extra={"run": session.run.id, "wait_seconds": until - session.clock.now()})
                done, total = session.store.progress(session.run.id)
                seconds = until - session.clock.now()
                why = self.scheduler.find_reason(until)
                if why is WaitReason.LIMIT:
                    self._log_limit(until)
                event = Progress("waiting", 0, done, total, until, seconds, phase=Phase.WAIT, why=why)
                session.progress.report(event)
                session.clock.sleep(seconds)
            case _:
                assert_never(step)

    def _log_limit(self, until: float) -> None:
        """Record that the session waits for ARM's limits, once for each wait."""
        if self.session.clock.now() >= self.limited_until:
            text = f"ARM's limits are used up: waits until {format_iso(until)}"
            self.session.store.log_event(self.session.run.id, text)
        self.limited_until = until

    def _report_skew(self) -> None:
        ahead = self.session.store.take_skew(self.session.run.account)
        if ahead is not None:
            self.session.progress.report(Progress("skew", ahead=ahead))

    def _view(self, batch: Batch) -> BatchView:
        session = self.session
        progress = session.progress_of(batch)
        since = session.stored_time(batch, batch.answered or batch.intended or session.clock.now())
        return BatchView(
            batch.id,
            batch.no,
            batch.resource,
            batch.state,
            batch.attempt,
            progress.due,
            progress.lookups,
            settles_at=self.resolver.settles_at(batch) if batch.state is BatchState.IN_DOUBT else 0.0,
            poll_until=max(since, session.started) + session.polling.wait,
            has_verdict=batch.verdict is not None,
        )

"""Submit a batch: check it, commit the intent, send it, commit the response."""

import logging
from dataclasses import dataclass, field, replace
from typing import assert_never

from armbulk.errors import ServerError
from armbulk.i18n import _
from armbulk.model.batch_state import BatchState
from armbulk.model.failure_reasons import UNREADABLE_ANSWER
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.record_messages import SAME_BATCH_NUMBER
from armbulk.model.response import ApiResult, Response, TransportError
from armbulk.model.submission import RecordResult, SubmitResult, SubmitVerdict
from armbulk.model.system import MAX_CALL_SECONDS
from armbulk.rate_limited import CallFailed, login_error
from armbulk.redaction import redact_text
from armbulk.retry import poll_backoff
from armbulk.sending.limits import CallScheduler
from armbulk.sending.precheck import Precheck
from armbulk.sending.session import SendingSession
from armbulk.store import Batch, SubmitIntent

_log = logging.getLogger(__name__)

MAX_SPLITS = 64
"""How often a session splits refused batches into smaller ones, to find the records that are at fault."""

MAX_SPLITS_BEFORE_SUCCESS = 12
"""The same while ARM has accepted nothing at all: then the fault is hardly in single records."""


@dataclass(slots=True)
class Submitter:
    """Submits the batches of one session.

    Attributes:
        session: the session.
        scheduler: puts a batch off when it cannot go now.
        precheck: what is checked before a batch goes.
        splits: how often the session split a refused batch.
        has_renewed_login: the login is new since the last call that was not refused for it.
        has_reported_wait: it was reported that documents wait for what a newer copy of the store has sent.
    """

    session: SendingSession
    scheduler: CallScheduler
    precheck: Precheck = field(init=False)
    splits: int = 0
    has_renewed_login: bool = False
    has_reported_wait: bool = False

    def __post_init__(self) -> None:
        """Begin the checks of the session."""
        self.precheck = Precheck(self.session)

    def submit(self, batch: Batch) -> None:
        """Submit a batch, unless it cannot go now.

        The order of intent, call and response makes a crash at any moment safe: whatever may have left is known.
        """
        session = self.session
        session.system.login()
        if batch.resource == "documents":
            session.store.verify_nothing_in_doubt(session.run.account, session.run.id)
            session.store.verify_no_doubt_elsewhere(session.run.account, batch.id)
            if (wait := self._seconds_to_settle()) > 0:
                self._put_off(batch, wait)
                return
        interruption = self.precheck.check(batch)
        if interruption is not None:
            self.scheduler.handle_interruption(batch, interruption)
            return
        intent = self._record_intent(batch)  # on disk before a byte leaves
        if intent is None:
            return
        result = self._call(batch, intent)
        try:
            self._save_response(batch, intent, result)  # on disk before anything else happens
        finally:
            self._log_submit(batch, intent, result)
        session.report_progress("posted", batch, Phase.SEND)

    def _put_off(self, batch: Batch, wait: float) -> None:
        """Send a batch later, and report that once: the wait may be long."""
        self.session.set_due(batch, wait)
        if not self.has_reported_wait:
            self.has_reported_wait = True
            until = self.session.clock.now() + wait
            event = Progress("settling", batch.no, until=until, phase=Phase.WAIT, why=WaitReason.SETTLING)
            self.session.progress.report(event)

    def _seconds_to_settle(self) -> float:
        """How long documents that a newer copy of this store sent may still be on their way, unseen by a look-up."""
        session = self.session
        last = session.store.last_unknown_sending()
        if last is None or session.look_first is False:
            return 0.0
        latest = session.clamp_stored_time(last) + MAX_CALL_SECONDS
        return latest + session.polling.settle - session.clock.now()

    def _call(self, batch: Batch, intent: SubmitIntent) -> ApiResult[SubmitResult]:
        """Submit the records; a bug in between leaves the batch in doubt."""
        session = self.session
        try:
            result = session.system.submit_batch(batch.resource, batch.method, session.user_id, intent.records)
            return _without_personal_data(result, intent)
        except Exception:
            response = Response(error=TransportError.BROKEN, reason=UNREADABLE_ANSWER)
            usage = ApiUsage(1, 0, intent.cost.writes)
            session.store.save_response(batch.id, BatchState.IN_DOUBT, response.reason, response, charge=usage)
            raise

    def _log_submit(self, batch: Batch, intent: SubmitIntent, result: ApiResult[SubmitResult]) -> None:
        _log.info(
            "Batch submitted",
            extra={
                "run": self.session.run.id,
                "batch": batch.no,
                "resource": batch.resource,
                "method": batch.method,
                "records": len(intent.records),
                "status": result.response.status,
                "verdict": result.content.verdict.name.lower(),
            },
        )

    def _record_intent(self, batch: Batch) -> SubmitIntent | None:
        """Commit the intent; None when the batch cannot go now, or nothing is left to send."""
        session = self.session
        if batch.state is BatchState.IN_DOUBT:
            session.store.move_batch(batch.id, BatchState.PLANNED, "customers are upserts: sent again")
        intent = session.client.take_room(
            lambda: session.store.record_intent(session.run.account, batch.id, session.limits)
        )
        if isinstance(intent, CallFailed):
            self.scheduler.retry_later(batch, intent.response)
            return None
        if isinstance(intent, float):
            self.scheduler.wait_until(batch, intent)
            return None
        return intent

    def _save_response(self, batch: Batch, intent: SubmitIntent, result: ApiResult[SubmitResult]) -> None:
        """Commit what a submit came to, then decide how to go on."""
        session, store, response, submitted = self.session, self.session.store, result.response, result.content
        session.progress_of(batch).is_limited = False
        usage = ApiUsage(response.requests, 0, intent.cost.writes)
        calls_only = ApiUsage(response.requests, 0, 0)
        verdict, uuid = submitted.verdict, submitted.uuid
        if verdict is SubmitVerdict.ACCEPTED and self._doubt_batches_with_number(batch, uuid):
            verdict, uuid = SubmitVerdict.IN_DOUBT, ""
        match verdict:
            case SubmitVerdict.ACCEPTED:
                store.save_response(batch.id, BatchState.ACCEPTED, "accepted", response, charge=usage, uuid=uuid)
                session.set_due(batch, poll_backoff(session.polling.poll).delay(0))
                session.client.consecutive_limits = 0
            case SubmitVerdict.REFUSED | SubmitVerdict.TOO_LARGE:
                self._save_refusal(batch, intent, response, usage, submitted)
            case SubmitVerdict.LOGIN:
                store.save_response(batch.id, BatchState.PLANNED, "refused", response, charge=calls_only)
                self._renew_login(intent, response, submitted.message)
            case SubmitVerdict.LIMITED:
                store.save_response(batch.id, BatchState.PLANNED, "limited", response, charge=calls_only)
                self.scheduler.handle_refusal(batch, response, intent.cost)
            case SubmitVerdict.NOT_SENT:
                store.save_response(batch.id, BatchState.PLANNED, "not sent", response, charge=None)
                self.scheduler.retry_later(batch, response)
            case SubmitVerdict.IN_DOUBT | SubmitVerdict.ASK:
                self._save_doubt(batch, response, usage, submitted, verdict.value)
            case _:
                assert_never(verdict)
        self.has_renewed_login = verdict is SubmitVerdict.LOGIN

    def _save_doubt(self, batch: Batch, response: Response, usage: ApiUsage, submitted: SubmitResult, why: str) -> None:
        """Commit that a batch may have been taken: records keep the outcome the answer states, others are in doubt."""
        session, store = self.session, self.session.store
        store.save_response(
            batch.id, BatchState.IN_DOUBT, why, response, charge=usage,
            results=submitted.results, verdict=submitted.rejection,
        )  # fmt: skip
        session.set_due(batch, session.polling.poll)
        if response.error is None and submitted.message:
            open_nos = [record.no for record in store.open_records(batch.id)]
            store.append_message(session.run.id, submitted.message, open_nos, keep_earlier=True)

    def _renew_login(self, intent: SubmitIntent, response: Response, message: str) -> None:
        """Log in again after a 401, so that the batch can go again; an error when that cannot help.

        The batch is planned again already: its answer proves that nothing was taken.
        """
        error = login_error(response, message, [record.payload for record in intent.records])
        if response.status != 401 or self.has_renewed_login:
            raise error
        try:
            is_renewed = self.session.system.renew_login()
        except ServerError as failure:
            failure.message = _(
                "{message}, and a new token could not be fetched: {reason}",
                message=error.message,
                reason=failure.message,
            )
            raise
        if not is_renewed:
            raise error

    def _doubt_batches_with_number(self, batch: Batch, uuid: str) -> bool:
        """Return whether ARM gave other batches the same number; it proves nothing then, so these are in doubt, too."""
        store, run = self.session.store, self.session.run
        others = store.batches_with_number(run.account, uuid)
        for doubtful in (*others, batch) if others else ():
            open_nos = [record.no for record in store.open_records(doubtful.id)]
            store.append_message(doubtful.run, SAME_BATCH_NUMBER, open_nos)
        for other in others:
            if other.state is BatchState.ACCEPTED:
                store.move_batch(other.id, BatchState.IN_DOUBT, SAME_BATCH_NUMBER)
        return bool(others)

    def _save_refusal(
        self, batch: Batch, intent: SubmitIntent, response: Response, usage: ApiUsage, submitted: SubmitResult
    ) -> None:
        """Commit a refusal: records it names are rejected; the others go into smaller batches, or are rejected, too.

        Where ARM says that it has a document already, those that cannot be distinguished are looked up instead.
        """
        results = list(submitted.results)
        named = {result.no for result in results}
        others = [record for record in intent.records if record.no not in named]
        parts = 0
        if others and self._may_split(submitted, len(others)):
            self.splits += 1
            parts = 1 if named else 2
        elif others and submitted.rejection:
            self._save_doubt(batch, response, usage, submitted, "refused: ARM has a document already")
            return
        else:
            results += [RecordResult(record.no, Outcome.REJECTED, submitted.message) for record in others]
        self.session.store.save_response(
            batch.id, BatchState.REFUSED, "refused", response, charge=usage, results=results, parts=parts
        )

    def _may_split(self, submitted: SubmitResult, others: int) -> bool:
        """Whether smaller batches may fare better: not for a single record, and not when everything is refused."""
        any_accepted = any(batch.uuid for batch in self.session.store.batches(self.session.run.id))
        max_splits = MAX_SPLITS if any_accepted else MAX_SPLITS_BEFORE_SUCCESS
        return submitted.splittable and (others > 1 or bool(submitted.results)) and self.splits < max_splits


def _without_personal_data(result: ApiResult[SubmitResult], intent: SubmitIntent) -> ApiResult[SubmitResult]:
    """Remove what ARM quotes of the records from its words on a batch in doubt: they are shown with every document."""
    submitted = result.content
    if submitted.verdict not in {SubmitVerdict.IN_DOUBT, SubmitVerdict.ASK} and not submitted.rejection:
        return result
    payloads = [record.payload for record in intent.records]
    message, rejection = redact_text(submitted.message, payloads), redact_text(submitted.rejection, payloads)
    return replace(result, content=replace(submitted, message=message, rejection=rejection))

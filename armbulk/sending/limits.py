"""Rate limits, waiting and retries during a session: when the next call for a batch may be made."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from armbulk.errors import LimitError
from armbulk.i18n import _
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import ApiResult, Response, unreachable_error
from armbulk.rate_limited import CallFailed, Interruption, RateLimited
from armbulk.retry import failure_backoff
from armbulk.sending.session import SendingSession
from armbulk.store import Batch

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class CallScheduler:
    """Makes a session's reading calls, and puts a batch off after a limit or a failure."""

    session: SendingSession

    def read(
        self,
        batch: Batch,
        call: Callable[[], ApiResult[Content]],
        max_records: int = 1,
        count: Callable[[Content], int] = lambda _: 1,
    ) -> ApiResult[Content] | None:
        """Make a reading call for a batch within the quota; None when it has to be made later."""
        result = self.session.client.get(call, max_records, count, self.session.run.id)
        if not isinstance(result, ApiResult):
            self.handle_interruption(batch, result)
            return None
        self.session.progress_of(batch).failures = 0
        return result

    def handle_interruption(self, batch: Batch, interruption: Interruption) -> None:
        """Put a batch off whose call was not made, was refused for a limit, or failed."""
        match interruption:
            case RateLimited(retry_at):
                self.wait_until(batch, retry_at)
                self._pause_if_exhausted(retry_at)
            case CallFailed(response):
                self.retry_later(batch, response)

    def handle_refusal(self, batch: Batch, response: Response, cost: ApiUsage) -> None:
        """Put a batch off that was refused for a limit when it was submitted."""
        self.handle_interruption(batch, self.session.client.block(response, cost))

    def wait_until(self, batch: Batch, time: float) -> None:
        """Put a batch off until there is room in the quota; LimitError when there never is."""
        if time == math.inf:
            raise LimitError(
                "never-fits",
                _("Batch {no} exceeds your ARM limits however long you wait", no=batch.no),
                _("Lower the size of a batch with ARMBULK_BATCH_DOCUMENTS or ARMBULK_BATCH_CUSTOMERS"),
            )
        progress = self.session.progress_of(batch)
        progress.due, progress.is_limited = time, True

    def retry_later(self, batch: Batch, response: Response) -> None:
        """Put a batch off whose call failed; ServerError after too many failures in a row."""
        progress = self.session.progress_of(batch)
        progress.failures += 1
        progress.reason = response.failure
        backoff = failure_backoff(self.session.polling.poll)
        self.session.set_due(batch, backoff.delay(progress.failures))
        if backoff.is_exhausted(progress.failures):
            raise unreachable_error(response)
        event = Progress(
            "retrying", batch.no, until=progress.due, reason=response.failure, phase=Phase.WAIT, why=WaitReason.RETRY
        )
        self.session.progress.report(event)

    def find_reason(self, until: float) -> WaitReason:
        """Return why the session waits until a time: for the quota, after a failure, or for ARM to process a batch."""
        waiting = [progress for progress in self.session.batch_progress.values() if progress.due == until]
        if any(progress.is_limited for progress in waiting):
            return WaitReason.LIMIT
        return WaitReason.RETRY if any(progress.failures for progress in waiting) else WaitReason.PROCESSING

    def should_pause(self, until: float) -> bool:
        """Return whether the session ends instead of waiting for the quota, as `--no-wait` asks."""
        session = self.session
        is_limit = self.find_reason(until) is WaitReason.LIMIT
        is_long = until - session.clock.now() > session.polling.poll
        return is_limit and is_long and not session.polling.waits_for_quota

    def _pause_if_exhausted(self, retry_at: float) -> None:
        """Too many refusals in a row: the session ends, with the time when it may be resumed."""
        if self.session.client.exhausted:
            self.session.paused_until = retry_at

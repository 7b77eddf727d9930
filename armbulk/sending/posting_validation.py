"""Have ARM validate a set of auto postings in one call. Nothing is posted: each posting has validateOnly."""

import logging
from dataclasses import dataclass

from armbulk.model.auto_posting import PostingAnswer
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Phase, Progress
from armbulk.model.response import ApiResult, TransportError
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.sending.single_calls import CallGuard, did_nothing
from armbulk.waiting import CallWaiter

_log = logging.getLogger(__name__)


def price_set(count: int) -> ApiUsage:
    """Return what a set of so many postings uses of the quota: each counts as a record written (not documented)."""
    return ApiUsage(1, 0, count)


@dataclass(slots=True)
class PostingValidator:
    """Sends a set of auto postings to be validated.

    Attributes:
        client: the call.
        waiter: waits for the limits.
    """

    client: RateLimitedClient
    waiter: CallWaiter

    def validate(self, path: str, body: str, count: int) -> ApiResult[list[PostingAnswer]]:
        """Return ARM's answer to a set of `count` postings. A call is only made again when it did nothing.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: the system cannot be reached.
            LoginError: the system does not accept the login.
            Interrupted: the user asked to stop.
        """
        guard = CallGuard(self.client, self.waiter)
        while True:
            self._report(0, count)
            self.waiter.raise_if_interrupted()
            result = self._call(path, body, count)
            if isinstance(result, ApiResult) and not did_nothing(result.response):
                self._report(count, count)
                return result
            guard.wait(guard.judge_refusal(result) if isinstance(result, ApiResult) else result)

    def _report(self, done: int, total: int) -> None:
        limits, counts = self.client.count_limits(), {Phase.SEND: (done, total)}
        self.waiter.on_progress(
            Progress("validating", done=done, total=total, phase=Phase.SEND, records=counts, limits=limits)
        )

    def _call(self, path: str, body: str, count: int) -> ApiResult[list[PostingAnswer]] | Interruption:
        """Make the call once, within the quota."""
        client, cost = self.client, price_set(count)
        client.system.login()
        taken = client.take_room(lambda: client.store.reserve(client.account, cost, client.limits, Priority.NORMAL))
        if isinstance(taken, CallFailed):
            return taken
        if isinstance(taken, float):
            return RateLimited(taken)
        result = client.system.validate_postings(path, body)
        response = result.response
        charge = None if response.error is TransportError.NOT_SENT else cost
        client.store.settle(client.account, taken, charge, response.date_sample)
        _log.info("Validation of auto postings answered", extra={"status": response.status})
        return result

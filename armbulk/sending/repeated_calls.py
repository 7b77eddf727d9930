"""Calls before a run is stored: they wait for ARM's limits, and failed ones are made again, like those of an export."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from armbulk.i18n import _, join_texts
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import unreachable_error
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.retry import failure_backoff
from armbulk.waiting import CallWaiter

_NEVER_FITS = _("Your ARM limits do not allow look-ups")
_AGAIN = _("Nothing was sent. Run the same command again")

Content = TypeVar("Content")


@dataclass(slots=True)
class RepeatedCalls:
    """Makes each call until it is answered.

    Attributes:
        client: the calls.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called before each wait.
        failures: failed calls in a row.
    """

    client: RateLimitedClient
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None
    failures: int = 0
    _waiter: CallWaiter = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a failure."""
        self._waiter = CallWaiter(self.client, self.waits, self.pause, self.on_progress, _NEVER_FITS, _AGAIN)

    def make(self, call: Callable[[], Content | RateLimited | CallFailed]) -> Content:
        """Make a call until it is answered.

        Raises:
            LimitError: there is no room in the quota, and `waits` is False.
            ServerError: ARM failed to answer too often in a row.
            Interrupted: the user asked to stop.
        """
        while True:
            self._waiter.raise_if_interrupted()
            result = call()
            if isinstance(result, RateLimited):
                self._waiter.wait_for_room(result.retry_at)
            elif isinstance(result, CallFailed):
                self._retry_later(result)
            else:
                self.failures = 0
                return result

    def _retry_later(self, failed: CallFailed) -> None:
        self.failures += 1
        backoff = failure_backoff(self.pause)
        if backoff.is_exhausted(self.failures):
            error = unreachable_error(failed.response)
            error.hint = join_texts(error.hint, _AGAIN, separator=". ")
            raise error
        until = self.client.clock.now() + backoff.delay(self.failures)
        self.on_progress(
            Progress("retrying", until=until, reason=failed.response.failure, phase=Phase.WAIT, why=WaitReason.RETRY)
        )
        self._waiter.sleep(until)

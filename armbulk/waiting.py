"""Calls outside a run: waiting for room in the quota, and making a call again that failed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from armbulk.errors import Interrupted, LimitError
from armbulk.i18n import Text, _, join_texts
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import unreachable_error
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.retry import failure_backoff

Content = TypeVar("Content")

LOOK_AGAIN = _("Nothing was sent. Run the same command again")
"""What to do after a stop while records are looked up before anything is sent."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallWaiter:
    """Waits until a call may be made; the user may stop it at any time.

    Attributes:
        client: the calls that wait.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds that are too short to stop for.
        on_progress: called before each wait for the quota.
        never_fits: what to report when the quota never has room.
        hint: what to do after a stop.
    """

    client: RateLimitedClient
    waits: bool
    pause: float
    on_progress: Callable[[Progress], None]
    never_fits: Text
    hint: Text

    def wait_for_room(self, until: float) -> None:
        """Wait for room in the quota, or raise LimitError with the time there will be some."""
        if until == float("inf"):
            raise LimitError("never-fits", self.never_fits, _("See `armbulk usage`"))
        is_soon = until - self.client.clock.now() <= self.pause
        if self.client.exhausted or not (self.waits or is_soon):
            raise LimitError("limit", _("Your ARM limits are used up until {until:time}", until=until), self.hint)
        seconds = until - self.client.clock.now()
        _log.info("Waiting for ARM's limits", extra={"wait_seconds": seconds})
        self.client.counted = None  # the wait may be long: the figures are exact
        limits = self.client.count_limits()
        self.on_progress(
            Progress("waiting", until=until, seconds=seconds, phase=Phase.WAIT, why=WaitReason.LIMIT, limits=limits)
        )
        self.sleep(until)

    def sleep(self, until: float) -> None:
        """Let time pass until then (epoch seconds)."""
        clock = self.client.clock
        while clock.now() < until:
            self.raise_if_interrupted()
            clock.sleep(until - clock.now())

    def raise_if_interrupted(self) -> None:
        """Raise Interrupted when the user asked to stop."""
        if self.client.clock.interrupted:
            raise Interrupted("interrupted", _("Interrupted"), self.hint)


def create_lookup_waiter(
    client: RateLimitedClient, pause: float, on_progress: Callable[[Progress], None], hint: Text, *, waits: bool
) -> CallWaiter:
    """Return what waits for calls that look records up; the arguments are those of `CallWaiter`."""
    never_fits = _("Your ARM limits do not allow records to be looked up")
    return CallWaiter(client, waits, pause, on_progress, never_fits, hint)


@dataclass(slots=True)
class CallRepeater:
    """Makes each call until it is answered.

    Attributes:
        waiter: waits between calls.
        failures: failed calls in a row.
    """

    waiter: CallWaiter
    failures: int = 0

    def repeat(self, call: Callable[[], Content | RateLimited | CallFailed]) -> Content:
        """Return the answer to a call.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: the system failed to answer too often in a row.
            LoginError: the system does not accept the login.
            Interrupted: the user asked to stop.
        """
        while True:
            self.waiter.raise_if_interrupted()
            result = call()
            if isinstance(result, RateLimited):
                self.waiter.wait_for_room(result.retry_at)
            elif isinstance(result, CallFailed):
                self._retry_later(result)
            else:
                self.failures = 0
                return result

    def _retry_later(self, failed: CallFailed) -> None:
        waiter = self.waiter
        self.failures += 1
        backoff = failure_backoff(waiter.pause)
        if backoff.is_exhausted(self.failures):
            error = unreachable_error(failed.response)
            error.hint = join_texts(error.hint, waiter.hint, separator=". ")
            raise error
        until = waiter.client.clock.now() + backoff.delay(self.failures)
        waiter.on_progress(
            Progress("retrying", until=until, reason=failed.response.failure, phase=Phase.WAIT, why=WaitReason.RETRY)
        )
        waiter.sleep(until)

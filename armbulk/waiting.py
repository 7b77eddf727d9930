"""Waiting between calls outside a run: for room in the quota, and before a failed call is made again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from armbulk.errors import Interrupted, LimitError
from armbulk.i18n import Text, _
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.rate_limited import RateLimitedClient

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

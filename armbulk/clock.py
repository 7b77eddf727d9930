"""The one clock. Everything that asks for the time or waits is given one of these."""

import sys
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What armbulk needs of a clock. Times are UTC epoch seconds."""

    def now(self) -> float:
        """Return the present time."""

    def monotonic(self) -> float:
        """Return seconds that only ever pass, sleep included, for what happens within the process."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early when interrupted."""

    def interrupt(self) -> None:
        """Ask everything that waits to stop."""

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""


class SystemClock:
    """The machine's clock as it stood at the start, carried on steadily; `interrupt` ends every wait.

    A clock that is set while armbulk runs changes nothing for this process: no wait grows, nothing is due too early.
    """

    def __init__(self) -> None:
        """Start uninterrupted."""
        self._stopped = False  # a plain truth: a signal may come while an Event is being waited for, and lock it up
        self._offset = time.time() - _passing()

    def now(self) -> float:
        """Return the present time."""
        return self._offset + _passing()

    def monotonic(self) -> float:
        """Return seconds that only ever pass."""
        return _passing()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, or until interrupted; long waits are cut so that a sleep of the machine is noticed."""
        until = _passing() + min(seconds, 60.0)
        while not self._stopped and (left := until - _passing()) > 0:
            time.sleep(min(left, 0.1))

    def interrupt(self) -> None:
        """Ask everything that waits to stop."""
        self._stopped = True

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._stopped


def _passing() -> float:
    """Seconds that pass while the machine sleeps, too: the plain monotonic clock of Linux stands still then."""
    counting = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}.get(sys.platform, "")
    which = getattr(time, counting, None)
    return time.monotonic() if which is None else time.clock_gettime(which)


def iso(when: float | None) -> str | None:
    """Write an instant as ISO 8601 in UTC; None for never."""
    if when is None or when in {float("inf"), float("-inf")}:
        return None
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="seconds")

"""The clock: the only module that asks for the time or waits. Everything else gets a `Clock`."""

import sys
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What armbulk needs of a clock. Times are epoch seconds."""

    def now(self) -> float:
        """Return the present time."""

    def monotonic(self) -> float:
        """Return seconds that only increase, the machine's sleep included; for use within the process."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early when interrupted."""

    def interrupt(self) -> None:
        """End every wait, and ask what works to stop."""

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""


class SystemClock:
    """The machine's time at the start, carried on by its monotonic clock; `interrupt` ends every wait.

    Setting the machine's clock while armbulk runs changes nothing for this process.
    """

    def __init__(self) -> None:
        """Start uninterrupted."""
        self._is_interrupted = False  # not an Event: a signal during Event.wait could block for ever
        self._offset = time.time() - _monotonic()

    def now(self) -> float:
        """Return the present time."""
        return self._offset + _monotonic()

    def monotonic(self) -> float:
        """Return seconds that only increase."""
        return _monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, at most 60 (so that a sleep of the machine is noticed), or until interrupted."""
        until = _monotonic() + min(seconds, 60.0)
        while not self._is_interrupted and (left := until - _monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def interrupt(self) -> None:
        """End every wait, and ask what works to stop."""
        self._is_interrupted = True

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._is_interrupted


def _monotonic() -> float:
    """Seconds that increase while the machine sleeps, too, which `time.monotonic` does not do on Linux."""
    name = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}.get(sys.platform, "")
    clock_id = getattr(time, name, None)
    return time.monotonic() if clock_id is None else time.clock_gettime(clock_id)


def format_iso(epoch: float | None) -> str | None:
    """Return a time (epoch seconds) as ISO 8601 in UTC; None for None and for never (inf)."""
    if epoch is None or epoch in {float("inf"), float("-inf")}:
        return None
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")

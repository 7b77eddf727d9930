"""The one clock. Everything that asks for the time or waits is given one of these."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What armbulk needs of a clock. Times are UTC epoch seconds."""

    def now(self) -> float:
        """Return the present time."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards, for deadlines within the process."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early when interrupted."""

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""


class SystemClock:
    """The machine's clock; `interrupt` ends every wait."""

    def __init__(self) -> None:
        """Start uninterrupted."""
        self._stop = threading.Event()

    def now(self) -> float:
        """Return the present time."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, or until interrupted; long waits are cut so that a changed clock is noticed."""
        self._stop.wait(min(max(seconds, 0.0), 60.0))

    def interrupt(self) -> None:
        """Ask everything that waits to stop."""
        self._stop.set()

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._stop.is_set()

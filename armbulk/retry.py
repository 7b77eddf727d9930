"""How long to wait before a call is made again: the one place for growing delays."""

import math
from dataclasses import dataclass

MAX_GROWTHS = 20
"""Attempts after which a delay grows no further."""

MAX_FAILURE_INTERVAL = 4.0
"""Seconds from which the delays after failures grow, at most: 8 + 16 + 32 + 60 are within two minutes."""

MIN_LIMIT_SECONDS, MAX_LIMIT_SECONDS = 1.0, 3600.0
"""Bounds of the wait after a refusal for a rate limit, whatever the server asks for."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that grow: `first` seconds, multiplied by `factor` with each attempt, at most `ceiling`.

    Attributes:
        first: seconds before the next call when nothing was attempted yet.
        factor: growth from one attempt to the next.
        ceiling: seconds, at most.
        max_attempts: attempts after which to give up; None: never.
    """

    first: float
    factor: float
    ceiling: float = math.inf
    max_attempts: int | None = None

    def delay(self, attempts: int) -> float:
        """Return the seconds to wait after so many attempts (0: none yet)."""
        return min(self.ceiling, self.first * self.factor ** min(attempts, MAX_GROWTHS))

    def is_exhausted(self, attempts: int) -> bool:
        """Return whether to give up after so many attempts."""
        return self.max_attempts is not None and attempts >= self.max_attempts


RATE_LIMIT = Backoff(60.0, 2.0, ceiling=900.0, max_attempts=5)
"""After refusals for a rate limit in a row that name no time."""


def poll_backoff(interval: float) -> Backoff:
    """Return the delays between polls of an accepted batch, from a first `interval` in seconds."""
    return Backoff(interval, 1.5, ceiling=60.0)


def lookup_backoff(interval: float) -> Backoff:
    """Return the delays between look-ups of an unconfirmed batch, from a first `interval` in seconds."""
    return Backoff(interval, 3.0)


def failure_backoff(interval: float) -> Backoff:
    """Return the delays after calls in a row that failed or gave no usable answer; `interval` in seconds.

    All of them together are within two minutes: then the server counts as unreachable.
    """
    return Backoff(min(interval, MAX_FAILURE_INTERVAL), 2.0, ceiling=60.0, max_attempts=5)


def seconds_after_limit(named: float | None, refusals: int) -> float:
    """Return the seconds to wait after a refusal for a rate limit.

    Args:
        named: what the server asked for (Retry-After), in seconds; None when it named no time.
        refusals: how many such refusals there were in a row, this one included.
    """
    seconds = RATE_LIMIT.delay(refusals - 1) if named is None else named
    return min(max(seconds, MIN_LIMIT_SECONDS), MAX_LIMIT_SECONDS)

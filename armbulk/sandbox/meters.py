"""The acceptable use policy: three meters over two sliding windows, counted exactly for one client number."""

import math
from collections import deque
from collections.abc import Callable, Mapping
from threading import RLock

SIZES: dict[str, dict[str, int]] = {
    "S": {"hour.requests": 500, "hour.reads": 10_000, "hour.writes": 5_000,
          "month.requests": 20_000, "month.reads": 100_000, "month.writes": 20_000},
    "M": {"hour.requests": 1_000, "hour.reads": 20_000, "hour.writes": 10_000,
          "month.requests": 100_000, "month.reads": 500_000, "month.writes": 100_000},
    "L": {"hour.requests": 5_000, "hour.reads": 100_000, "hour.writes": 50_000,
          "month.requests": 500_000, "month.reads": 2_500_000, "month.writes": 500_000},
    "XL": {"hour.requests": 10_000, "hour.reads": 200_000, "hour.writes": 100_000,
           "month.requests": 2_000_000, "month.reads": 10_000_000, "month.writes": 2_000_000},
}  # fmt: skip
"""The published limits by client size.

Written here a second time on purpose (`armbulk.quota.tiers` has them too): the sandbox is an independent reference. A
test compares the two.
"""

WINDOWS = {"hour": 3600.0, "month": 31 * 86400.0}


class Meters:
    """The client's usage; meters are named `hour.requests`, `month.writes` and so on."""

    def __init__(self, size: str, clock: Callable[[], float], limits: Mapping[str, int] | None = None) -> None:
        """Use the limits of `size`, some of them replaced by `limits`; ValueError for unknown names."""
        if size not in SIZES:
            raise ValueError(f"there is no client size {size!r}; there are: {', '.join(SIZES)}")
        for name in limits or {}:
            if name not in SIZES[size]:
                raise ValueError(f"there is no limit {name!r}; there are: {', '.join(SIZES[size])}")
        self.limits: dict[str, int] = {**SIZES[size], **(limits or {})}
        self.refused = 0
        self._clock = clock
        self._lock = RLock()
        self._expiring: dict[str, deque[tuple[float, int]]] = {name: deque() for name in self.limits}
        self._sums = dict.fromkeys(self.limits, 0)
        self._peak = dict.fromkeys(self.limits, 0)

    def used(self) -> dict[str, int]:
        """Return the current usage by meter."""
        with self._lock:
            self._slide()
            return dict(self._sums)

    def peak(self) -> dict[str, int]:
        """Return the highest usage so far by meter."""
        with self._lock:
            return dict(self._peak)

    def seconds_until_free(self, cost: Mapping[str, int]) -> float:
        """Return the seconds until `cost` fits every limit; 0 = it fits now."""
        with self._lock:
            now = self._slide()
            return max(self._seconds_until_free(name, cost.get(name.partition(".")[2], 0), now) for name in self.limits)

    def _seconds_until_free(self, name: str, amount: int, now: float) -> float:
        excess = self._sums[name] + amount - self.limits[name]
        if not amount or excess <= 0:
            return 0.0
        for expires_at, amount_freed in self._expiring[name]:
            excess -= amount_freed
            if excess <= 0:
                return expires_at - now
        return WINDOWS[name.partition(".")[0]]  # more than the whole limit: it never fits

    def charge(self, cost: Mapping[str, int]) -> None:
        """Add a call's usage."""
        with self._lock:
            now = self._slide()
            for name in self.limits:
                window, _, meter = name.partition(".")
                amount = cost.get(meter, 0)
                if amount:
                    self._expiring[name].append((now + WINDOWS[window], amount))
                    self._sums[name] += amount
                    self._peak[name] = max(self._peak[name], self._sums[name])

    def _slide(self) -> float:
        now = self._clock()
        for name, expiring in self._expiring.items():
            while expiring and expiring[0][0] <= now:
                self._sums[name] -= expiring.popleft()[1]
        return now


def round_up_seconds(seconds: float) -> int:
    """Return the seconds of a Retry-After header: rounded up, at least 1."""
    return max(1, math.ceil(seconds))

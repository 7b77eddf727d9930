"""The acceptable use policy, counted exactly: six sliding windows per client number."""

import math
from collections import deque
from collections.abc import Callable, Mapping
from itertools import product

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
SECONDS = {"hour": 3600.0, "month": 31 * 86400.0}
METERS = ("requests", "reads", "writes")


class Meters:
    """What a client has used, call by call."""

    def __init__(self, size: str, clock: Callable[[], float], limits: Mapping[str, int] | None = None) -> None:
        """Count against the limits of `size`, some of them replaced by `limits`."""
        if size not in SIZES:
            message = f"size is one of {', '.join(SIZES)}"
            raise ValueError(message)
        self.limits = {**SIZES[size], **(limits or {})}
        self._clock = clock
        self._calls: dict[str, deque[tuple[float, int]]] = {name: deque() for name in self.limits}
        self._sums = dict.fromkeys(self.limits, 0)
        self.peak = dict.fromkeys(self.limits, 0)
        self.refused = 0

    def used(self) -> dict[str, int]:
        """What counts now, by `window.meter`."""
        self._slide()
        return dict(self._sums)

    def wait(self, cost: Mapping[str, int]) -> float:
        """Seconds until `cost` would fit; 0 = now."""
        self._slide()
        now = self._clock()
        longest = 0.0
        for window, meter in product(SECONDS, METERS):
            name = f"{window}.{meter}"
            over = self._sums[name] + cost.get(meter, 0) - self.limits[name]
            if over <= 0 or not cost.get(meter, 0):
                continue
            for at, amount in self._calls[name]:
                over -= amount
                if over <= 0:
                    longest = max(longest, at + SECONDS[window] - now)
                    break
            else:
                longest = max(longest, SECONDS[window])
        return longest

    def charge(self, cost: Mapping[str, int]) -> None:
        """Count a call."""
        now = self._clock()
        for window, meter in product(SECONDS, METERS):
            amount = cost.get(meter, 0)
            if amount:
                name = f"{window}.{meter}"
                self._calls[name].append((now, amount))
                self._sums[name] += amount
                self.peak[name] = max(self.peak[name], self._sums[name])

    def _slide(self) -> None:
        now = self._clock()
        for name, calls in self._calls.items():
            seconds = SECONDS[name.partition(".")[0]]
            while calls and calls[0][0] <= now - seconds:
                self._sums[name] -= calls.popleft()[1]


def whole_seconds(seconds: float) -> int:
    """Seconds for a Retry-After header."""
    return max(1, math.ceil(seconds))

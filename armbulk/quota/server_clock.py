"""ARM's time, as an interval between two bounds.

ARM counts by its own clock. Room in the quota is judged by the lower bound, so that no usage is forgotten too early;
usage is stamped with the upper one. Both come from the Date headers of ARM's answers (RFC 9110, 6.6.1) and are carried
on by a monotonic clock: this machine's wall clock may be wrong, and may jump. Until the first answer of a process the
lower bound is the latest time that an earlier process stored. If ARM sends no usable Date, the wall clock is used.

Times are UTC epoch seconds; `monotonic` are seconds that only increase, sleep included.
"""

from dataclasses import dataclass

from armbulk.model.response import DateSample

MAX_SKEW_SECONDS = 300.0
"""Two clocks that differ by more cannot both be right."""

MIN_DATE = 1_735_689_600.0
"""1 January 2025: an earlier Date is wrong, for armbulk did not exist then."""

_MAX_DRIFT = 1e-3
"""Seconds per second by which a machine's monotonic clock may be wrong."""

_DATE_PRECISION = 2.0
"""Seconds by which two Date headers may disagree: they have whole seconds."""


@dataclass(frozen=True, slots=True)
class StoredTimes:
    """What earlier processes stored: the latest time the usage ledger used, and the latest that ARM's Date proved."""

    last: float | None = None
    server: float | None = None


@dataclass(frozen=True, slots=True)
class _Bounds:
    """ARM's time was between `low` and `high` when the monotonic clock was at `monotonic`."""

    low: float
    high: float
    monotonic: float

    def shift(self, monotonic: float) -> "_Bounds":
        seconds = max(monotonic - self.monotonic, 0.0)
        return _Bounds(self.low + seconds, self.high + seconds, monotonic)

    def agrees(self, newer: "_Bounds") -> bool:
        slack = _DATE_PRECISION + _MAX_DRIFT * abs(newer.monotonic - self.monotonic)
        shifted = self.shift(newer.monotonic)
        return shifted.low - slack <= newer.high and newer.low <= shifted.high + slack

    def intersect(self, newer: "_Bounds") -> "_Bounds":
        """The overlap of both; the newer bounds when they do not overlap (the clock drifted)."""
        shifted = self.shift(newer.monotonic)
        low, high = max(shifted.low, newer.low), min(shifted.high, newer.high)
        return _Bounds(low, high, newer.monotonic) if low <= high else newer


class ServerClock:
    """ARM's time as one process knows it, for one client.

    Attributes:
        skew: seconds by which the wall clock is ahead of ARM's, when that is worth a message; None otherwise.
    """

    def __init__(self) -> None:
        """Start without any Date."""
        self.skew: float | None = None
        self._bounds: _Bounds | None = None  # from ARM's Dates
        self._candidate: _Bounds | None = None  # a Date that the wall clock contradicts, until another confirms it
        self._is_dateless = False  # ARM sends no usable Date
        self._earliest: tuple[float, float] | None = None  # the lowest time possible, and when (monotonic)
        self._steady: tuple[float, float] | None = None  # the wall clock's latest time, and when (monotonic)

    @property
    def is_synced(self) -> bool:
        """Whether the bounds come from ARM's own Date."""
        return self._bounds is not None

    @property
    def needs_date(self) -> bool:
        """Whether this process has had no answer of ARM yet."""
        return self._bounds is None and not self._is_dateless

    def lower_bound(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Return a time that is not later than ARM's, as far as can be known."""
        if self._bounds is not None:
            return max(self._bounds.shift(monotonic).low, stored.server or 0.0)
        if self._is_dateless:
            return max(self._steady_time(wall, monotonic), stored.last or 0.0)
        if stored.last is None:
            return self._steady_time(wall, monotonic)
        low = stored.last
        if self._earliest is not None:
            low = max(low, self._earliest[0] + monotonic - self._earliest[1])
        self._earliest = (low, monotonic)
        return low

    def upper_bound(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Return a time that is not earlier than ARM's, as far as can be known."""
        bounds = self._bounds or self._candidate
        high = bounds.shift(monotonic).high if bounds else self._steady_time(wall, monotonic)
        return max(high, self.lower_bound(wall, monotonic, stored))

    def update(self, sample: DateSample, wall: float, stored: StoredTimes) -> None:
        """Take in the Date of an answer."""
        if sample.date is None or sample.date < max(MIN_DATE, (stored.server or 0.0) - MAX_SKEW_SECONDS):
            self._is_dateless = self._is_dateless or self._bounds is None
            return
        bounds = _Bounds(sample.date, sample.date + 1.0 + sample.received_at - sample.sent_at, sample.received_at)
        if self._bounds is not None:
            if self._bounds.agrees(bounds):
                self._bounds = self._bounds.intersect(bounds)
            return
        is_skewed = min(abs(bounds.low - wall), abs(bounds.high - wall)) > MAX_SKEW_SECONDS
        if is_skewed and not (self._candidate is not None and self._candidate.agrees(bounds)):
            self._candidate = bounds
            return
        self.skew = wall - bounds.low if is_skewed else None
        self._bounds = bounds if self._candidate is None or not is_skewed else self._candidate.intersect(bounds)

    def _steady_time(self, wall: float, monotonic: float) -> float:
        """The wall clock, but never slower than time passes: when it is set back, the earlier reading is carried on."""
        if self._steady is not None:
            time, since = self._steady
            wall = max(wall, time + monotonic - since)
        self._steady = (wall, monotonic)
        return wall

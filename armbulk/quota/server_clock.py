"""What time it is at ARM, between two bounds.

ARM counts by its own clock. Room in the meters is judged by the lower bound, so that nothing is forgotten too early;
what was used is stamped with the upper one. Both come from the Date of ARM's answers, carried on by a clock that
cannot be set: this machine's wall clock may be wrong, and may jump. Before the first answer of a process the lower
bound is the last time any process knew of. Where ARM gives no usable Date, the wall clock has to do.

Times are UTC epoch seconds; `monotonic` are seconds that only ever pass, sleep included.
"""

from dataclasses import dataclass

SKEW = 300.0
"""Seconds by which two clocks may differ before one of them is taken for wrong."""

OLDEST = 1_735_689_600.0
"""1 January 2025: a Date before armbulk existed is no Date."""

_DRIFT = 1e-3
_GRAIN = 2.0


@dataclass(frozen=True, slots=True)
class DateSample:
    """The Date of an answer, and when the call left and the answer was there (monotonic)."""

    date: float | None
    left: float
    back: float


@dataclass(frozen=True, slots=True)
class StoredTimes:
    """What earlier processes left: the latest time the ledger worked with, and the latest that ARM's Date proved."""

    last: float | None = None
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class _Bounds:
    """ARM's time lay between `low` and `high` at monotonic `at`."""

    low: float
    high: float
    at: float

    def shifted(self, monotonic: float) -> "_Bounds":
        passed = max(monotonic - self.at, 0.0)
        return _Bounds(self.low + passed, self.high + passed, monotonic)

    def agrees(self, other: "_Bounds") -> bool:
        slack = _GRAIN + _DRIFT * abs(other.at - self.at)
        mine = self.shifted(other.at)
        return mine.low - slack <= other.high and other.low <= mine.high + slack

    def met(self, other: "_Bounds") -> "_Bounds":
        """Both, where they overlap; else the newer one, which agrees but for a drift."""
        mine = self.shifted(other.at)
        low, high = max(mine.low, other.low), min(mine.high, other.high)
        return _Bounds(low, high, other.at) if low <= high else other


class ServerClock:
    """The time at ARM as one process knows it, for one client."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._bounds: _Bounds | None = None  # from ARM's Dates
        self._candidate: _Bounds | None = None  # a Date that the wall clock contradicts, until another confirms it
        self._mute = False  # ARM gives no usable Date
        self._since: tuple[float, float] | None = None  # the lowest time possible, and when (monotonic)
        self._steady: tuple[float, float] | None = None
        self.skew: float | None = None  # how far the wall clock is ahead of ARM's, when that is worth telling

    @property
    def is_synced(self) -> bool:
        """Whether the bounds rest on ARM's own Date."""
        return self._bounds is not None

    @property
    def unsure(self) -> bool:
        """Whether ARM has not been heard yet in this process."""
        return self._bounds is None and not self._mute

    def low(self, wall: float, monotonic: float, marks: StoredTimes) -> float:
        """No later than ARM's time, as far as can be known."""
        if self._bounds is not None:
            return max(self._bounds.shifted(monotonic).low, marks.heard or 0.0)
        if self._mute:
            return max(self._local(wall, monotonic), marks.last or 0.0)
        if marks.last is None:
            return self._local(wall, monotonic)
        low = marks.last if self._since is None else max(marks.last, self._since[0] + monotonic - self._since[1])
        self._since = (low, monotonic)
        return low

    def high(self, wall: float, monotonic: float, marks: StoredTimes) -> float:
        """No earlier than ARM's time, as far as can be known."""
        known = self._bounds or self._candidate
        guess = known.shifted(monotonic).high if known else self._local(wall, monotonic)
        return max(guess, self.low(wall, monotonic, marks))

    def update(self, heard: DateSample, wall: float, marks: StoredTimes) -> None:
        """Take the Date of an answer."""
        if heard.date is None or heard.date < max(OLDEST, (marks.heard or 0.0) - SKEW):
            self._mute = self._mute or self._bounds is None
            return
        found = _Bounds(heard.date, heard.date + 1.0 + heard.back - heard.left, heard.back)
        if self._bounds is not None:
            if self._bounds.agrees(found):
                self._bounds = self._bounds.met(found)
            return
        far = min(abs(found.low - wall), abs(found.high - wall)) > SKEW
        if far and not (self._candidate is not None and self._candidate.agrees(found)):
            self._candidate = found
            return
        self.skew = wall - found.low if far else None
        self._bounds = found if self._candidate is None or not far else self._candidate.met(found)

    def _local(self, wall: float, monotonic: float) -> float:
        """The wall clock, but never slower than time passes: one that is set back goes on from where it was."""
        if self._steady is not None:
            at, since = self._steady
            wall = max(wall, at + monotonic - since)
        self._steady = (wall, monotonic)
        return wall

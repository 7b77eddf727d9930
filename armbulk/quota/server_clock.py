"""ARM's time, as an interval between two bounds.

ARM counts by its own clock. Room in the quota is judged by the lower bound, so that no usage is forgotten too early;
usage is stamped with the upper one. Three clocks are compared:

- the Date headers of ARM's answers (RFC 9110, 6.6.1);
- this machine's wall clock, which may be wrong, and may be set;
- the time since the machine was started, which cannot be set. While the machine runs, it continues the time that an
  earlier process stored.

A Date that one of the others contradicts must be confirmed by a second answer. Then it counts, even when it is earlier
than the time stored, unless both other clocks contradict it. Whichever time counts, usage never seems older than it is:
`ServerClock.update` returns by how much the usage recorded so far has to be moved. If ARM sends no usable Date, the
time since the start counts, and on a new start the wall clock.

Times are UTC epoch seconds; `monotonic` are seconds since the machine was started, sleep included.
"""

from dataclasses import dataclass

from armbulk.model.response import DateSample
from armbulk.retry import MAX_LIMIT_SECONDS

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
    """What earlier processes stored: ARM's time, and what the clocks of the machine showed then.

    Attributes:
        last: the lower bound of ARM's time; None: nothing was stored.
        server: the latest lower bound that ARM's Date proved.
        high: the upper bound.
        wall: the wall clock.
        monotonic: the time since the machine was started.
        boot_id: the start of the machine that `monotonic` counts from; "": unknown.
    """

    last: float | None = None
    server: float | None = None
    high: float | None = None
    wall: float | None = None
    monotonic: float = 0.0
    boot_id: str = ""


@dataclass(frozen=True, slots=True)
class _Bounds:
    """ARM's time was between `low` and `high` when the monotonic clock was at `monotonic`."""

    low: float
    high: float
    monotonic: float

    def shift(self, monotonic: float) -> "_Bounds":
        seconds = max(monotonic - self.monotonic, 0.0)
        return _Bounds(self.low + seconds, self.high + seconds, monotonic)

    def slack(self, newer: "_Bounds") -> float:
        return _DATE_PRECISION + _MAX_DRIFT * abs(newer.monotonic - self.monotonic)

    def agrees(self, newer: "_Bounds") -> bool:
        slack, shifted = self.slack(newer), self.shift(newer.monotonic)
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

    def __init__(self, boot_id: str = "") -> None:
        """Start without any Date; `boot_id` names the start of this machine ("": unknown)."""
        self.skew: float | None = None
        self._boot_id = boot_id
        self._bounds: _Bounds | None = None  # from ARM's Dates
        self._candidate: _Bounds | None = None  # a Date that another clock contradicts, until a second confirms it
        self._is_dateless = False  # ARM sends no usable Date
        self._earliest: tuple[float, float] | None = None  # the lowest time possible, and when (monotonic)
        self._steady: tuple[float, float] | None = None  # the wall clock's latest time, and when (monotonic)

    @property
    def is_synced(self) -> bool:
        """Whether the bounds come from ARM's own Date."""
        return self._bounds is not None

    @property
    def needs_date(self) -> bool:
        """Whether this process does not know yet what ARM's Date is worth."""
        return self._bounds is None and not self._is_dateless

    def lower_bound(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Return a time that is not later than ARM's, as far as can be known."""
        known = self._known_bounds(monotonic, stored)
        if known is not None:
            return known.low
        if self._is_dateless or stored.last is None:
            return self._steady_time(wall, monotonic)
        low = stored.last
        if self._earliest is not None:
            low = max(low, self._earliest[0] + monotonic - self._earliest[1])
        self._earliest = (low, monotonic)
        return low

    def upper_bound(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Return a time that is not earlier than ARM's, as far as can be known."""
        bounds = self._known_bounds(monotonic, stored) or self._candidate
        high = bounds.shift(monotonic).high if bounds else self._steady_time(wall, monotonic)
        return max(high, self.lower_bound(wall, monotonic, stored))

    def ahead_of_wall(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Return by how much the time that usage is recorded in is ahead of the wall clock; 0.0 when it is unknown."""
        known = self._known_bounds(monotonic, stored)
        return known.low - wall if known is not None else 0.0

    def is_blocked(self, until: float, wall: float, monotonic: float, stored: StoredTimes) -> bool:
        """Return whether a time until which ARM accepts no call, stored by any process, has not come yet."""
        known = self._known_bounds(monotonic, stored)
        if known is not None:
            return known.low < until
        ahead = 0.0 if stored.last is None or stored.wall is None else stored.last - stored.wall
        return 0.0 < until - (wall + ahead) <= MAX_LIMIT_SECONDS

    def update(self, sample: DateSample, wall: float, stored: StoredTimes) -> float:
        """Take in the Date of an answer.

        Returns:
            Seconds by which ARM's time is ahead of (or behind) the time that the stored usage was recorded in; 0.0 when
            it is the same, as far as is known.
        """
        if sample.date is None or sample.date < MIN_DATE:
            return self._do_without_dates(wall, sample.received_at, stored) if self.needs_date else 0.0
        newer = _Bounds(sample.date, sample.date + 1.0 + sample.received_at - sample.sent_at, sample.received_at)
        if self._bounds is not None:
            if self._bounds.agrees(newer):
                self._bounds = self._bounds.intersect(newer)
            return 0.0
        is_skewed = min(abs(newer.low - wall), abs(newer.high - wall)) > MAX_SKEW_SECONDS
        carried, floor = self._carried(newer.monotonic, stored), self._floor(newer.monotonic, stored)
        is_odd = newer.high < floor or (carried is not None and not carried.agrees(newer))
        confirmed = self._candidate if self._candidate is not None and self._candidate.agrees(newer) else None
        if (is_skewed or is_odd) and confirmed is None:
            self._candidate = newer
            return 0.0
        if is_skewed and newer.high < floor <= wall:
            return self._do_without_dates(wall, newer.monotonic, stored)  # two clocks against one
        self.skew = wall - newer.low if is_skewed else None
        self._bounds = newer if confirmed is None else confirmed.intersect(newer)
        if carried is None:
            return _jump_by_wall(newer.high, wall, stored)
        return 0.0 if carried.agrees(newer) else newer.high - carried.low

    def _do_without_dates(self, wall: float, monotonic: float, stored: StoredTimes) -> float:
        """Use the time since the start, or the wall clock; return by how much that is ahead of the stored time."""
        self._is_dateless = True
        return 0.0 if self._carried(monotonic, stored) is not None else _jump_by_wall(wall, wall, stored)

    def _known_bounds(self, monotonic: float, stored: StoredTimes) -> _Bounds | None:
        """The bounds by ARM's Dates; else the stored ones, continued. The stored ones count where both differ.

        Another process may have found that the time was wrong: all processes use the same time.
        """
        carried = self._carried(monotonic, stored)
        if self._bounds is None:
            return carried
        if carried is not None and not carried.agrees(self._bounds.shift(monotonic)):
            self._bounds = carried
        return self._bounds.shift(monotonic)

    def _carried(self, monotonic: float, stored: StoredTimes) -> _Bounds | None:
        """The stored bounds now, if the machine was not restarted since they were stored."""
        is_same = bool(self._boot_id) and stored.boot_id == self._boot_id and stored.monotonic <= monotonic
        if not is_same or stored.last is None:
            return None
        return _Bounds(stored.last, max(stored.high or 0.0, stored.last), stored.monotonic).shift(monotonic)

    def _floor(self, monotonic: float, stored: StoredTimes) -> float:
        """A time that ARM's Dates have proven to be over, unless they were wrong."""
        if stored.server is None:
            return 0.0
        is_carried = self._carried(monotonic, stored) is not None
        return stored.server + (monotonic - stored.monotonic if is_carried else 0.0) - MAX_SKEW_SECONDS

    def _steady_time(self, wall: float, monotonic: float) -> float:
        """The wall clock, but never slower than time passes: when it is set back, the earlier reading continues."""
        if self._steady is not None:
            time, since = self._steady
            wall = max(wall, time + monotonic - since)
        self._steady = (wall, monotonic)
        return wall


def _jump_by_wall(time: float, wall: float, stored: StoredTimes) -> float:
    """By how much `time` is ahead of the stored time, after a new start of the machine; 0.0 when they agree.

    The wall clock continues the stored time. It is unknown whether it was right before, or ARM's Date: usage counts
    as younger rather than older.
    """
    if stored.last is None or stored.wall is None or wall < stored.wall:
        return 0.0
    ahead = time - (stored.last + wall - stored.wall)
    return ahead if ahead > MAX_SKEW_SECONDS else 0.0

"""The store's side of the quota: reserve, charge and refund, in ARM's own time."""

from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import METERS, Account, Priority, QuotaLimits, Usage, shift_usage
from armbulk.quota.server_clock import MAX_SKEW_SECONDS, ServerClock, StoredTimes
from armbulk.store import usage_ledger
from armbulk.store.schema import belongs_to, client, run

_RECENT_SECONDS = 86_400.0
"""What was stamped so shortly before a clock was found to be behind was stamped by that clock."""

_CHARGE_RUN = (
    sa.update(run)
    .where(run.c.id == sa.bindparam("of_run"))
    .values({name: run.c[name] + sa.bindparam(f"used_{name}") for name in METERS})
)


@dataclass(slots=True)
class _ClientTime:
    """What this process knows of ARM's time for one client.

    `orphans`: reservations up to this id are charged as soon as ARM's time is known; 0: none.
    """

    clock: ServerClock
    orphans: int = 0


@dataclass(frozen=True, slots=True)
class _Now:
    """ARM's time between two bounds, what the machine's clocks show, and what earlier processes stored."""

    low: float
    high: float
    wall: float
    monotonic: float
    stored: StoredTimes


class QuotaMeter:
    """Reads and writes the usage ledger of a client; every public method is one transaction."""

    clock: Clock
    _engine: sa.Engine
    _times: dict[Account, _ClientTime]

    def usage(self, account: Account) -> Usage:
        """Return what is used and reserved of the client's quota, in the time of this machine's clock."""
        with self._engine.begin() as conn:
            now, clock = self._now(conn, account), self._time_of(account).clock
            ahead = clock.ahead_of_wall(now.wall, now.monotonic, now.stored)
            return shift_usage(usage_ledger.usage(conn, account), -ahead, now.wall)

    def reserve(self, account: Account, cost: ApiUsage, limits: QuotaLimits, priority: Priority) -> int | float:
        """Reserve room for a call; return the reservation's id, or the time (float) when there is room."""
        with self._engine.begin() as conn:
            return self._reserve(conn, account, cost, limits, priority)

    def charge_orphans(self, account: Account) -> None:
        """Charge what processes that ended left open, in full. The caller has the client's lock."""
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, account)

    def settle(
        self,
        account: Account,
        reservation: int,
        charge: ApiUsage | None,
        sample: DateSample | None = None,
        run_id: int = 0,
    ) -> None:
        """Charge a reservation, and its run if any (0: none), with what was used; None refunds it.

        `sample` is the Date of the answer; None: there was no answer.
        """
        with self._engine.begin() as conn:
            self._settle(conn, account, reservation, charge, sample)
            self._charge_run(conn, run_id, charge)

    def block(self, account: Account, seconds: float, refused: ApiUsage, limits: QuotaLimits) -> float:
        """Record that ARM refused a call for `seconds`; return when to go on (epoch seconds, this machine's clock)."""
        with self._engine.begin() as conn:
            now = self._now(conn, account)
            usage_ledger.block_until(conn, account, now.high + seconds)
            usage_ledger.record_foreign_usage(conn, account, refused, now.high, limits, seconds)
            wait = now.high + seconds - now.low if self.is_synced(account) else seconds
            return self.clock.now() + max(wait, seconds)

    def update_clock(self, account: Account, sample: DateSample) -> None:
        """Take in the Date of an answer that the quota does not count."""
        with self._engine.begin() as conn:
            self._update_clock(conn, account, sample)

    def is_synced(self, account: Account) -> bool:
        """Return whether this process knows ARM's time from ARM's own Date."""
        return self._time_of(account).clock.is_synced

    def needs_time_sync(self, account: Account) -> bool:
        """Return whether asking ARM for its time may show more room, and ARM accepts calls."""
        with self._engine.begin() as conn:
            until, clock = usage_ledger.usage(conn, account).blocked_until, self._time_of(account).clock
            now = self._now(conn, account)
            return clock.needs_date and not clock.is_blocked(until, now.wall, now.monotonic, now.stored)

    def take_skew(self, account: Account) -> float | None:
        """Return, once, the seconds by which this machine's clock is ahead of ARM's; None: not worth a message."""
        clock = self._time_of(account).clock
        skew, clock.skew = clock.skew, None
        return skew

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _time_of(self, account: Account) -> _ClientTime:
        if account not in self._times:
            self._times[account] = _ClientTime(ServerClock(self.boot_id))
        return self._times[account]

    @property
    def boot_id(self) -> str:
        """The start of this machine; "" when the clock does not know it."""
        return str(getattr(self.clock, "boot_id", ""))

    def _now(self, conn: sa.Connection, account: Account) -> _Now:
        return self._bounds(account, usage_ledger.stored_times(conn, account))

    def _bounds(self, account: Account, stored: StoredTimes) -> _Now:
        """ARM's time, where `stored` is what other processes know of it."""
        clock, wall, monotonic = self._time_of(account).clock, self.clock.now(), self.clock.monotonic()
        low = clock.lower_bound(wall, monotonic, stored)
        return _Now(low, clock.upper_bound(wall, monotonic, stored), wall, monotonic, stored)

    def _reserve(
        self, conn: sa.Connection, account: Account, cost: ApiUsage, limits: QuotaLimits, priority: Priority
    ) -> int | float:
        now = self._now(conn, account)
        self._save_time(conn, account, now)
        room = usage_ledger.reserve(conn, account, cost, now.low, limits, priority)
        if isinstance(room, usage_ledger.Reserved):
            return room.id
        return self.clock.now() + max(room.until - now.low, 0.0)

    def _settle(
        self,
        conn: sa.Connection,
        account: Account,
        reservation: int,
        charge: ApiUsage | None,
        sample: DateSample | None,
    ) -> None:
        """Charge a call; without an answer later than now, and before ARM's time is known as soon as it is."""
        stored = None if sample is None else self._update_clock(conn, account, sample)
        client_time = self._time_of(account)
        if charge is None:
            usage_ledger.refund(conn, reservation)
        elif client_time.clock.needs_date:
            usage_ledger.shrink(conn, reservation, charge)
            client_time.orphans = max(client_time.orphans, reservation)
        else:
            late = 0.0 if sample is not None else usage_ledger.LATE_SECONDS
            now = self._now(conn, account) if stored is None else self._bounds(account, stored)
            usage_ledger.settle(conn, account, reservation, charge, now.high + late)

    def _charge_run(self, conn: sa.Connection, run_id: int, charge: ApiUsage | None) -> None:
        if run_id and charge is not None:
            used = {f"used_{name}": amount for name, amount in charge.meters().items()}
            conn.execute(_CHARGE_RUN, {"of_run": run_id, **used})

    def _update_clock(self, conn: sa.Connection, account: Account, sample: DateSample) -> StoredTimes:
        """Take in the Date of an answer; return what is stored of ARM's time then.

        Usage that was recorded in another time is moved along with the time.
        """
        client_time = self._time_of(account)
        clock, now = client_time.clock, self._now(conn, account)
        before = (clock.is_synced, clock.needs_date)
        jump = clock.update(sample, now.wall, now.stored)
        is_first_sync = clock.is_synced and not before[0]
        now = self._bounds(account, StoredTimes() if is_first_sync else now.stored)
        if (clock.is_synced, clock.needs_date) != before:
            usage_ledger.move(conn, account, jump)
            usage_ledger.correct(conn, account, now.high)
        stored = self._save_time(conn, account, now)
        if is_first_sync and (behind := now.low - now.wall) > MAX_SKEW_SECONDS:
            self._correct_history(conn, account, now.wall, behind)
        if client_time.orphans and not clock.needs_date:
            usage_ledger.charge_abandoned(conn, account, client_time.orphans, now.high)
            client_time.orphans = 0
        return stored

    def _correct_history(self, conn: sa.Connection, account: Account, wall: float, behind: float) -> None:
        """Correct since when the store knows what is sent for a client, where a clock that is `behind` has stamped it.

        Documents that are older than that are looked up before they go.
        """
        is_recent = client.c.since.between(wall - _RECENT_SECONDS, wall)
        conn.execute(
            sa.update(client).where(*belongs_to(client, account), is_recent).values(since=client.c.since + behind)
        )

    def _save_time(self, conn: sa.Connection, account: Account, now: _Now) -> StoredTimes:
        """Store the time for other processes, once it is more than this machine's own guess; return what is stored."""
        clock = self._time_of(account).clock
        if clock.needs_date:
            return now.stored
        server = now.low if clock.is_synced else now.stored.server
        times = StoredTimes(now.low, server, now.high, now.wall, now.monotonic, self.boot_id)
        usage_ledger.save_times(conn, account, times, now.stored)
        return times

    def _adopt_orphans(self, conn: sa.Connection, account: Account) -> None:
        """Charge what an ended process left open as soon as ARM's time is known."""
        client_time = self._time_of(account)
        client_time.orphans = max(client_time.orphans, usage_ledger.latest_reservation(conn, account))

"""The store's side of the quota: reserve, charge and refund, in ARM's own time."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import Account, Priority, QuotaLimits, Usage
from armbulk.quota.server_clock import ServerClock, StoredTimes
from armbulk.store import usage_ledger
from armbulk.store.schema import run


@dataclass(slots=True)
class _ClientTime:
    """What this process knows of ARM's time for one client.

    `orphans`: reservations up to this id are charged as soon as ARM's time is known; 0: none. `is_corrected`: the
    ledger was corrected with ARM's own Date.
    """

    clock: ServerClock = field(default_factory=ServerClock)
    orphans: int = 0
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class _Now:
    """ARM's time between two bounds, and what earlier processes stored."""

    low: float
    high: float
    stored: StoredTimes


class QuotaMeter:
    """Reads and writes the usage ledger of a client; every public method is one transaction."""

    clock: Clock
    _engine: sa.Engine
    _times: dict[Account, _ClientTime]

    def usage(self, account: Account) -> Usage:
        """Return what is used and reserved of the client's quota."""
        with self._engine.begin() as conn:
            return usage_ledger.usage(conn, account)

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
            blocked_until = usage_ledger.usage(conn, account).blocked_until
            return self._time_of(account).clock.needs_date and blocked_until <= self._now(conn, account).high

    def take_skew(self, account: Account) -> float | None:
        """Return, once, the seconds by which this machine's clock is ahead of ARM's; None: not worth a message."""
        clock = self._time_of(account).clock
        skew, clock.skew = clock.skew, None
        return skew

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _time_of(self, account: Account) -> _ClientTime:
        return self._times.setdefault(account, _ClientTime())

    def _now(self, conn: sa.Connection, account: Account) -> _Now:
        stored, clock = usage_ledger.stored_times(conn, account), self._time_of(account).clock
        wall, monotonic = self.clock.now(), self.clock.monotonic()
        low = clock.lower_bound(wall, monotonic, stored)
        return _Now(low, clock.upper_bound(wall, monotonic, stored), stored)

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
        if sample is not None:
            self._update_clock(conn, account, sample)
        client_time = self._time_of(account)
        if charge is None:
            usage_ledger.refund(conn, reservation)
        elif client_time.clock.needs_date:
            usage_ledger.shrink(conn, reservation, charge)
            client_time.orphans = max(client_time.orphans, reservation)
        else:
            late = 0.0 if sample is not None else usage_ledger.LATE_SECONDS
            usage_ledger.settle(conn, reservation, charge, self._now(conn, account).high + late)

    def _charge_run(self, conn: sa.Connection, run_id: int, charge: ApiUsage | None) -> None:
        if run_id and charge is not None:
            values = {name: run.c[name] + amount for name, amount in charge.meters().items()}
            conn.execute(sa.update(run).where(run.c.id == run_id).values(values))

    def _update_clock(self, conn: sa.Connection, account: Account, sample: DateSample) -> None:
        client_time = self._time_of(account)
        client_time.clock.update(sample, self.clock.now(), usage_ledger.stored_times(conn, account))
        now = self._now(conn, account)
        if client_time.clock.is_synced and not client_time.is_corrected:
            usage_ledger.correct(conn, account, now.high)
            client_time.is_corrected = True
        self._save_time(conn, account, now)
        if client_time.orphans and not client_time.clock.needs_date:
            usage_ledger.charge_abandoned(conn, account, client_time.orphans, now.high)
            client_time.orphans = 0

    def _save_time(self, conn: sa.Connection, account: Account, now: _Now) -> None:
        """Store the time for other processes, once it is more than this machine's own guess."""
        clock = self._time_of(account).clock
        if not clock.needs_date:
            usage_ledger.save_server_time(conn, account, now.low, is_synced=clock.is_synced)

    def _adopt_orphans(self, conn: sa.Connection, account: Account) -> None:
        """Charge what an ended process left open as soon as ARM's time is known."""
        client_time = self._time_of(account)
        client_time.orphans = max(client_time.orphans, usage_ledger.latest_reservation(conn, account))

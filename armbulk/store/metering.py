"""The store's side of the meters: room is set aside, charged and given back in ARM's own time."""

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
class _Known:
    """What this process knows of a client's time; reservations up to `orphans` wait to be charged until it does."""

    keeper: ServerClock = field(default_factory=ServerClock)
    orphans: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class _Now:
    """ARM's time between two bounds, and what earlier processes left."""

    low: float
    high: float
    marks: StoredTimes


class QuotaMeter:
    """Reads and writes the ledger of a client; every public method is one transaction."""

    clock: Clock
    _engine: sa.Engine
    _known: dict[Account, _Known]

    def usage(self, account: Account) -> Usage:
        """Return what the ledger says is used and reserved of the client's meters."""
        with self._engine.begin() as conn:
            return usage_ledger.usage(conn, account)

    def reserve(self, account: Account, cost: ApiUsage, limits: QuotaLimits, priority: Priority) -> int | float:
        """Reserve room for a call; return the reservation's id, or the time (float) when there is room."""
        with self._engine.begin() as conn:
            return self._reserve(conn, account, cost, limits, priority)

    def charge_orphans(self, account: Account) -> None:
        """With the client's lock in hand: what processes that ended have left open is charged in full."""
        with self._engine.begin() as conn:
            self._abandon(conn, account)

    def settle(
        self,
        account: Account,
        reservation: int,
        charge: ApiUsage | None,
        heard: DateSample | None = None,
        run_id: int = 0,
    ) -> None:
        """Charge a reservation, and its run if any, with what was used; no charge gives it back."""
        with self._engine.begin() as conn:
            self._settle(conn, account, reservation, charge, heard)
            self._bill(conn, run_id, charge)

    def block(self, account: Account, seconds: float, refused: ApiUsage, limits: QuotaLimits) -> float:
        """ARM refused a call: send nothing for this client for `seconds`. Returns when to go on (epoch seconds)."""
        with self._engine.begin() as conn:
            now = self._now(conn, account)
            usage_ledger.block(conn, account, now.high + seconds)
            usage_ledger.record_foreign_usage(conn, account, refused, now.high, limits, seconds)
            return self.clock.now() + max(now.high + seconds - now.low if self.is_synced(account) else seconds, seconds)

    def update_clock(self, account: Account, heard: DateSample) -> None:
        """Take the Date of an answer that cost nothing."""
        with self._engine.begin() as conn:
            self._hear(conn, account, heard)

    def is_synced(self, account: Account) -> bool:
        """Whether ARM's own Date has told this process the time."""
        return self._of(account).keeper.is_synced

    def needs_time_sync(self, account: Account) -> bool:
        """Whether asking ARM for the time may free room, and ARM has not forbidden to call at all."""
        with self._engine.begin() as conn:
            blocked = usage_ledger.usage(conn, account).blocked_until
            return self._of(account).keeper.needs_date and blocked <= self._now(conn, account).high

    def take_skew(self, account: Account) -> float | None:
        """Seconds by which this machine's clock is ahead of ARM's, told once; None when it is not worth telling."""
        keeper = self._of(account).keeper
        told, keeper.skew = keeper.skew, None
        return told

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _of(self, account: Account) -> _Known:
        return self._known.setdefault(account, _Known())

    def _now(self, conn: sa.Connection, account: Account) -> _Now:
        marks, keeper = usage_ledger.stored_times(conn, account), self._of(account).keeper
        wall, monotonic = self.clock.now(), self.clock.monotonic()
        return _Now(keeper.lower_bound(wall, monotonic, marks), keeper.upper_bound(wall, monotonic, marks), marks)

    def _reserve(
        self, conn: sa.Connection, account: Account, cost: ApiUsage, limits: QuotaLimits, priority: Priority
    ) -> int | float:
        now = self._now(conn, account)
        self._mark(conn, account, now)
        answer = usage_ledger.reserve(conn, account, cost, now.low, limits, priority)
        if isinstance(answer, usage_ledger.Reserved):
            return answer.id
        return self.clock.now() + max(answer.until - now.low, 0.0)

    def _settle(
        self, conn: sa.Connection, account: Account, reservation: int, charge: ApiUsage | None, heard: DateSample | None
    ) -> None:
        """Charge a call; without an answer (`heard`), or before the time is known, later than now."""
        if heard is not None:
            self._hear(conn, account, heard)
        known = self._of(account)
        if charge is None:
            usage_ledger.refund(conn, reservation)
        elif known.keeper.needs_date:
            usage_ledger.shrink(conn, reservation, charge)
            known.orphans = max(known.orphans, reservation)
        else:
            late = 0.0 if heard is not None else usage_ledger.LATE
            usage_ledger.settle(conn, reservation, charge, self._now(conn, account).high + late)

    def _bill(self, conn: sa.Connection, run_id: int, charge: ApiUsage | None) -> None:
        if run_id and charge is not None:
            spent = {name: run.c[name] + amount for name, amount in charge.meters().items()}
            conn.execute(sa.update(run).where(run.c.id == run_id).values(spent))

    def _hear(self, conn: sa.Connection, account: Account, heard: DateSample) -> None:
        known = self._of(account)
        known.keeper.update(heard, self.clock.now(), usage_ledger.stored_times(conn, account))
        now = self._now(conn, account)
        if known.keeper.is_synced and not known.corrected:
            usage_ledger.correct(conn, account, now.high)
            known.corrected = True
        self._mark(conn, account, now)
        if known.orphans and not known.keeper.needs_date:
            usage_ledger.charge_abandoned(conn, account, known.orphans, now.high)
            known.orphans = 0

    def _mark(self, conn: sa.Connection, account: Account, now: _Now) -> None:
        """Leave the time to other processes, once it is more than this machine's own guess."""
        keeper = self._of(account).keeper
        if not keeper.needs_date:
            usage_ledger.save_server_time(conn, account, now.low, sure=keeper.is_synced)

    def _abandon(self, conn: sa.Connection, account: Account) -> None:
        """What an ended process left open is charged in full as soon as the time is known."""
        known = self._of(account)
        known.orphans = max(known.orphans, usage_ledger.newest(conn, account))

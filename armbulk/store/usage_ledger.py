"""The usage ledger: what has been used of ARM's meters, shared by all armbulk processes of a user.

Every function works inside the caller's transaction, so that a reservation and a batch's state commit together.
A reservation is charged when the answer is there, stamped with that time: never earlier than ARM's own count. Times
are ARM's, as `quota.server_clock` knows it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sa

from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import (
    METERS,
    WINDOWS,
    Account,
    Priority,
    QuotaLimits,
    Slots,
    Usage,
    earliest_time,
    estimate_foreign_usage,
    slot_expires_at,
    slot_start,
)
from armbulk.quota.server_clock import StoredTimes
from armbulk.store.schema import foreign, meter_clock, reservation, slot

LATE = 600.0
"""Seconds by which the charge of a call that was never answered is stamped later: it may still arrive."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Room is set aside; `id` names the reservation."""

    id: int


@dataclass(frozen=True, slots=True)
class Full:
    """There is no room before `until` (epoch seconds; inf = never)."""

    until: float


def stored_times(conn: sa.Connection, account: Account) -> StoredTimes:
    """What earlier processes knew of the time."""
    wanted = sa.select(meter_clock.c.last_now, meter_clock.c.heard).where(*_of(meter_clock, account))
    row = conn.execute(wanted).first()
    return (
        StoredTimes()
        if row is None
        else StoredTimes(float(row.last_now) or None, None if row.heard is None else float(row.heard))
    )


def save_server_time(conn: sa.Connection, account: Account, at: float, *, sure: bool) -> None:
    """Leave the time to other processes; a `sure` one rests on ARM's Date, and may correct a wrong clock's."""
    known = stored_times(conn, account)
    values: dict[str, float] = {"last_now": at if sure else max(at, known.last or at)}
    if sure:
        values["heard"] = max(at, known.server or at)
    if (values["last_now"], values.get("heard", known.server)) != (known.last, known.server):
        _write(conn, account, values)


def _write(conn: sa.Connection, account: Account, values: Mapping[str, float]) -> None:
    """Change the client's one row of the clock, or make it."""
    if conn.execute(sa.update(meter_clock).where(*_of(meter_clock, account)).values(values)).rowcount == 0:
        row = {"origin": account.origin, "client_no": account.client_no, "last_now": 0.0, "blocked_until": 0.0}
        conn.execute(sa.insert(meter_clock).values({**row, **values}))


def usage(conn: sa.Connection, account: Account) -> Usage:
    """What the ledger holds: slots, open reservations, and until when ARM said to wait."""
    own, others = _slots(conn, slot, account), _slots(conn, foreign, account)
    merged = {place: tuple(sorted((*own.get(place, ()), *others.get(place, ())))) for place in {*own, *others}}
    sums = [sa.func.coalesce(sa.func.sum(reservation.c[meter]), 0) for meter in METERS]
    held = conn.execute(sa.select(*sums).where(*_of(reservation, account))).one()
    blocked = conn.execute(sa.select(meter_clock.c.blocked_until).where(*_of(meter_clock, account))).scalar()
    return Usage(merged, ApiUsage(*map(int, held)), float(blocked or 0.0), others)


def _slots(conn: sa.Connection, table: sa.Table, account: Account) -> Slots:
    found: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    rows = sa.select(table.c.window, table.c.meter, table.c.start, table.c.amount).where(*_of(table, account))
    for window, meter, start, amount in conn.execute(rows.order_by(table.c.start)):
        found[window, meter].append((float(start), int(amount)))
    return {place: tuple(slots) for place, slots in found.items()}


def reserve(
    conn: sa.Connection, account: Account, cost: ApiUsage, at: float, limits: QuotaLimits, priority: Priority
) -> Reserved | Full:
    """Set `cost` aside in all six windows, or in none."""
    until = earliest_time(usage(conn, account), cost, at, limits, priority)
    if until > at:
        return Full(until)
    values = {"origin": account.origin, "client_no": account.client_no, "opened": at, **cost.meters()}
    made = sa.insert(reservation).values(values).returning(reservation.c.id)
    return Reserved(int(conn.execute(made).scalar_one()))


def settle(conn: sa.Connection, reservation_id: int, actual: ApiUsage, at: float) -> None:
    """Charge what was used, at the time of the answer, and let the reservation go."""
    account = _account(conn, reservation_id)
    if account is not None:
        _charge(conn, slot, account, _each(actual), at)
        refund(conn, reservation_id)


def shrink(conn: sa.Connection, reservation_id: int, actual: ApiUsage) -> None:
    """Leave a reservation open for as much as was used: it is charged as soon as the time is known."""
    conn.execute(sa.update(reservation).where(reservation.c.id == reservation_id).values(actual.meters()))


def refund(conn: sa.Connection, reservation_id: int) -> None:
    """Let a reservation go without a charge: nothing left this machine."""
    conn.execute(sa.delete(reservation).where(reservation.c.id == reservation_id))


def newest(conn: sa.Connection, account: Account) -> int:
    """The number of the latest reservation; 0 when none is open."""
    return int(conn.execute(sa.select(sa.func.max(reservation.c.id)).where(*_of(reservation, account))).scalar() or 0)


def charge_abandoned(conn: sa.Connection, account: Account, up_to: int, at: float) -> None:
    """Charge what was left open, up to a number, in full and later than now: those calls may still be under way."""
    mine = sa.and_(*_of(reservation, account), reservation.c.id <= up_to)
    for row in conn.execute(sa.select(reservation).where(mine)).mappings().all():
        _charge(conn, slot, account, _each(ApiUsage(*(row[meter] for meter in METERS))), at + LATE)
        refund(conn, row["id"])


def block(conn: sa.Connection, account: Account, until: float) -> None:
    """ARM itself said that nothing goes before `until`."""
    if usage(conn, account).blocked_until < until:
        _write(conn, account, {"blocked_until": until})


def record_foreign_usage(
    conn: sa.Connection, account: Account, cost: ApiUsage, at: float, limits: QuotaLimits, seconds: float
) -> None:
    """ARM refused `cost` for `seconds` although there was room: somebody else uses the client's meters too."""
    for place, amount in estimate_foreign_usage(usage(conn, account), cost, at, limits, seconds).items():
        _charge(conn, foreign, account, {place: amount}, at)


def correct(conn: sa.Connection, account: Account, at: float) -> None:
    """What a wrong clock stamped later than can be, now that ARM's time is known: it was used by now at the latest."""
    latest = at + LATE + WINDOWS[0].seconds
    for table in (slot, foreign):
        wrong = sa.and_(*_of(table, account), table.c.start > latest)
        for row in conn.execute(sa.select(table).where(wrong)).mappings().all():
            _charge(conn, table, account, {(row["window"], row["meter"]): row["amount"]}, at)
        conn.execute(sa.delete(table).where(wrong))
    blocked = sa.and_(*_of(meter_clock, account), meter_clock.c.blocked_until > latest)
    conn.execute(sa.update(meter_clock).where(blocked).values(blocked_until=latest))


def _each(cost: ApiUsage) -> dict[tuple[str, str], int]:
    """The amounts of a cost in every window."""
    return {(window.name, meter): n for window, (meter, n) in product(WINDOWS, cost.meters().items()) if n}


def _charge(
    conn: sa.Connection, table: sa.Table, account: Account, amounts: dict[tuple[str, str], int], at: float
) -> None:
    for window in WINDOWS:
        for (name, meter), amount in amounts.items():
            if name != window.name:
                continue
            where = sa.and_(*_of(table, account), table.c.window == name, table.c.meter == meter)
            conn.execute(sa.delete(table).where(where, table.c.start < at - 2 * slot_expires_at(0, window, 0)))
            here = sa.and_(where, table.c.start == slot_start(at, window))
            if conn.execute(sa.update(table).where(here).values(amount=table.c.amount + amount)).rowcount == 0:
                values = {"origin": account.origin, "client_no": account.client_no, "window": name, "meter": meter}
                conn.execute(sa.insert(table).values(**values, start=slot_start(at, window), amount=amount))


def _account(conn: sa.Connection, reservation_id: int) -> Account | None:
    wanted = sa.select(reservation.c.origin, reservation.c.client_no).where(reservation.c.id == reservation_id)
    row = conn.execute(wanted).first()
    return None if row is None else Account(row.origin, row.client_no)


def _of(table: sa.Table, account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.origin == account.origin, table.c.client_no == account.client_no)

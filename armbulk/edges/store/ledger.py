"""The usage ledger: what has been used of ARM's meters, shared by all armbulk processes of a user.

Every function works inside the caller's transaction, so that a reservation and a batch's state commit together.
A reservation is charged when the answer is there, stamped with that time: never earlier than ARM's own count.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sa

from armbulk.core.limits import METERS, WINDOWS, Account, Limits, Usage, earliest, leaves_at, slot_of
from armbulk.edges.store.tables import meter_clock, reservation, slot
from armbulk.model import Cost

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


def now(conn: sa.Connection, account: Account, wall: float) -> float:
    """The ledger's time: the wall clock, but never earlier than it has been (a clock set back frees nothing)."""
    last = conn.execute(sa.select(meter_clock.c.last_now).where(*_of(meter_clock, account))).scalar()
    if last is None:
        values = {"origin": account.origin, "client_no": account.client_no}
        conn.execute(sa.insert(meter_clock).values(**values, last_now=wall, blocked_until=0.0))
        return wall
    if wall > last:
        conn.execute(sa.update(meter_clock).where(*_of(meter_clock, account)).values(last_now=wall))
    return max(wall, float(last))


def usage(conn: sa.Connection, account: Account) -> Usage:
    """What the ledger holds: slots, open reservations, and until when ARM said to wait."""
    slots: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    rows = sa.select(slot.c.window, slot.c.meter, slot.c.start, slot.c.amount).where(*_of(slot, account))
    for window, meter, start, amount in conn.execute(rows.order_by(slot.c.start)):
        slots[window, meter].append((float(start), int(amount)))
    sums = [sa.func.coalesce(sa.func.sum(reservation.c[meter]), 0) for meter in METERS]
    held = conn.execute(sa.select(*sums).where(*_of(reservation, account))).one()
    blocked = conn.execute(sa.select(meter_clock.c.blocked_until).where(*_of(meter_clock, account))).scalar()
    until = float(blocked or 0.0)
    return Usage({place: tuple(found) for place, found in slots.items()}, Cost(*map(int, held)), max(until, 0.0))


def reserve(
    conn: sa.Connection, account: Account, cost: Cost, at: float, limits: Limits, purpose: str
) -> Reserved | Full:
    """Set `cost` aside in all six windows, or in none."""
    until = earliest(usage(conn, account), cost, at, limits, purpose)
    if until > at:
        return Full(until)
    values = {"origin": account.origin, "client_no": account.client_no, "opened": at, **cost.meters()}
    made = sa.insert(reservation).values(values).returning(reservation.c.id)
    return Reserved(int(conn.execute(made).scalar_one()))


def settle(conn: sa.Connection, reservation_id: int, actual: Cost, at: float) -> None:
    """Charge what was used, at the time of the answer, and let the reservation go."""
    row = conn.execute(sa.select(reservation).where(reservation.c.id == reservation_id)).mappings().first()
    if row is None:
        return
    account = Account(row["origin"], row["client_no"])
    _charge(conn, account, actual, now(conn, account, at))
    refund(conn, reservation_id)


def refund(conn: sa.Connection, reservation_id: int) -> None:
    """Let a reservation go without a charge: nothing left this machine."""
    conn.execute(sa.delete(reservation).where(reservation.c.id == reservation_id))


def abandon(conn: sa.Connection, account: Account, at: float) -> None:
    """Charge what an ended process left open, in full and later than now: its calls may still be under way."""
    rows = conn.execute(sa.select(reservation).where(*_of(reservation, account))).mappings().all()
    for row in rows:
        _charge(conn, account, Cost(*(row[meter] for meter in METERS)), at + LATE)
        refund(conn, row["id"])


def block(conn: sa.Connection, account: Account, until: float) -> None:
    """ARM itself said that nothing goes before `until`."""
    now(conn, account, 0.0)
    later = sa.and_(*_of(meter_clock, account), meter_clock.c.blocked_until < until)
    conn.execute(sa.update(meter_clock).where(later).values(blocked_until=until))


def _charge(conn: sa.Connection, account: Account, cost: Cost, at: float) -> None:
    for window, (meter, amount) in product(WINDOWS, cost.meters().items()):
        if not amount:
            continue
        where = sa.and_(*_of(slot, account), slot.c.window == window.name, slot.c.meter == meter)
        conn.execute(sa.delete(slot).where(where, slot.c.start < at - 2 * (leaves_at(0, window, 0))))
        here = sa.and_(where, slot.c.start == slot_of(at, window))
        if conn.execute(sa.update(slot).where(here).values(amount=slot.c.amount + amount)).rowcount == 0:
            values = {"origin": account.origin, "client_no": account.client_no, "window": window.name, "meter": meter}
            conn.execute(sa.insert(slot).values(**values, start=slot_of(at, window), amount=amount))


def _of(table: sa.Table, account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.origin == account.origin, table.c.client_no == account.client_no)

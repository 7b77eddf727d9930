"""The usage ledger: what all armbulk processes of a user have used of a client's quota.

Every function works inside the caller's transaction, so that a reservation and a batch's state commit together. A
reservation is charged when the answer has arrived, stamped with that time: never earlier than ARM's own count. Times
are ARM's, in epoch seconds, as `quota.server_clock` knows them.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

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
from armbulk.quota.server_clock import MAX_SKEW_SECONDS, StoredTimes
from armbulk.retry import MAX_LIMIT_SECONDS
from armbulk.store.schema import belongs_to, client_parameters, foreign, is_of_client, meter_clock, reservation, slot
from armbulk.store.statements import FixedStatement

LATE_SECONDS = 600.0
"""Added to the time of an unanswered call's usage: ARM may process it late."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Room was reserved; `id` is the reservation's."""

    id: int


@dataclass(frozen=True, slots=True)
class Full:
    """There is no room before `until` (inf: never)."""

    until: float


# ── statements: built once, they are carried out several times for each call of ARM ─────────────────────────────────


def _select_slots(table: sa.Table) -> sa.Select[Any]:
    is_foreign = sa.literal(table is foreign).label("is_foreign")
    return sa.select(is_foreign, table.c.window, table.c.meter, table.c.start, table.c.amount).where(
        *is_of_client(table)
    )


def _is_meter(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(
        *is_of_client(table), table.c.window == sa.bindparam("of_window"), table.c.meter == sa.bindparam("of_meter")
    )


def _insert_or_add(table: sa.Table) -> sqlite.Insert:
    insert = sqlite.insert(table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={"amount": table.c.amount + insert.excluded.amount}
    )


_TIMES = ("last_now", "heard", "high", "wall", "monotonic", "boot")
"""Columns of `usage_clock` → the fields of StoredTimes, in this order."""
_LIST_TIMES = attrgetter(*(field.name for field in fields(StoredTimes)))
_SELECT_CLOCK = FixedStatement(sa.select(*(meter_clock.c[name] for name in _TIMES)).where(*is_of_client(meter_clock)))
_UPDATE_CLOCK = sa.update(meter_clock).where(*is_of_client(meter_clock))
_UPDATE_TIMES = FixedStatement(_UPDATE_CLOCK, *_TIMES)
_SELECT_RESERVED = FixedStatement(
    sa.select(
        *(sa.func.coalesce(sa.func.sum(reservation.c[meter]), 0) for meter in METERS),
        sa.select(meter_clock.c.blocked_until).where(*is_of_client(meter_clock)).scalar_subquery(),
    ).where(*is_of_client(reservation))
)
_SELECT_SLOTS = FixedStatement(sa.union_all(*map(_select_slots, (slot, foreign))))
_INSERT_RESERVATION = FixedStatement(sa.insert(reservation), "origin", "client_no", "opened", *METERS)
_DELETE_RESERVATION = FixedStatement(sa.delete(reservation).where(reservation.c.id == sa.bindparam("of_id")))
_DELETE_SLOTS = {
    table.name: FixedStatement(sa.delete(table).where(_is_meter(table), table.c.start < sa.bindparam("oldest")))
    for table in (slot, foreign)
}
_ADD_TO_SLOT = {
    table.name: FixedStatement(_insert_or_add(table), *(column.name for column in table.c)) for table in (slot, foreign)
}


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def stored_times(conn: sa.Connection, account: Account) -> StoredTimes:
    """Return what earlier processes knew of ARM's time."""
    row = _SELECT_CLOCK.execute(conn, client_parameters(account)).fetchone()
    if row is None:
        return StoredTimes()
    last_now, heard, high, wall, monotonic, boot = row
    return StoredTimes(last_now or None, heard, high, wall, monotonic or 0.0, boot or "")


def save_times(conn: sa.Connection, account: Account, times: StoredTimes, stored: StoredTimes) -> None:
    """Store ARM's time for other processes, and what the machine's clocks show now; `stored` is what they know."""
    if times != stored:
        values = dict(zip(_TIMES, _LIST_TIMES(times), strict=True))
        if _UPDATE_TIMES.execute(conn, {**client_parameters(account), **values}).rowcount == 0:
            _write_clock(conn, account, values)


def block_until(conn: sa.Connection, account: Account, until: float) -> None:
    """Store that ARM accepts no call before a time."""
    if usage(conn, account).blocked_until < until:
        _write_clock(conn, account, {"blocked_until": until})


def _write_clock(conn: sa.Connection, account: Account, values: Mapping[str, Any]) -> None:
    """Change the client's one row, or insert it."""
    if conn.execute(_UPDATE_CLOCK, {**client_parameters(account), **values}).rowcount == 0:
        row = {"origin": account.origin, "client_no": account.client_no, "last_now": 0.0, "blocked_until": 0.0}
        conn.execute(sa.insert(meter_clock), {**row, **values})


# ── reservations ────────────────────────────────────────────────────────────────────────────────────────────────────


def usage(conn: sa.Connection, account: Account) -> Usage:
    """Return what is used, reserved and blocked."""
    slots: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    others: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for is_foreign, window, meter, start, amount in _SELECT_SLOTS.execute(conn, client_parameters(account)):
        for counted in (slots, others) if is_foreign else (slots,):
            counted[window, meter].append((float(start), int(amount)))
    *reserved, blocked = _SELECT_RESERVED.execute(conn, client_parameters(account)).fetchone()
    return Usage(_freeze(slots), ApiUsage(*map(int, reserved)), float(blocked or 0.0), _freeze(others))


def _freeze(slots: Mapping[tuple[str, str], list[tuple[float, int]]]) -> Slots:
    return {key: tuple(sorted(amounts)) for key, amounts in slots.items()}


def reserve(
    conn: sa.Connection, account: Account, cost: ApiUsage, now: float, limits: QuotaLimits, priority: Priority
) -> Reserved | Full:
    """Reserve `cost` in every window, or in none."""
    until = earliest_time(usage(conn, account), cost, now, limits, priority)
    if until > now:
        return Full(until)
    values = {"origin": account.origin, "client_no": account.client_no, "opened": now, **cost.meters()}
    return Reserved(int(_INSERT_RESERVATION.execute(conn, values).lastrowid or 0))


def settle(conn: sa.Connection, account: Account, reservation_id: int, used: ApiUsage, time: float) -> None:
    """Charge what was used, at the time of the answer, and end the reservation; nothing if it has ended already."""
    if refund(conn, reservation_id):
        _charge(conn, slot, account, _in_every_window(used), time)


def shrink(conn: sa.Connection, reservation_id: int, used: ApiUsage) -> None:
    """Reduce a reservation to what was used: it is charged as soon as ARM's time is known."""
    conn.execute(sa.update(reservation).where(reservation.c.id == reservation_id).values(used.meters()))


def refund(conn: sa.Connection, reservation_id: int) -> bool:
    """End a reservation without a charge: nothing left this machine. Return whether it was open."""
    return bool(_DELETE_RESERVATION.execute(conn, {"of_id": reservation_id}).rowcount)


def latest_reservation(conn: sa.Connection, account: Account) -> int:
    """Return the id of the latest open reservation; 0 when none is open."""
    query = sa.select(sa.func.max(reservation.c.id)).where(*belongs_to(reservation, account))
    return int(conn.execute(query).scalar() or 0)


def charge_abandoned(conn: sa.Connection, account: Account, up_to: int, time: float) -> None:
    """Charge open reservations up to an id in full, and later than `time`: their calls may still be under way."""
    abandoned = sa.and_(*belongs_to(reservation, account), reservation.c.id <= up_to)
    for row in conn.execute(sa.select(reservation).where(abandoned)).mappings().all():
        used = ApiUsage(*(row[meter] for meter in METERS))
        _charge(conn, slot, account, _in_every_window(used), time + LATE_SECONDS)
        refund(conn, row["id"])


# ── charges ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def record_foreign_usage(
    conn: sa.Connection, account: Account, cost: ApiUsage, now: float, limits: QuotaLimits, seconds: float
) -> None:
    """Record what others must have used: ARM refused `cost` for `seconds` although there was room."""
    for key, amount in estimate_foreign_usage(usage(conn, account), cost, now, limits, seconds).items():
        _charge(conn, foreign, account, {key: amount}, now)


def move(conn: sa.Connection, account: Account, seconds: float) -> None:
    """Move what was recorded in another time: usage keeps its age, or counts as younger, when the time jumps ahead."""
    for table in (slot, foreign) if seconds > 0 else ():
        rows = conn.execute(sa.select(table).where(*belongs_to(table, account))).mappings().all()
        conn.execute(sa.delete(table).where(*belongs_to(table, account)))
        for row in rows:
            width = next(window.slot_seconds for window in WINDOWS if window.name == row["window"])
            start = math.ceil((row["start"] + seconds) / width) * width
            _charge(conn, table, account, {(row["window"], row["meter"]): row["amount"]}, start)
    if seconds:
        blocked_until = sa.update(meter_clock).where(*belongs_to(meter_clock, account), meter_clock.c.blocked_until > 0)
        conn.execute(blocked_until.values(blocked_until=meter_clock.c.blocked_until + seconds))


def correct(conn: sa.Connection, account: Account, now: float) -> None:
    """Now that ARM's time is known, move usage that a wrong clock stamped later than possible to `now`."""
    latest = now + LATE_SECONDS + MAX_SKEW_SECONDS
    for table in (slot, foreign):
        is_wrong = sa.and_(*belongs_to(table, account), table.c.start > latest)
        rows = conn.execute(sa.select(table).where(is_wrong)).mappings().all()
        conn.execute(sa.delete(table).where(is_wrong))
        for row in rows:
            _charge(conn, table, account, {(row["window"], row["meter"]): row["amount"]}, now)
    last_end = now + MAX_LIMIT_SECONDS
    is_blocked = sa.and_(*belongs_to(meter_clock, account), meter_clock.c.blocked_until > last_end)
    conn.execute(sa.update(meter_clock).where(is_blocked).values(blocked_until=last_end))


def _in_every_window(used: ApiUsage) -> dict[tuple[str, str], int]:
    return {(window.name, meter): amount
            for window, (meter, amount) in product(WINDOWS, used.meters().items()) if amount}  # fmt: skip


def _charge(
    conn: sa.Connection, table: sa.Table, account: Account, amounts: dict[tuple[str, str], int], time: float
) -> None:
    old, added = [], []
    for (name, meter), amount in amounts.items():
        window = next(window for window in WINDOWS if window.name == name)
        oldest, start = time - 2 * slot_expires_at(0, window, 0), slot_start(time, window)
        old.append({**client_parameters(account), "of_window": name, "of_meter": meter, "oldest": oldest})
        values = {"origin": account.origin, "client_no": account.client_no, "window": name, "meter": meter}
        added.append({**values, "start": start, "amount": amount})
    if added:
        _DELETE_SLOTS[table.name].execute_many(conn, old)
        _ADD_TO_SLOT[table.name].execute_many(conn, added)

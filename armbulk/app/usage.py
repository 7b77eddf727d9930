"""ARM's limits for a client: what is used, reserved and left."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from armbulk.clock import format_iso
from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import (
    HOUR,
    METERS,
    MONTH,
    Priority,
    QuotaForecast,
    RateWindow,
    Usage,
    count_slots,
    count_used,
    slot_expires_at,
)
from armbulk.settings.profile import Profile
from armbulk.store import Store

METERS_SCHEMA = pl.Schema(
    {
        "window": pl.String(),  # hour or month
        "meter": pl.String(),  # requests, reads or writes
        "limit": pl.Int64(),
        "used": pl.Int64(),
        "others": pl.Int64(),  # of the used: by other programs, as ARM's refusals showed
        "reserved": pl.Int64(),  # for calls that are being made
        "left": pl.Int64(),
    }
)
"""Columns and dtypes of `Session.usage`."""


def list_meters(store: Store, profile: Profile, now: float) -> dict[str, Any]:
    """Return every meter of both windows, as the JSON of `armbulk usage` has them."""
    usage = store.usage(profile.account)
    meters = [_describe_meter(usage, profile, window, meter, now) for window in (HOUR, MONTH) for meter in METERS]
    return {"client_no": profile.client_no, "size": profile.client_size, "meters": meters}


def _describe_meter(usage: Usage, profile: Profile, window: RateWindow, meter: str, now: float) -> dict[str, Any]:
    limit = profile.limits.capacity(window.name, meter, Priority.RESERVED)
    spent = count_used(usage, window.name, meter, now)
    reserved = usage.reserved.meters()[meter]
    return {
        "window": window.name,
        "meter": meter,
        "limit": limit,
        "used": spent - reserved,
        "others": count_slots(usage.foreign, window.name, meter, now),
        "reserved": reserved,
        "left": max(limit - spent, 0),
    }


def describe_room(store: Store, profile: Profile, now: float) -> dict[str, Any]:
    """Return the meters, and when there is room again.

    Returns:
        As `list_meters`; and of each meter `of_arm` (ARM's own limit), `kept` (requests that only polls and look-ups
        may use), `next` and `free` (when the first of it, and all of it, is free again; None: nothing is used), and
        `next_amount` (how much is free then). `blocked_until`: ARM accepts no call before; None: it does. `request_at`:
        when a call fits; None: now.
    """
    usage = store.usage(profile.account)
    report = list_meters(store, profile, now)
    for meter in report["meters"]:
        window = HOUR if meter["window"] == HOUR.name else MONTH
        key = (meter["window"], meter["meter"])
        ends = _list_ends(usage.slots.get(key, ()), window, profile.limits.guard_seconds, now)
        meter |= {
            "of_arm": profile.limits.table[key],
            "kept": meter["limit"] - profile.limits.capacity(*key, Priority.NORMAL),
            "next": format_iso(ends[0][0]) if ends else None,
            "next_amount": ends[0][1] if ends else 0,
            "free": format_iso(ends[-1][0]) if ends else None,
        }
    at_once = QuotaForecast(usage, profile.limits).earliest_time(ApiUsage(1), now, Priority.NORMAL)
    report["request_at"] = format_iso(at_once) if at_once > now else None
    report["blocked_until"] = format_iso(usage.blocked_until) if usage.blocked_until > now else None
    return report


def _list_ends(
    slots: Iterable[tuple[float, int]], window: RateWindow, guard_seconds: float, now: float
) -> list[tuple[float, int]]:
    """Return when each slot stops counting, and its amount; those that count no more are left out."""
    ends = ((slot_expires_at(start, window, guard_seconds), amount) for start, amount in slots)
    return [(end, amount) for end, amount in ends if end > now]


def tabulate_meters(usage: dict[str, Any]) -> pl.DataFrame:
    """Return every meter of both windows (as `list_meters` lists them), with the columns of METERS_SCHEMA."""
    return pl.DataFrame(usage["meters"], schema=METERS_SCHEMA)

"""ARM's limits for a client: what is used, reserved and left."""

from typing import Any

import polars as pl

from armbulk.quota.limits import HOUR, METERS, MONTH, Priority, count_slots, count_used
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
    meters = []
    for window in (HOUR, MONTH):
        for meter in METERS:
            limit = profile.limits.capacity(window.name, meter, Priority.RESERVED)
            spent = count_used(usage, window.name, meter, now)
            reserved = usage.reserved.meters()[meter]
            meters.append(
                {
                    "window": window.name,
                    "meter": meter,
                    "limit": limit,
                    "used": spent - reserved,
                    "others": count_slots(usage.foreign, window.name, meter, now),
                    "reserved": reserved,
                    "left": max(limit - spent, 0),
                }
            )
    return {"client_no": profile.client_no, "size": profile.client_size, "meters": meters}


def tabulate_meters(usage: dict[str, Any]) -> pl.DataFrame:
    """Return every meter of both windows (as `list_meters` lists them), with the columns of METERS_SCHEMA."""
    return pl.DataFrame(usage["meters"], schema=METERS_SCHEMA)

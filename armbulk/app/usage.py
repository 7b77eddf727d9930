"""ARM's meters as they stand for a client."""

from typing import Any

from armbulk.quota.limits import HOUR, MONTH, Priority, count_slots, count_used
from armbulk.settings.load import Profile
from armbulk.store import Store

METERS = ("requests", "reads", "writes")


def meters(store: Store, profile: Profile, now: float) -> dict[str, Any]:
    """Say what is used, reserved and left of every meter and window."""
    usage = store.usage(profile.account)
    found = []
    for window in (HOUR, MONTH):
        for meter in METERS:
            limit = profile.limits.capacity(window.name, meter, Priority.RESERVED)
            spent = count_used(usage, window.name, meter, now)
            held = usage.reserved.meters()[meter]
            found.append(
                {
                    "window": window.name,
                    "meter": meter,
                    "limit": limit,
                    "used": spent - held,
                    "others": count_slots(usage.foreign, window.name, meter, now),
                    "reserved": held,
                    "left": max(limit - spent, 0),
                }
            )
    return {"client_no": profile.client_no, "size": profile.client_size, "meters": found}

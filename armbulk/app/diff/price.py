"""What a comparison costs of ARM's limits, before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from armbulk.clock import format_iso
from armbulk.export.request_budget import DEFAULT_SHARE
from armbulk.model.outcome import ApiUsage

_MAX_SECONDS = 60.0
"""A reading that ends later waits for ARM's limits: that is asked about."""


@dataclass(frozen=True, slots=True)
class ReadPrice:
    """What reading in ARM costs.

    Attributes:
        method: `kept` (nothing is read), `list` (ARM's list of customers is read) or `look-ups`.
        look_ups: How many records are looked up one by one.
        listed: How many records ARM's list has; None: that is not known.
        cost: The use of ARM's limits.
        hour: Meter → how much of it an hour has for reading.
        finishes: When it is done (epoch seconds; inf: never).
        seconds: From now until then.
        resource: What ARM's list has.
    """

    method: str
    look_ups: int = 0
    listed: int | None = None
    cost: ApiUsage = field(default_factory=ApiUsage)
    hour: Mapping[str, int] = field(default_factory=dict)
    finishes: float = 0.0
    seconds: float = 0.0
    resource: str = "customers"

    @property
    def is_high(self) -> bool:
        """Whether it is asked about: it takes a large part of an hour's limits, or has to wait for them."""
        cost = self.cost.meters()
        return self.seconds > _MAX_SECONDS or any(
            cost[meter] > DEFAULT_SHARE * capacity for meter, capacity in self.hour.items()
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as reports show it."""
        is_possible = isfinite(self.finishes)
        return {
            "method": self.method,
            "look_ups": self.look_ups,
            "listed": self.listed,
            "cost": self.cost.meters(),
            "hour": dict(self.hour),
            "finishes": format_iso(self.finishes) if is_possible else None,
            "seconds": round(self.seconds, 1) if is_possible else None,
        }

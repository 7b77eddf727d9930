"""Customers that ARM is known to have, whatever the files say."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """Customers that ARM is known to have.

    Attributes:
        is_known: returns whether a customer number is one of theirs.
        sent: how many were sent from here.
        listed: how many were in ARM's list when it was last read.
        listed_at: when that was (epoch seconds); None: never.
    """

    is_known: Callable[[str], bool]
    sent: int
    listed: int
    listed_at: float | None

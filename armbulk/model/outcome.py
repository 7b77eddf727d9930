"""The outcome of a record, and the units of the quota."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a record. The values are stored, and keys in JSON; `outcome_words` has the words for people."""

    CREATED = "created"
    CREATED_WITH_WARNINGS = "created_with_warnings"
    UPDATED = "updated"
    UPDATED_WITH_WARNINGS = "updated_with_warnings"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    HELD_BACK = "held_back"
    NOT_SENT = "not_sent"
    ALREADY_SENT = "already_sent"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"


SUCCESSFUL = frozenset(
    {
        Outcome.CREATED,
        Outcome.CREATED_WITH_WARNINGS,
        Outcome.UPDATED,
        Outcome.UPDATED_WITH_WARNINGS,
        Outcome.UNCHANGED,
        Outcome.ALREADY_SENT,
    }
)
"""Outcomes after which nothing is left to do."""


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """Use of the quota (ARM's acceptable use policy): requests, records read, records written."""

    requests: int = 0
    reads: int = 0
    writes: int = 0

    def __add__(self, other: "ApiUsage") -> "ApiUsage":
        """Add meter by meter."""
        return ApiUsage(self.requests + other.requests, self.reads + other.reads, self.writes + other.writes)

    def meters(self) -> dict[str, int]:
        """Return the amounts by meter name."""
        return {"requests": self.requests, "reads": self.reads, "writes": self.writes}

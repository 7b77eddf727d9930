"""The outcome of a record, and the units of the quota."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a record. The values are stored, keys in JSON and, with spaces, the words in the workbook."""

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


UNKNOWN_AT_ARM = "ARM does not know the document (yet)"
"""What a look-up says of a document that ARM does not have."""

GIVEN_UP = "given up "
"""How the message begins of a document that a person has given up."""

ONLY_BLANKS_DIFFER = "; only leading zeros or blanks differ"
"""How the message of a conflict with a number ends that may be the same one, damaged by a program."""

HIDDEN_ROW = "a hidden row, left out as you asked"
BEYOND_LIMIT = "beyond --limit"
ERRORS_FIRST = "not sent: errors must be corrected first"
"""Why a record was not sent."""

NOT_AT_ARM = "not sent: ARM has no customer with this number (any more)"
"""Why a customer that ARM does not have is not changed."""

CHANGED_AT_ARM = "not sent: changed at ARM since the export."
"""How the message of a conflict about a change begins; the fields and their values follow."""

HELD_ALREADY = "ARM holds this already"
"""Why a customer is unchanged that ARM was asked about."""

CUSTOMER_IN_CONFLICT = (
    "its customer is in conflict with ARM: decide about the customer first (--overwrite, or correct its row, or remove "
    "its row to keep what ARM has), then import again"
)
"""Why a document is held back whose customer is in conflict."""

DIFFERENT_AT_ARM = "not sent: ARM has this customer with other values."
"""How the message of a conflict about a new customer begins; the fields and their values follow."""

EXISTS_AT_ARM = "ARM says that it has the document already"
"""How ARM's verdict on documents begins that it rejects because of their number; its own words follow."""

REJECTED_WITHOUT_NAME = "ARM rejected records without naming them"
"""How ARM's verdict on a batch begins when its items differ and name no record; its own words follow."""

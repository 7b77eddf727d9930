"""A partition of a list: which records one query selects, and how far it has been read."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Partition:
    """Which slice of a list a query selects.

    Attributes:
        year: year of the general ledger.
        period: period of that year.
        first: first day, None when open.
        last: last day, None when open.
        values: ARM's parameter and the value of each filter.
    """

    year: int | None = None
    period: int | None = None
    first: date | None = None
    last: date | None = None
    values: tuple[tuple[str, str], ...] = ()

    @property
    def has_dates(self) -> bool:
        """Whether days narrow it."""
        return self.first is not None or self.last is not None

    def describe(self) -> str:
        """Return its name for people: `2025-02 · 2025-02-01 to 2025-02-14 · glaccountno=1500`."""
        parts = []
        if self.year is not None:
            parts.append(f"{self.year}" if self.period is None else f"{self.year}-{self.period:02d}")
        if self.has_dates:
            parts.append(str(self.first) if self.first == self.last else f"{self.first or '…'} to {self.last or '…'}")
        return " · ".join([*parts, *(f"{name}={value}" for name, value in self.values)]) or "all"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON objects; `from_json` reads them."""
        days = {"first": self.first and str(self.first), "last": self.last and str(self.last)}
        return {"year": self.year, "period": self.period, **days, "values": [list(pair) for pair in self.values]}

    @classmethod
    def from_json(cls, payload: dict[str, Any]) -> Self:
        """Return the partition that `to_json` wrote."""
        first, last = (date.fromisoformat(payload[end]) if payload[end] else None for end in ("first", "last"))
        values = tuple((name, value) for name, value in payload["values"])
        return cls(payload["year"], payload["period"], first, last, values)


class PartitionStatus(StrEnum):
    """How far a partition has been read. The values are kept in checkpoint files."""

    TODO = "todo"
    READING = "reading"
    PARTITIONED = "split"  # it was too large: its children are read instead
    TRUNCATED = "head"  # it was too large, and what ARM returned of it is kept: its children complete it
    DONE = "done"
    INCOMPLETE = "gap"  # some of its records may be missing


@dataclass(frozen=True, slots=True)
class PartitionState:
    """A partition and how far it has been read.

    Attributes:
        id: its number in the checkpoint.
        parent: the partition it was split from.
        partition: which records.
        status: how far it has been read.
        expected: records it was expected to have before ARM gave a total.
        total: records ARM says it has.
        query: ARM's id of the stored query that returns the next pages; "" for none.
        page_size: records on a page.
        max_records: the most records ARM returns of it.
        attempts: how often it was started again.
        received: records received.
        reason: why it is incomplete.
    """

    id: int
    parent: int | None
    partition: Partition
    status: PartitionStatus
    expected: int | None
    total: int | None
    query: str
    page_size: int
    max_records: int
    attempts: int
    received: int
    reason: str

    def may_have_page(self, number: int) -> bool:
        """Whether there can be a page of this number, by ARM's total and the most it returns."""
        return self.total is None or (number - 1) * self.page_size < min(self.total, self.max_records)

"""Cutting records into batches, pricing them, and telling when each may go. Pure: no clock, no store."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import polars as pl

from armbulk.model.outcome import Cost
from armbulk.quota.limits import METERS, WINDOWS, Ahead, Limits, Usage, used

_AT_A_TIME = 10


@dataclass(frozen=True, slots=True)
class Cutting:
    """How large a batch may be: records by resource, and bytes of its body."""

    customers: int = 500
    documents: int = 50
    max_bytes: int = 2 * 1024 * 1024
    overhead: int = 512  # the wrapper, with room for the user id

    def records(self, resource: str) -> int:
        """The most records in a batch of `resource`."""
        return self.customers if resource == "customers" else self.documents


@dataclass(frozen=True, slots=True)
class Pace:
    """What a batch is expected to take: looks until it is done, and seconds."""

    polls: int = 3
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of the plan; `first` and `last` are record numbers, `not_before` epoch seconds (inf = never)."""

    no: int
    resource: str
    first: int
    last: int
    records: int
    bytes: int
    writes: int
    not_before: float


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter of one window: what armbulk allows itself, what counts now, what is left after the run."""

    window: str
    meter: str
    limit: int
    used: int
    left_after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, and what it takes. `fits`: all of it may go without waiting for a window."""

    batches: tuple[Batch, ...]
    cost: Cost
    finishes: float
    seconds: float
    fits: bool
    meters: tuple[Meter, ...]
    looks: Cost = field(default_factory=Cost)  # what looking records up before they go takes besides


def cut(records: pl.DataFrame, most: int, max_bytes: int, max_writes: int) -> list[tuple[int, int]]:
    """Cut records (columns bytes, writes; in order) into spans [start, end) that keep all three bounds.

    A single record beyond a bound makes a span of its own. One comma between records counts as a byte.
    """
    if records.is_empty():
        return []
    sizes = (records["bytes"] + 1).cum_sum()
    writes = records["writes"].cum_sum()
    spans = []
    start = 0
    while start < records.height:
        before = (sizes[start - 1], writes[start - 1]) if start else (0, 0)
        by_bytes = int(sizes.search_sorted(before[0] + max_bytes, side="right"))
        by_writes = int(writes.search_sorted(before[1] + max_writes, side="right"))
        end = max(start + 1, min(start + most, by_bytes, by_writes, records.height))
        spans.append((start, end))
        start = end
    return spans


def plan(
    parts: Sequence[tuple[str, pl.DataFrame]], cutting: Cutting, usage: Usage, limits: Limits, now: float, pace: Pace
) -> Plan:
    """Plan the sending of `parts`: (resource, frame with no, bytes, writes), in the order in which they go.

    A part starts when the one before it has been answered: documents after their customers. Where a frame has a column
    `look`, the records for which it is true are looked up one by one before their batch goes.
    """
    ahead = Ahead(usage, limits)
    batches: list[Batch] = []
    total, looks = Cost(), Cost()
    ready = now
    for resource, records in parts:
        spans = cut(records, cutting.records(resource), cutting.max_bytes - cutting.overhead, limits.largest_writes())
        for start, end in spans:
            batch = _batch(records, start, end, resource, len(batches) + 1)
            looked = int(records["look"].slice(start, end - start).sum()) if "look" in records.columns else 0
            ready, looks = _looked_up(ahead, looked, ready), looks + Cost(looked, looked, 0)
            cost = Cost(1 + pace.polls, batch.records * 2, batch.writes)
            at = ahead.earliest(cost, ready, "send")
            if at < math.inf:
                ahead.add(cost, at)
                ready = at
            batches.append(_timed(batch, at))
            total += cost
        ready += pace.seconds if spans else 0.0
    finishes = max((batch.not_before for batch in batches), default=now) + (pace.seconds if batches else 0.0)
    waited = any(batch.not_before > now + pace.seconds * len(parts) for batch in batches)
    meters = _meters(usage, limits, now, total)
    return Plan(tuple(batches), total, finishes, finishes - now, not waited, meters, looks)


def _looked_up(ahead: Ahead, records: int, ready: float) -> float:
    """When so many records have been looked up one by one, a few at a time as the meters have room."""
    for at in range(0, records, _AT_A_TIME):
        some = min(_AT_A_TIME, records - at)
        ready = ahead.earliest(Cost(some, some, 0), ready, "look")
        if ready == math.inf:
            return ready
        ahead.add(Cost(some, some, 0), ready)
    return ready


def _batch(records: pl.DataFrame, start: int, end: int, resource: str, no: int) -> Batch:
    part = records.slice(start, end - start)
    size, writes = int(part["bytes"].sum()) + part.height, int(part["writes"].sum())
    return Batch(no, resource, int(part["no"][0]), int(part["no"][-1]), part.height, size, writes, 0.0)


def _timed(batch: Batch, at: float) -> Batch:
    return Batch(
        batch.no, batch.resource, batch.first, batch.last, batch.records, batch.bytes, batch.writes, not_before=at
    )


def _meters(usage: Usage, limits: Limits, now: float, cost: Cost) -> tuple[Meter, ...]:
    found = []
    for window, meter in product(WINDOWS, METERS):
        limit = limits.capacity(window.name, meter, "look")
        spent = used(usage, window.name, meter, now, limits.guard)
        found.append(Meter(window.name, meter, limit, spent, max(limit - spent - cost.meters()[meter], 0)))
    return tuple(found)

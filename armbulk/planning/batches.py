"""Cutting records into batches, pricing them, and telling when each may go. Pure: no clock, no store."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import polars as pl

from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import METERS, WINDOWS, Priority, QuotaForecast, QuotaLimits, Usage, count_used

_AT_A_TIME = 10


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How large a batch may be: records by resource, and bytes of its body."""

    customers: int = 500
    documents: int = 50
    max_bytes: int = 2 * 1024 * 1024
    overhead: int = 512  # the wrapper, with room for the user id

    def records(self, resource: str) -> int:
        """The most records in a batch of `resource`."""
        return self.customers if resource == "customers" else self.documents


@dataclass(frozen=True, slots=True)
class BatchEstimate:
    """What a batch is expected to take: looks until it is done, and seconds."""

    polls: int = 3
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class PlannedBatch:
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
class MeterForecast:
    """One meter of one window: what armbulk allows itself, what counts now, what is left after the run."""

    window: str
    meter: str
    limit: int
    used: int
    left_after: int


@dataclass(frozen=True, slots=True)
class PricedBatches:
    """What would be sent, and what it takes. `fits`: all of it may go without waiting for a window."""

    batches: tuple[PlannedBatch, ...]
    cost: ApiUsage
    finishes: float
    seconds: float
    fits: bool
    meters: tuple[MeterForecast, ...]
    looks: ApiUsage = field(default_factory=ApiUsage)  # what looking records up before they go takes besides


def cut_batches(records: pl.DataFrame, most: int, max_bytes: int, max_writes: int) -> list[tuple[int, int]]:
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


def price_batches(
    parts: Sequence[tuple[str, pl.DataFrame]],
    cutting: BatchLimits,
    usage: Usage,
    limits: QuotaLimits,
    now: float,
    pace: BatchEstimate,
) -> PricedBatches:
    """Plan the sending of `parts`: (resource, frame with no, bytes, writes), in the order in which they go.

    A part starts when the one before it has been answered: documents after their customers. Where a frame has a column
    `look`, the records for which it is true are looked up one by one before their batch goes.
    """
    ahead = QuotaForecast(usage, limits)
    batches: list[PlannedBatch] = []
    total, looks = ApiUsage(), ApiUsage()
    ready = now
    for resource, records in parts:
        spans = cut_batches(
            records, cutting.records(resource), cutting.max_bytes - cutting.overhead, limits.max_batch_writes()
        )
        for start, end in spans:
            batch = _batch(records, start, end, resource, len(batches) + 1)
            looked = int(records["look"].slice(start, end - start).sum()) if "look" in records.columns else 0
            ready, looks = _looked_up(ahead, looked, ready), looks + ApiUsage(looked, looked, 0)
            cost = ApiUsage(1 + pace.polls, batch.records * 2, batch.writes)
            at = ahead.earliest_time(cost, ready, Priority.NORMAL)
            if at < math.inf:
                ahead.add(cost, at)
                ready = at
            batches.append(_timed(batch, at))
            total += cost
        ready += pace.seconds if spans else 0.0
    finishes = max((batch.not_before for batch in batches), default=now) + (pace.seconds if batches else 0.0)
    waited = any(batch.not_before > now + pace.seconds * len(parts) for batch in batches)
    meters = _meters(usage, limits, now, total)
    return PricedBatches(tuple(batches), total, finishes, finishes - now, not waited, meters, looks)


def _looked_up(ahead: QuotaForecast, records: int, ready: float) -> float:
    """When so many records have been looked up one by one, a few at a time as the meters have room."""
    for at in range(0, records, _AT_A_TIME):
        some = min(_AT_A_TIME, records - at)
        ready = ahead.earliest_time(ApiUsage(some, some, 0), ready, Priority.RESERVED)
        if ready == math.inf:
            return ready
        ahead.add(ApiUsage(some, some, 0), ready)
    return ready


def _batch(records: pl.DataFrame, start: int, end: int, resource: str, no: int) -> PlannedBatch:
    part = records.slice(start, end - start)
    size, writes = int(part["bytes"].sum()) + part.height, int(part["writes"].sum())
    return PlannedBatch(no, resource, int(part["no"][0]), int(part["no"][-1]), part.height, size, writes, 0.0)


def _timed(batch: PlannedBatch, at: float) -> PlannedBatch:
    return PlannedBatch(
        batch.no, batch.resource, batch.first, batch.last, batch.records, batch.bytes, batch.writes, not_before=at
    )


def _meters(usage: Usage, limits: QuotaLimits, now: float, cost: ApiUsage) -> tuple[MeterForecast, ...]:
    found = []
    for window, meter in product(WINDOWS, METERS):
        limit = limits.capacity(window.name, meter, Priority.RESERVED)
        spent = count_used(usage, window.name, meter, now, limits.guard_seconds)
        found.append(MeterForecast(window.name, meter, limit, spent, max(limit - spent - cost.meters()[meter], 0)))
    return tuple(found)

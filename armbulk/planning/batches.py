"""Cut records into batches, price them, and forecast when each can be sent. Pure: no clock, no store."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import polars as pl

from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import METERS, WINDOWS, Priority, QuotaForecast, QuotaLimits, Usage, count_used

_LOOKUPS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How large a batch may be.

    Attributes:
        customers: records of a batch of customers.
        documents: records of a batch of documents.
        max_bytes: bytes of a batch's body.
        overhead_bytes: of these, kept for the JSON around the records, the user id included.
    """

    customers: int = 500
    documents: int = 50
    max_bytes: int = 2 * 1024 * 1024
    overhead_bytes: int = 512

    def records(self, resource: str) -> int:
        """Return the most records in a batch of a resource."""
        return self.customers if resource == "customers" else self.documents


@dataclass(frozen=True, slots=True)
class BatchEstimate:
    """The estimated polls and seconds until a batch is finished."""

    polls: int = 3
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """One batch of a plan.

    Attributes:
        no: its number in the run.
        resource: customers or documents.
        first: its first record's number.
        last: its last record's number.
        records: how many records it has.
        bytes: the size of its records as JSON.
        writes: records written, as the quota counts them.
        not_before: when there is room for it in the quota (epoch seconds; inf: never).
    """

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
    """One meter of one window: armbulk's limit, what counts now, and what is left after the run."""

    window: str
    meter: str
    limit: int
    used: int
    left_after: int


@dataclass(frozen=True, slots=True)
class PricedBatches:
    """The batches of a plan, and their use of the quota.

    Attributes:
        batches: in the order in which they are sent.
        cost: what they use of the quota, polls included.
        finishes: when the last one is expected to be finished (epoch seconds; inf: never).
        seconds: from now until then.
        fits: no batch has to wait for the quota.
        meters: the quota after the run.
        lookups: additional use by look-ups before sending.
    """

    batches: tuple[PlannedBatch, ...]
    cost: ApiUsage
    finishes: float
    seconds: float
    fits: bool
    meters: tuple[MeterForecast, ...]
    lookups: ApiUsage = field(default_factory=ApiUsage)


class _Totals:
    """Running totals of the records of a part: `bytes[n]` are the bytes of the first n, and so on.

    They are Python integers, added up once: each batch takes a few look-ups, however many records there are.
    """

    def __init__(self, records: pl.DataFrame) -> None:
        """Add up the columns `bytes` and `writes`, and `look` where there is one."""
        self.numbers: list[int] = records["no"].to_list()
        self.bytes = _add_up(records["bytes"] + 1)  # with the comma between two records
        self.writes = _add_up(records["writes"])
        self.lookups = _add_up(records["look"]) if "look" in records.columns else [0] * (records.height + 1)

    def cut(self, max_records: int, max_bytes: int, max_writes: int) -> list[tuple[int, int]]:
        """Cut the records into spans [start, end) that are within three bounds.

        Args:
            max_records: records of a span.
            max_bytes: bytes of a span; the comma between two records counts as one.
            max_writes: writes of a span.

        Returns:
            The spans, in order. A single record beyond a bound is a span of its own.
        """
        count, spans, start = len(self.numbers), [], 0
        while start < count:
            by_bytes = bisect_right(self.bytes, self.bytes[start] + max_bytes) - 1
            by_writes = bisect_right(self.writes, self.writes[start] + max_writes) - 1
            end = max(start + 1, min(start + max_records, by_bytes, by_writes, count))
            spans.append((start, end))
            start = end
        return spans

    def build_batch(self, start: int, end: int, resource: str, no: int) -> PlannedBatch:
        """Return the batch of a span, without its time."""
        size, writes = self.bytes[end] - self.bytes[start], self.writes[end] - self.writes[start]
        first, last = self.numbers[start], self.numbers[end - 1]
        return PlannedBatch(no, resource, first, last, end - start, size, writes, 0.0)


def _add_up(amounts: pl.Series) -> list[int]:
    return [0, *amounts.cast(pl.Int64).cum_sum().to_list()]


def price_batches(
    parts: Sequence[tuple[str, pl.DataFrame]],
    batch_limits: BatchLimits,
    usage: Usage,
    limits: QuotaLimits,
    now: float,
    estimate: BatchEstimate,
) -> PricedBatches:
    """Plan the batches of one run.

    Args:
        parts: (resource, records) in the order in which they are sent; a part starts when the one before is finished.
            Columns of records: `no`, `bytes`, `writes` (Int64) and, if records are looked up one by one before their
            batch is sent, `look` (Boolean).
        batch_limits: how large a batch may be.
        usage: what is used of the quota now.
        limits: the quota.
        now: epoch seconds.
        estimate: the polls and seconds of a batch.
    """
    forecast = QuotaForecast(usage, limits)
    batches: list[PlannedBatch] = []
    cost, lookups = ApiUsage(), ApiUsage()
    start_time = now
    for resource, records in parts:
        max_bytes = batch_limits.max_bytes - batch_limits.overhead_bytes
        totals = _Totals(records)
        spans = totals.cut(batch_limits.records(resource), max_bytes, limits.max_batch_writes())
        for start, end in spans:
            batch = totals.build_batch(start, end, resource, len(batches) + 1)
            looked_up = totals.lookups[end] - totals.lookups[start]
            start_time = _forecast_lookups(forecast, looked_up, start_time)
            lookups += ApiUsage(looked_up, looked_up, 0)
            batch_cost = ApiUsage(1 + estimate.polls, batch.records * 2, batch.writes)
            time = forecast.earliest_time(batch_cost, start_time, Priority.NORMAL)
            if time < math.inf:
                forecast.add(batch_cost, time)
                start_time = time
            batches.append(replace(batch, not_before=time))
            cost += batch_cost
        start_time += estimate.seconds if spans else 0.0
    finishes = max((batch.not_before for batch in batches), default=now) + (estimate.seconds if batches else 0.0)
    waits = any(batch.not_before > now + estimate.seconds * len(parts) for batch in batches)
    meters = _forecast_meters(usage, limits, now, cost)
    return PricedBatches(tuple(batches), cost, finishes, finishes - now, not waits, meters, lookups)


def _forecast_lookups(forecast: QuotaForecast, records: int, time: float) -> float:
    """When so many records have been looked up one by one, a few at a time as the quota has room."""
    for start in range(0, records, _LOOKUPS_AT_ONCE):
        count = min(_LOOKUPS_AT_ONCE, records - start)
        cost = ApiUsage(count, count, 0)
        time = forecast.earliest_time(cost, time, Priority.NORMAL)
        if time == math.inf:
            return time
        forecast.add(cost, time)
    return time


def _forecast_meters(usage: Usage, limits: QuotaLimits, now: float, cost: ApiUsage) -> tuple[MeterForecast, ...]:
    meters = []
    for window, meter in product(WINDOWS, METERS):
        limit = limits.capacity(window.name, meter, Priority.RESERVED)
        used = count_used(usage, window.name, meter, now, limits.guard_seconds)
        meters.append(MeterForecast(window.name, meter, limit, used, max(limit - used - cost.meters()[meter], 0)))
    return tuple(meters)

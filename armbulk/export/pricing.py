"""What an export costs: the size of its list, the calls that are left, when they are done."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from armbulk.clock import format_iso
from armbulk.context import Context
from armbulk.export.request import ExportRequest
from armbulk.export.session import ExportSession, OnProgress
from armbulk.model.outcome import ApiUsage
from armbulk.model.partition import PartitionStatus
from armbulk.quota.limits import Priority, QuotaForecast
from armbulk.store import Store


@dataclass(frozen=True, slots=True)
class PagePrice:
    """The reads of a page: what is reserved for it, and what it probably uses."""

    reserved: int
    expected: int


@dataclass(frozen=True, slots=True)
class ExportSize:
    """The size of a list.

    Attributes:
        records: records of the whole list.
        partitions: partitions left to read.
        pages: the price of each page left to read.
        usage: what measuring has used.
    """

    records: int
    partitions: int
    pages: tuple[PagePrice, ...]
    usage: ApiUsage


def plan_list(context: Context, request: ExportRequest, *, on_progress: OnProgress) -> dict[str, Any]:
    """Return the size and price of an export as JSON; a few small calls ask for totals, nothing is read completely."""
    with ExportSession(context, request, waits=True, on_progress=on_progress) as session:
        return price_export(session, measure(session))


def measure(session: ExportSession) -> ExportSize:
    """Ask ARM for the totals of a list's partitions."""
    checkpoint, fetcher = session.checkpoint, session.fetcher
    fetcher.start(session.request.root, session.request.ignored)
    fetcher.measure()
    split = {PartitionStatus.PARTITIONED, PartitionStatus.TRUNCATED}
    records = sum(part.total or 0 for part in checkpoint.partitions.select() if part.status not in split)
    waiting = checkpoint.partitions.select(PartitionStatus.TODO, PartitionStatus.READING)
    unread = [max(min(part.total or 0, part.max_records) - part.received, 0) for part in waiting]
    size, reads = fetcher.page_size, checkpoint.reads_per_record
    counts = (min(size, count - start) for count in unread for start in range(0, count, size))
    reserved = fetcher.reserved_reads(size)
    pages = tuple(PagePrice(reserved, math.ceil(count * reads)) for count in counts)
    return ExportSize(records, len(waiting), pages, checkpoint.usage)


def price_export(session: ExportSession, size: ExportSize, others: Sequence[ExportSize] = ()) -> dict[str, Any]:
    """Return what the rest of a list costs, with `others` that are read after it, as the JSON of `--plan`."""
    context, sizes = session.context, (size, *others)
    pages = [page for listed in sizes for page in listed.pages]
    finishes = estimate_finish(session.store, context, pages)
    return {
        "resource": session.request.resource.name,
        "window": session.request.root.describe(),
        "records": size.records,
        "windows": sum(listed.partitions for listed in sizes),
        "cost": ApiUsage(len(pages), sum(page.expected for page in pages)).meters(),
        "spent": sum((listed.usage for listed in sizes), ApiUsage()).meters(),
        "finishes": format_iso(finishes),
        "seconds": round(finishes - context.clock.now(), 1) if finishes < float("inf") else None,
    }


def estimate_finish(store: Store, context: Context, pages: Sequence[PagePrice]) -> float:
    """Return when the last page can have been read (epoch seconds; inf = never), by the usage so far."""
    time = context.clock.now()
    forecast = QuotaForecast(store.usage(context.profile.account), context.profile.limits)
    for page in pages:
        time = forecast.earliest_time(ApiUsage(1, page.reserved), time, Priority.NORMAL)
        if time == float("inf"):
            break
        forecast.add(ApiUsage(1, page.expected), time)
    return time

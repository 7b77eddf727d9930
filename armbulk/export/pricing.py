"""What an export costs: the size of its list, the calls that are left, when they are done."""

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
class ExportSize:
    """The size of a list.

    Attributes:
        records: records of the whole list.
        partitions: partitions left to read.
        pages: records on each page left to read.
        usage: what measuring has used.
    """

    records: int
    partitions: int
    pages: tuple[int, ...]
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
    size = fetcher.page_size
    pages = tuple(min(size, count - start) for count in unread for start in range(0, count, size))
    return ExportSize(records, len(waiting), pages, checkpoint.usage)


def price_export(session: ExportSession, size: ExportSize, others: Sequence[ExportSize] = ()) -> dict[str, Any]:
    """Return what the rest of a list costs, with `others` that are read after it, as the JSON of `--plan`."""
    context, sizes = session.context, (size, *others)
    pages = [records for listed in sizes for records in listed.pages]
    finishes = _estimate_finish(session.store, context, pages)
    return {
        "resource": session.request.resource.name,
        "window": session.request.root.describe(),
        "records": size.records,
        "windows": sum(listed.partitions for listed in sizes),
        "cost": ApiUsage(len(pages), sum(pages)).meters(),
        "spent": sum((listed.usage for listed in sizes), ApiUsage()).meters(),
        "finishes": format_iso(finishes),
        "seconds": round(finishes - context.clock.now(), 1) if finishes < float("inf") else None,
    }


def _estimate_finish(store: Store, context: Context, pages: Sequence[int]) -> float:
    """When the last page can have been read (epoch seconds; inf = never), by the usage so far."""
    time = context.clock.now()
    forecast = QuotaForecast(store.usage(context.profile.account), context.profile.limits)
    for records in pages:
        usage = ApiUsage(1, records)
        time = forecast.earliest_time(usage, time, Priority.NORMAL)
        if time == float("inf"):
            break
        forecast.add(usage, time)
    return time

"""The result of an export, and its JSON."""

from typing import Any

from armbulk.export.fetched_list import FetchedList
from armbulk.model.gap_reasons import NO_FILTER_VALUE
from armbulk.model.partition import PartitionStatus


def find_gaps(fetched: FetchedList) -> list[dict[str, Any]]:
    """Return what may be missing in a list: window, expected (None = unknown), got, why."""
    request, checkpoint = fetched.request, fetched.checkpoint
    gaps = [
        {"window": part.partition.describe(), "expected": part.total, "got": part.received, "why": part.reason}
        for part in checkpoint.partitions.select(PartitionStatus.INCOMPLETE)
    ]
    for name, count in fetched.untestable.items():
        if count and (count == fetched.rows or name in checkpoint.ignored_filters):
            why = NO_FILTER_VALUE.fill(received=count, filter=name)
            gaps.append({"window": request.root.describe(), "expected": None, "got": fetched.rows, "why": str(why)})
    return gaps


def to_json(fetched: FetchedList, lang: str) -> dict[str, Any]:
    """Return what was read as the JSON of `armbulk export`, without files."""
    checkpoint, request = fetched.checkpoint, fetched.request
    gaps = find_gaps(fetched)
    columns = (*fetched.stats.columns.values(), *fetched.line_stats.columns.values())
    return {
        "resource": request.resource.name,
        "rows": fetched.rows,
        "files": [],
        "complete": not gaps,
        "windows": len(checkpoint.read_partitions()),
        "cost": checkpoint.usage.meters(),
        "totals": fetched.sums.to_json(),
        "tie_out": None,
        "since": None,
        "window": request.root.describe(),
        "lines": fetched.line_rows if request.resource.lines else None,
        "gaps": gaps,
        "applied_here": sorted(checkpoint.ignored_filters),
        "as_text": [
            {"column": column.header(lang), "values": column.mismatches} for column in columns if column.mismatches
        ],
        "unknown": [path for path, column in fetched.stats.columns.items() if column.field is None],
    }

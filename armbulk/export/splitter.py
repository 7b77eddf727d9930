"""Splitting a partition that has more records than ARM returns: by days, else by the values of a filter."""

import math
from dataclasses import dataclass, field, replace
from datetime import date

from armbulk.arm.decode import RecordDecoder
from armbulk.export.checkpoint import Checkpoint
from armbulk.export.page_reader import PageReader
from armbulk.export.partition import DATES, build_query, choose_filter, split_by_days, split_by_values
from armbulk.export.request_budget import RequestBudget
from armbulk.export.value_partitions import MAX_VALUES_AT_ONCE, ValuePartitioner
from armbulk.model.fields import Filter
from armbulk.model.gap_reasons import NO_FILTER_LEFT, ROUND_COUNT
from armbulk.model.partition import PartitionState, PartitionStatus
from armbulk.model.record_texts import format_json_value

MAX_SOURCE_PAGES = 10
"""Pages read of another list for the values of a filter."""


@dataclass(slots=True)
class Splitter:
    """Splits partitions of one list.

    Attributes:
        reader: fetches pages.
        checkpoint: what was read so far.
        decoder: turns records into frames.
        today: where lists usually have their records.
        ignored: filters that ARM ignores; they cannot narrow a query.
        budget: what the export may cost.
        values: partitions of single values.
    """

    reader: PageReader
    checkpoint: Checkpoint
    decoder: RecordDecoder
    today: date
    ignored: frozenset[str]
    budget: RequestBudget
    values: ValuePartitioner = field(init=False)

    def __post_init__(self) -> None:
        self.values = ValuePartitioner(self.checkpoint, self.decoder.listing, self.budget)

    def partition_by_date(self, part: PartitionState, total: int, max_records: int) -> bool:
        """Split a partition of `total` records by days; return whether that is possible."""
        if not self.decoder.listing.dates or DATES in self.ignored:
            return False
        exact = total if total > max_records else None
        children = split_by_days(part.partition, exact, max_records, self.today)
        if not children:
            return False
        is_bounded = part.partition.first is not None and part.partition.last is not None
        partitions = self.checkpoint.partitions
        partitions.restart(part.id)
        partitions.update(part.id, status=PartitionStatus.PARTITIONED, total=total, max_records=max_records)
        self.checkpoint.split(part, children, math.ceil(total / len(children)) if exact and is_bounded else None)
        return True

    def partition_by_value(self, part: PartitionState, total: int, page_size: int) -> None:
        """Split a partition by the values of a filter; the records ARM returned of it stay, and show the values.

        A partition that no filter can split is marked as incomplete.
        """
        tried, listed = self.ignored, dict[str, set[str]]()
        while (chosen := choose_filter(part.partition, self.decoder.listing, tried)) is not None:
            shown = self.values.count_values(part, chosen.param)
            known = set(shown) | self._read_values(part, chosen, page_size)
            if 1 < len(known) <= MAX_VALUES_AT_ONCE:
                ordered = sorted(known, key=lambda value: (value in shown, -shown[value], value))
                self.checkpoint.split(part, split_by_values(part.partition, chosen.param, ordered), None)
                self.values.remember(part, {chosen.param: set()})
                self.checkpoint.partitions.update(part.id, status=PartitionStatus.TRUNCATED)
                return
            if len(shown) > 1:
                listed[chosen.param] = known - set(shown)
            tried |= {chosen.param}
        if listed and self.values.begin(part, listed):
            self.checkpoint.partitions.update(part.id, status=PartitionStatus.TRUNCATED)
            return
        reason = NO_FILTER_LEFT.fill(maximum=part.max_records, total=total)
        if total < part.max_records:
            reason = ROUND_COUNT.fill(total=total)
        self.checkpoint.mark_incomplete(part, self.checkpoint.pages.count_distinct(part.id), reason)

    def drop_filter(self, part: PartitionState, names: frozenset[str], page_size: int) -> bool:
        """Split the parent of a partition otherwise, because ARM ignores the filter that the parent was split by.

        Returns:
            Whether that is possible; else the whole list has to be read again without the filter.
        """
        parent = self.checkpoint.partitions.get(part.parent) if part.parent else None
        if parent is None or parent.status is not PartitionStatus.TRUNCATED:
            return False
        param = part.partition.values[-1][0]
        if names != {param} or param in {name for name, _ in parent.partition.values}:
            return False
        self.ignored |= names
        self.checkpoint.save_ignored_filters(self.ignored)
        if not self.values.forget_filter(parent, param):
            self.partition_by_value(parent, parent.total or 0, page_size)
        return True

    def _read_values(self, part: PartitionState, chosen: Filter, page_size: int) -> set[str]:
        """Values of a filter from another list: the first records of a large partition need not show them all."""
        listing = self.decoder.listing
        endpoint = dict(listing.value_source).get(chosen.param)
        if endpoint is None:
            return set()
        params = build_query(replace(part.partition, first=None, last=None, values=()), listing, self.ignored)
        values: set[str] = set()
        for number in range(1, MAX_SOURCE_PAGES + 1):
            page_params = params | {"pagesize": str(page_size), "pageno": str(number)}
            fetched = self.reader.read(page_params, page_size, endpoint=endpoint)
            records = fetched.page.records if fetched else ()
            values |= {text for record in records if (text := format_json_value(record.get(chosen.path)))}
            if len(records) < page_size:
                break
        return values

    def is_read_with_parent(self, part: PartitionState, total: int) -> bool:
        """Whether the pages of the truncated parent already have all records of a partition; then it is done."""
        parent = self.checkpoint.partitions.get(part.parent) if part.parent else None
        if parent is None or parent.status is not PartitionStatus.TRUNCATED:
            return False
        param, value = part.partition.values[-1]
        if self.values.count_values(parent, param)[value] != total:
            return False
        self.checkpoint.mark_done(part, total, total)
        return True

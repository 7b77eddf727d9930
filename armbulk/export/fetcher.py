"""Read a whole list: page by page, in partitions that ARM returns completely.

A partition is complete when ARM returned as many different records as it counts, all of them inside the partition.
One that is too large is split; one that stays incomplete is named in the result. Everything read is in the checkpoint
before the next call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from armbulk.arm.decode import RecordDecoder
from armbulk.errors import ServerError
from armbulk.export.checkpoint import Checkpoint
from armbulk.export.completeness import (
    FilterIgnored,
    find_page_problem,
    may_be_cut,
    verify_membership,
    verify_split,
    verify_sum_of_days,
)
from armbulk.export.page_reader import FetchedPage, PageReader
from armbulk.export.partition import build_query
from armbulk.export.request_budget import RequestBudget
from armbulk.export.splitter import Splitter
from armbulk.i18n import _
from armbulk.model.gap_reasons import OTHER_COUNT, REPEATED
from armbulk.model.page import Page
from armbulk.model.partition import Partition, PartitionState, PartitionStatus
from armbulk.model.progress import Phase, Progress
from armbulk.quota.limits import Priority

MEASURE_PAGE_SIZE = 5
"""Records of the page that asks for a partition's total: the fewest ARM allows."""

PAGE_SIZES = (1000, 500, 250, 200, 100, 50, 20, 10)
"""Sizes of pages; the most records ARM returns of a list can be divided by each."""

RESERVED_LINES = 9
"""Lines of a document for which room in the quota is reserved."""

USUAL_PAGE_SIZES = frozenset({10, 20, 25, 50, 100, 200, 250, 500, 1000})
"""Records of a page that is probably full: then more may follow."""

MAX_UNCOUNTED = 10
"""Times the most records ARM returns that a partition may have which ARM does not count; more may have no end."""

_ENDLESS = "ARM gives more and more records and does not say how many there are"

MAX_RESTARTS = 3
"""Times a partition is read again when its records differ from ARM's total: lists change while they are read."""


@dataclass(slots=True)
class Fetcher:
    """Reads one list into a checkpoint.

    Attributes:
        reader: fetches pages.
        checkpoint: what was read so far.
        decoder: turns records into frames.
        today: where lists usually have their records.
        budget: what the export may cost.
        on_progress: called after each page.
    """

    reader: PageReader
    checkpoint: Checkpoint
    decoder: RecordDecoder
    today: date
    budget: RequestBudget
    on_progress: Callable[[Progress], None] = lambda _: None
    splitter: Splitter = field(init=False)

    def start(self, root: Partition, ignored: frozenset[str]) -> None:
        """Begin with the whole list, or continue where the export was left."""
        if self.checkpoint.partitions.select():
            self.checkpoint.resume()
        else:
            self.checkpoint.start(root, ignored)
        self._create_splitter()

    def _create_splitter(self) -> None:
        ignored = self.checkpoint.ignored_filters
        self.splitter = Splitter(self.reader, self.checkpoint, self.decoder, self.today, ignored, self.budget)

    def measure(self) -> None:
        """Ask for the total of every partition and split those that are too large; read none completely."""
        while (part := self.checkpoint.partitions.first_unmeasured()) is not None:
            self._retry_without_filter(self._measure, part)

    def run(self) -> None:
        """Read every partition, then verify that nothing is missing."""
        while (part := self.checkpoint.next_partition()) is not None or self.splitter.values.add_missing_values():
            if part is not None and not self.splitter.values.skip_if_complete(part):
                is_readable = (
                    part.status is PartitionStatus.READING or part.total is not None or self._is_expected_small(part)
                )
                self._retry_without_filter(self._read if is_readable else self._measure, part)
        split = self.checkpoint.partitions.select(PartitionStatus.PARTITIONED, PartitionStatus.TRUNCATED)
        for part in reversed(split):
            verify_split(self.checkpoint, part, self._ask_total)

    def _retry_without_filter(self, work: Callable[[PartitionState], None], part: PartitionState) -> None:
        """Work on a partition; when ARM ignores a filter, go on without it and apply it to the records here."""
        try:
            work(part)
        except FilterIgnored as error:
            if self.splitter.drop_filter(part, error.names, self.page_size):
                return  # what was read of the whole stays
            root = self.checkpoint.partitions.select()[0].partition
            self.checkpoint.start(root, self.splitter.ignored | error.names)
            self._create_splitter()

    def _is_expected_small(self, part: PartitionState) -> bool:
        return part.expected is not None and part.expected * 2 < self.decoder.listing.max_records

    # ── one partition ───────────────────────────────────────────────────────────────────────────────────────────

    def _measure(self, part: PartitionState) -> None:
        """Ask for the smallest page, for the total it names."""
        fetched = self._read_smallest_page(part.partition)
        if fetched is None:
            self._handle_not_found(part)
            return
        page, max_records = fetched.page, self._max_records(fetched.page)
        self._verify_membership(part, page)
        total = len(page.records) if page.total is None else page.total
        verify_sum_of_days(self.checkpoint, part, total)
        if total >= max_records and self.splitter.partition_by_date(part, total, max_records):
            return
        if total == 0 and not page.records:
            self.checkpoint.mark_done(part, 0)
        elif not self.splitter.is_read_with_parent(part, total):
            self.checkpoint.partitions.update(part.id, total=total, max_records=max_records)

    def _read_smallest_page(self, partition: Partition) -> FetchedPage | None:
        params = self._build_query(partition) | {"pagesize": str(MEASURE_PAGE_SIZE)}
        return self.reader.read(params, self.reserved_reads(2 * MEASURE_PAGE_SIZE))

    def _ask_total(self, partition: Partition) -> int | None:
        fetched = self._read_smallest_page(partition)
        return fetched.page.total if fetched else None

    def _build_query(self, partition: Partition) -> dict[str, str]:
        return build_query(partition, self.decoder.listing, self.splitter.ignored)

    def _max_records(self, page: Page) -> int:
        return min(page.max_records or self.decoder.listing.max_records, self.decoder.listing.max_records)

    def _verify_membership(self, part: PartitionState, page: Page) -> None:
        verify_membership(part, page, self.decoder, self.splitter.ignored)

    def reserved_reads(self, records: int) -> int:
        """Return how many reads are reserved for so many records: the records and their lines."""
        return records * (1 + RESERVED_LINES if self.decoder.line_fields else 1)

    @property
    def page_size(self) -> int:
        """The largest page that the quota can ever have room for."""
        limits = self.reader.client.limits
        room = min(
            limits.capacity(window, "reads", Priority.NORMAL) for window in ("hour", "month")
        ) // self.reserved_reads(1)
        return next((size for size in PAGE_SIZES if size <= min(room, self.decoder.listing.page_size)), PAGE_SIZES[-1])

    def _handle_not_found(self, part: PartitionState) -> None:
        """Handle that ARM found nothing: the partition is empty, or ARM does not have the list (ServerError)."""
        listing = self.decoder.listing
        is_narrowed = self._build_query(part.partition) != dict(listing.options)
        is_whole_list = part.parent is None and listing.source != "D"
        if is_whole_list and (not is_narrowed or self._read_smallest_page(Partition()) is None):
            raise ServerError(
                "no-such-list",
                _(
                    "ARM has no list '{endpoint}' for this client, or the list is empty",
                    endpoint=listing.endpoint,
                ),
                _("ARM's documentation names this list without describing it. Ask Amili if your ARM has it"),
            )
        self.checkpoint.mark_done(part, 0)

    def _read(self, part: PartitionState) -> None:
        """Read a partition page by page, from where it was left."""
        number = self.checkpoint.pages.count(part.id) + 1
        while number == 1 or part.may_have_page(number):
            fetched = self._read_page(part, number)
            if fetched is None and number == 1:
                self._handle_not_found(part)
                return
            if fetched is None:
                break
            page = fetched.page
            if number == 1 and not self._begin_reading(part, page):
                return
            part = self.checkpoint.partitions.get(part.id)
            if (reason := find_page_problem(part, page, number)) is not None:
                self._read_again(part, reason)
                return
            self._verify_membership(part, page)
            has_new, part = self._save_page(part, fetched, number)
            if page.total is None and page.records and not has_new and number > 1:
                self._handle_repeated_page(part, number)
                return
            if page.total is None and part.received >= MAX_UNCOUNTED * part.max_records:
                self.checkpoint.mark_incomplete(part, part.received, _ENDLESS)
                return
            if not page.records:
                break
            number += 1
        self._finish(self.checkpoint.partitions.get(part.id))

    def _save_page(self, part: PartitionState, fetched: FetchedPage, number: int) -> tuple[bool, PartitionState]:
        """Save a page; return whether it has new records, and the partition as it is then."""
        page = fetched.page
        items, lines = self.decoder.to_frames(page.records, fetched.body)
        has_new = self.checkpoint.save_page(part, number, items, lines, page.query)
        if (page.total or 0) > (part.total or 0):  # the list grew while it was read
            self.checkpoint.partitions.update(part.id, total=page.total)
        part = self.checkpoint.partitions.get(part.id)
        self.on_progress(
            Progress(
                "reading",
                part.id,
                part.received,
                part.total or 0,
                phase=Phase.DOWNLOAD,
                records={Phase.DOWNLOAD: self.checkpoint.partitions.count_records()},
                limits=self.reader.client.count_limits(),
            )
        )
        return has_new, part

    def _handle_repeated_page(self, part: PartitionState, number: int) -> None:
        """ARM returned a page again and gives no total: the last page was read, or ARM repeats its first for ever."""
        self.checkpoint.pages.remove(part.id, number)
        part = self.checkpoint.partitions.get(part.id)
        if number == 2 and (part.received >= part.page_size or part.received in USUAL_PAGE_SIZES):
            self._read_again(part, "ARM gives the same page again and does not say how many records there are")
        else:
            self._finish(part)

    def _begin_reading(self, part: PartitionState, page: Page) -> bool:
        """Decide by its first page whether a partition is read as it is."""
        self._verify_membership(part, page)
        max_records = self._max_records(page)
        verify_sum_of_days(self.checkpoint, part, page.total or 0)
        is_large = page.total is not None and page.total >= max_records
        if is_large and self.splitter.partition_by_date(part, page.total or 0, max_records):
            return False
        if not page.total and not page.records:
            self.checkpoint.mark_done(part, 0)
            return False
        self.checkpoint.partitions.update(
            part.id,
            total=page.total,
            max_records=max_records,
            page_size=page.size or self.page_size,
            status=PartitionStatus.READING,
        )
        return True

    def _read_page(self, part: PartitionState, number: int) -> FetchedPage | None:
        """Read a page by the stored query; when ARM has dropped that, by a new query that begins there."""
        size = part.page_size or self.page_size
        max_records = self.reserved_reads(size)
        if part.query and number > 1:
            fetched = self.reader.read({"query": part.query, "pageno": str(number)}, max_records, stored=True)
            if fetched is not None:
                return fetched
        paging = {"pagesize": str(size)} | ({"pageno": str(number)} if number > 1 else {})
        return self.reader.read(self._build_query(part.partition) | paging, max_records)

    def _finish(self, part: PartitionState) -> None:
        """Decide, after its last page, whether a partition is complete."""
        pages, total = self.checkpoint.pages, part.total
        received = pages.count_distinct(part.id)
        if total is not None and received != min(total, part.max_records):
            self._read_again(part, OTHER_COUNT.fill(total=total, received=received))
        elif total is None and received != pages.count_records(part.id):
            self._read_again(part, REPEATED)
        elif total is not None and total >= part.max_records:
            self.splitter.partition_by_value(part, total, self.page_size)
        elif total is None and may_be_cut(part, received, self.checkpoint.partitions.most_received()):
            if not self.splitter.partition_by_date(part, received, part.max_records):
                self.splitter.partition_by_value(part, received, self.page_size)
        else:
            self.checkpoint.mark_done(part, received, received)

    def _read_again(self, part: PartitionState, reason: str) -> None:
        """Read a partition again when records are missing or repeated; after MAX_RESTARTS it is incomplete."""
        if part.attempts < MAX_RESTARTS:
            self.checkpoint.partitions.restart(part.id)
            self.checkpoint.partitions.update(part.id, attempts=part.attempts + 1, expected=part.total)
        else:
            self.checkpoint.mark_incomplete(part, self.checkpoint.pages.count_distinct(part.id), reason)

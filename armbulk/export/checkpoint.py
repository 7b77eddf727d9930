"""The progress of an export: what was read of each partition, what to read next, what to read again."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from armbulk.model.outcome import ApiUsage
from armbulk.model.partition import Partition, PartitionState, PartitionStatus
from armbulk.store.checkpoint_tables import PageTable, PartitionTable
from armbulk.store.checkpoints import CheckpointFile


class Checkpoint:
    """The resumable progress of one export.

    Attributes:
        file: the file it is kept in, with facts about the export.
        partitions: the partitions of the list.
        pages: the pages read of them.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Open the export `name`, or begin it; Unfinished when another process works on it."""
        self.file = CheckpointFile(folder, name)
        self.partitions = PartitionTable(self.file)
        self.pages = PageTable(self.file)

    @property
    def folder(self) -> Path:
        """The folder that it is in, which only its owner can read."""
        return self.file.path.parent

    @property
    def usage(self) -> ApiUsage:
        """What the export has used of the quota so far, in all its sessions."""
        return ApiUsage(**self.file.read_fact("cost", {}))

    def add_usage(self, usage: ApiUsage, records: int) -> None:
        """Add what a call has used, and how many records it returned."""
        self.file.save_facts({"cost": (self.usage + usage).meters(), "records": self._records + records})

    @property
    def reads_per_record(self) -> float:
        """Reads that ARM counts for a record, its lines included, as far as is known by now."""
        return self.usage.reads / self._records if self._records else 1.0

    @property
    def _records(self) -> int:
        """The records that all calls together returned."""
        return int(self.file.read_fact("records", 0))

    @property
    def ignored_filters(self) -> frozenset[str]:
        """The filters that ARM ignores; they are applied to what it returns."""
        return frozenset(self.file.read_fact("ignored", []))

    def save_ignored_filters(self, names: Iterable[str]) -> None:
        """Keep which filters ARM ignores."""
        self.file.save_fact("ignored", sorted(names))

    def start(self, root: Partition, ignored: Iterable[str] = ()) -> None:
        """Begin at `root` again; pages read before are deleted."""
        self.partitions.start(root, ignored)

    def resume(self) -> None:
        """Before reading on: mark incomplete partitions as unread, and delete what they were split into."""
        for part in self.partitions.select(PartitionStatus.INCOMPLETE):
            self.partitions.delete(child.id for child in self.partitions.descendants(part.id))
            self.partitions.restart(part.id)
            self.partitions.update(part.id, attempts=0, reason="")

    def next_partition(self) -> PartitionState | None:
        """Return the partition to read next: one that was begun, else the first unread one."""
        return self.partitions.first(PartitionStatus.READING) or self.partitions.first(PartitionStatus.TODO)

    def split(self, part: PartitionState, children: Sequence[Partition], expected: int | None) -> None:
        """Add what a partition is split into, each expected to have `expected` records."""
        self.partitions.add(part.id, children, expected)

    def mark_done(self, part: PartitionState, total: int, received: int | None = None) -> None:
        """Mark a partition as completely read; `received` stays as it is when None."""
        values = {} if received is None else {"received": received}
        self.partitions.update(part.id, status=PartitionStatus.DONE, total=total, **values)

    def mark_incomplete(self, part: PartitionState, received: int, reason: str) -> None:
        """Mark a partition as one of which records may be missing."""
        self.partitions.update(part.id, status=PartitionStatus.INCOMPLETE, received=received, reason=reason)

    def save_page(
        self, part: PartitionState, number: int, items: pl.DataFrame, lines: pl.DataFrame | None, query: str
    ) -> bool:
        """Save a page; return whether it has a record that was not on an earlier page of the partition.

        Args:
            part: the partition; with a total from ARM, every page counts as new.
            number: the page's number.
            items: its records.
            lines: their lines.
            query: ARM's id of the stored query that returns the next page; "" keeps the one before.
        """
        before = self.pages.count_distinct(part.id) if part.total is None else 0
        self.pages.add(part, number, items, lines, query)
        return part.total is not None or self.pages.count_distinct(part.id) > before

    def read_partitions(self) -> list[PartitionState]:
        """Return the partitions whose pages belong to the list."""
        return self.partitions.select(PartitionStatus.DONE, PartitionStatus.INCOMPLETE, PartitionStatus.TRUNCATED)

    def repeated_keys(self) -> frozenset[str]:
        """Return the keys of records that were read more than once: they moved between pages, or there are several."""
        return self.pages.repeated_keys(part.id for part in self.read_partitions())

    def records(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame | None]]:
        """Yield everything read, page by page: records (with ROW_INDEX), each once, and their lines."""
        return self.pages.unique_records(part.id for part in self.read_partitions())

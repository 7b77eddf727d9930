"""Compare an export with the last complete export of the same (`--since last`): new, changed and deleted records.

ARM documents no list of what changed since a time, so the whole list is read, verified as always, and compared here by
fingerprints. Only a complete export is kept for the next comparison, and only when its file is complete: a change
rather appears twice than never.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import polars as pl

from armbulk.clock import format_iso
from armbulk.errors import StoreError
from armbulk.export.changes import ChangeCounts, ChangedRecords, ChangeMarks, Pages
from armbulk.export.fingerprint import CHANGE, DIFFERENT, NEW, compare_fingerprints
from armbulk.export.snapshot import RECORDS, VERSION, SnapshotWriter, snapshot_path, with_hash_columns
from armbulk.i18n import _
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Resource
from armbulk.store.snapshots import UNFINISHED_SUFFIXES, Snapshot


@dataclass(slots=True)
class PreviousExport:
    """The last complete export of a list, and the snapshot of the current one that takes its place.

    Attributes:
        folder: where snapshots are kept.
        name: name of the snapshot.
        work_name: name of the unfinished files; no other process uses it at the same time.
        resource: what the records are.
        has_changes_only: whether ARM was only asked for what changed, so that records it did not return still exist.
        base: the snapshot to compare with; None when there is none.
        reason: why there is no base: first, unreadable or version.
        names_columns: whether the hashes can show which columns differ.
        counts: the result of `compare`.
    """

    folder: Path
    name: str
    work_name: str
    resource: Resource
    has_changes_only: bool = False
    base: Snapshot | None = field(init=False, default=None)
    reason: str | None = field(init=False, default="first")
    names_columns: bool = field(init=False, default=True)
    counts: ChangeCounts = field(init=False, default_factory=ChangeCounts)
    _base_facts: Mapping[str, Any] = field(init=False, default_factory=dict)
    _base_rows: int = field(init=False, default=0)
    _writer: SnapshotWriter = field(init=False)
    _marks: ChangeMarks = field(init=False)

    def __enter__(self) -> Self:
        """Open the base and begin the new snapshot; StoreError when the base is needed and missing."""
        self._open_base()
        if self.has_changes_only and self.base is None:
            raise StoreError(
                "memory-gone",
                _("The earlier export that --since compares with has been deleted"),
                _("Run the same command again"),
            )
        snapshot, marks = (Snapshot.create(self.folder / f"{self.work_name}{suffix}") for suffix in UNFINISHED_SUFFIXES)
        self._writer = SnapshotWriter(snapshot, self.resource, self._key)
        self._marks = ChangeMarks(marks)
        return self

    def _open_base(self) -> None:
        try:
            self.base = Snapshot.open_existing(snapshot_path(self.folder, self.name))
        except StoreError:
            self.reason = "unreadable"
        if self.base:
            self._base_facts = self.base.read_facts()
            self.reason = None if self._base_facts.get("version") == VERSION else "version"
        if self.base and self.reason:
            self.base.close()
            self.base = None

    def __exit__(self, *_: object) -> None:
        for unfinished in (self._writer.snapshot, self._marks.file):
            unfinished.discard()
        if self.base:
            self.base.close()

    @property
    def _key(self) -> tuple[str, ...]:
        return self.resource.listing.key if self.resource.listing else ()

    # ── the new snapshot ────────────────────────────────────────────────────────────────────────────────────────

    def start(self, columns: Iterable[ExportColumn]) -> None:
        """Prepare for the records; `columns` are theirs, with all values counted."""
        facts = self._base_facts if self.base else {}
        self._writer.start(columns, facts)
        self.names_columns = not facts or facts["canary"] == self._writer.hasher.hash_samples()

    def add(self, items: pl.DataFrame, lines: pl.DataFrame | None) -> None:
        """Add a page of records, in the order of the list."""
        self._writer.add(items, lines)

    def save(self, started_at: float, now: float) -> None:
        """Keep this export, started then, for the next comparison (epoch seconds): its file is complete."""
        self._writer.flush()
        self._writer.save_facts(started_at, now)
        if self.base:
            if self.has_changes_only:
                self._writer.copy_unchanged(self.base)
            self.base.close()
        self._writer.snapshot.move_to(snapshot_path(self.folder, self.name))

    # ── the comparison ──────────────────────────────────────────────────────────────────────────────────────────

    def compare(self, pages: Pages, rows: int) -> ChangedRecords:
        """Find out what became of each record.

        Args:
            pages: yields the records that were added.
            rows: how many there are.
        """
        self._writer.flush()
        if self.base is None:
            self.counts.new = rows
        else:
            new = self._writer.snapshot
            for bucket in sorted({*self.base.buckets(RECORDS), *new.buckets(RECORDS)}):
                self._compare_bucket(self.base.read_bucket(RECORDS, bucket), new.read_bucket(RECORDS, bucket))
            existing = self._base_rows + self.counts.new if self.has_changes_only else rows
            self.counts.unchanged = existing - self.counts.new - self.counts.changed
        marks = self._marks if self.base else None
        changed = ChangedRecords(self.resource, self._key, pages, marks, self.counts)
        if self.resource.lines:
            self.counts.lines = sum(lines.height for _, lines in changed.marked_pages() if lines is not None)
        return changed

    def _compare_bucket(self, old: pl.DataFrame | None, new: pl.DataFrame | None) -> None:
        paths = self._writer.hasher.paths if self.names_columns else ()
        template = old if new is None else new
        if template is None:
            return
        old, new = (template.clear() if bucket is None else bucket for bucket in (old, new))
        marked, gone = compare_fingerprints(with_hash_columns(paths, old), with_hash_columns(paths, new), paths)
        self._marks.add(marked)
        if not self.has_changes_only:
            self._marks.add_gone(gone)
        self.counts.new += marked.filter(pl.col(CHANGE) == NEW).height
        self.counts.changed += marked.filter(pl.col(CHANGE) == DIFFERENT).height
        self.counts.gone += gone.height
        self._base_rows += old.height

    def to_json(self, *, is_complete: bool) -> dict[str, Any]:
        """Return the comparison as the JSON of `armbulk export --since`; an incomplete list has no deleted records."""
        counts = self.counts
        return {
            "at": format_iso(self._base_facts["at"]) if self.base else None,
            "new": counts.new,
            "changed": counts.changed,
            "gone": counts.gone if is_complete and not self.has_changes_only else None,
            "unchanged": counts.unchanged,
            "why": self.reason,
            "fields": self.names_columns,
            "by": "filter" if self.has_changes_only else "comparison",
        }

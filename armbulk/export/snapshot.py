"""The snapshot of an export: the fingerprints of all its records, kept for the comparison with the next export."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.errors import StoreError
from armbulk.export.fingerprint import BUCKET, RecordHasher, hash_column
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Resource
from armbulk.model.record_texts import RECORD_KEY
from armbulk.store.snapshots import SNAPSHOT_SUFFIX, Snapshot

VERSION = 2
"""Version of how fingerprints are calculated: those of another version cannot be compared."""

BUFFER_ROWS = 25_000
"""Fingerprints saved together: a few large writes are faster than many small ones."""

RECORDS = "records"
"""The table of fingerprints."""


def snapshot_path(folder: Path, name: str) -> Path:
    """Return where the snapshot of an export is kept."""
    return folder / f"{name}{SNAPSHOT_SUFFIX}"


def read_start_time(folder: Path, name: str) -> float | None:
    """Return when the last complete export was started (epoch seconds); None without a usable snapshot."""
    try:
        snapshot = Snapshot.open_existing(snapshot_path(folder, name))
    except StoreError:
        return None
    facts = snapshot.read_facts() if snapshot else {}
    if snapshot:
        snapshot.close()
    return float(facts["begun"]) if facts.get("version") == VERSION else None


def with_hash_columns(paths: Iterable[str], fingerprints: pl.DataFrame) -> pl.DataFrame:
    """Return fingerprints with a hash column for each path; a path that was unknown then was blank."""
    columns = (hash_column(path) for path in paths)
    return fingerprints.with_columns(
        pl.lit(0, pl.UInt32).alias(name) for name in columns if name not in fingerprints.columns
    )


@dataclass(slots=True)
class SnapshotWriter:
    """Writes the snapshot of the export being made.

    Attributes:
        snapshot: the file, unfinished.
        resource: what the records are.
        key: paths of the record's key.
        hasher: calculates fingerprints; set by `start`.
    """

    snapshot: Snapshot
    resource: Resource
    key: tuple[str, ...]
    hasher: RecordHasher = field(init=False)
    _rows: int = field(init=False, default=0)
    _buffer: list[pl.DataFrame] = field(init=False, default_factory=list)

    def start(self, columns: Iterable[ExportColumn], base_facts: Mapping[str, Any]) -> None:
        """Prepare for the records.

        Args:
            columns: the columns of the records; those with values get hashes.
            base_facts: facts of the snapshot to compare with, whose salt and paths are used; {} without one.
        """
        salt = bytes.fromhex(base_facts["salt"]) if base_facts else secrets.token_bytes(16)
        lines = [self.resource.lines_path] if self.resource.lines else []
        filled = (column.path for column in columns if column.value_count)
        paths = dict.fromkeys([*base_facts.get("paths", ()), *filled, *lines])
        self.hasher = RecordHasher(self.resource, self.key, tuple(paths), salt)

    def add(self, items: pl.DataFrame, lines: pl.DataFrame | None) -> None:
        """Add a page of records, in the order of the list."""
        self._buffer.append(self.hasher.hash_records(items, lines, self._rows))
        self._rows += items.height
        if sum(fingerprints.height for fingerprints in self._buffer) >= BUFFER_ROWS:
            self.flush()

    def flush(self) -> None:
        """Save the fingerprints that are still in memory."""
        if self._buffer:
            self.snapshot.add_rows(RECORDS, pl.concat(self._buffer), BUCKET)
            self._buffer.clear()

    def copy_unchanged(self, base: Snapshot) -> None:
        """Copy the records of `base` that this export does not have: ARM was only asked for changes."""
        for bucket in base.buckets(RECORDS):
            old, new = base.read_bucket(RECORDS, bucket), self.snapshot.read_bucket(RECORDS, bucket)
            if old is not None:
                kept = old if new is None else old.join(new, on=RECORD_KEY, how="anti")
                kept = with_hash_columns(self.hasher.paths, kept)
                self.snapshot.add_rows(RECORDS, kept.with_columns(pl.lit(bucket, pl.UInt8).alias(BUCKET)), BUCKET)

    def save_facts(self, started_at: float, now: float) -> None:
        """Save what a comparison with this snapshot needs (times in epoch seconds)."""
        self.snapshot.save_facts(
            {
                "version": VERSION,
                "begun": started_at,
                "at": now,
                "salt": self.hasher.salt.hex(),
                "paths": self.hasher.paths,
                "canary": self.hasher.hash_samples(),
            }
        )

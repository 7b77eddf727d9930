"""The file that keeps what an export wrote, as keys and hashes: the next export is compared with it.

Tables are kept in numbered buckets in one SQLite file, readable by its owner only. A new snapshot is written beside
the old one and moved into its place when the exported file is complete; a process that stops in between reports the
same changes again. Names of tables and columns, and the endings of the files, stay as they are: a snapshot of an
older armbulk must be readable.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import polars as pl
from filelock import FileLock, Timeout

from armbulk.errors import StoreError, describe_os_error
from armbulk.i18n import _
from armbulk.store.frame_blobs import from_blob, to_blob

_LAYOUT = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE piece (id INTEGER PRIMARY KEY, name TEXT NOT NULL, box INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX piece_box ON piece (name, box);
"""

SNAPSHOT_SUFFIX, UNFINISHED_SUFFIXES = ".last", (".next", ".marks")
"""Names of files: a snapshot; one being written, and the changes found meanwhile."""


class Snapshot:
    """An open snapshot: facts, and tables whose rows are added to buckets and read a bucket at a time."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open an existing snapshot; `create` begins a new one."""
        self.path = path
        mode = "?mode=ro" if readonly else ""
        self._conn = sqlite3.connect(
            f"{path.absolute().as_uri()}{mode}", uri=True, isolation_level=None, check_same_thread=False
        )

    @classmethod
    def create(cls, path: Path) -> Self:
        """Begin a new snapshot; one left at `path` by a process that stopped is replaced."""
        try:
            path.unlink(missing_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            snapshot = cls(path)
            snapshot._conn.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_LAYOUT}")
        except (OSError, sqlite3.Error) as error:
            raise _unusable(error) from None
        return snapshot

    @classmethod
    def open_existing(cls, path: Path) -> Self | None:
        """Open a snapshot for reading; None when there is no file, StoreError when it cannot be read."""
        if not path.exists():
            return None
        snapshot = cls(path, readonly=True)
        try:
            snapshot.read_facts()
        except StoreError:
            snapshot.close()
            raise
        return snapshot

    @contextmanager
    def _translate_errors(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._conn
        except (sqlite3.Error, pl.exceptions.PolarsError, ValueError) as error:
            raise _unusable(error) from None

    def save_facts(self, facts: Mapping[str, Any]) -> None:
        """Save JSON values by name."""
        rows = [(name, json.dumps(value)) for name, value in facts.items()]
        with self._translate_errors() as conn:
            conn.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", rows)

    def read_facts(self) -> Mapping[str, Any]:
        """Return all facts by name."""
        with self._translate_errors() as conn:
            return {name: json.loads(value) for name, value in conn.execute("SELECT name, value FROM fact")}

    def add_rows(self, table: str, frame: pl.DataFrame, by: str) -> None:
        """Add rows to a table; column `by` names the bucket of each row and is not kept."""
        rows = [
            (table, bucket[0], to_blob(part.drop(by)))
            for bucket, part in frame.partition_by(by, as_dict=True, maintain_order=True).items()
        ]
        with self._translate_errors() as conn:
            conn.execute("BEGIN")
            conn.executemany("INSERT INTO piece (name, box, content) VALUES (?, ?, ?)", rows)
            conn.execute("COMMIT")

    def read_bucket(self, table: str, bucket: int) -> pl.DataFrame | None:
        """Return the rows of a bucket in the order they were added; None for an empty one."""
        with self._translate_errors() as conn:
            sql = "SELECT content FROM piece WHERE name = ? AND box = ? ORDER BY id"
            chunks = [from_blob(blob) for (blob,) in conn.execute(sql, (table, bucket))]
            return pl.concat(chunks) if chunks else None

    def buckets(self, table: str) -> list[int]:
        """Return the buckets of a table that have rows, ascending."""
        with self._translate_errors() as conn:
            sql = "SELECT DISTINCT box FROM piece WHERE name = ? ORDER BY box"
            return [bucket for (bucket,) in conn.execute(sql, (table,))]

    def close(self) -> None:
        """Close the file."""
        self._conn.close()

    def discard(self) -> None:
        """Close the file and delete it."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def move_to(self, path: Path) -> None:
        """Close the file and move it into place atomically."""
        self.close()
        try:
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            self.path.replace(path)
        except OSError as error:
            raise _unusable(error) from None


def purge_snapshots(folder: Path, before: float) -> int:
    """Delete snapshots not renewed since `before` (epoch seconds), and unfinished ones; return how many snapshots."""
    deleted = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        with contextlib.suppress(OSError):
            if path.suffix == SNAPSHOT_SUFFIX and path.stat().st_mtime < before:
                path.unlink()
                deleted += 1
            elif path.suffix in UNFINISHED_SUFFIXES and path.stat().st_mtime < before:
                _delete_unless_locked(path)
    return deleted


def _delete_unless_locked(path: Path) -> None:
    with contextlib.suppress(Timeout), FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600):
        path.unlink()


def _unusable(error: Exception) -> StoreError:
    return StoreError(
        "memory-unusable",
        _("The earlier export that --since compares with cannot be used: {reason}", reason=describe_os_error(error)),
        _("Free disk space, or check ARMBULK_HOME. Run the export without --since to start over"),
    )

"""The file that keeps what an unfinished export has read: running the same export again continues from it.

One SQLite file for each export, readable by its owner only: facts, partitions, pages, and the key of every record.
A page and what it means for its partition are one transaction, so the process may stop at any moment. The names of
tables and columns stay as they are: a checkpoint of an older armbulk must be readable.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from armbulk.errors import StoreError, Unfinished, describe_os_error
from armbulk.i18n import _

_LAYOUT = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (
    id INTEGER PRIMARY KEY, parent INTEGER, window TEXT NOT NULL, state TEXT NOT NULL,
    expected INTEGER, total INTEGER, query TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
    cap INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, got INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY, part INTEGER NOT NULL, number INTEGER NOT NULL, rows INTEGER NOT NULL,
    items BLOB NOT NULL, lines BLOB, UNIQUE (part, number)
);
CREATE TABLE IF NOT EXISTS seen (
    key TEXT NOT NULL, part INTEGER NOT NULL, page INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (key, part, page, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_part ON seen (part);
CREATE INDEX IF NOT EXISTS part_parent ON part (parent);
CREATE INDEX IF NOT EXISTS part_state ON part (state);
"""


class CheckpointFile:
    """The open checkpoint file of one export; other processes are locked out until it is closed."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open `name`.db in `folder`, or create it.

        Raises:
            Unfinished: another process works on this export.
            StoreError: the file cannot be created or used.
        """
        self.path = folder / f"{name}.db"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = FileLock(folder / f"{name}.lock", timeout=0, mode=0o600)
            self._lock.acquire()
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except Timeout:
            raise Unfinished(
                "busy",
                _("Another armbulk process is reading the same list"),
                _("Wait until it has finished, then try again"),
            ) from None
        except OSError as error:
            raise storing_failed(error) from None
        self.connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error as error:
            raise storing_failed(error) from None
        with self.transaction() as conn:
            for statement in _LAYOUT.split(";"):
                conn.execute(statement)

    def close(self, *, delete: bool, keep_until: float | None = None) -> None:
        """Close the file and release its lock.

        Args:
            delete: remove the file.
            keep_until: the time that the file gets (epoch seconds): `purge_checkpoints` deletes older ones.
        """
        self.connection.close()
        if delete:
            _delete(self.path)
        elif keep_until is not None:
            with suppress(OSError):
                os.utime(self.path, (keep_until, keep_until))
        self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Carry out the changes in the block together or not at all; StoreError when the database refuses."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise storing_failed(error) from None
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def read_fact(self, name: str, default: Any) -> Any:
        """Return the fact saved under a name, or `default`."""
        row = self.connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def save_fact(self, name: str, value: Any) -> None:
        """Save a JSON value under a name."""
        self.save_facts({name: value})

    def save_facts(self, facts: Mapping[str, Any]) -> None:
        """Save JSON values by name, together."""
        rows = [(name, json.dumps(value)) for name, value in facts.items()]
        with self.transaction() as conn:
            conn.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", rows)

    def clear(self) -> None:
        """Delete everything that was read, and all facts."""
        with self.transaction() as conn:
            for table in ("part", "page", "seen", "fact"):
                conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own


def purge_checkpoints(folder: Path, before: float, prefix: str = "") -> int:
    """Delete checkpoints not touched since `before` (epoch seconds) that no process uses; return how many.

    With a `prefix` only those whose names begin so.
    """
    deleted = 0
    for path in sorted(folder.glob(f"{prefix}*.db")) if folder.is_dir() else []:
        try:
            with FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600):
                if path.stat().st_mtime < before:
                    _delete(path)
                    deleted += 1
        except (Timeout, OSError):
            continue
    return deleted


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def storing_failed(error: Exception) -> StoreError:
    """Return the error for what cannot be kept on disk while a list is read and written."""
    message = _("The downloaded data cannot be stored: {reason}", reason=describe_os_error(error))
    return StoreError("parts-unusable", message, _("Free disk space, or check ARMBULK_HOME"))

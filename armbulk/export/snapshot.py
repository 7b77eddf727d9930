"""What an export has written, by fingerprints: what the next one is compared with. Keys and hashes, no values.

Tables lie in numbered boxes in one SQLite file, readable by its owner alone. A memory is made beside its place while
the export is written, and put there when the file is whole: a process that ends between the two shows the same again.
"""

import contextlib
import io
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import polars as pl
from filelock import FileLock, Timeout

from armbulk.errors import StoreError

_LAYOUT = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE piece (id INTEGER PRIMARY KEY, name TEXT NOT NULL, box INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX piece_box ON piece (name, box);
"""

ENDING, UNFINISHED = ".last", (".next", ".marks")
"""How the files are called: a memory; one that is being made, and what is found out meanwhile."""


class Snapshot:
    """Tables in boxes; each is put in by pieces, and taken out a box at a time."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        """Open a memory that is there; use `made` for a new one."""
        self.path = path
        mode = "?mode=ro" if readonly else ""
        self._conn = sqlite3.connect(
            f"{path.absolute().as_uri()}{mode}", uri=True, isolation_level=None, check_same_thread=False
        )

    @classmethod
    def create(cls, path: Path) -> Self:
        """Begin a new one; what a process that ended has left of it goes."""
        try:
            path.unlink(missing_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            memory = cls(path)
            memory._conn.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_LAYOUT}")
        except (OSError, sqlite3.Error) as error:
            raise _unusable(error) from None
        return memory

    @classmethod
    def open_existing(cls, path: Path) -> Self | None:
        """The memory at this place, None where there is none; StoreError where it cannot be read."""
        if not path.exists():
            return None
        memory = cls(path, readonly=True)
        try:
            memory.read_facts()
        except StoreError:
            memory.close()
            raise
        return memory

    @contextmanager
    def _careful(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._conn
        except (sqlite3.Error, pl.exceptions.PolarsError, ValueError) as error:
            raise _unusable(error) from None

    def save_facts(self, **facts: Any) -> None:
        """Note something."""
        with self._careful() as conn:
            conn.executemany(
                "INSERT OR REPLACE INTO fact VALUES (?, ?)", [(name, json.dumps(one)) for name, one in facts.items()]
            )

    def read_facts(self) -> Mapping[str, Any]:
        """All that was noted."""
        with self._careful() as conn:
            return {name: json.loads(value) for name, value in conn.execute("SELECT name, value FROM fact")}

    def add_rows(self, name: str, frame: pl.DataFrame, by: str) -> None:
        """Put rows of the table `name` into the boxes that column `by` tells."""
        rows = [
            (name, box[0], _blob(part.drop(by)))
            for box, part in frame.partition_by(by, as_dict=True, maintain_order=True).items()
        ]
        with self._careful() as conn:
            conn.execute("BEGIN")
            conn.executemany("INSERT INTO piece (name, box, content) VALUES (?, ?, ?)", rows)
            conn.execute("COMMIT")

    def read_bucket(self, name: str, box: int) -> pl.DataFrame | None:
        """What lies in a box of a table, in the order it was put there; None for nothing."""
        with self._careful() as conn:
            asked = "SELECT content FROM piece WHERE name = ? AND box = ? ORDER BY id"
            found = [pl.read_ipc(io.BytesIO(blob)) for (blob,) in conn.execute(asked, (name, box))]
            return pl.concat(found) if found else None

    def buckets(self, name: str) -> list[int]:
        """The boxes of a table that hold something."""
        with self._careful() as conn:
            asked = "SELECT DISTINCT box FROM piece WHERE name = ? ORDER BY box"
            return [box for (box,) in conn.execute(asked, (name,))]

    def close(self) -> None:
        """Let go."""
        self._conn.close()

    def discard(self) -> None:
        """Let go, and take the file away."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def move_to(self, path: Path) -> None:
        """Let go, and put the file in its place, whole at once."""
        self.close()
        try:
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            self.path.replace(path)
        except OSError as error:
            raise _unusable(error) from None


def purge_snapshots(folder: Path, before: float) -> int:
    """Take away memories not renewed since `before` (epoch seconds), and what ended processes left of others."""
    gone = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        with contextlib.suppress(OSError):
            if path.suffix == ENDING and path.stat().st_mtime < before:
                path.unlink()
                gone += 1
            elif path.suffix in UNFINISHED and path.stat().st_mtime < before:
                _unless_busy(path)
    return gone


def _unless_busy(path: Path) -> None:
    with contextlib.suppress(Timeout), FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600):
        path.unlink()


def _blob(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_ipc(made, compression="zstd")
    return made.getvalue()


def _unusable(why: Exception) -> StoreError:
    said = getattr(why, "strerror", None) or str(why)
    return StoreError(
        "memory-unusable",
        f"What exports are compared with cannot be used: {said}",
        "Make room, or check ARMBULK_HOME; the same export without --since begins anew",
    )

"""What an export has read so far, on disk until it is done: the same command again goes on from here.

One SQLite file for each export in armbulk's folder, readable by its owner alone: windows, pages, and the key of every
record. A page and what it means for its window are one transaction, so that a process may end at any moment.
"""

import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl
from filelock import FileLock, Timeout

from armbulk.arm.decode import RECORD_KEY, ROW_INDEX
from armbulk.errors import StoreError, Unfinished
from armbulk.export.partition import Partition
from armbulk.model.outcome import ApiUsage

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


class PartitionStatus(StrEnum):
    """How far a part is."""

    TODO = "todo"
    READING = "reading"
    PARTITIONED = "split"  # it was too large: its children are read instead
    TRUNCATED = "head"  # too large too, but what ARM served of it is kept: its children complete it
    DONE = "done"
    INCOMPLETE = "gap"  # it is not certain that all of it was read


@dataclass(frozen=True, slots=True)
class PartitionState:
    """One window and how far its reading is; `total` is what ARM says it holds, `expected` what was thought before."""

    id: int
    parent: int | None
    window: Partition
    state: PartitionStatus
    expected: int | None
    total: int | None
    query: str
    size: int
    cap: int
    tries: int
    got: int
    why: str

    def more(self, number: int) -> bool:
        """Whether there can be a page of this number: never beyond what ARM says, or serves at all."""
        return self.total is None or (number - 1) * self.size < min(self.total, self.cap)


class Checkpoint:
    """The parts of one export; `id` names the export, the same for the same question."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open what there is of the export, or begin it; Unfinished when another process works on it."""
        self.path = folder / f"{name}.db"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = FileLock(folder / f"{name}.lock", timeout=0, mode=0o600)
            self._lock.acquire()
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except Timeout:
            raise Unfinished(
                "busy", "Another armbulk process makes this very export", "Wait until it has ended, then try again"
            ) from None
        except OSError as error:
            raise _unusable(str(error.strerror)) from None
        self._conn = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        with self._change() as conn:
            for statement in _LAYOUT.split(";"):
                conn.execute(statement)
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = NORMAL")

    def close(self, *, done: bool) -> None:
        """Let go; `done` takes everything away."""
        self._conn.close()
        if done:
            for end in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        self._lock.release()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            yield self._conn
            self._conn.execute("COMMIT")
        except sqlite3.Error as error:
            raise _unusable(str(error)) from None
        finally:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")

    # ── facts ───────────────────────────────────────────────────────────────────────────────────────────────────

    def fact(self, name: str, default: Any) -> Any:
        """What was noted under a name."""
        found = self._conn.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return default if found is None else json.loads(found[0])

    def note(self, name: str, value: Any) -> None:
        """Note something."""
        with self._change() as conn:
            conn.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, json.dumps(value)))

    def spend(self, cost: ApiUsage) -> None:
        """Add what a call has used."""
        self.note("cost", (self.spent + cost).meters())

    @property
    def spent(self) -> ApiUsage:
        """What the whole export has used so far."""
        return ApiUsage(**self.fact("cost", {}))

    @property
    def ignored(self) -> frozenset[str]:
        """What ARM was found not to heed."""
        return frozenset(self.fact("ignored", []))

    # ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────

    def forget(self) -> None:
        """Drop all that was read and found out."""
        with self._change() as conn:
            for table in ("part", "page", "seen", "fact"):
                conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def begin(self, root: Partition, ignored: Iterable[str] = ()) -> None:
        """Begin at the whole window, anew where something was read before."""
        with self._change() as conn:
            for table in ("part", "page", "seen"):
                conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            conn.execute("INSERT OR REPLACE INTO fact VALUES ('ignored', ?)", (json.dumps(sorted(ignored)),))
        self.add(None, [root], None)

    def add(self, parent: int | None, windows: Sequence[Partition], expected: int | None) -> None:
        """Add parts to read."""
        rows = [(parent, json.dumps(one.to_json()), PartitionStatus.TODO.value, expected) for one in windows]
        with self._change() as conn:
            conn.executemany("INSERT INTO part (parent, window, state, expected) VALUES (?, ?, ?, ?)", rows)

    def all(self, *states: PartitionStatus) -> list[PartitionState]:
        """The parts in these states (all, if none is named), in the order they were thought of."""
        chosen = states or tuple(PartitionStatus)
        return self._found(f"state IN ({_marks(chosen)}) ORDER BY id", *chosen)

    def one(self, part: int) -> PartitionState:
        """A part as it stands now."""
        return self._found("id = ?", part)[0]

    def next(self) -> PartitionState | None:
        """The part to go on with: one that was begun, else the first of the rest."""
        begun = self._found("state = 'reading' ORDER BY id LIMIT 1")
        found = begun or self._found("state = 'todo' ORDER BY id LIMIT 1")
        return found[0] if found else None

    def unmeasured(self) -> PartitionState | None:
        """A part whose size is not known."""
        found = self._found("state = 'todo' AND total IS NULL ORDER BY id LIMIT 1")
        return found[0] if found else None

    def children(self, part: int) -> list[PartitionState]:
        """What a part was cut into."""
        return self._found("parent = ? ORDER BY id", part)

    def below(self, part: int) -> list[PartitionState]:
        """What a part was cut into, and that in turn."""
        family = (
            "id IN (WITH RECURSIVE family (id) AS (SELECT id FROM part WHERE parent = ? "
            "UNION SELECT part.id FROM part JOIN family ON part.parent = family.id) SELECT id FROM family)"
        )
        return self._found(family, part)

    def _found(self, where: str, *values: Any) -> list[PartitionState]:
        fields = "id, parent, window, state, expected, total, query, size, cap, tries, got, why"
        rows = self._conn.execute(f"SELECT {fields} FROM part WHERE {where}", values)  # noqa: S608 - words of our own
        return [
            PartitionState(row[0], row[1], Partition.from_json(json.loads(row[2])), PartitionStatus(row[3]), *row[4:])
            for row in rows.fetchall()
        ]

    def set(self, part: int, **values: Any) -> None:
        """Change what is known of a part."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._change() as conn:
            conn.execute(f"UPDATE part SET {names} WHERE id = ?", (*values.values(), part))  # noqa: S608 - own names

    def again(self, part: int) -> None:
        """Read a part from its beginning: what was read of it is dropped."""
        with self._change() as conn:
            conn.execute("DELETE FROM page WHERE part = ?", (part,))
            conn.execute("DELETE FROM seen WHERE part = ?", (part,))
            conn.execute(
                "UPDATE part SET state = 'todo', query = '', total = NULL, size = 0, got = 0 WHERE id = ?", (part,)
            )

    def retry(self) -> None:
        """Before going on: what could not be proven last time is read again, with all it was cut into."""
        for one in self.all(PartitionStatus.INCOMPLETE):
            below = [part.id for part in self.below(one.id)]
            with self._change() as conn:
                for table, name in (("page", "part"), ("seen", "part"), ("part", "id")):
                    conn.executemany(f"DELETE FROM {table} WHERE {name} = ?", [(part,) for part in below])  # noqa: S608
            self.again(one.id)
            self.set(one.id, tries=0, why="")

    # ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────

    def keep(
        self, part: PartitionState, number: int, items: pl.DataFrame, lines: pl.DataFrame | None, query: str
    ) -> bool:
        """Keep a page: its records, their keys, and the query by which the next is asked for.

        Returns whether it holds a record that was not on an earlier page of the part.
        """
        blobs = (_blob(items), None if lines is None else _blob(lines))
        before = self.distinct([part.id]) if part.total is None else 0
        with self._change() as conn:
            row = (part.id, number, items.height, *blobs)
            made = conn.execute("INSERT INTO page (part, number, rows, items, lines) VALUES (?, ?, ?, ?, ?)", row)
            keys = ((key, part.id, made.lastrowid, place) for place, key in enumerate(items[RECORD_KEY]))
            conn.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", keys)
            values = (query or part.query, items.height, part.id)
            conn.execute("UPDATE part SET query = ?, got = got + ?, state = 'reading' WHERE id = ?", values)
        return part.total is not None or self.distinct([part.id]) > before

    def drop(self, part: int, number: int) -> None:
        """Forget a page again: it held nothing new."""
        with self._change() as conn:
            page = "SELECT id FROM page WHERE part = ? AND number = ?"
            conn.execute(f"DELETE FROM seen WHERE page = ({page})", (part, number))  # noqa: S608 - words of our own
            conn.execute("DELETE FROM page WHERE part = ? AND number = ?", (part, number))
            conn.execute("UPDATE part SET got = (SELECT count(*) FROM seen WHERE part = ?1) WHERE id = ?1", (part,))

    def pages(self, part: int) -> int:
        """How many pages of a part there are."""
        return int(self._conn.execute("SELECT count(*) FROM page WHERE part = ?", (part,)).fetchone()[0])

    def rows(self, part: int) -> int:
        """How many records the pages of a part hold, repeats included."""
        return int(self._conn.execute("SELECT count(*) FROM seen WHERE part = ?", (part,)).fetchone()[0])

    def distinct(self, parts: Sequence[int]) -> int:
        """How many different records some parts hold together."""
        count = f"SELECT count(DISTINCT key) FROM seen WHERE part IN ({_marks(parts)})"  # noqa: S608 - marks only
        return int(self._conn.execute(count, tuple(parts)).fetchone()[0])

    def at_most(self, part: int) -> int:
        """How many different records a part and what it was cut into can hold, by their counts."""
        below = "SELECT coalesce(sum(got), 0) FROM part WHERE parent = ?"
        return self.rows(part) + int(self._conn.execute(below, (part,)).fetchone()[0])

    def together(self, part: int) -> int:
        """How many different records a part and all it was cut into hold."""
        family = (
            "WITH RECURSIVE family (id) AS (VALUES (?) UNION SELECT part.id FROM part JOIN family ON part.parent = "
            "family.id) SELECT count(DISTINCT key) FROM seen WHERE part IN (SELECT id FROM family)"
        )
        return int(self._conn.execute(family, (part,)).fetchone()[0])

    def frames(self, part: int) -> Iterator[pl.DataFrame]:
        """The pages of one part as they came, one at a time."""
        ids = self._conn.execute("SELECT items FROM page WHERE part = ? ORDER BY number", (part,))
        for (blob,) in ids:
            yield pl.read_ipc(io.BytesIO(blob))

    def kept(self) -> Iterator[tuple[PartitionState, pl.DataFrame, pl.DataFrame | None]]:
        """Every page of every part that counts, each record once: where it was seen last."""
        parts = {
            one.id: one for one in self.all(PartitionStatus.DONE, PartitionStatus.INCOMPLETE, PartitionStatus.TRUNCATED)
        }
        twice = self._repeats()
        pages = self._conn.execute("SELECT id, part FROM page ORDER BY part, number").fetchall()
        for page, part in pages:
            if part not in parts:
                continue
            items, lines = self._conn.execute("SELECT items, lines FROM page WHERE id = ?", (page,)).fetchone()
            frame = pl.read_ipc(io.BytesIO(items)).with_row_index(ROW_INDEX)
            away = twice.get(page, [])
            frame = frame.filter(~pl.col(ROW_INDEX).is_in(away)) if away else frame
            yield parts[part], frame, pl.read_ipc(io.BytesIO(lines)) if lines else None

    def _repeats(self) -> dict[int, list[int]]:
        """Page → places of records that stand again on a later page."""
        found: dict[int, list[int]] = {}
        later = (
            "SELECT one.page, one.place FROM (SELECT key, max(page * 1000000 + place) AS kept FROM seen GROUP BY key "
            "HAVING count(*) > 1) AS more JOIN seen AS one ON one.key = more.key "
            "WHERE one.page * 1000000 + one.place <> more.kept"
        )
        for page, place in self._conn.execute(later):
            found.setdefault(page, []).append(place)
        return found


def purge_checkpoints(folder: Path, before: float) -> int:
    """Take away exports that were not touched since `before` (epoch seconds) and that nobody works on."""
    gone = 0
    for path in sorted(folder.glob("*.db")) if folder.is_dir() else []:
        lock = path.with_suffix(".lock")
        try:
            with FileLock(lock, timeout=0, mode=0o600):
                if path.stat().st_mtime < before:
                    for end in ("", "-wal", "-shm"):
                        path.with_name(path.name + end).unlink(missing_ok=True)
                    gone += 1
        except (Timeout, OSError):
            continue
    return gone


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _blob(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_ipc(made, compression="zstd")
    return made.getvalue()


def _unusable(why: str) -> StoreError:
    return StoreError("parts-unusable", f"What was read cannot be kept: {why}", "Make room, or check ARMBULK_HOME")

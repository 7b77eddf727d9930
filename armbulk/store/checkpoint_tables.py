"""The tables of a checkpoint file: partitions and how far each has been read, pages and the keys of their records.

Names of tables and columns stay as they are: a checkpoint of an older armbulk must be readable.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from armbulk.model.partition import Partition, PartitionState, PartitionStatus
from armbulk.model.record_texts import RECORD_KEY, ROW_INDEX
from armbulk.store.checkpoints import CheckpointFile
from armbulk.store.frame_blobs import from_blob, to_blob

_COLUMNS = {
    "id": "id",
    "parent": "parent",
    "partition": "window",
    "status": "state",
    "expected": "expected",
    "total": "total",
    "query": "query",
    "page_size": "size",
    "max_records": "cap",
    "attempts": "tries",
    "received": "got",
    "reason": "why",
}
"""Fields of PartitionState, in their order → columns of the table `part`."""

_DESCENDANTS = (
    "WITH RECURSIVE family (id) AS (SELECT id FROM part WHERE parent = ? "
    "UNION SELECT part.id FROM part JOIN family ON part.parent = family.id) SELECT id FROM family"
)
_COUNT_IN_FAMILY = (
    "WITH RECURSIVE family (id) AS (VALUES (?) UNION SELECT part.id FROM part JOIN family ON part.parent = family.id) "
    "SELECT count(DISTINCT key) FROM seen WHERE part IN (SELECT id FROM family)"
)
_EARLIER_COPIES = (
    "SELECT copy.page, copy.place FROM (SELECT key, max(page * 1000000 + place) AS latest FROM seen GROUP BY key "
    "HAVING count(*) > 1) AS repeated JOIN seen AS copy ON copy.key = repeated.key "
    "WHERE copy.page * 1000000 + copy.place <> repeated.latest"
)


class PartitionTable:
    """The partitions of an export and how far each has been read."""

    def __init__(self, file: CheckpointFile) -> None:
        self._file = file

    def start(self, root: Partition, ignored: Iterable[str]) -> None:
        """Replace everything that was read by the unread `root`; save the fact `ignored`."""
        with self._file.transaction() as conn:
            for table in ("part", "page", "seen"):
                conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            conn.execute("INSERT OR REPLACE INTO fact VALUES ('ignored', ?)", (json.dumps(sorted(ignored)),))
            _insert(conn, None, [root], None)

    def add(self, parent: int | None, partitions: Sequence[Partition], expected: int | None) -> None:
        """Add partitions to read, each expected to have `expected` records."""
        with self._file.transaction() as conn:
            _insert(conn, parent, partitions, expected)

    def select(self, *statuses: PartitionStatus) -> list[PartitionState]:
        """Return the partitions with these statuses (all without any), in the order they were added."""
        chosen = statuses or tuple(PartitionStatus)
        return self._query(f"state IN ({_placeholders(chosen)}) ORDER BY id", *chosen)

    def get(self, part_id: int) -> PartitionState:
        """Return a partition as it is now."""
        return self._query("id = ?", part_id)[0]

    def first(self, status: PartitionStatus) -> PartitionState | None:
        """Return the first partition with a status."""
        return next(iter(self._query("state = ? ORDER BY id LIMIT 1", status)), None)

    def first_unmeasured(self) -> PartitionState | None:
        """Return the first unread partition without a total."""
        where = "state = ? AND total IS NULL ORDER BY id LIMIT 1"
        return next(iter(self._query(where, PartitionStatus.TODO)), None)

    def most_received(self) -> int:
        """Return the most records that were received of any partition, also of one that was split then."""
        statement = "SELECT max(CASE state WHEN ? THEN coalesce(total, got) ELSE got END) FROM part"
        row = self._file.connection.execute(statement, (PartitionStatus.PARTITIONED,)).fetchone()
        return int(row[0] or 0)

    def count_records(self) -> tuple[int, int]:
        """Return how many records were received of the partitions that are read as they are, and how many they have."""
        statement = (
            "SELECT coalesce(sum(got), 0), coalesce(sum(max(coalesce(total, 0), got)), 0) FROM part WHERE state != ?"
        )
        received, total = self._file.connection.execute(statement, (PartitionStatus.PARTITIONED,)).fetchone()
        return int(received), int(total)

    def children(self, part_id: int) -> list[PartitionState]:
        """Return what a partition was split into."""
        return self._query("parent = ? ORDER BY id", part_id)

    def descendants(self, part_id: int) -> list[PartitionState]:
        """Return what a partition was split into, at every level."""
        return self._query(f"id IN ({_DESCENDANTS})", part_id)

    def _query(self, where: str, *values: Any) -> list[PartitionState]:
        columns = ", ".join(_COLUMNS.values())
        statement = f"SELECT {columns} FROM part WHERE {where}"  # noqa: S608 - columns and conditions of this module
        rows = self._file.connection.execute(statement, values)
        return [
            PartitionState(
                part_id, parent, Partition.from_json(json.loads(partition)), PartitionStatus(status), *others
            )
            for part_id, parent, partition, status, *others in rows.fetchall()
        ]

    def update(self, part_id: int, **values: Any) -> None:
        """Change fields of a PartitionState."""
        names = ", ".join(f"{_COLUMNS[name]} = ?" for name in values)
        with self._file.transaction() as conn:
            conn.execute(f"UPDATE part SET {names} WHERE id = ?", (*values.values(), part_id))  # noqa: S608 - own names

    def restart(self, part_id: int) -> None:
        """Mark a partition as unread and delete its pages."""
        with self._file.transaction() as conn:
            conn.execute("DELETE FROM page WHERE part = ?", (part_id,))
            conn.execute("DELETE FROM seen WHERE part = ?", (part_id,))
            conn.execute(
                "UPDATE part SET state = 'todo', query = '', total = NULL, size = 0, got = 0 WHERE id = ?", (part_id,)
            )

    def delete(self, part_ids: Iterable[int]) -> None:
        """Delete partitions and their pages."""
        ids = [(part_id,) for part_id in part_ids]
        with self._file.transaction() as conn:
            for table, name in (("page", "part"), ("seen", "part"), ("part", "id")):
                conn.executemany(f"DELETE FROM {table} WHERE {name} = ?", ids)  # noqa: S608 - names of our own


class PageTable:
    """The pages of an export's partitions, and the key of every record on them."""

    def __init__(self, file: CheckpointFile) -> None:
        self._file = file
        self._copies: tuple[int, dict[int, list[int]]] | None = None

    def add(
        self, part: PartitionState, number: int, items: pl.DataFrame, lines: pl.DataFrame | None, query: str
    ) -> None:
        """Save a page of a partition, the keys of its records, and the `query` that returns the next page."""
        with self._file.transaction() as conn:
            row = (part.id, number, items.height, to_blob(items), None if lines is None else to_blob(lines))
            page = conn.execute("INSERT INTO page (part, number, rows, items, lines) VALUES (?, ?, ?, ?, ?)", row)
            keys = ((key, part.id, page.lastrowid, index) for index, key in enumerate(items[RECORD_KEY]))
            conn.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", keys)
            values = (query or part.query, items.height, part.id)
            conn.execute("UPDATE part SET query = ?, got = got + ?, state = 'reading' WHERE id = ?", values)

    def remove(self, part_id: int, number: int) -> None:
        """Delete a page and its keys; count the partition's records again."""
        with self._file.transaction() as conn:
            page = "SELECT id FROM page WHERE part = ? AND number = ?"
            conn.execute(f"DELETE FROM seen WHERE page = ({page})", (part_id, number))  # noqa: S608 - words of our own
            conn.execute("DELETE FROM page WHERE part = ? AND number = ?", (part_id, number))
            conn.execute("UPDATE part SET got = (SELECT count(*) FROM seen WHERE part = ?1) WHERE id = ?1", (part_id,))

    def count(self, part_id: int) -> int:
        """Return how many pages of a partition there are."""
        return self._number("SELECT count(*) FROM page WHERE part = ?", part_id)

    def count_records(self, part_id: int) -> int:
        """Return how many records the pages of a partition have, repeats included."""
        return self._number("SELECT count(*) FROM seen WHERE part = ?", part_id)

    def count_distinct(self, *part_ids: int) -> int:
        """Return how many different records some partitions have together."""
        marks = _placeholders(part_ids)
        statement = f"SELECT count(DISTINCT key) FROM seen WHERE part IN ({marks})"  # noqa: S608 - only question marks
        return self._number(statement, *part_ids)

    def count_distinct_in_family(self, part_id: int) -> int:
        """Return how many different records a partition and all its descendants have together."""
        return self._number(_COUNT_IN_FAMILY, part_id)

    def max_in_family(self, part_id: int) -> int:
        """Return the most different records a partition and its children can have, by their counts."""
        received = self._number("SELECT coalesce(sum(got), 0) FROM part WHERE parent = ?", part_id)
        return self.count_records(part_id) + received

    def _number(self, sql: str, *values: Any) -> int:
        return int(self._file.connection.execute(sql, values).fetchone()[0])

    def repeated_keys(self, part_ids: Iterable[int]) -> frozenset[str]:
        """Return the keys that the pages of some partitions have more than once."""
        chosen = tuple(part_ids)
        marks = _placeholders(chosen)
        statement = f"SELECT key FROM seen WHERE part IN ({marks}) GROUP BY key HAVING count(*) > 1"  # noqa: S608
        return frozenset(key for (key,) in self._file.connection.execute(statement, chosen))

    def items_of(self, part_id: int) -> Iterator[pl.DataFrame]:
        """Yield the records of a partition, page by page."""
        rows = self._file.connection.execute("SELECT items FROM page WHERE part = ? ORDER BY number", (part_id,))
        for (blob,) in rows:
            yield from_blob(blob)

    def unique_records(self, part_ids: Iterable[int]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame | None]]:
        """Yield the pages of some partitions: records (with ROW_INDEX) and lines.

        A record that is on several pages of the export is on the last of them only.
        """
        chosen, earlier = set(part_ids), self._earlier_copies()
        pages = self._file.connection.execute("SELECT id, part FROM page ORDER BY part, number").fetchall()
        for page, part_id in pages:
            if part_id not in chosen:
                continue
            row = self._file.connection.execute("SELECT items, lines FROM page WHERE id = ?", (page,)).fetchone()
            items, lines = from_blob(row[0]).with_row_index(ROW_INDEX), row[1]
            copies = earlier.get(page, [])
            items = items.filter(~pl.col(ROW_INDEX).is_in(copies)) if copies else items
            yield items, from_blob(lines) if lines else None

    def _earlier_copies(self) -> dict[int, list[int]]:
        """Return page → indexes of records that are repeated on a later page; looked up once for the same pages."""
        changes = self._file.connection.total_changes  # no other process writes this file
        if self._copies is None or self._copies[0] != changes:
            indexes: dict[int, list[int]] = {}
            for page, index in self._file.connection.execute(_EARLIER_COPIES):
                indexes.setdefault(page, []).append(index)
            self._copies = changes, indexes
        return self._copies[1]


def _insert(
    conn: sqlite3.Connection, parent: int | None, partitions: Iterable[Partition], expected: int | None
) -> None:
    todo = PartitionStatus.TODO.value
    rows = [(parent, json.dumps(partition.to_json()), todo, expected) for partition in partitions]
    conn.executemany("INSERT INTO part (parent, window, state, expected) VALUES (?, ?, ?, ?)", rows)


def _placeholders(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))

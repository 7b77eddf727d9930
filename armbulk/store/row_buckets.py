"""Rows of a long table on disk for a moment, in numbered buckets, so that only one bucket is in memory.

They are in a file without a name in a folder of armbulk's own. Its owner alone can open it; it ends with the process.
"""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

import polars as pl

from armbulk.store.checkpoints import storing_failed
from armbulk.store.frame_blobs import from_blob, to_blob


class RowBuckets:
    """Rows in buckets, in a file in `folder`; a context manager. They are gone at its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def __enter__(self) -> Self:
        """Begin without rows; StoreError when there can be no file."""
        try:
            self._file = TemporaryFile(dir=self._folder)
        except OSError as error:
            raise storing_failed(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, bucket: int, rows: pl.DataFrame) -> None:
        """Add rows to a bucket; StoreError when the disk is full."""
        try:
            self._parts[bucket].append((self._file.seek(0, 2), self._file.write(to_blob(rows))))
        except OSError as error:
            raise storing_failed(error) from None

    def read(self, bucket: int) -> pl.DataFrame:
        """Return the rows of a bucket; a column that some of them lack is null there."""
        return pl.concat(map(self._read_part, self._parts[bucket]), how="diagonal")

    def _read_part(self, part: tuple[int, int]) -> pl.DataFrame:
        start, length = part
        try:
            self._file.seek(start)
            return from_blob(self._file.read(length))
        except OSError as error:
            raise storing_failed(error) from None

"""Where postings are kept while a file is read: in memory, and in files of a folder when there are many of them."""

from pathlib import Path

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.ledger_export import LINE_COLUMNS
from armbulk.model.postings import BUCKETS, Postings, find_bucket

SPILL_ROWS = 100_000
"""So many postings are in memory at most; one takes about 300 bytes."""

_BUCKET = "bucket"


class PostingStore:
    """Takes the postings of an export, frame by frame.

    Args:
        folder: An empty folder for the files; None: all postings stay in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._frames: list[pl.DataFrame] = []
        self._waiting = 0
        self._files: list[list[Path]] = [[] for _bucket in range(BUCKETS)]
        self.rows = 0

    def add(self, lines: pl.DataFrame) -> None:
        """Add postings (`LINE_COLUMNS` without line): they get the next numbers of lines.

        Raises:
            FileError: They cannot be written to the folder.
        """
        numbered = lines.with_columns(line=pl.int_range(pl.len(), dtype=pl.Int64) + self.rows)
        self._frames.append(numbered.select(*LINE_COLUMNS))
        self.rows += lines.height
        self._waiting += lines.height
        if self._folder is not None and self._waiting >= SPILL_ROWS:
            self._write(self._folder)

    def finish(self) -> Postings:
        """Return all postings that were added."""
        empty = pl.DataFrame(schema=LINE_COLUMNS)
        if self._folder is None or not any(self._files):
            whole = pl.concat([empty, *self._frames]).lazy()
            return Postings((whole,), self.rows, whole)
        self._write(self._folder)
        shares = (pl.scan_parquet(files) if files else empty.lazy() for files in self._files)
        whole = pl.scan_parquet([file for files in self._files for file in files])
        return Postings(tuple(shares), self.rows, whole)

    def _write(self, folder: Path) -> None:
        """Write the waiting postings, a file for each share."""
        lines = pl.concat([pl.DataFrame(schema=LINE_COLUMNS), *self._frames]).with_columns(find_bucket().alias(_BUCKET))
        self._frames.clear()
        self._waiting = 0
        try:
            for (bucket,), share in lines.partition_by(_BUCKET, as_dict=True, include_key=False).items():
                own = self._files[int(bucket)]
                path = folder / f"{bucket:02}-{len(own):06}.parquet"
                share.write_parquet(path, compression="lz4", statistics=False)
                own.append(path)
        except OSError as error:
            what = _("Temporary files cannot be written to {folder}: {reason}", folder=folder, reason=str(error))
            advice = _("Free disk space, or set TMPDIR (Windows: TMP) to a folder on another disk")
            raise FileError("no-temporary-files", what, advice) from None

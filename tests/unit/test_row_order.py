"""A long table is sorted without its rows in memory as one piece."""

import errno
from pathlib import Path

import polars as pl
import pytest

from armbulk.errors import StoreError
from armbulk.month_end.row_order import by_number, sort_pages
from armbulk.store import row_buckets
from armbulk.writers.table_stream import CHUNK_ROWS


def test_sorted_rows_arrive_in_pieces(tmp_path: Path) -> None:
    """Every row arrives once, in order, and no piece is longer than the writers process at a time."""
    pages = [pl.DataFrame({"account": [str(number) for number in range(start, 25_000, 5)]}) for start in range(5)]
    pieces = list(sort_pages(lambda: iter(pages), lambda _: by_number(pl.col("account")), tmp_path)())
    assert pl.concat(pieces)["account"].to_list() == [str(number) for number in range(25_000)]
    assert max(piece.height for piece in pieces) <= CHUNK_ROWS


def test_a_full_disk_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept while it is sorted is an error that says what to do; nothing stays in the folder."""
    page = pl.DataFrame({"account": ["2", "1"]})
    rows = sort_pages(lambda: iter([page]), lambda _: by_number(pl.col("account")), tmp_path)
    assert [next(rows())["account"][0], *tmp_path.iterdir()] == ["1"]
    monkeypatch.setattr(row_buckets, "to_blob", fail)
    with pytest.raises(StoreError, match="cannot be stored"):
        list(rows())
    with pytest.raises(StoreError, match="cannot be stored"):
        list(sort_pages(lambda: iter([page]), lambda _: by_number(pl.col("account")), tmp_path / "missing")())


def fail(_: pl.DataFrame) -> bytes:
    """A disk that is full."""
    raise OSError(errno.ENOSPC, "No space left on device")

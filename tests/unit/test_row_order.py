"""A long table is sorted without its rows in memory as one piece."""

import errno
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.none() | st.from_regex(r"\A[-+ ]?0{0,2}[0-9]{0,2}[x.]?\Z"), max_size=30))
def test_numbers_are_ordered_by_number_then_by_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever zeros and signs they begin with; the same texts stay in their order."""
    page = pl.DataFrame({"account": texts}, schema={"account": pl.String}).with_row_index()
    rows = sort_pages(lambda: iter([page]), lambda _: by_number(pl.col("account")), tmp_path_factory.getbasetemp())
    keys = [pl.col("account").cast(pl.Int64, strict=False).alias("number"), "account", "index"]
    expected = page.select(keys).sort("number", "account", nulls_last=True, maintain_order=True)["index"]
    assert [index for piece in rows() for index in piece["index"]] == expected.to_list()


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

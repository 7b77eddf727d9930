"""A long table is sorted without its rows in memory as one piece."""

import polars as pl

from armbulk.month_end.row_order import by_number, sort_pages
from armbulk.writers.table_stream import CHUNK_ROWS


def test_sorted_rows_arrive_in_pieces() -> None:
    """Every row arrives once, in order, and no piece is longer than the writers process at a time."""
    pages = [pl.DataFrame({"account": [str(number) for number in range(start, 25_000, 5)]}) for start in range(5)]
    pieces = list(sort_pages(lambda: iter(pages), lambda _: by_number(pl.col("account")))())
    assert pl.concat(pieces)["account"].to_list() == [str(number) for number in range(25_000)]
    assert max(piece.height for piece in pieces) <= CHUNK_ROWS

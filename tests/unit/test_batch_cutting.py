"""Batches are as large as the limits allow, and no larger; every record is in one of them, in order."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from armbulk.planning.batches import BatchEstimate, BatchLimits, price_batches
from armbulk.quota.limits import QuotaLimits, Usage

_RECORD = st.tuples(st.sampled_from([1, 40, 99, 100, 101, 500]), st.integers(1, 12), st.booleans())


@given(
    records=st.lists(_RECORD, max_size=60),
    most=st.integers(1, 12),
    max_bytes=st.integers(1, 600),
)
def test_batches_have_every_record_once_and_are_full(
    records: list[tuple[int, int, bool]], most: int, max_bytes: int
) -> None:
    """A batch ends where the next record would exceed a limit; a record beyond a limit is a batch of its own."""
    frame = pl.DataFrame(records, schema={"bytes": pl.Int64, "writes": pl.Int64, "look": pl.Boolean}, orient="row")
    frame = frame.with_row_index("no", offset=3).with_columns(pl.col("no").cast(pl.Int64))
    limits, quota = BatchLimits(documents=most, max_bytes=max_bytes, overhead_bytes=0), QuotaLimits.for_size("S")
    max_writes = quota.max_batch_writes()
    priced = price_batches([("documents", frame)], limits, Usage(), quota, 0.0, BatchEstimate())
    numbers = [no for batch in priced.batches for no in range(batch.first, batch.last + 1)]
    assert numbers == frame["no"].to_list()
    assert priced.lookups.requests == frame["look"].sum()
    sizes = {no: (size + 1, writes) for no, size, writes, _look in frame.iter_rows()}
    for batch in priced.batches:
        own = [sizes[no] for no in range(batch.first, batch.last + 1)]
        following = sizes.get(batch.last + 1)
        size, writes = (sum(column) for column in zip(*own, strict=True))
        assert (batch.records, batch.bytes, batch.writes) == (len(own), size, writes)
        assert len(own) == 1 or (len(own) <= most and size <= max_bytes and writes <= max_writes)
        if following is not None:
            assert len(own) == most or size + following[0] > max_bytes or writes + following[1] > max_writes

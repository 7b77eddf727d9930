"""Frames as bytes, for a column of a database."""

import io

import polars as pl

_FILE_MARK = b"ARROW1"
"""How Arrow's file format begins: older versions of armbulk wrote it. Small frames take three times as long in it."""

_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""How a stream ends: polars reads one that was cut between its parts as a frame with fewer rows."""


def to_blob(frame: pl.DataFrame) -> bytes:
    """Return a frame as a compressed stream of Arrow IPC."""
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="zstd")
    return buffer.getvalue()


def from_blob(blob: bytes) -> pl.DataFrame:
    """Return the frame that `to_blob` wrote, also that of an older armbulk.

    Raises:
        PolarsError: the blob is damaged.
    """
    if blob.startswith(_FILE_MARK):
        return pl.read_ipc(io.BytesIO(blob))
    if not blob.endswith(_END):
        raise pl.exceptions.ComputeError("a kept frame has no end")
    return pl.read_ipc_stream(io.BytesIO(blob))

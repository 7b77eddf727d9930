"""Frames as bytes, for a column of a database."""

import io

import polars as pl


def to_blob(frame: pl.DataFrame) -> bytes:
    """Return a frame as compressed Arrow IPC."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def from_blob(blob: bytes) -> pl.DataFrame:
    """Return the frame that `to_blob` wrote."""
    return pl.read_ipc(io.BytesIO(blob))

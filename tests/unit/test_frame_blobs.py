"""Frames that are kept in a database are read as they were, also those of an older armbulk."""

import io

import polars as pl
import pytest

from armbulk.store.frame_blobs import from_blob, to_blob

FRAMES = (
    pl.DataFrame({"a": ["x", None, "Æ\x00"], "b": [1, None, 3], "c": [b"\x00", None, b""]}),
    pl.DataFrame(schema={"a": pl.String, "b": pl.UInt32}),
)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_kept_frame_is_read_again(frame: pl.DataFrame) -> None:
    """With rows and without, it has the same values and types."""
    assert from_blob(to_blob(frame)).equals(frame)
    assert from_blob(to_blob(frame)).schema == frame.schema


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_of_an_older_version_is_read(frame: pl.DataFrame) -> None:
    """It was written in Arrow's file format."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    assert from_blob(buffer.getvalue()).equals(frame)


def test_a_damaged_frame_is_no_shorter_frame() -> None:
    """A part of its bytes cannot be read."""
    blob = to_blob(FRAMES[0])
    for length in range(len(blob)):
        with pytest.raises((pl.exceptions.PolarsError, OSError)):
            from_blob(blob[:length])

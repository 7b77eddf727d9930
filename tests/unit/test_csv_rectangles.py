"""Text that is read at once has the same records as text that is split with care, and other text is never read so."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.csv_quotes import split_strictly
from armbulk.readers.csv_records import split_records
from armbulk.readers.csv_rectangle import read_rectangle

_SEPARATORS = ";,\t|"
_VALUE = st.one_of(
    st.text("ab ", max_size=3),
    st.sampled_from(['""', '""""', ' ""']),
    st.text(" \t\u00a0\u2007\x00\x0b\u2028\\'#;,|ø", max_size=3),
)


@given(
    separator=st.sampled_from(_SEPARATORS),
    width=st.integers(2, 4),
    values=st.lists(_VALUE, min_size=4, max_size=24),
    before=st.sampled_from(["", "\n", "\n\n"]),
    after=st.sampled_from(["", "\n", "\n\n"]),
)
def test_a_rectangle_has_the_records_that_are_split_with_care(
    separator: str, width: int, values: list[str], before: str, after: str
) -> None:
    """Any separator, spaces around values, blank records, and blank lines around the table."""
    rows = [values[index : index + width] for index in range(0, len(values) - width + 1, width)]
    _compare(before + "\n".join(separator.join(row) for row in rows) + after, separator)


@given(
    separator=st.sampled_from(_SEPARATORS),
    lines=st.lists(st.text('a ;,\t|\n"', max_size=6), min_size=1, max_size=6),
)
def test_lines_with_any_number_of_fields(separator: str, lines: list[str]) -> None:
    """Lines with more or fewer fields, whose numbers may add up to those of a rectangle."""
    _compare("\n".join(lines), separator)


def _compare(text: str, separator: str) -> None:
    rectangle = read_rectangle(text, separator)
    if rectangle is None:
        return
    records = split_records(text, separator, "file.csv") or split_strictly(text, separator, "file.csv")
    assert rectangle.counts.equals(records.counts)
    assert rectangle.counts.schema == records.counts.schema
    assert (rectangle.width, rectangle.marked, rectangle.spanning) == (records.width, records.marked, records.spanning)
    if records.width:
        letters = [to_letters(index) for index in range(records.width)]
        frame = records.to_frame(letters)
        assert rectangle.to_frame(letters).equals(frame)
        assert frame.schema == {"row": pl.Int64, **dict.fromkeys(letters, pl.String)}


@pytest.mark.parametrize("size", [2, 40_000])
@pytest.mark.parametrize(("more", "fewer"), [("a;b;c;", "a;b"), (";;;", "a;b"), ("a;b;c;d", ";")])
def test_one_field_too_many_and_one_too_few_are_no_rectangle(size: int, more: str, fewer: str) -> None:
    """Near the beginning and the end of short and long texts."""
    lines = ["a;b;c"] * size
    assert read_rectangle("\n".join(lines), ";") is not None
    for first, second in ((more, fewer), (fewer, more)):
        for end in ("", "\n"):
            assert read_rectangle("\n".join([lines[0], first, *lines, second]) + end, ";") is None


@pytest.mark.parametrize("text", ['a;"b"\nc;d', "a;b\n\nc;d", "a;\ufeffb\nc;d", "a\nb", "", "\n", "a§b\nc§d"])
def test_other_text_is_not_read_at_once(text: str) -> None:
    """Quotes, blank lines, byte order marks inside, one column, and separators of several bytes."""
    assert read_rectangle(text, "§" if "§" in text else ";") is None

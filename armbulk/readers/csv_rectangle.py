"""Read CSV text without quoted values whose lines all have the same number of fields: the usual export, at once.

All other text is split by `csv_records` and `csv_quotes`, which give the same records (tests compare them).
"""

import polars as pl

from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.csv_records import SPACES, Records, trim


def read_rectangle(text: str, separator: str) -> Records | None:
    """Return the records of a text; None for a text of another kind."""
    body = text.lstrip("\n")
    first_row = len(text) - len(body) + 1
    body = _drop_blank_quotes(body.rstrip("\n"), separator)
    width, height = body.partition("\n")[0].count(separator) + 1, body.count("\n") + 1
    is_usual = separator.isascii() and 1 < width <= EXCEL_MAX_COLUMNS
    if not is_usual or body.count(separator) != (width - 1) * height:
        return None
    if any(mark in body for mark in ('"', "\n\n", "\ufeff")):
        return None
    letters = [to_letters(index) for index in range(width)]
    frame = _parse(body, separator, letters)
    if frame is None or frame.height != height:
        return None
    if _has_spaces_at_edges(frame, body):
        frame = frame.select(trim(pl.col(letter)) for letter in letters)
    frame = frame.insert_column(0, pl.int_range(first_row, first_row + height, dtype=pl.Int64, eager=True).alias("row"))
    frame = frame.filter(~pl.all_horizontal(pl.col(letter).is_null() for letter in letters))
    return Records(frame.select("row", pl.lit(width, pl.UInt32).alias("n")), [], columns=frame)


def _drop_blank_quotes(body: str, separator: str) -> str:
    """Return the text without the quotes of blank fields, such as `1;"";2`; if it has other quotes, as it is."""
    if not body.count('"') == 2 * body.count('""') > 0:
        return body
    text = f"\n{body}\n"
    for _ in range(2):  # the end of one field is the beginning of the next
        for before in (separator, "\n"):
            for after in (separator, "\n"):
                text = text.replace(f'{before}""{after}', f"{before}{after}")
    return text[1:-1]


def _parse(body: str, separator: str, letters: list[str]) -> pl.DataFrame | None:
    """Return the fields, null where empty; None if a line has more of them than the first."""
    try:
        return pl.read_csv(
            f"{body}\n".encode(),  # without the end of its last line, polars overlooks a blank field too many
            has_header=False,
            separator=separator,
            quote_char=None,
            schema=dict.fromkeys(letters, pl.String),
        ).rechunk()
    except pl.exceptions.ComputeError:
        return None


def _has_spaces_at_edges(frame: pl.DataFrame, body: str) -> bool:
    """Return whether a field begins or ends with a space."""
    edges = [
        (pl.col(letter).str.starts_with(space) | pl.col(letter).str.ends_with(space)).any()
        for space in SPACES
        if space != "\n" and space in body
        for letter in frame.columns
    ]
    return bool(edges) and any(frame.select(edge.alias(str(index)) for index, edge in enumerate(edges)).row(0))

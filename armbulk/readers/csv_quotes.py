"""Split CSV records with irregular quotes one by one, or refuse them with their line number."""

import csv
import io
import re

import polars as pl

from armbulk.errors import FileError
from armbulk.readers.cell_buffer import MAX_COLUMNS
from armbulk.readers.csv_records import SPACES, Records, too_wide_error

_BATCH = 50_000
_SCHEMA = pl.Schema({"row": pl.Int64(), "fields": pl.List(pl.String)})


def split_strictly(text: str, separator: str, name: str) -> Records:
    """Split a text into records with Python's strict reader; FileError names the line of a wrong quote."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(max(len(text), 1 << 17))
    rows: list[int] = []
    fields: list[list[str]] = []
    batches: list[pl.DataFrame] = []
    previous_line, spanning = 0, False
    try:
        for record in reader:
            line, previous_line = previous_line + 1, reader.line_num
            spanning = spanning or previous_line > line
            if len(record) > MAX_COLUMNS:
                raise too_wide_error(name, line)
            if any(value.strip(SPACES) for value in record):
                rows.append(line)
                fields.append(record)
            if len(rows) >= _BATCH:
                batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
                rows, fields = [], []
    except csv.Error:
        raise _quote_error(text, separator, previous_line + 1, name) from None
    batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
    records = pl.concat(batches)
    counts = records.select("row", pl.col("fields").list.len().alias("n"))
    mark = pl.element().str.contains("\ufeff", literal=True)
    is_marked = pl.col("fields").list.eval(mark).list.any()
    marked = records.filter(is_marked)["row"].to_list() if "\ufeff" in text else []
    return Records(counts, batches, marked, spanning)


def _quote_error(text: str, separator: str, line: int, name: str) -> FileError:
    """Return the error for the first wrong quote from `line` on: one never closed, or one followed by text."""
    mark = re.escape(separator)
    field = re.compile(rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{mark}\n][^{mark}\n]*+|)(?:{mark}|\n|\Z)')
    position = 0
    for _ in range(line - 1):
        position = text.index("\n", position) + 1
    while position < len(text) and (match := field.match(text, position)):
        position = match.end()
    line = text.count("\n", 0, position) + 1
    closed = re.compile(r'"[^"]*+(?:""[^"]*+)*+"').match(text, position)
    if closed is None:
        return FileError(
            "quote-open",
            f"{name} line {line}: a quote is opened here and never closed",
            "Close the quote, or write a quote inside a text as two",
        )
    line += text.count("\n", position, closed.end())
    return FileError(
        "quote-inside",
        f"{name} line {line}: there is text after a closing quote",
        "Write a quote inside a text as two",
    )

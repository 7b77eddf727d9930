"""Records whose quotes are not as they should be: read with care one by one, or refused by their line."""

import csv
import io
import re

import polars as pl

from armbulk.errors import FileError
from armbulk.readers.cell_buffer import MAX_COLUMNS
from armbulk.readers.csv_records import SPACES, Records, too_wide

_BATCH = 50_000
_SCHEMA = pl.Schema({"row": pl.Int64(), "fields": pl.List(pl.String)})


def split_strictly(text: str, separator: str, name: str) -> Records:
    """Split a text by Python's own reader, strict; FileError names the line of a quote that is wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(max(len(text), 1 << 17))
    rows: list[int] = []
    fields: list[list[str]] = []
    batches: list[pl.DataFrame] = []
    before, spanning = 0, False
    try:
        for record in reader:
            at, before = before + 1, reader.line_num
            spanning = spanning or before > at
            if len(record) > MAX_COLUMNS:
                raise too_wide(name, at)
            if any(value.strip(SPACES) for value in record):
                rows.append(at)
                fields.append(record)
            if len(rows) >= _BATCH:
                batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
                rows, fields = [], []
    except csv.Error:
        raise _wrong(text, separator, before + 1, name) from None
    batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
    whole = pl.concat(batches)
    counts = whole.select("row", pl.col("fields").list.len().alias("n"))
    mark = pl.element().str.contains("\ufeff", literal=True)
    marked = whole.filter(pl.col("fields").list.eval(mark).list.any())["row"].to_list() if "\ufeff" in text else []
    return Records(counts, batches, marked, spanning)


def _wrong(text: str, separator: str, line: int, name: str) -> FileError:
    """Say which quote is wrong: one that is never closed, or one with text behind it."""
    mark = re.escape(separator)
    whole = re.compile(rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{mark}\n][^{mark}\n]*+|)(?:{mark}|\n|\Z)')
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    while at < len(text) and (found := whole.match(text, at)):
        at = found.end()
    line = text.count("\n", 0, at) + 1
    closed = re.compile(r'"[^"]*+(?:""[^"]*+)*+"').match(text, at)
    if closed is None:
        return FileError(
            "quote-open",
            f"{name} line {line}: a quote is opened here and never closed",
            "Close the quote, or write a quote inside a text as two",
        )
    line += text.count("\n", at, closed.end())
    return FileError(
        "quote-inside",
        f"{name} line {line}: there is text after a closing quote",
        "Write a quote inside a text as two",
    )

"""CSV and its kin, as they stand: every cell is text, every record keeps the line it began on."""

import re

import polars as pl

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.sheet import CELL, ReadIssue
from armbulk.readers import csv_quotes
from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.csv_records import Records, split_records
from armbulk.readers.encoding import DOUBLE_ENCODED, decode_text

_SEPARATORS = ";\t,|"
_TOLD = re.compile(r'"?sep=([^\w\s"]|\t)"?[\s;,]*')
_MOST_FAULTS = 10_000
_MOST_PLACES = 5_000_000  # fields times lines that may be for the most part empty

Table = tuple[pl.DataFrame, tuple[str, ...], tuple[ReadIssue, ...]]


def read_csv(content: bytes, name: str, encoding: str | None) -> Table:
    """Read a delimited file: the frame of model.Sheet, its column letters, and what is to be told."""
    text, faults = decode_text(content, name, encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    told = _TOLD.fullmatch(first)
    separator = told.group(1) if told else find_separator(text)
    if told:
        text = "\n" + rest  # the line keeps its number, and is blank
        faults.append(ReadIssue("separator-told", 1, value=separator))
    doubled = encoding is None and any(one in text for one in "ÃâÂ")
    records = split_records(text, separator, name) or csv_quotes.split_strictly(text, separator, name)
    frame, letters = _frame(records, name)
    faults += [*_ragged(records.counts, frame), *_glued(records), *_cells(frame, letters, doubled=doubled)]
    faults += _swallowed(records, frame, letters, separator)
    if frame.height <= 1:
        faults.append(ReadIssue("no-data-rows"))
    return *_typed(frame, letters), tuple(faults)


def find_separator(text: str) -> str:
    """The separator by which the first lines fall into the most, and the same number of, columns."""
    lines = [line for line in text[: 1 << 20].split("\n", 50)[:50] if line.strip()][:20]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines] or [""]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in bare]
        usual = max(set(counts), key=lambda count: (counts.count(count) * bool(count), count))
        return (sum(1 for count in counts if count == usual and count), usual)

    return max(_SEPARATORS, key=score)


def _frame(records: Records, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The records as columns, one row each."""
    fields, width = int(records.counts["n"].sum()), records.width
    if records.counts.height * width > max(_MOST_PLACES, 4 * fields):
        line = records.counts.filter(pl.col("n") == width)["row"][0]
        what = f"{name} line {line} has {width:,} fields, most others far fewer"
        raise FileError("too-large", what, "Check the separator and the quotes, or split the file")
    letters = tuple(to_letters(index) for index in range(width))
    return records.frame(letters), letters


def _ragged(counts: pl.DataFrame, frame: pl.DataFrame) -> list[ReadIssue]:
    """Records that have not as many fields as the others; a title line above, or blanks at the end, are no fault."""
    usual = _usual(counts)
    if usual is None:
        return []
    first = counts.filter(pl.col("n") == usual)["row"].min()
    beyond = [to_letters(index) for index in range(usual, frame.width - 1)]
    full = pl.any_horizontal([pl.col(one).is_not_null() for one in beyond] or [pl.lit(value=False)])
    long = set(frame.filter(full)["row"])
    odd = counts.filter((pl.col("row") > first) & (pl.col("n") != usual))
    short = pl.col("n") < usual
    told = odd.filter(short | pl.col("row").is_in(list(long))).head(_MOST_FAULTS)
    return [ReadIssue("ragged-row", row, None, str(n), str(usual)) for row, n in told.iter_rows()]


def _usual(counts: pl.DataFrame) -> int | None:
    """How many fields most records have; null where none has more than one."""
    body = counts.filter(pl.col("n") > 1)
    return int(body["n"].mode().max()) if body.height else None  # type: ignore[arg-type]


def _glued(records: Records) -> list[ReadIssue]:
    """Byte order marks inside the file: files were put together."""
    return [ReadIssue("mark-in-the-middle", row) for row in records.marked[:_MOST_FAULTS]]


def _cells(frame: pl.DataFrame, letters: tuple[str, ...], *, doubled: bool) -> list[ReadIssue]:
    """Texts that are too long, or damaged by being encoded twice."""
    told = []
    for letter in letters:
        text = pl.col(letter)
        long = frame.filter(
            (text.str.len_bytes() > EXCEL_MAX_CELL_CHARS) & (text.str.len_chars() > EXCEL_MAX_CELL_CHARS)
        )["row"]
        told += [
            ReadIssue("text-too-long", row, letter, None, str(EXCEL_MAX_CELL_CHARS)) for row in long.head(_MOST_FAULTS)
        ]
        if doubled:
            damaged = frame.filter(text.str.contains(DOUBLE_ENCODED)).select("row", letter)
            told += [
                ReadIssue("encoded-twice", row, letter, cell) for row, cell in damaged.head(_MOST_FAULTS).iter_rows()
            ]
    return told


def _swallowed(records: Records, frame: pl.DataFrame, letters: tuple[str, ...], separator: str) -> list[ReadIssue]:
    """Quoted texts that hold just as many separators as whole records would: a stray quote has swallowed rows."""
    usual = _usual(records.counts)
    if not records.spanning or usual is None or usual <= 2:
        return []
    told = []
    for letter in letters:
        breaks = pl.col(letter).str.count_matches("\n", literal=True)
        inside = pl.col(letter).str.count_matches(separator, literal=True)
        found = frame.filter((breaks > 0) & (inside == breaks * (usual - 1))).select("row", breaks.alias("n"))
        told += [
            ReadIssue("rows-in-a-cell", row, letter, None, str(n)) for row, n in found.head(_MOST_FAULTS).iter_rows()
        ]
    return told


def _typed(frame: pl.DataFrame, letters: tuple[str, ...]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Only the columns that are used, each with what its cells were: text."""
    used = tuple(letter for letter in letters if frame[letter].null_count() < frame.height)
    text = pl.lit("text", CELL)
    kinds = [pl.when(pl.col(one).is_not_null()).then(text).alias(f"{one}.cell") for one in used]
    order = ["row"] + [column for letter in used for column in (letter, f"{letter}.cell")]
    return frame.with_columns(kinds).select(order), used

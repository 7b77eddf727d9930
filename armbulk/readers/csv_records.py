"""Split CSV text into records, all lines at once: plain lines, and lines with regular quotes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.excel import EXCEL_MAX_COLUMNS

SPACES = " \t\r\n\u00a0\u2007\u202f\ufeff"
"""The characters that are stripped from a value."""

_BATCH = 100_000
_COUNTS_SCHEMA = {"row": pl.Int64, "n": pl.UInt32}


@dataclass(frozen=True, slots=True)
class LooseQuotes:
    """A field with quotes that do not enclose it.

    Attributes:
        row: The line of its record.
        index: Its number in the record, from 0.
        text: The field as it is in the file, without blanks around it.
        is_text: Whether the quotes belong to its value; otherwise only blanks are outside of them.
    """

    row: int
    index: int
    text: str
    is_text: bool


@dataclass(slots=True)
class Records:
    """The records of a file without the blank ones.

    Attributes:
        counts: `row` (the line a record begins on) and `n` (how many fields it has).
        batches: `row` and `fields` List(String), untrimmed; the same rows in the same order.
        marked: The lines with a byte order mark inside.
        spanning: Whether a record spans lines.
        loose: The fields with quotes that do not enclose them.
        columns: The same as a frame, where they were read so: `row`, and String columns A, B and so on, as `to_frame`
            returns them; then there are no batches.
    """

    counts: pl.DataFrame
    batches: list[pl.DataFrame]
    marked: list[int] = field(default_factory=list)
    spanning: bool = False
    loose: list[LooseQuotes] = field(default_factory=list)
    columns: pl.DataFrame | None = None

    @property
    def width(self) -> int:
        """How many fields the longest record has."""
        return int(self.counts.select(pl.col("n").max()).item() or 0)

    def to_frame(self, letters: Sequence[str]) -> pl.DataFrame:
        """Return the fields as columns, trimmed, null where blank; `batches` is emptied, to save memory."""
        if self.columns is not None:
            return self.columns
        frames = [pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(letters, pl.String)})]
        self.batches.reverse()
        while self.batches:
            columns = [
                trim(pl.col("fields").list.get(index, null_on_oob=True)).alias(letter)
                for index, letter in enumerate(letters)
            ]
            frames.append(self.batches.pop().select("row", *columns))
        return pl.concat(frames)


def trim(cell: pl.Expr) -> pl.Expr:
    """Return a cell without spaces around it; null if nothing is left."""
    trimmed = cell.str.strip_chars(SPACES)
    return pl.when(trimmed != "").then(trimmed)


def too_wide_error(name: str, line: int) -> FileError:
    """Return the error for a record with more fields than a sheet has columns."""
    return FileError(
        "too-large",
        _(
            "{name}: line {line} has more than {maximum:number} fields",
            name=name,
            line=line,
            maximum=EXCEL_MAX_COLUMNS,
        ),
        _("Check the separator of the file"),
    )


def split_records(text: str, separator: str, name: str) -> Records | None:
    """Split a text into records; None when its quotes are irregular, so that it must be split strictly."""
    lines = pl.DataFrame({"record": pl.Series([text]).str.split("\n").explode()})
    lines = lines.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))
    spanning = False
    if '"' in text:
        records = _join_quoted_lines(lines)
        if records is None:
            return None
        spanning, lines = records.height < lines.height, records
    lines = lines.filter(pl.col("record").str.strip_chars_start(SPACES + separator) != "")
    wide = lines.filter(pl.col("record").str.count_matches(separator, literal=True) >= EXCEL_MAX_COLUMNS)["row"]
    if wide.len():
        raise too_wide_error(name, wide[0])
    marked = lines.filter(pl.col("record").str.contains("\ufeff", literal=True))["row"].to_list()
    batches = []
    for batch in lines.iter_slices(_BATCH):
        fields = _split_fields(batch, separator)
        if fields is None:
            return None
        batches.append(fields)
    sizes = [batch.select("row", pl.col("fields").list.len().alias("n")) for batch in batches]
    return Records(pl.concat([pl.DataFrame(schema=_COUNTS_SCHEMA), *sizes]), batches, marked, spanning)


def _join_quoted_lines(lines: pl.DataFrame) -> pl.DataFrame | None:
    """Join the lines that a quote spans; None when the last quote is not closed."""
    is_open = lines["record"].str.count_matches('"', literal=True).cum_sum() % 2
    if is_open[-1]:
        return None
    begins = is_open.shift(1, fill_value=0) == 0
    if begins.all():
        return lines
    numbered = lines.with_columns(begins.cum_sum().alias("no"))
    return numbered.group_by("no", maintain_order=True).agg(pl.col("record").str.join("\n"), pl.col("row").first())


def _split_fields(batch: pl.DataFrame, separator: str) -> pl.DataFrame | None:
    """Return `row` and `fields` of each record; None when a record has a field that is only partly quoted."""
    has_quotes = batch["record"].str.contains('"', literal=True)
    plain = batch.filter(~has_quotes).select("row", pl.col("record").str.split(separator).alias("fields"))
    if not has_quotes.any():
        return plain
    quoted = _split_quoted_fields(batch.filter(has_quotes), separator)
    return None if quoted is None else pl.concat([plain, quoted]).sort("row")


def _split_quoted_fields(batch: pl.DataFrame, separator: str) -> pl.DataFrame | None:
    """Split records with quotes: each field begins at a separator, and together the fields must be the whole record."""
    mark = "\\" + separator if separator != "\t" else r"\t"
    pattern = f'{mark}(?:=?"(?:[^"]|"")*"|[^"{mark}]*)'
    record = pl.lit(separator) + pl.col("record")
    may_be_blank = pl.col("record").str.strip_chars_start(SPACES + separator + '"') == ""
    split = batch.select("row", record.alias("record"), record.str.extract_all(pattern).alias("fields"))
    sizes = pl.col("fields").list.eval(pl.element().str.len_bytes()).list.sum()
    if not split.select((sizes == pl.col("record").str.len_bytes()).all()).item():
        return None
    value = pl.element().str.slice(1)
    inner = value.str.slice(1, value.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    plain = pl.when(value.str.starts_with('"')).then(inner).otherwise(value)
    records = split.select("row", pl.col("fields").list.eval(plain), may_be_blank.alias("may_be_blank"))
    has_text = pl.col("fields").list.eval(pl.element().str.strip_chars(SPACES) != "").list.any()
    blank = records.filter(pl.col("may_be_blank")).filter(~has_text)  # only quotes, separators and spaces
    return records.drop("may_be_blank").join(blank, on="row", how="anti")

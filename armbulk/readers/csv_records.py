"""Text to records, all lines at once: plain lines, and lines with quotes as they should be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import FileError
from armbulk.readers.cell_buffer import MAX_COLUMNS

SPACES = " \t\r\n\u00a0\u2007\u202f\ufeff"
"""What does not count around a value."""

_BATCH = 100_000
_ROW = {"row": pl.Int64, "n": pl.UInt32}


@dataclass(slots=True)
class Records:
    """The records of a file, blank ones left out: each with the line it began on and its fields."""

    counts: pl.DataFrame  # row, n: the line, and how many fields the record has
    batches: list[pl.DataFrame]  # row, fields: the same rows in the same order, not yet trimmed
    marked: list[int] = field(default_factory=list)  # lines with a byte order mark inside
    spanning: bool = False  # whether a record spans lines

    @property
    def width(self) -> int:
        """The most fields a record has."""
        return int(self.counts["n"].max() or 0)  # type: ignore[arg-type]

    def frame(self, letters: Sequence[str]) -> pl.DataFrame:
        """The fields as columns: trimmed, null where blank. The records are used up."""
        done = [pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(letters, pl.String)})]
        self.batches.reverse()
        while self.batches:
            columns = [_clean(pl.col("fields").list.get(at, null_on_oob=True), one) for at, one in enumerate(letters)]
            done.append(self.batches.pop().select("row", *columns))
        return pl.concat(done)


def _clean(cell: pl.Expr, name: str) -> pl.Expr:
    bare = cell.str.strip_chars(SPACES)
    return pl.when(bare != "").then(bare).alias(name)


def too_wide(name: str, line: int) -> FileError:
    """The error for a record with more fields than a sheet has columns."""
    return FileError("too-large", f"{name} line {line} has more than {MAX_COLUMNS:,} fields", "Check the separator")


def split_records(text: str, separator: str, name: str) -> Records | None:
    """Split a whole text; null when its quotes are not as they should be, and it must be read with care."""
    lines = pl.DataFrame({"record": pl.Series([text]).str.split("\n").explode()})
    lines = lines.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))
    spanning = False
    if '"' in text:
        whole = _joined(lines)
        if whole is None:
            return None
        spanning, lines = whole.height < lines.height, whole
    lines = lines.filter(pl.col("record").str.strip_chars_start(SPACES + separator) != "")
    wide = lines.filter(pl.col("record").str.count_matches(separator, literal=True) >= MAX_COLUMNS)["row"]
    if wide.len():
        raise too_wide(name, wide[0])
    marked = lines.filter(pl.col("record").str.contains("\ufeff", literal=True))["row"].to_list()
    batches = []
    for batch in lines.iter_slices(_BATCH):
        fields = _fields(batch, separator)
        if fields is None:
            return None
        batches.append(fields)
    sizes = [batch.select("row", pl.col("fields").list.len().alias("n")) for batch in batches]
    return Records(pl.concat([pl.DataFrame(schema=_ROW), *sizes]), batches, marked, spanning)


def _joined(lines: pl.DataFrame) -> pl.DataFrame | None:
    """Lines put together where a quote spans them; null when the last quote is not closed."""
    odd = lines["record"].str.count_matches('"', literal=True).cum_sum() % 2
    if odd[-1]:
        return None
    begins = odd.shift(1, fill_value=0) == 0
    if begins.all():
        return lines
    numbered = lines.with_columns(begins.cum_sum().alias("no"))
    return numbered.group_by("no", maintain_order=True).agg(pl.col("record").str.join("\n"), pl.col("row").first())


def _fields(batch: pl.DataFrame, separator: str) -> pl.DataFrame | None:
    """The fields of each record; null when a record is not made of whole quoted and unquoted fields."""
    parts = list(_by_quotes(batch, separator))
    if any(part is None for part in parts):
        return None
    whole = pl.concat([part for part in parts if part is not None])
    return whole.sort("row") if len(parts) > 1 else whole


def _by_quotes(batch: pl.DataFrame, separator: str) -> Iterator[pl.DataFrame | None]:
    has = batch["record"].str.contains('"', literal=True)
    if not has.all():
        yield batch.filter(~has).select("row", pl.col("record").str.split(separator).alias("fields"))
    if has.any():
        yield _unquoted(batch.filter(has), separator)


def _unquoted(batch: pl.DataFrame, separator: str) -> pl.DataFrame | None:
    """Fields of records with quotes: each begins at a separator, and all of them together are the record."""
    mark = "\\" + separator if separator != "\t" else r"\t"
    pattern = f'{mark}(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    record = pl.lit(separator) + pl.col("record")
    bare = pl.col("record").str.strip_chars_start(SPACES + separator + '"') == ""
    found = batch.select("row", record.alias("record"), record.str.extract_all(pattern).alias("fields"))
    sizes = pl.col("fields").list.eval(pl.element().str.len_bytes()).list.sum()
    if not found.select((sizes == pl.col("record").str.len_bytes()).all()).item():
        return None
    value = pl.element().str.slice(1)
    inner = value.str.slice(1, value.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    plain = pl.when(value.str.starts_with('"')).then(inner).otherwise(value)
    whole = found.select("row", pl.col("fields").list.eval(plain), bare.alias("bare"))
    holds = pl.col("fields").list.eval(pl.element().str.strip_chars(SPACES) != "").list.any()
    blank = whole.filter(pl.col("bare")).filter(~holds)  # nothing but quotes, separators and spaces: seldom
    return whole.drop("bare").join(blank, on="row", how="anti") if blank.height else whole.drop("bare")

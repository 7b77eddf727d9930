"""Write rows as csv, parquet or jsonl: in chunks, so that memory does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
from polars.io.plugins import register_io_source

from armbulk.i18n import NO, YES
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import FieldType
from armbulk.writers.table_stream import TableStream

_FORMULA_START = "^[=+\\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]"
"""Starts of a text that a spreadsheet takes for a formula, full-width characters included."""

_SPECIAL = f"{_FORMULA_START}|\x00"
"""What a text has that may be written in another way."""

_PHONE_NUMBER = r"^[+-][0-9 ]+$"
"""No formula, whatever a spreadsheet makes of it: a phone number with its country code."""


ROW_GROUP = 25_000
"""Rows of a Parquet file that are in memory until they are written together."""


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a csv file is written.

    Attributes:
        separator: between cells.
        decimal: the decimal sign.
        byte_order_mark: the first bytes of the file.
        neutralises_formulas: whether texts that look like formulas get an apostrophe in front.
    """

    separator: str
    decimal: str
    byte_order_mark: bytes
    neutralises_formulas: bool


CSV_DIALECTS = {
    "norwegian": CsvDialect(";", ",", b"\xef\xbb\xbf", neutralises_formulas=True),
    "rfc": CsvDialect(",", ".", b"", neutralises_formulas=False),
}
"""`norwegian` opens in a Norwegian Excel by a double click; `rfc` follows RFC 4180."""


def write_csv(target: Path, stream: TableStream, dialect: CsvDialect, lang: str) -> None:
    """Write the rows below a header line; numbers keep all their digits."""
    with target.open("wb") as file:
        file.write(dialect.byte_order_mark)
        header = pl.DataFrame([pl.Series(str(index), [text]) for index, text in enumerate(stream.headers(lang))])
        header_cells = [format_csv_text(pl.col(name), dialect).alias(name) for name in header.columns]
        append_csv(file, header.select(header_cells), dialect)
        for chunk in stream.chunks():
            append_csv(file, chunk.select(_format_cells(chunk, stream.columns, dialect, lang)), dialect)


def append_csv(file: IO[bytes], frame: pl.DataFrame, dialect: CsvDialect) -> None:
    """Write the rows of a frame of texts, without a header."""
    frame.write_csv(file, include_header=False, separator=dialect.separator, line_terminator="\r\n")


def _format_cells(
    chunk: pl.DataFrame, columns: Sequence[ExportColumn], dialect: CsvDialect, lang: str
) -> Iterator[pl.Expr]:
    """The cells of a chunk; a column whose texts are written as they are is not looked at value by value."""
    special = chunk.select(pl.col(column.path).str.contains(_SPECIAL).any() for column in columns)
    for column in columns:
        cell = _format_cell(column, dialect, lang, is_plain=not special[column.path][0])
        yield cell.alias(column.path)


def _format_cell(column: ExportColumn, dialect: CsvDialect, lang: str, *, is_plain: bool) -> pl.Expr:
    texts = pl.col(column.path)
    match column.type:
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return column.cast(texts).cast(pl.String).str.replace(".", dialect.decimal, literal=True)
        case FieldType.BOOLEAN:
            words = pl.when(texts == "true").then(pl.lit(YES.text(lang))).otherwise(pl.lit(NO.text(lang)))
            return pl.when(texts.is_not_null()).then(words)
        case FieldType.INTEGER | FieldType.DATE | FieldType.TIME:
            return texts
        case _:
            return texts if is_plain else format_csv_text(texts, dialect)


def format_csv_text(texts: pl.Expr, dialect: CsvDialect) -> pl.Expr:
    """Text without a NUL, which would end it early; in files for people, formulas are neutralised."""
    safe = texts.str.replace_all("\x00", "\\x00", literal=True)
    if not dialect.neutralises_formulas:
        return safe
    is_formula = texts.str.contains(_FORMULA_START) & ~texts.str.contains(_PHONE_NUMBER)
    return pl.when(is_formula).then(pl.concat_str(pl.lit("'"), safe)).otherwise(safe)


def write_parquet(target: Path, stream: TableStream) -> None:
    """Write the rows as typed columns: amounts as decimals, dates as dates."""
    typed_columns = stream.typed_columns()

    def read_source(
        with_columns: Sequence[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del predicate, n_rows, batch_size  # polars reads all rows
        for chunk in stream.chunks():
            typed = chunk.select(typed_columns)
            yield typed.select(with_columns) if with_columns else typed

    rows = register_io_source(read_source, schema=stream.empty_chunk().select(typed_columns).schema)
    rows.sink_parquet(target, row_group_size=ROW_GROUP)


def write_jsonl(target: Path, pages: Iterator[pl.Series]) -> None:
    """Write JSON texts, one on each line."""
    with target.open("wb") as file:
        for page in pages:
            if page.len():
                file.write(("\n".join(page) + "\n").encode())

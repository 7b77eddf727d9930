"""Rows into csv, parquet and jsonl: as they come, so that memory does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
from polars.io.plugins import register_io_source

from armbulk.i18n import Words
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import FieldType
from armbulk.writers.table_stream import TableStream

_YES, _NO = Words("yes", "ja"), Words("no", "nei")
_RISKY = "^[=+\\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]"
"""What makes a spreadsheet take a text for a formula, in full width too."""

_NUMBER = r"^[+-][0-9 ]+$"
"""No formula, whatever a spreadsheet makes of it: a phone number with its country."""


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a csv file is written."""

    separator: str
    decimal: str
    mark: bytes  # of the encoding, at the start
    inert: bool  # whether texts that a spreadsheet would take for formulas get an apostrophe in front


DIALECTS = {
    "norwegian": CsvDialect(";", ",", b"\xef\xbb\xbf", inert=True),
    "rfc": CsvDialect(",", ".", b"", inert=False),
}
"""`norwegian` opens in a Norwegian Excel by a double click; `rfc` is what RFC 4180 says."""


def write_csv(target: Path, stream: TableStream, dialect: CsvDialect, lang: str) -> None:
    """Write the rows with a header line; numbers exact, texts inert."""
    cells = [_cell(one, dialect, lang).alias(one.path) for one in stream.columns]
    with target.open("wb") as file:
        file.write(dialect.mark)
        heads = pl.DataFrame([pl.Series(str(at), [head]) for at, head in enumerate(stream.headers(lang))])
        shown = [_text(pl.col(name), dialect).alias(name) for name in heads.columns]
        _append(file, heads.select(shown), dialect)
        for chunk in stream.chunks():
            _append(file, chunk.select(cells), dialect)


def _append(file: IO[bytes], frame: pl.DataFrame, dialect: CsvDialect) -> None:
    frame.write_csv(file, include_header=False, separator=dialect.separator, line_terminator="\r\n")


def _cell(one: ExportColumn, dialect: CsvDialect, lang: str) -> pl.Expr:
    column = pl.col(one.path)
    match one.type:
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return one.cast(column).cast(pl.String).str.replace(".", dialect.decimal, literal=True)
        case FieldType.BOOLEAN:
            words = pl.when(column == "true").then(pl.lit(_YES.text(lang))).otherwise(pl.lit(_NO.text(lang)))
            return pl.when(column.is_not_null()).then(words)
        case FieldType.INTEGER | FieldType.DATE | FieldType.TIME:
            return column
        case _:
            return _text(column, dialect)


def _text(column: pl.Expr, dialect: CsvDialect) -> pl.Expr:
    """Text that no control character can end early; for people, none that a spreadsheet takes for a formula."""
    safe = column.str.replace_all("\x00", "\\x00", literal=True)
    if not dialect.inert:
        return safe
    return (
        pl.when(column.str.contains(_RISKY) & ~column.str.contains(_NUMBER))
        .then(pl.concat_str(pl.lit("'"), safe))
        .otherwise(safe)
    )


def write_parquet(target: Path, stream: TableStream) -> None:
    """Write the rows typed: amounts as decimals, dates as dates."""
    chosen = [one.cast(pl.col(one.path)).alias(name) for one, name in zip(stream.columns, stream.names(), strict=True)]
    empty = pl.DataFrame(schema={one.path: pl.String for one in stream.columns})

    def source(
        with_columns: Sequence[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del predicate, n_rows, batch_size  # nothing is asked of the source but all its rows
        for chunk in stream.chunks():
            typed = chunk.select(chosen)
            yield typed.select(with_columns) if with_columns else typed

    rows = register_io_source(source, schema=empty.select(chosen).schema)
    rows.sink_parquet(target)


def write_jsonl(target: Path, pages: Iterator[pl.Series]) -> None:
    """Write each record as ARM wrote it, one on a line."""
    with target.open("wb") as file:
        for page in pages:
            if page.len():
                file.write(("\n".join(page) + "\n").encode())

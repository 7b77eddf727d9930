"""Write exported tables: each file beside its target first, then moved into place atomically."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from armbulk.clock import Clock
from armbulk.writers import flat_files
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.table_stream import TableStream

if TYPE_CHECKING:
    from armbulk.writers.xlsx import AddSummary

CSV_DIALECT_NAMES = tuple(flat_files.CSV_DIALECTS)


@dataclass(frozen=True, slots=True)
class _TableOptions:
    """What the writers of single tables may need."""

    dialect: str
    lang: str


def _write_csv(stream: TableStream, options: _TableOptions, target: Path) -> None:
    flat_files.write_csv(target, stream, flat_files.CSV_DIALECTS[options.dialect], options.lang)


def _write_parquet(stream: TableStream, options: _TableOptions, target: Path) -> None:
    del options  # a typed table has neither a dialect nor texts
    flat_files.write_parquet(target, stream)


_WORKBOOK_FORMAT, _RAW_FORMAT = "xlsx", "jsonl"

_TABLE_WRITERS: dict[str, Callable[[TableStream, _TableOptions, Path], None]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
}
"""Ending → writer, of the formats with one table in a file."""

FILE_FORMATS = (_WORKBOOK_FORMAT, *_TABLE_WRITERS, _RAW_FORMAT)
"""Endings of the files that can be written; `write_raw` writes the last."""


def write_tables(
    target: Path,
    streams: list[TableStream],
    dialect: str,
    lang: str,
    clock: Clock,
    add_summary: "AddSummary | None" = None,
    own: frozenset[str] = frozenset(),
) -> list[Path]:
    """Write tables in the format of the target's ending.

    Args:
        target: the file: a workbook with all tables, else a file for the first table and further ones beside it.
        streams: the tables.
        dialect: how a csv file is written.
        lang: language of headers and texts.
        clock: for waiting when a file is open in another program.
        add_summary: adds sheets before the tables to a workbook.
        own: SHA-256 of files as armbulk wrote them; any other file that is replaced is kept as .bak.

    Returns:
        The paths of the files.
    """
    file_format = target.suffix[1:].lower()
    if file_format == _WORKBOOK_FORMAT:
        from armbulk.writers.xlsx import write_workbook  # noqa: PLC0415 - other formats do not need it

        write = partial(write_workbook, streams=streams, lang=lang, add_summary=add_summary)
        return [_write_file(target, write, clock, own)]
    write_table, options = _TABLE_WRITERS[file_format], _TableOptions(dialect, lang)
    paths = []
    for number, stream in enumerate(streams):
        path = sibling_path(target, stream.suffix or f"-{stream.title.lower()}") if number else target
        paths.append(_write_file(path, partial(write_table, stream, options), clock, own))
    return paths


def write_raw(target: Path, pages: Iterator[pl.Series], clock: Clock, own: frozenset[str] = frozenset()) -> list[Path]:
    """Write records as ARM wrote them, one on each line; return the path. `own` as in `write_tables`."""
    return [_write_file(target, partial(flat_files.write_jsonl, pages=pages), clock, own)]


def _write_file(target: Path, write: Callable[[Path], None], clock: Clock, own: frozenset[str]) -> Path:
    with temporary_file(target) as temporary:
        write(temporary)
        return replace_atomically(temporary, target, clock, own)


def sibling_path(target: Path, suffix: str) -> Path:
    """Return the path of another file of the same export: NAME + suffix, with the same ending."""
    return target.with_name(f"{target.stem}{suffix}{target.suffix}")

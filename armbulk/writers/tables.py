"""Write exported tables: each file beside its target first, then moved into place atomically."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from armbulk.clock import Clock
from armbulk.writers import flat_files, xlsx
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.table_stream import TableStream

FILE_FORMATS = ("xlsx", "csv", "parquet", "jsonl")
"""Endings of the files that can be written."""

CSV_DIALECT_NAMES = tuple(flat_files.CSV_DIALECTS)


def write_tables(
    target: Path,
    streams: list[TableStream],
    dialect: str,
    lang: str,
    clock: Clock,
    add_summary: xlsx.AddSummary | None = None,
) -> list[Path]:
    """Write tables in the format of the target's ending.

    Args:
        target: the file: a workbook with all tables, else a file for the first table and further ones beside it.
        streams: the tables.
        dialect: how a csv file is written.
        lang: language of headers and texts.
        clock: for waiting when a file is open in another program.
        add_summary: adds sheets before the tables to a workbook.

    Returns:
        The paths of the files.
    """
    file_format = target.suffix[1:].lower()
    if file_format == "xlsx":
        write = partial(xlsx.write_workbook, streams=streams, lang=lang, add_summary=add_summary)
        return [_write_file(target, write, clock)]
    paths = []
    for number, stream in enumerate(streams):
        path = sibling_path(target, stream.suffix or f"-{stream.title.lower()}") if number else target
        if file_format == "csv":
            write = partial(flat_files.write_csv, stream=stream, dialect=flat_files.CSV_DIALECTS[dialect], lang=lang)
        else:
            write = partial(flat_files.write_parquet, stream=stream)
        paths.append(_write_file(path, write, clock))
    return paths


def write_raw(target: Path, pages: Iterator[pl.Series], clock: Clock) -> list[Path]:
    """Write records as ARM wrote them, one on each line; return the path."""
    return [_write_file(target, partial(flat_files.write_jsonl, pages=pages), clock)]


def _write_file(target: Path, write: Callable[[Path], None], clock: Clock) -> Path:
    with temporary_file(target) as temporary:
        write(temporary)
        return replace_atomically(temporary, target, clock)


def sibling_path(target: Path, suffix: str) -> Path:
    """Return the path of another file of the same export: NAME + suffix, with the same ending."""
    return target.with_name(f"{target.stem}{suffix}{target.suffix}")

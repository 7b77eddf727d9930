"""Files that armbulk exports: written beside their place, and put there whole or not at all."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from armbulk.clock import Clock
from armbulk.writers import flat_files, xlsx
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.table_stream import TableStream

FORMATS = ("xlsx", "csv", "parquet", "jsonl")
"""What the ending of a file's name may be."""

DIALECTS = tuple(flat_files.DIALECTS)


def _write(target: Path, work: Callable[[Path], None], clock: Clock) -> Path:
    with temporary_file(target) as temporary:
        work(temporary)
        return replace_atomically(temporary, target, clock)


def write_tables(
    target: Path, streams: list[TableStream], dialect: str, lang: str, clock: Clock, front: xlsx.Front | None = None
) -> list[Path]:
    """Write tables in the form the target's ending names: one workbook, or one file each; return their paths."""
    form = target.suffix[1:].lower()
    if form == "xlsx":
        return [_write(target, partial(xlsx.write_book, streams=streams, lang=lang, front=front), clock)]
    found = []
    for at, stream in enumerate(streams):
        own = target if at == 0 else beside_it(target, stream.ending or f"-{stream.title.lower()}")
        if form == "csv":
            work = partial(flat_files.write_csv, stream=stream, dialect=flat_files.DIALECTS[dialect], lang=lang)
        else:
            work = partial(flat_files.write_parquet, stream=stream)
        found.append(_write(own, work, clock))
    return found


def beside_it(target: Path, ending: str) -> Path:
    """The file for another table of the same export."""
    return target.with_name(f"{target.stem}{ending}{target.suffix}")


def write_raw(target: Path, pages: Iterator[pl.Series], clock: Clock) -> list[Path]:
    """Write records as ARM wrote them, one on a line."""
    return [_write(target, partial(flat_files.write_jsonl, pages=pages), clock)]

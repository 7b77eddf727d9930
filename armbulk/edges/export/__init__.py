"""Files that armbulk exports: written beside their place, and put there whole or not at all."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl

from armbulk.edges.export import book, flat
from armbulk.edges.export.stream import Stream
from armbulk.edges.putting import folder_of, put
from armbulk.errors import FileError

FORMS = ("xlsx", "csv", "parquet", "jsonl")
"""What the ending of a file's name may be."""

DIALECTS = tuple(flat.DIALECTS)


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """A name beside the target for a file in the making; nothing of it stays."""
    temporary = folder_of(target) / f".{target.name}.armbulk-part"
    try:
        yield temporary
    except OSError as error:
        raise FileError(
            "cannot-write",
            f"{target} cannot be written: {error.strerror or error}",
            "Make room, or choose another place",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write(target: Path, work: Callable[[Path], None]) -> Path:
    with _made(target) as temporary:
        temporary.unlink(missing_ok=True)
        work(temporary)
        return put(temporary, target)


def write(target: Path, streams: list[Stream], dialect: str, lang: str, front: book.Front | None = None) -> list[Path]:
    """Write tables in the form the target's ending names: one workbook, or one file each; return their paths."""
    form = target.suffix[1:].lower()
    if form == "xlsx":
        return [_write(target, partial(book.write_book, streams=streams, lang=lang, front=front))]
    found = []
    for at, stream in enumerate(streams):
        own = target if at == 0 else target.with_name(f"{target.stem}-{stream.title.lower()}{target.suffix}")
        if form == "csv":
            work = partial(flat.write_csv, stream=stream, dialect=flat.DIALECTS[dialect], lang=lang)
        else:
            work = partial(flat.write_parquet, stream=stream)
        found.append(_write(own, work))
    return found


def write_raw(target: Path, pages: Iterator[pl.Series]) -> list[Path]:
    """Write records as ARM wrote them, one on a line."""
    return [_write(target, partial(flat.write_jsonl, pages=pages))]

"""Putting a finished file in its place: whole, or not at all."""

import os
from pathlib import Path

from armbulk.errors import FileError


def put(temporary: Path, target: Path) -> Path:
    """Put the finished file in its place; where that is open or read-only, beside it under another name."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    names = [target, *(target.with_name(f"{target.stem}-{number}{target.suffix}") for number in range(2, 10))]
    for name in names:
        try:
            if name != target and name.exists():
                continue
            temporary.replace(name)
        except OSError:
            continue
        return name
    raise FileError("cannot-write", f"{target} cannot be written", "Close it in Excel, or choose another with -o")


def folder_of(target: Path) -> Path:
    """The folder of a file to be written; FileError when there is none."""
    folder = target.parent if str(target.parent) else Path()
    if not folder.is_dir():
        raise FileError("no-such-folder", f"There is no folder {folder}", "Choose another place with -o")
    return folder

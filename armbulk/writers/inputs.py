"""Files that a command would replace: none that it reads goes unasked, and none of a person without a copy."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from armbulk.errors import FileError, UsageError
from armbulk.writers.provenance import read_category
from armbulk.writers.style import RESULT_CATEGORY

_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm"}
_ZIP = b"PK\x03\x04"


def find_input(target: Path, inputs: Iterable[str | Path]) -> Path | None:
    """Return the input that a target would replace, whatever it is called (links, letter case); None for none.

    Args:
        target: the file to be written.
        inputs: the files that are read, as paths.
    """
    for path in map(Path, inputs):
        with contextlib.suppress(OSError):
            if target.samefile(path):
                return path
    return None


def verify_no_input(target: Path, inputs: Iterable[str | Path]) -> None:
    """Make sure that a target replaces none of the inputs; UsageError otherwise."""
    path = find_input(target, inputs)
    if path is not None:
        raise UsageError(
            "replaces-input",
            f"{target} is an input file and would be overwritten",
            "Choose another name with -o, or use --replace-input: the input file is then kept as .bak",
        )


def verify_workbook_target(target: Path) -> None:
    """Make sure that a workbook replaces nothing but a workbook (no mapping, no CSV); UsageError otherwise."""
    if target.suffix.lower() in _WORKBOOK_SUFFIXES:
        return
    try:
        with target.open("rb") as file:
            start = file.read(len(_ZIP))
    except OSError:
        return  # there is no such file, or it cannot be replaced either
    if start and start != _ZIP:
        raise UsageError(
            "no-workbook", f"{target} exists and is no workbook, and would be replaced", "Choose another name with -o"
        )


def keep_input(target: Path, hashes: frozenset[str]) -> None:
    """Keep a copy (.bak) of a file that is about to be replaced, when a run was made of it: its SHA-256 is known."""
    if not hashes or not target.is_file():
        return
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest in hashes:
        back_up(target)


def keep_foreign_workbook(target: Path) -> None:
    """Keep a copy (.bak) of a file that is about to be replaced, unless armbulk wrote it as a result or marked copy."""
    if target.is_file() and target.stat().st_size and read_category(target) != RESULT_CATEGORY:
        back_up(target)


def back_up(path: Path) -> Path:
    """Copy a file beside itself (.bak, .bak2 …), unless such a copy of it exists; return the copy.

    Raises:
        FileError: the copy cannot be written.
    """
    for number in count(1):
        copy = path.with_name(f"{path.name}.bak{number if number > 1 else ''}")
        try:
            content = path.read_bytes()
            with copy.open("xb") as file:
                shutil.copymode(path, copy)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            if copy.read_bytes() != content:
                continue
        except OSError as error:
            raise FileError(
                "cannot-write", f"{copy} cannot be written: {error.strerror}", "Choose another name with -o"
            ) from None
        return copy
    raise AssertionError  # the numbers never end

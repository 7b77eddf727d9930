"""Files that a command would replace: never one that it reads without consent, and no user's file without a copy."""

import contextlib
import filecmp
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.i18n import _

_MACRO_SUFFIX = ".xlsm"
_WORKBOOK_SUFFIXES = {".xlsx", _MACRO_SUFFIX}
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


_OTHER_NAME = _("Choose another name with -o")
_OTHER_NAME_OR_REPLACE = _("Choose another name with -o, or use --replace-input, which keeps the input file as .bak")


def verify_no_input(target: Path, inputs: Iterable[str | Path], *, has_option: bool = True) -> None:
    """Make sure that a target replaces none of the inputs; UsageError otherwise.

    Args:
        target: the file to be written.
        inputs: the files that are read.
        has_option: whether the command has the option --replace-input.
    """
    path = find_input(target, inputs)
    if path is not None:
        raise UsageError(
            "replaces-input",
            _("{target} is an input file and would be overwritten", target=target),
            _OTHER_NAME_OR_REPLACE if has_option else _OTHER_NAME,
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
            "no-workbook",
            _("{target} exists and is not a workbook, so it is not replaced", target=target),
            _OTHER_NAME,
        )


def without_macros(target: Path) -> Path:
    """Return a target for a workbook without macros: Excel opens no .xlsm that has none."""
    return target.with_suffix(".xlsx") if target.suffix.lower() == _MACRO_SUFFIX else target


def verify_macro_suffix(target: Path, inputs: Iterable[str | Path]) -> None:
    """Make sure that a workbook with macros gets a name that ends with .xlsm, and no other does; else UsageError.

    Args:
        target: the file to be written.
        inputs: the files that are read.
    """
    suffix, expected = target.suffix.lower(), result_suffix(inputs)
    if suffix == expected or suffix not in _WORKBOOK_SUFFIXES:
        return
    message = (
        _("{target}: the input has macros, and Excel opens a workbook with macros only as .xlsm", target=target)
        if expected == _MACRO_SUFFIX
        else _(
            "{target}: the result has no macros, and Excel opens a workbook without macros only as .xlsx", target=target
        )
    )
    raise UsageError("wrong-suffix", message, _("Use -o {name}", name=target.with_suffix(expected)))


def result_suffix(inputs: Iterable[str | Path]) -> str:
    """Return the ending of a copy of the inputs: .xlsm for a single workbook with macros, else .xlsx."""
    suffixes = {Path(path): Path(path).suffix.lower() for path in inputs}
    return _MACRO_SUFFIX if list(suffixes.values()) == [_MACRO_SUFFIX] else ".xlsx"


def is_of_a_person(target: Path, own: frozenset[str]) -> bool:
    """Return whether a file would be missed when it is replaced: it has content that armbulk did not write.

    Args:
        target: the file; it need not exist.
        own: SHA-256 of every file as armbulk wrote it.
    """
    if not target.is_file() or not target.stat().st_size:
        return False
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() not in own


def keep_file_of_a_person(target: Path, own: frozenset[str]) -> None:
    """Keep a copy (.bak) of a file that is about to be replaced, unless it is as armbulk wrote it."""
    if is_of_a_person(target, own):
        back_up(target)


def choose_copy(path: Path) -> Path:
    """Return the name of the copy that `back_up` would keep of a file."""
    return next(copy for copy in _list_copies(path) if not copy.exists() or filecmp.cmp(path, copy, shallow=False))


def _list_copies(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.name}.bak{number if number > 1 else ''}") for number in count(1))


def back_up(path: Path) -> Path:
    """Copy a file beside itself (.bak, .bak2 …), unless such a copy of it exists; return the copy.

    Raises:
        FileError: the copy cannot be written.
    """
    for copy in _list_copies(path):
        try:
            _copy(path, copy)
        except FileExistsError:
            if not filecmp.cmp(path, copy, shallow=False):
                continue
        except OSError as error:
            raise FileError(
                "cannot-write",
                _("The backup copy {copy} cannot be written: {strerror}", copy=copy, strerror=describe_os_error(error)),
                _OTHER_NAME,
            ) from None
        return copy
    raise AssertionError  # the numbers never end


def _copy(path: Path, copy: Path) -> None:
    """Copy a file to a new name, whole or not at all."""
    with path.open("rb") as source, copy.open("xb") as file:
        try:
            shutil.copymode(path, copy)
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                copy.unlink()
            raise

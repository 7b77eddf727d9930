"""Putting a finished workbook in its place: whole or not at all, and never over one that somebody holds."""

import contextlib
import gc
import os
import shutil
import stat
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter.exceptions import XlsxFileError

from armbulk.clock import Clock
from armbulk.errors import FileError
from armbulk.i18n import Words
from armbulk.readers.lockfile import read_lock_owner

MAX_WAIT = 5.0
"""Seconds a workbook that is open elsewhere is waited for, before its result goes to another name."""

RETRY_INTERVAL = 0.25
"""Seconds between two tries."""

MAX_NAMES = 100
"""Other names tried: …-2.xlsx, …-3.xlsx and so on."""

STALE_AFTER = 3_600.0
"""Seconds after which a temporary file can only be what a killed process left."""

OPEN = Words("is open in another program", "er åpen i et annet program")
READ_ONLY = Words("is read-only", "er skrivebeskyttet")


def verify_writable(target: Path) -> Words | None:
    """Make sure that a file can be written beside `target`, FileError otherwise; say what holds `target` itself."""
    try:
        handle, name = tempfile.mkstemp(prefix=".armbulk-", dir=_folder(target))
    except OSError as error:
        raise _unwritable(target.parent, error) from None
    os.close(handle)
    Path(name).unlink()
    return is_open_elsewhere(target)


def is_open_elsewhere(target: Path) -> Words | None:
    """Say why a file is not to be replaced now; None when it is, or is not there."""
    if not target.exists():
        return None
    if not target.stat().st_mode & stat.S_IWUSR:
        return READ_ONLY
    try:
        target.open("r+b").close()  # Windows refuses this while Excel has the workbook open
    except OSError:
        return OPEN
    return OPEN if read_lock_owner(target) is not None else None


@contextmanager
def temporary_file(target: Path) -> Iterator[Path]:
    """A temporary file beside `target` to write into; FileError when the disk does not take it."""
    temporary = _folder(target) / f".armbulk-{os.getpid()}-{target.stem}.xlsx"
    try:
        with _parts(temporary):
            yield temporary
    except (OSError, XlsxFileError) as error:
        _let_go(error)
        raise _unwritable(target, error) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _parts(temporary: Path) -> Iterator[None]:
    """Let the libraries keep the parts of a workbook beside it too, readable by its owner alone.

    They hold what the sheets hold. In the folder of all programs' temporary files a killed process would leave them to
    nobody's care; beside the target they lie where that data lies anyway, and the next result takes them away.
    """
    room, before = temporary.with_suffix(".parts"), tempfile.tempdir
    room.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = str(room)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(room, ignore_errors=True)


def _let_go(error: BaseException) -> None:
    """Let half-written archives be closed now: on a full disk that fails once more, which is no news to anybody."""
    told, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        seen: BaseException | None = error
        while seen is not None:
            traceback.clear_frames(seen.__traceback__)
            seen.__traceback__, seen = None, seen.__context__
        gc.collect()
    finally:
        sys.unraisablehook = told


def replace_atomically(temporary: Path, target: Path, clock: Clock | None = None) -> Path:
    """Put the finished file in its place; where that is held, beside it under another name. Returns the place.

    With a `clock` it waits a little for who has it open.
    """
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    _tidy(temporary, target)
    if _free(target, clock) and _moved(temporary, target):
        return target
    for number in range(2, MAX_NAMES):
        name = target.with_name(f"{target.stem}-{number}{target.suffix}")
        if _linked(temporary, name):
            return name
    raise FileError("cannot-write", f"{target} cannot be written", "Close it in Excel, or choose another with -o")


def _free(target: Path, clock: Clock | None) -> bool:
    """Wait until nobody has `target` open; False when it stays held."""
    until = clock.monotonic() + MAX_WAIT if clock else 0.0
    while (why := is_open_elsewhere(target)) is not None:
        if why is READ_ONLY or clock is None or clock.interrupted or clock.monotonic() >= until:
            return False
        clock.sleep(RETRY_INTERVAL)
    return True


def _linked(temporary: Path, name: Path) -> bool:
    """Give the file a new name, whole at once and never another's; some folders know no links."""
    try:
        os.link(temporary, name)
    except FileExistsError:
        return False
    except OSError:
        return not name.exists() and _moved(temporary, name)
    _sync(name.parent)
    return True


def _moved(temporary: Path, name: Path) -> bool:
    try:
        temporary.replace(name)
    except OSError:
        return False
    _sync(name.parent)
    return True


def _sync(folder: Path) -> None:
    """Let the new name outlive a power cut, where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _tidy(temporary: Path, target: Path) -> None:
    """Remove what killed processes left beside `target` a while ago."""
    with contextlib.suppress(OSError):
        now = temporary.stat().st_mtime
        for left in target.parent.glob(".armbulk-*.xlsx"):
            if left.name.endswith(f"-{target.stem}.xlsx") and now - left.stat().st_mtime > STALE_AFTER:
                left.unlink()
        for left in target.parent.glob(".armbulk-*.parts"):
            if left.name.endswith(f"-{target.stem}.parts") and now - left.stat().st_mtime > STALE_AFTER:
                shutil.rmtree(left, ignore_errors=True)


def _folder(target: Path) -> Path:
    folder = target.parent if str(target.parent) else Path()
    if not folder.is_dir():
        raise FileError("no-such-folder", f"There is no folder {folder}", "Choose another place with -o")
    return folder


def _unwritable(what: Path, error: Exception) -> FileError:
    cause = error.args[0] if isinstance(error, XlsxFileError) and error.args else error
    why = getattr(cause, "strerror", None) or cause
    return FileError("cannot-write", f"{what} cannot be written: {why}", "Choose another place with -o")

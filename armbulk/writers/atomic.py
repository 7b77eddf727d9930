"""Move a finished file into place: complete or not at all, and never over one that is open in another program."""

import contextlib
import errno
import gc
import os
import shutil
import stat
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armbulk.clock import Clock
from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import Text, _
from armbulk.lockfile import read_lock_owner
from armbulk.model.file_names import find_name_problem, find_path_problem
from armbulk.writers.inputs import keep_file_of_a_person
from armbulk.writers.workbook_options import PARTS_SUFFIX

MAX_WAIT = 5.0
"""Seconds to wait for a target that is open elsewhere; then the file gets another name."""

RETRY_INTERVAL = 0.25
"""Seconds between two attempts."""

MAX_NAMES = 100
"""Other names to try: …-2.xlsx, …-3.xlsx and so on."""

STALE_AFTER = 3_600.0
"""Seconds after which a temporary file is certainly left by a killed process."""

OPEN = _("is open in another program")
READ_ONLY = _("is read-only")

IS_WINDOWS = os.name == "nt"


def verify_writable(target: Path) -> Text | None:
    """Make sure that a file can be written beside `target`.

    Returns:
        Why `target` itself cannot be replaced now; None when it can.

    Raises:
        FileError: nothing can be written in its folder.
    """
    trial = _temporary_name(target).with_suffix(".test")  # as long as the longest name that is used later
    try:
        _verify_place(target)
        trial.open("wb").close()
        trial.unlink()
        return find_obstacle(target)
    except OSError as error:
        raise _unwritable(target, error) from None


def find_obstacle(target: Path) -> Text | None:
    """Return why a file cannot be replaced now; None when it can, or does not exist."""
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
    """Yield the path of a temporary file beside `target`; FileError when the disk does not take it."""
    temporary = _temporary_name(target)
    try:
        _verify_place(target)
        with _temporary_folder(temporary):
            yield temporary
    except Exception as error:
        if not isinstance(error, OSError) and not _is_of_xlsxwriter(error):
            raise
        _close_archives(error)
        raise _unwritable(target, error) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _temporary_name(target: Path) -> Path:
    writer = f"{os.getpid()}-{threading.get_ident() % 100_000}"  # the page writes in several threads
    return target.parent / f".armbulk-{writer}-{target.stem}.xlsx"


@contextmanager
def _temporary_folder(temporary: Path) -> Iterator[None]:
    """Make the folder for what libraries write meanwhile (`workbook_options.text_options`), readable by its owner only.

    Their files contain what the sheets contain. In the system's folder for temporary files, a killed process would
    leave them for ever; beside the target the data is anyway, and the next result deletes them.
    """
    folder = temporary.with_suffix(PARTS_SUFFIX)
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _close_archives(error: BaseException) -> None:
    """Close half-written archives now, silently: on a full disk closing fails too, and is reported already."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        context: BaseException | None = error
        while context is not None:
            traceback.clear_frames(context.__traceback__)
            context.__traceback__, context = None, context.__context__
        gc.collect()
    finally:
        sys.unraisablehook = hook


def replace_atomically(
    temporary: Path, target: Path, clock: Clock | None = None, own: frozenset[str] = frozenset()
) -> Path:
    """Move a finished file to `target`, or to another name beside it while `target` cannot be replaced.

    Args:
        temporary: the finished file.
        target: its place.
        clock: for waiting a little while `target` is open elsewhere; None does not wait.
        own: SHA-256 of files as armbulk wrote them; any other file that is replaced is kept as .bak.

    Returns:
        The path it got.

    Raises:
        FileError: no name was free.
    """
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    _delete_stale(temporary, target)
    if _replace_when_closed(temporary, target, clock, own):
        return target
    for number in range(2, MAX_NAMES):
        name = target.with_name(f"{target.stem}-{number}{target.suffix}")
        if _move_to_new_name(temporary, name):
            return name
    raise FileError(
        "cannot-write",
        _("{target} cannot be written", target=target),
        _("Close the file in Excel, or choose another with -o"),
    )


def _replace_when_closed(temporary: Path, target: Path, clock: Clock | None, own: frozenset[str]) -> bool:
    """Replace the target, a little later if something prevents it: on Windows, a virus scanner reads new files, too."""
    until = clock.monotonic() + MAX_WAIT if clock else 0.0
    while True:
        obstacle = find_obstacle(target)
        if obstacle is None:
            keep_file_of_a_person(target, own)  # now: somebody may have changed and closed it meanwhile
            if _move(temporary, target):
                return True
        if obstacle is READ_ONLY or clock is None or clock.interrupted or clock.monotonic() >= until:
            return False
        clock.sleep(RETRY_INTERVAL)


def _move_to_new_name(temporary: Path, name: Path) -> bool:
    """Give the file a name that no other file has; a hard link fails when it exists, but some folders have no links."""
    try:
        os.link(temporary, name)
    except FileExistsError:
        return False
    except OSError:
        return not name.exists() and _move(temporary, name)
    _sync_folder(name.parent)
    return True


def _move(temporary: Path, name: Path) -> bool:
    try:
        temporary.replace(name)
    except OSError:
        return False
    _sync_folder(name.parent)
    return True


def _sync_folder(folder: Path) -> None:
    """Make a new name survive a power cut, where the system can open folders."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _delete_stale(temporary: Path, target: Path) -> None:
    """Delete what killed processes left beside `target` long ago."""
    with contextlib.suppress(OSError):
        now = temporary.stat().st_mtime
        for path in target.parent.glob(".armbulk-*.xlsx"):
            if path.name.endswith(f"-{target.stem}.xlsx") and now - path.stat().st_mtime > STALE_AFTER:
                path.unlink()
        for path in target.parent.glob(f".armbulk-*{PARTS_SUFFIX}"):
            if path.name.endswith(f"-{target.stem}{PARTS_SUFFIX}") and now - path.stat().st_mtime > STALE_AFTER:
                shutil.rmtree(path, ignore_errors=True)


def _verify_place(target: Path) -> None:
    """Make sure that a name can be that of a file, in a folder that exists."""
    folder = target.parent
    if IS_WINDOWS and (why := find_name_problem(str(target))):
        raise _not_writable_because(target, why, _("Choose another name with -o"))
    if not folder.is_dir():
        raise FileError(
            "no-such-folder", _("The folder {folder} does not exist", folder=folder), _("Choose another folder with -o")
        )
    if target.exists() and not target.is_file():  # moving a file there would replace a device, or fail
        raise FileError(
            "no-file", _("{target} is a folder or a device, not a file", target=target), _("Choose a file name with -o")
        )


def _is_of_xlsxwriter(error: Exception) -> bool:
    """Return whether xlsxwriter could not write its file."""
    from xlsxwriter.exceptions import XlsxFileError  # noqa: PLC0415 - files of other formats do not need it

    return isinstance(error, XlsxFileError)


def _unwritable(path: Path, error: Exception) -> FileError:
    cause = error.args[0] if error.args and _is_of_xlsxwriter(error) else error
    too_long = find_path_problem(str(path.absolute())) if IS_WINDOWS else None
    if too_long or (isinstance(cause, OSError) and cause.errno == errno.ENAMETOOLONG):
        return _not_writable_because(path, too_long or describe_os_error(cause), _("Choose a shorter name with -o"))
    return _not_writable_because(path.absolute(), describe_os_error(cause), _("Choose another folder with -o"))


def _not_writable_because(path: Path, reason: Text, hint: Text) -> FileError:
    return FileError("cannot-write", _("{path} cannot be written: {reason}", path=path, reason=reason), hint)

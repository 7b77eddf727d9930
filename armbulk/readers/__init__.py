"""Files in: workbooks and CSVs as they stand, cell by cell. Nothing is guessed, nothing is converted silently."""

import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

from armbulk.errors import FileError
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers import csv, lockfile, unsupported, xlsx

MAX_FILE_BYTES = 500 * 1024 * 1024


def read_sheets(path: Path, *, display_name: str | None = None, encoding: str | None = None) -> list[Sheet]:
    """Read every table of a file, hidden sheets too; FileError when it cannot be read.

    `shown_as` is the file's name in messages. What a file is, its content says, not its name.
    """
    name = display_name or str(path)
    content = _bytes(path, name)
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK\x03\x04"):
        return _with_owner(xlsx.read_workbook(content, name, sha256), path)
    unsupported.refuse_unsupported(content, path.suffix.lower(), name)
    frame, letters, faults = csv.read_csv(content, name, encoding)
    return [Sheet(name, path.stem, frame, letters, "csv", sha256, issues=faults)]


def _bytes(path: Path, name: str) -> bytes:
    try:
        _refuse_no_file(path, name)
        before = path.stat()
        if before.st_size > MAX_FILE_BYTES:
            raise FileError("too-large", f"{name} is larger than 500 MiB", "Split the file")
        content = path.read_bytes()
        after = path.stat()
    except FileNotFoundError:
        raise FileError("no-such-file", f"There is no file {name}", "Check the name and the folder") from None
    except (OSError, ValueError) as error:  # ValueError: a name that cannot be one
        why = getattr(error, "strerror", None) or error
        raise FileError("unreadable", f"{name} cannot be read: {why}", "Check its permissions") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise FileError("changing", f"{name} changed while it was read", "Wait until it has been saved, and try again")
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileError("empty-file", f"{name} is empty ({len(content)} bytes)", "Save the file again")
    return content


def _refuse_no_file(path: Path, name: str) -> None:
    mode = os.lstat(path).st_mode
    if stat.S_ISDIR(mode):
        raise FileError("not-a-file", f"{name} is a folder", "Name a workbook or a CSV file")
    if stat.S_ISLNK(mode):
        raise FileError("not-a-file", f"{name} is a link", f"Name the file itself: {os.path.realpath(path)}")
    if not stat.S_ISREG(mode):
        raise FileError("not-a-file", f"{name} is not a file (a device or a pipe)", "Name a workbook or a CSV file")


def _with_owner(sheets: list[Sheet], path: Path) -> list[Sheet]:
    """Tell that a workbook is open elsewhere: what is read is what was saved last."""
    owner = lockfile.read_lock_owner(path)
    if owner is None:
        return sheets
    for place, sheet in enumerate(sheets):
        if sheet.visible:
            fault = ReadIssue("open-in-excel", value=owner, detail=f" ({owner})" if owner else "")
            sheets[place] = replace(sheet, issues=(fault, *sheet.issues))
            break
    return sheets

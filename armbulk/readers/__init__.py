"""Read workbooks and CSV files cell by cell. Nothing is guessed, nothing is converted silently.

The reader of a format loads when a file has that format: the readers together take longer to load than a small file
takes to be read.
"""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.lockfile import read_lock_owner
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers import unsupported
from armbulk.readers.damage import SPLIT, explain_damage
from armbulk.readers.file_access import changing_error, empty_error, explain_file_errors, refuse_other_than_file

if TYPE_CHECKING:
    from armbulk.readers.xlsx_archive import WorkbookArchive

MAX_FILE_BYTES = 500 * 1024 * 1024
_READ = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".txt"})

_USE_FILE = _("Use the name of a workbook or a CSV file")


def read_sheets(path: Path, *, display_name: str | None = None, encoding: str | None = None) -> list[Sheet]:
    """Read every table of a file, hidden sheets included; the file's content decides its format, not its name.

    Args:
        path: The file.
        display_name: Its name in messages.
        encoding: The encoding of a CSV file, if it is not to be detected.

    Raises:
        FileError: The file cannot be read.
    """
    name = display_name or str(path)
    content = _read_bytes(path, name)
    return [replace(sheet, size=len(content)) for sheet in _read_content(content, path, name, encoding)]


def _read_content(content: bytes, path: Path, name: str, encoding: str | None) -> list[Sheet]:
    """Read every table of a file's content; FileError when it cannot be read."""
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK\x03\x04"):
        return _report_open(_read_archive(content, name, sha256), path)
    if unsupported.is_old_workbook(content):
        return _report_open(_read_old_workbook(content, name, sha256), path)
    unsupported.refuse_unsupported(content, path.suffix.lower(), name)
    from armbulk.readers.csv import read_csv

    frame, letters, issues = read_csv(content, name, encoding)
    return [Sheet(name, path.stem, frame, letters, "csv", sha256, issues=issues)]


def _read_archive(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read a workbook that is a zip file; FileError when it cannot be read."""
    from armbulk.readers.xlsx_archive import WorkbookArchive

    archive = WorkbookArchive(content, name)
    try:
        if archive.format == "xlsx":
            from armbulk.readers.xlsx import read_workbook

            return read_workbook(archive, sha256)
        if archive.format == "ods":
            from armbulk.readers.ods import read_ods

            return read_ods(archive, sha256)
        archive.verify_sizes()
        return _read_binary(archive, content, sha256)
    finally:
        archive.close()


def _read_old_workbook(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read an .xls workbook; FileError when it cannot be read."""
    from armbulk.readers import foreign_workbook, xls_cells

    if xls_cells.is_encrypted(content):
        raise unsupported.encrypted_error(name)
    find_special = partial(xls_cells.find_special_cells, content)
    return foreign_workbook.read_foreign(xls_cells.correct_code_page(content), name, sha256, "xls", find_special)


def _read_binary(archive: "WorkbookArchive", content: bytes, sha256: str) -> list[Sheet]:
    """Read an .xlsb workbook; FileError when it cannot be read."""
    from armbulk.readers import foreign_workbook, xlsb_cells

    try:
        readable = xlsb_cells.write_out_short_cells(archive, content)
    except ValueError as error:
        raise archive.damaged_error(explain_damage(error)) from None
    find_special = partial(xlsb_cells.find_special_cells, archive)
    return foreign_workbook.read_foreign(readable, archive.name, sha256, "xlsb", find_special)


def _read_bytes(path: Path, name: str) -> bytes:
    with explain_file_errors(path, name, _READ):
        refuse_other_than_file(path, name, _USE_FILE)
        before = path.stat()
        if before.st_size > MAX_FILE_BYTES:
            raise FileError("too-large", _("{name} is larger than 500 MiB", name=name), SPLIT)
        content = path.read_bytes()
        after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise changing_error(name)
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise empty_error(name, len(content))
    return content


def _report_open(sheets: list[Sheet], path: Path) -> list[Sheet]:
    """Add an issue to the first visible sheet of a workbook that is open elsewhere: the last saved version is read."""
    owner = read_lock_owner(path)
    if owner is None:
        return sheets
    issue = ReadIssue("open-in-excel", value=owner, detail=owner)
    first = next((index for index, sheet in enumerate(sheets) if sheet.visible), None)
    return [
        replace(sheet, issues=(issue, *sheet.issues)) if index == first else sheet for index, sheet in enumerate(sheets)
    ]

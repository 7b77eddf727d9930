"""Read workbooks and CSV files cell by cell. Nothing is guessed, nothing is converted silently."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.lockfile import read_lock_owner
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers import csv, foreign_workbook, ods, unsupported, xls_cells, xlsb_cells, xlsx
from armbulk.readers.damage import SPLIT, explain_damage
from armbulk.readers.file_access import changing_error, empty_error, explain_file_errors, refuse_other_than_file
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
        if xls_cells.is_encrypted(content):
            raise unsupported.encrypted_error(name)
        find_special = partial(xls_cells.find_special_cells, content)
        readable = xls_cells.correct_code_page(content)
        return _report_open(foreign_workbook.read_foreign(readable, name, sha256, "xls", find_special), path)
    unsupported.refuse_unsupported(content, path.suffix.lower(), name)
    frame, letters, issues = csv.read_csv(content, name, encoding)
    return [Sheet(name, path.stem, frame, letters, "csv", sha256, issues=issues)]


def _read_archive(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read a workbook that is a zip file; FileError when it cannot be read."""
    archive = WorkbookArchive(content, name)
    try:
        if archive.format == "xlsx":
            return xlsx.read_workbook(archive, sha256)
        if archive.format == "ods":
            return ods.read_ods(archive, sha256)
        archive.verify_sizes()
        return _read_binary(archive, content, sha256)
    finally:
        archive.close()


def _read_binary(archive: WorkbookArchive, content: bytes, sha256: str) -> list[Sheet]:
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

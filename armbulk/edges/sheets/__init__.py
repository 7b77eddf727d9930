"""Files in: workbooks and CSVs as they stand, cell by cell. Nothing is guessed, nothing is converted silently."""

import hashlib
from pathlib import Path

from armbulk.edges.sheets import delimited, xlsx
from armbulk.errors import FileError
from armbulk.model import Sheet

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HINT = "Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)"
MOST_BYTES = 500 * 1024 * 1024


def read(path: Path, *, shown_as: str | None = None, encoding: str | None = None) -> list[Sheet]:
    """Read every table of a file; FileError when it cannot be read. `shown_as` is its name in messages."""
    name = shown_as or str(path)
    content = _bytes(path, name)
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK\x03\x04"):
        tables = xlsx.read(content, name)
        form = "xlsx"
    else:
        _refuse_others(content, path, name)
        tables = [(path.stem, *delimited.read(content, name, encoding))]
        form = "csv"
    return [Sheet(name, title, frame, letters, form, sha256) for title, frame, letters in tables]


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise FileError("not-a-file", f"{name} is a folder", "Name a workbook or a CSV file")
        if path.stat().st_size > MOST_BYTES:
            raise FileError("too-large", f"{name} is larger than 500 MiB", "Split the file")
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileError("no-such-file", f"There is no file {name}", "Check the name and the folder") from None
    except OSError as error:
        raise FileError("unreadable", f"{name} cannot be read: {error.strerror}", "Check its permissions") from None
    if not content.strip():
        raise FileError("empty-file", f"{name} is empty", "Save the file again")
    return content


def _refuse_others(content: bytes, path: Path, name: str) -> None:
    suffix = path.suffix.lower()
    if content.startswith(_OLD):
        what = "is password-protected or an old .xls workbook"
        raise FileError("not-xlsx", f"{name} {what}", f"Remove the password (File > Info), or: {_HINT}")
    if suffix in {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}:
        head = content[:200].lstrip().lower()
        what = "is a web page" if head.startswith((b"<html", b"<!doctype", b"<table")) else "is not an Excel workbook"
        raise FileError("not-xlsx", f"{name} {what}", f"{_HINT}; a CSV file must be named .csv")
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError("not-text", f"{name} is neither a workbook nor a text file", "Name a .xlsx or .csv file")

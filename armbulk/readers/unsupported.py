"""Unsupported formats: recognised by their first bytes, and refused with advice."""

import struct

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.readers.compound_file import SIGNATURE, CompoundFile

SAVE_AS_XLSX = _("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)")
_EARLIEST_WORKBOOKS = {b"\x09\x00", b"\x09\x02", b"\x09\x04"}  # Excel 2, 3 and 4
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3": "a database",
}


def encrypted_error(name: str) -> FileError:
    """Return the error for a workbook with a password; protecting the workbook encrypts it too, without a question."""
    hint = _("Remove the password and the protection (in Excel: File > Info > Protect Workbook), and save it again")
    return FileError("encrypted", _("{name} is password-protected", name=name), hint)


def is_old_workbook(content: bytes) -> bool:
    """Return whether the content is an Excel workbook from before 2007 (.xls)."""
    names = _list_streams(content)
    return "encryptedpackage" not in names and bool({"workbook", "book"} & names)


def _list_streams(content: bytes) -> set[str]:
    """Return the streams of a compound file in lower case; a damaged one is searched for the known names."""
    if not content.startswith(SIGNATURE):
        return set()
    try:
        return {stream.lower() for stream in CompoundFile(content).names}
    except (ValueError, struct.error):
        return {stream.lower() for stream in ("EncryptedPackage", "Workbook") if stream.encode("utf-16-le") in content}


def refuse_unsupported(content: bytes, suffix: str, name: str) -> None:
    """Refuse content that is neither a zip nor text with columns (FileError); `suffix` is that of the file's name."""
    if content.startswith(SIGNATURE):
        _refuse_compound(content, name)
    if content[:2] in _EARLIEST_WORKBOOKS and b"\x00" in content[:8]:
        raise FileError("not-xlsx", _("{name} is an Excel workbook from before 1993", name=name), SAVE_AS_XLSX)
    for first, what in _OTHERS.items():
        if content.startswith(first):
            raise FileError(
                "not-xlsx",
                _("{name} is {what}", name=name, what=what),
                _("Name an Excel workbook (.xlsx) or a CSV file"),
            )
    if suffix in _WORKBOOKS or content[:400].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        _refuse_text(content, suffix, name)


def _refuse_compound(content: bytes, name: str) -> None:
    """Refuse a compound file: a workbook with a password, or another Office file."""
    if "encryptedpackage" in _list_streams(content):
        raise encrypted_error(name)
    what = "an old Office file, but no workbook (a document or a mail?)"
    raise FileError("not-xlsx", _("{name} is {what}", name=name, what=what), SAVE_AS_XLSX)


def _refuse_text(content: bytes, suffix: str, name: str) -> None:
    """Refuse a text with the suffix of a workbook, or a web page."""
    head = content[:400].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml")):
        is_xml = head.startswith(b"<?xml") and b"<html" not in head and b"<!doctype html" not in head
        what = "is an XML file" if is_xml or b"workbook" in head else "is a web page"
        raise FileError("not-xlsx", _("{name} {what}, not a workbook", name=name, what=what), SAVE_AS_XLSX)
    if suffix in _WORKBOOKS:
        start = content[:24].decode("cp1252", "replace").split("\n")[0]
        printable = "".join(character for character in start if character.isprintable()).strip()
        is_text = b"\x00" not in content[:4096]
        what = f"starts with {printable!r} and looks like CSV" if is_text else "is not an Excel workbook"
        raise FileError(
            "not-xlsx",
            _("{name} {what}", name=name, what=what),
            _("Name it .csv if it is one; else save it again as .xlsx"),
        )

"""Unsupported formats: recognised by their first bytes, and refused with advice."""

import struct

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.readers.compound_file import SIGNATURE, CompoundFile

SAVE_AS_XLSX = _("Open the file in Excel or LibreOffice and save it as an Excel workbook (.xlsx)")
_EARLIEST_WORKBOOKS = {b"\x09\x00", b"\x09\x02", b"\x09\x04"}  # Excel 2, 3 and 4
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_PICTURE = _("{name} is a picture, not a workbook")
_ARCHIVE = _("{name} is an archive with packed files, not a workbook")
_OTHERS = {
    b"%PDF": _("{name} is a PDF, not a workbook"),
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"\x1f\x8b": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"Rar!": _ARCHIVE,
    b"SQLite format 3": _("{name} is a database, not a workbook"),
}


def encrypted_error(name: str) -> FileError:
    """Return the error for a workbook with a password; protecting the workbook encrypts it too, without a question."""
    hint = _("Remove the password in Excel (File > Info > Protect Workbook) and save the file again")
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
    for first, message in _OTHERS.items():
        if content.startswith(first):
            raise FileError("not-xlsx", message.fill(name=name), _("Use an Excel workbook (.xlsx) or a CSV file"))
    if suffix in _WORKBOOKS or content[:400].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
        _refuse_text(content, suffix, name)


def _refuse_compound(content: bytes, name: str) -> None:
    """Refuse a compound file: a workbook with a password, or another Office file."""
    if "encryptedpackage" in _list_streams(content):
        raise encrypted_error(name)
    message = _("{name} is an old Office file, but not a workbook (perhaps a document or an e-mail)", name=name)
    raise FileError("not-xlsx", message, SAVE_AS_XLSX)


def _refuse_text(content: bytes, suffix: str, name: str) -> None:
    """Refuse a text with the suffix of a workbook, or a web page."""
    head = content[:400].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml")):
        is_xml = head.startswith(b"<?xml") and b"<html" not in head and b"<!doctype html" not in head
        is_xml = is_xml or b"workbook" in head
        message = _("{name} is an XML file, not a workbook") if is_xml else _("{name} is a web page, not a workbook")
        raise FileError("not-xlsx", message.fill(name=name), SAVE_AS_XLSX)
    if suffix in _WORKBOOKS:
        raise FileError(
            "not-xlsx",
            _explain_text(content).fill(name=name),
            _("Rename it to .csv if it is a CSV file. Otherwise save it again as .xlsx."),
        )


def _explain_text(content: bytes) -> Text:
    """Return what a file with the suffix of a workbook is instead."""
    if b"\x00" in content[:4096]:
        return _("{name} is not an Excel workbook")
    start = content[:24].decode("cp1252", "replace").split("\n")[0]
    printable = "".join(character for character in start if character.isprintable()).strip()
    return _("{name} begins with '{start}' and looks like CSV, not like a workbook", start=printable)

"""The XML files of an export: files on disk and entries of zip files, opened within limits."""

import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.command_line import quote_word
from armbulk.model.plain_text import show_invisible, to_one_line
from armbulk.readers.damage import SPLIT
from armbulk.readers.file_access import changing_error, empty_error, explain_file_errors, refuse_other_than_file
from armbulk.readers.saft.refusals import DOWNLOAD_AGAIN, UNSAFE
from armbulk.readers.saft.xml_tree import CHUNK_BYTES

MAX_FILE_BYTES = 4 * 1024**3
MAX_ZIP_ENTRIES = 100
MAX_DIRECTORY_BYTES = 1 << 20
"""The size of a zip file's directory, which is read as a whole; 100 files need about 10 kB."""

MAX_RATIO = 200
MIN_RATIO_BYTES = 50 * 1024**2
"""A zip entry is refused if it grows more than `MAX_RATIO` times and beyond `MIN_RATIO_BYTES`."""

_OFFICE_ENTRY = "[Content_Types].xml"
_MAX_NAME_CHARS = 250
_SUFFIXES = frozenset({".xml", ".zip"})
_ZIP_START = b"PK\x03\x04"
_END = b"PK\x05\x06"  # also the start of an empty zip file
_TAIL_BYTES = (1 << 16) + 22 + 76
_MAC_FOLDER = "__MACOSX/"  # of the Finder: it has no files of the user
USE_EACH_ONCE = _("Use each file of the export once")
"""What to do with a part that is there twice."""

_CHECK_LIST = _("For a list in Excel: armbulk check {file}. `migrate` reads SAF-T files (.xml, .zip).")
_USE_SAFT = _("Use the SAF-T file (.xml) or the zip file with its parts")
_ZIP_ERRORS = (zipfile.BadZipFile, EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError, zlib.error)


@dataclass(frozen=True, slots=True)
class XmlSource:
    """An XML file of an export.

    Attributes:
        path: The file on disk.
        name: The file's name in messages and frames; of an entry of a zip file `export.zip/part.xml`.
        entry: The position of the entry in the zip file; None for a file of its own.
        size: The size of its content, unpacked, as the system or the zip file states it.
        state: Size and time of change of the file on disk, when it was found.
    """

    path: Path
    name: str
    entry: int | None
    size: int
    state: tuple[int, int]


def list_sources(paths: Sequence[Path], max_file_bytes: int = MAX_FILE_BYTES) -> list[XmlSource]:
    """Return the XML files of paths, in the order of the paths and of the zip files.

    Args:
        paths: Files in XML and zip files.
        max_file_bytes: The size of a file on disk that is still read.

    Raises:
        FileError: A path is not such a file, or a zip file exceeds a limit.
    """
    names = [path.name for path in paths]
    sources: list[XmlSource] = []
    for path in paths:
        name = path.name if names.count(path.name) == 1 else str(path)
        with explain_file_errors(path, name, _SUFFIXES):
            refuse_other_than_file(path, name, _USE_SAFT)
            status = path.stat()
            with path.open("rb") as stream:
                head = stream.read(len(_ZIP_START))
        if status.st_size > max_file_bytes:
            raise _too_large_error(name, max_file_bytes)
        state = (status.st_size, status.st_mtime_ns)
        if head in {_ZIP_START, _END}:
            sources += _list_entries(path, name, state)
        else:
            sources.append(XmlSource(path, name, None, status.st_size, state))
    names = [source.name for source in sources]
    if doubled := next((each for each in names if names.count(each) > 1), None):
        raise FileError("part-twice", _("{file} is used twice", file=doubled), USE_EACH_ONCE)
    return sources


def _list_entries(path: Path, name: str, state: tuple[int, int]) -> list[XmlSource]:
    with explain_file_errors(path, name, _SUFFIXES), path.open("rb") as stream:
        if _measure_directory(stream) > MAX_DIRECTORY_BYTES:
            raise _zip_error(name, _("it has more than {limit} files", limit=MAX_ZIP_ENTRIES))
        try:
            entries = zipfile.ZipFile(stream).infolist()
        except _ZIP_ERRORS:
            raise FileError(
                "damaged", _("{name} is damaged: its end is missing or broken", name=name), DOWNLOAD_AGAIN
            ) from None
    files = [
        (position, entry)
        for position, entry in enumerate(entries)
        if not entry.is_dir() and not entry.filename.startswith(_MAC_FOLDER)
    ]
    if len(entries) > MAX_ZIP_ENTRIES:
        raise _zip_error(name, _("it has {count} files, more than {limit}", count=len(entries), limit=MAX_ZIP_ENTRIES))
    if any(entry.filename == _OFFICE_ENTRY for entry in entries):
        what = _("{name} is an Excel or Word file, not a SAF-T file", name=name)
        raise FileError("not-saft", what, _CHECK_LIST.fill(file=quote_word(name)))
    if not files:
        raise _zip_error(name, _("it has no XML file"), _USE_SAFT)
    for _position, entry in files:
        _check_entry(entry, name)
    names = [_show_entry(entry) for _position, entry in files]
    if doubled := next((each for each in names if names.count(each) > 1), None):
        raise _zip_error(name, _('it has two files with the name "{file}"', file=doubled))
    return [
        XmlSource(path, f"{name}/{shown}", position, entry.file_size, state)
        for shown, (position, entry) in zip(names, files, strict=True)
    ]


def _show_entry(entry: zipfile.ZipInfo) -> str:
    return show_invisible(to_one_line(entry.filename, _MAX_NAME_CHARS))


def _measure_directory(stream: IO[bytes]) -> int:
    """Return the size of a zip file's directory as `zipfile` finds it; 0 if it has none.

    Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14 to 4.3.16.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - _TAIL_BYTES, 0))
    tail = stream.read()
    end = len(tail) - 22
    if not (tail[max(end, 0) :].startswith(_END) and tail.endswith(b"\x00\x00")):
        end = tail.rfind(_END)
    if end < 0:
        return 0
    if end >= 76 and tail[end - 20 :].startswith(b"PK\x06\x07"):  # of zip64: record, locator, end
        return int.from_bytes(tail[end - 36 : end - 28], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little")


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    """Refuse an entry that is not a plain XML file."""
    shown = _show_entry(entry)
    if not entry.filename.lower().endswith(".xml") or stat.S_ISLNK(entry.external_attr >> 16):
        advice = _("Unpack the zip file and use the XML files of the export only")
        raise _zip_error(name, _('it has a file that is not XML: "{file}"', file=shown), advice)
    if entry.flag_bits & 0x1:
        advice = _("Unpack the zip file with its password and use the XML files")
        raise FileError("encrypted", _("{name} is password-protected", name=name), advice)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        advice = _("Unpack the zip file and use the XML files")
        raise _zip_error(name, _('"{file}" is packed in a way that armbulk does not read', file=shown), advice)


def _zip_error(name: str, what: Text, advice: Text = UNSAFE) -> FileError:
    return FileError("unusable-zip", _("{name} cannot be used: {what}", name=name, what=what), advice)


def _too_large_error(name: str, max_file_bytes: int) -> FileError:
    size = max_file_bytes // 1024**2
    return FileError("too-large", _("{name} is larger than {size:number} MiB", name=name, size=size), SPLIT)


@contextmanager
def open_source(source: XmlSource, max_file_bytes: int = MAX_FILE_BYTES) -> Iterator["SourceContent"]:
    """Open an XML file; its content is counted and hashed while it is read.

    Args:
        source: The file.
        max_file_bytes: The size, unpacked, that is still read.

    Raises:
        FileError: The file cannot be read, has changed, or exceeds a limit.
    """
    with explain_file_errors(source.path, source.name, _SUFFIXES):
        stream = source.path.open("rb")
    with stream:
        if source.entry is None:
            yield SourceContent(source, stream, source.state[0], max_file_bytes)
        else:
            try:
                archive = zipfile.ZipFile(stream)
                entry = archive.infolist()[source.entry]
                unpacked = archive.open(entry)
            except (*_ZIP_ERRORS, IndexError):
                raise _unpack_error(source) from None
            with unpacked:
                yield SourceContent(source, unpacked, entry.compress_size, max_file_bytes)
    with explain_file_errors(source.path, source.name, _SUFFIXES):
        status = source.path.stat()
    if (status.st_size, status.st_mtime_ns) != source.state:
        raise changing_error(source.name)


class SourceContent:
    """The content of an open XML file, in pieces.

    Args:
        source: The file.
        stream: Its content.
        packed_bytes: Its size on disk or in the zip file.
        max_file_bytes: The size, unpacked, that is still read.
    """

    def __init__(self, source: XmlSource, stream: IO[bytes], packed_bytes: int, max_file_bytes: int) -> None:
        self._source = source
        self._stream = stream
        self._packed_bytes = packed_bytes
        self._max_file_bytes = max_file_bytes
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of what was read so far."""
        return self._hash.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in pieces of `CHUNK_BYTES`.

        Raises:
            FileError: The content is empty, is not XML, cannot be read or exceeds a limit.
        """
        size = 0
        while chunk := self._read():
            if not size:
                self._check_head(chunk)
            size += len(chunk)
            self._check_size(size)
            self._hash.update(chunk)
            yield chunk
        if not size:
            raise empty_error(self._source.name, 0)

    def _read(self) -> bytes:
        if self._source.entry is None:
            with explain_file_errors(self._source.path, self._source.name, _SUFFIXES):
                return self._stream.read(CHUNK_BYTES)
        try:
            return self._stream.read(CHUNK_BYTES)
        except (*_ZIP_ERRORS, OSError):
            raise _unpack_error(self._source) from None

    def _check_head(self, head: bytes) -> None:
        start = head[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
        if not start:
            raise empty_error(self._source.name, len(head))
        if not start.startswith(b"<"):
            what = _("{name} is not an XML file", name=self._source.name)
            if start.startswith(b"PK"):
                what = _("{name} is a zip file inside a zip file", name=self._source.name)
            raise FileError("not-saft", what, _USE_SAFT)

    def _check_size(self, size: int) -> None:
        if size > self._max_file_bytes:
            raise _too_large_error(self._source.name, self._max_file_bytes)
        if size > MIN_RATIO_BYTES and size > MAX_RATIO * self._packed_bytes:
            what = _("unpacked, it is more than {count} times as large", count=MAX_RATIO)
            raise _zip_error(self._source.name, what)


def _unpack_error(source: XmlSource) -> FileError:
    what = _("{name} is damaged: it cannot be unpacked", name=source.name)
    return FileError("damaged", what, DOWNLOAD_AGAIN)

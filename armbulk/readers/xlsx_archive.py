"""The gate before the parser: what may be opened at all, and how much of it.

Nothing is ever unpacked to disk; bytes are counted as they come out; a DTD of any kind is refused, so that no entity
is ever expanded and nothing outside the file is ever fetched.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.parsers import expat

from armbulk.errors import FileError
from armbulk.readers.unsupported import SAVE_AS_XLSX

MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Bytes that all parts together may have once they are unpacked."""

MAX_DEPTH = 100
"""Elements inside each other; a workbook has about a dozen."""

_LONGEST_TAG = 1 << 20  # a tag or a comment; Excel's longest have a few thousand characters
_CHUNK = 1 << 16
_ENCODINGS = {"utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii"}
_AGAIN = "Copy or download it again, or open it in Excel and save it again"

Handler = Callable[..., Any]


class WorkbookArchive:
    """An open workbook file: its parts by name, within bounds."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the container; FileError says why it is refused."""
        self.name = name
        self._left = MAX_UNPACKED_BYTES
        self._parts: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError) as error:
            raise FileError("damaged", f"{name} is damaged: its end is missing or broken ({error})", _AGAIN) from None
        if len(infos) > MAX_PARTS:
            raise self.damaged(f"it has {len(infos)} parts, more than {MAX_PARTS}")
        for info in infos:
            self._add(info)
        self._refuse_others()

    @property
    def parts(self) -> frozenset[str]:
        """The parts' names, in small letters: Excel does not tell them apart by case."""
        return frozenset(self._parts)

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def damaged(self, what: str) -> FileError:
        """The error for a workbook that is not what it should be."""
        return FileError("damaged", f"{self.name} is damaged: {what}", _AGAIN)

    def _add(self, info: zipfile.ZipInfo) -> None:
        part = info.filename
        key = part.replace("\\", "/").lower()
        if key in self._parts:
            raise self.damaged(f"the part {part!r} is in the file twice")
        if ".." in re.split(r"[/\\]", part) or part.startswith(("/", "\\")):
            raise self.damaged(f"the part {part!r} points outside the file")
        if info.flag_bits & 0x1:
            raise FileError("encrypted", f"{self.name} is password-protected", "Remove the password and save it again")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise self.damaged(f"the part {part!r} is packed in a way that Excel does not use")
        self._parts[key] = info

    def _refuse_others(self) -> None:
        """Files that are a zip too, but no .xlsx workbook."""
        parts = self._parts
        if "mimetype" in parts and "content.xml" in parts:
            raise FileError("not-xlsx", f"{self.name} is an OpenDocument file (.ods)", SAVE_AS_XLSX)
        if any(part.endswith("workbook.bin") for part in parts):
            raise FileError("not-xlsx", f"{self.name} is a binary Excel workbook (.xlsb)", SAVE_AS_XLSX)
        if not any(part.endswith(".xml") and "workbook" in part for part in parts):
            what = "a Word document" if "word/document.xml" in parts else "a zip file without a workbook in it"
            raise FileError("not-xlsx", f"{self.name} is {what}", "Name an Excel workbook (.xlsx) or a CSV file")

    def parse(self, part: str, start: Handler, end: Handler, text: Handler) -> None:
        """Run one part through expat: names and attributes to `start`, names to `end`, characters to `text`."""
        info = self._parts.get(part.lower())
        if info is None:
            raise self.damaged(f"{part} is missing")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._within_depth(part, start, end)
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_dtd(part)
        parser.XmlDeclHandler = self._refuse_encoding(part)
        try:
            self._feed(parser, info, part)
        except (expat.ExpatError, zipfile.BadZipFile, LookupError, EOFError, OSError) as error:
            raise self.damaged(f"{part}: {error}") from None
        except (zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
            raise self.damaged(f"{part} cannot be unpacked ({error})") from None

    def _feed(self, parser: expat.XMLParserType, info: zipfile.ZipInfo, part: str) -> None:
        """Unpack a part piece by piece; no piece of its markup may be so long that expat must hold it all."""
        fed = 0
        with self._zip.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise self.damaged(f"it expands past 256 MiB in {part}")
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise self.damaged(f"{part} has a tag or comment longer than 1 MiB")
            parser.Parse(b"", True)  # noqa: FBT003

    def _within_depth(self, part: str, start: Handler, end: Handler) -> tuple[Handler, Handler]:
        """The same handlers, which refuse elements that lie too deep inside each other."""
        depth = 0

        def begin(tag: str, given: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise self.damaged(f"{part}: its elements lie too deep inside each other")
            start(tag, given)

        def finish(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag)

        return begin, finish

    def _refuse_dtd(self, part: str) -> Handler:
        def refuse(*_: object) -> None:
            raise self.damaged(f"{part} contains a DTD")

        return refuse

    def _refuse_encoding(self, part: str) -> Handler:
        def check(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding and encoding.lower() not in _ENCODINGS:
                raise self.damaged(f"{part} is written in {encoding[:20]!r}, not in UTF-8")

        return check

"""Opens .xlsx archives within limits: size, number of parts, depth, no DTD.

Nothing is unpacked to disk; bytes are counted as they are unpacked; a DTD of any kind is refused, so that no entity is
expanded and nothing outside the file is fetched.
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
"""How many bytes all parts together may have when unpacked."""

MAX_DEPTH = 100
"""How deep elements may be nested; a workbook has about a dozen levels."""

_MAX_TAG_BYTES = 1 << 20  # of a tag or a comment; Excel's longest have a few thousand characters
_CHUNK_BYTES = 1 << 16
_ENCODINGS = {"utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii"}
_ADVICE = "Copy or download it again, or open it in Excel and save it again"

Handler = Callable[..., Any]


class WorkbookArchive:
    """An open workbook file and its parts."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the archive; FileError when it is refused."""
        self.name = name
        self._bytes_left = MAX_UNPACKED_BYTES
        self._parts: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError) as error:
            raise FileError("damaged", f"{name} is damaged: its end is missing or broken ({error})", _ADVICE) from None
        if len(infos) > MAX_PARTS:
            raise self.damaged_error(f"it has {len(infos)} parts, more than {MAX_PARTS}")
        for info in infos:
            self._add(info)
        self._refuse_other_formats()

    @property
    def parts(self) -> frozenset[str]:
        """The names of the parts in lower case: Excel compares them without case."""
        return frozenset(self._parts)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def damaged_error(self, what: str) -> FileError:
        """Return the error for a damaged workbook."""
        return FileError("damaged", f"{self.name} is damaged: {what}", _ADVICE)

    def _add(self, info: zipfile.ZipInfo) -> None:
        part = info.filename
        key = part.replace("\\", "/").lower()
        if key in self._parts:
            raise self.damaged_error(f"the part {part!r} is in the file twice")
        if ".." in re.split(r"[/\\]", part) or part.startswith(("/", "\\")):
            raise self.damaged_error(f"the part {part!r} points outside the file")
        if info.flag_bits & 0x1:
            raise FileError("encrypted", f"{self.name} is password-protected", "Remove the password and save it again")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise self.damaged_error(f"the part {part!r} is packed in a way that Excel does not use")
        self._parts[key] = info

    def _refuse_other_formats(self) -> None:
        """Refuse zip files that are no .xlsx workbook."""
        parts = self._parts
        if "mimetype" in parts and "content.xml" in parts:
            raise FileError("not-xlsx", f"{self.name} is an OpenDocument file (.ods)", SAVE_AS_XLSX)
        if any(part.endswith("workbook.bin") for part in parts):
            raise FileError("not-xlsx", f"{self.name} is a binary Excel workbook (.xlsb)", SAVE_AS_XLSX)
        if not any(part.endswith(".xml") and "workbook" in part for part in parts):
            what = "a Word document" if "word/document.xml" in parts else "a zip file without a workbook in it"
            raise FileError("not-xlsx", f"{self.name} is {what}", "Name an Excel workbook (.xlsx) or a CSV file")

    def parse(self, part: str, start: Handler, end: Handler, text: Handler) -> None:
        """Parse one part with expat.

        Args:
            part: The name of the part.
            start: Called with the name and the attributes of each element that begins.
            end: Called with the name of each element that ends.
            text: Called with characters.

        Raises:
            FileError: The part is missing, damaged or exceeds a limit.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise self.damaged_error(f"{part} is missing")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._limit_depth(part, start, end)
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_dtd(part)
        parser.XmlDeclHandler = self._refuse_encoding(part)
        try:
            self._feed(parser, info, part)
        except (expat.ExpatError, zipfile.BadZipFile, LookupError, EOFError, OSError) as error:
            raise self.damaged_error(f"{part}: {error}") from None
        except (zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
            raise self.damaged_error(f"{part} cannot be unpacked ({error})") from None

    def _feed(self, parser: expat.XMLParserType, info: zipfile.ZipInfo, part: str) -> None:
        """Unpack and parse a part in chunks; markup that expat must keep in memory as a whole is limited."""
        bytes_fed = 0
        with self._zip.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                self._bytes_left -= len(chunk)
                if self._bytes_left < 0:
                    raise self.damaged_error(f"it expands past 256 MiB in {part}")
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
                bytes_fed += len(chunk)
                if bytes_fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                    raise self.damaged_error(f"{part} has a tag or comment longer than 1 MiB")
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature

    def _limit_depth(self, part: str, start: Handler, end: Handler) -> tuple[Handler, Handler]:
        """Return the handlers with a check that elements are not nested too deep."""
        depth = 0

        def begin(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MAX_DEPTH:
                raise self.damaged_error(f"{part}: its elements lie too deep inside each other")
            start(tag, attributes)

        def finish(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(tag)

        return begin, finish

    def _refuse_dtd(self, part: str) -> Handler:
        def refuse(*_: object) -> None:
            raise self.damaged_error(f"{part} contains a DTD")

        return refuse

    def _refuse_encoding(self, part: str) -> Handler:
        def check(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding and encoding.lower() not in _ENCODINGS:
                raise self.damaged_error(f"{part} is written in {encoding[:20]!r}, not in UTF-8")

        return check

"""Opens .xlsx archives within limits: size, number of parts, depth, no DTD.

Nothing is unpacked to disk; bytes are counted as they are unpacked; a DTD of any kind is refused, so that no entity is
expanded and nothing outside the file is fetched.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import IO
from xml.parsers import expat

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.readers.damage import explain_damage
from armbulk.readers.unsupported import encrypted_error
from armbulk.readers.xml_elements import NAMESPACE_SEPARATOR, Element, build_handlers

MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""How many bytes all parts together may have when unpacked."""

MAX_DEPTH = 100
"""How deep elements may be nested; a workbook has about a dozen levels."""

_MAX_TAG_BYTES = 1 << 20  # of a tag or a comment; Excel's longest have a few thousand characters
_MANIFEST = "meta-inf/manifest.xml"
_CHUNK_BYTES = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf_8": "utf-8", "utf-16": "utf-16", "us-ascii": "us-ascii",
    "ascii": "us-ascii", "latin1": "iso-8859-1", "latin-1": "iso-8859-1",
}  # fmt: skip
_ONE_BYTE_ENCODING = re.compile(r"iso-8859-([1-9]|1[03456])|windows-125[0-8]|cp125[0-8]")
_ADVICE = _("Download or copy the file again. If that does not help, open it in Excel and save it again.")


class WorkbookArchive:
    """An open workbook file and its parts."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the archive; FileError when it is refused."""
        self.name = name
        self.bytes_left = MAX_UNPACKED_BYTES  # how many bytes may still be unpacked
        self._parts: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError):
            raise FileError(
                "damaged", _("{name} is damaged: its end is missing or broken", name=name), _ADVICE
            ) from None
        if len(infos) > MAX_PARTS:
            raise self.damaged_error(
                _("it has {count} parts, more than {maximum}", count=len(infos), maximum=MAX_PARTS)
            )
        for info in infos:
            self._add(info)
        self.format = self._find_format()

    @property
    def parts(self) -> frozenset[str]:
        """The names of the parts in lower case: Excel compares them without case."""
        return frozenset(self._parts)

    @property
    def names(self) -> list[str]:
        """The names of the parts as they are in the file."""
        return [info.filename for info in self._parts.values()]

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()

    def damaged_error(self, what: Text) -> FileError:
        """Return the error for a damaged workbook."""
        return FileError("damaged", _("{name} is damaged: {what}", name=self.name, what=what), _ADVICE)

    def _add(self, info: zipfile.ZipInfo) -> None:
        part = info.filename
        key = part.replace("\\", "/").lower()
        if key in self._parts:
            raise self.damaged_error(_("the part '{part}' is in the file twice", part=part))
        if ".." in re.split(r"[/\\]", part) or part.startswith(("/", "\\")):
            raise self.damaged_error(_("the part '{part}' points outside the file", part=part))
        if info.flag_bits & 0x1:
            raise encrypted_error(self.name)
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise self.damaged_error(_("the part '{part}' is packed in a way that Excel does not use", part=part))
        self._parts[key] = info

    def _find_format(self) -> str:
        """Return "xlsx", "xlsb" or "ods"; refuse other documents that are zip files."""
        parts = self._parts
        if "content.xml" in parts and not any(part.startswith("xl/") for part in parts):
            return self._find_open_document()
        if any(part.endswith("workbook.bin") for part in parts):
            return "xlsb"
        if any(part.startswith("word/") for part in parts):
            raise self.no_workbook_error(_("{name} is a Word document, not a workbook"))
        if any(part.startswith("ppt/") for part in parts):
            raise self.no_workbook_error(_("{name} is a PowerPoint presentation, not a workbook"))
        return "xlsx"

    def _find_open_document(self) -> str:
        kind = self.read("mimetype")[:200].decode("ascii", "replace").strip() if "mimetype" in self._parts else ""
        if kind and not kind.startswith("application/vnd.oasis.opendocument.spreadsheet"):
            raise self.no_workbook_error(_("{name} is an OpenDocument file, but not a spreadsheet"))
        if _MANIFEST in self._parts and b"encryption-data" in self.read(_MANIFEST):
            raise encrypted_error(self.name)
        return "ods"

    def no_workbook_error(self, message: Text) -> FileError:
        """Return the error for a zip file that is not a workbook; `message` has the placeholder `name`."""
        return FileError("not-xlsx", message.fill(name=self.name), _("Use an Excel workbook (.xlsx) or a CSV file"))

    def verify_sizes(self) -> None:
        """Unpack every part once and drop it.

        Raises:
            FileError: A part is damaged, or the parts together are too large.
        """
        for part, info in self._parts.items():
            for _chunk in self._unpack(part, info):
                pass
        self.bytes_left = MAX_UNPACKED_BYTES

    def read(self, part: str) -> bytes:
        """Return the content of a part.

        Raises:
            FileError: The part is missing, damaged or too large.
        """
        return b"".join(self.chunks(part))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the content of a part in small pieces; FileError as `read`."""
        info = self._parts.get(part.lower())
        if info is None:
            raise self.damaged_error(_("{part} is missing", part=part))
        return self._unpack(part, info)

    def _unpack(self, part: str, info: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(info) as stream:
                while chunk := self._read_chunk(stream, part):
                    yield chunk
        except (zipfile.BadZipFile, EOFError, OSError, zlib.error, NotImplementedError, RuntimeError):
            raise self.damaged_error(_("{part} cannot be unpacked", part=part)) from None

    def parse(self, part: str, roots: dict[str, Element], namespaces: Iterable[str]) -> None:
        """Parse one part with expat.

        Args:
            part: The name of the part.
            roots: Local name → the element with which the part may begin.
            namespaces: The namespaces of the part's own elements.

        Raises:
            FileError: The part is missing, damaged or exceeds a limit.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise self.damaged_error(_("{part} is missing", part=part))
        try:
            with self._zip.open(info) as stream:
                chunk = self._read_chunk(stream, part)
                parser = self.create_parser(part, self.find_encoding(chunk, part), roots, namespaces)
                self._feed(parser, chunk, stream, part)
        except ValueError as error:
            raise self.damaged_error(_("{part}: {reason}", part=part, reason=explain_damage(error))) from None
        except expat.ExpatError as error:
            position = {"line": error.lineno, "column": error.offset + 1}
            message = _("{part} is not valid XML (line {line}, column {column})", part=part, **position)
            raise self.damaged_error(message) from None
        except LookupError:
            raise self.damaged_error(_("{part} has an encoding that cannot be read", part=part)) from None
        except (zipfile.BadZipFile, EOFError, OSError, zlib.error, NotImplementedError, RuntimeError):
            raise self.damaged_error(_("{part} cannot be unpacked", part=part)) from None

    def create_parser(
        self, part: str, encoding: str | None, roots: dict[str, Element], namespaces: Iterable[str]
    ) -> expat.XMLParserType:
        """Return a parser of one part, which calls the handlers of its elements and refuses a DTD (FileError).

        Args:
            part: The name of the part.
            encoding: Its encoding; None where its first bytes say it.
            roots: As for `parse`.
            namespaces: As for `parse`.
        """
        parser = expat.ParserCreate(encoding, NAMESPACE_SEPARATOR)
        parser.buffer_text = True
        handlers = build_handlers(roots, namespaces, MAX_DEPTH)
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = handlers
        parser.StartDoctypeDeclHandler = self._refuse_dtd(part)
        return parser

    def _feed(self, parser: expat.XMLParserType, chunk: bytes, stream: IO[bytes], part: str) -> None:
        """Unpack and parse a part in chunks; markup that expat must keep in memory as a whole is limited."""
        bytes_fed = 0
        while chunk:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
            bytes_fed += len(chunk)
            if bytes_fed - parser.CurrentByteIndex > _MAX_TAG_BYTES:
                raise self.damaged_error(_("{part} has a tag or comment longer than 1 MiB", part=part))
            chunk = self._read_chunk(stream, part)
        parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature

    def _read_chunk(self, stream: IO[bytes], part: str) -> bytes:
        chunk = stream.read(_CHUNK_BYTES)
        self.bytes_left -= len(chunk)
        if self.bytes_left < 0:
            raise self.damaged_error(_("unpacked, it is larger than 256 MiB ({part})", part=part))
        return chunk

    def find_encoding(self, head: bytes, part: str) -> str | None:
        """Return the encoding a part is written in; None where its first bytes say it (UTF-16).

        Args:
            head: The first bytes of the part.
            part: Its name.
        """
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4]:
            return None
        declared = _DECLARATION.match(head.removeprefix(_BYTE_ORDER_MARK))
        if declared is None or head.startswith(_BYTE_ORDER_MARK):
            return "utf-8"
        name = declared.group(1).decode("ascii").lower()
        encoding = _ENCODINGS.get(name) or (name if _ONE_BYTE_ENCODING.fullmatch(name) else "")
        if not encoding:
            raise self.damaged_error(_("{part} is written in {encoding}, not in UTF-8", part=part, encoding=name[:20]))
        return encoding

    def _refuse_dtd(self, part: str) -> Callable[..., None]:
        def refuse(*_arguments: object) -> None:
            raise self.damaged_error(_("{part} contains a DTD, which armbulk does not read", part=part))

        return refuse

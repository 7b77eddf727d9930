"""The gate before the parser: what may be opened at all, and how much of it.

Nothing is ever unpacked to disk; bytes are counted as they come out; a DTD of any kind is refused, so that no entity
is ever expanded and nothing outside the file is ever fetched.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.parsers import expat

from armbulk.errors import FileError

MOST_PARTS = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""Bytes that all parts together may have once they are unpacked."""

DEEPEST = 100
"""Elements inside each other; a workbook has about a dozen."""

_CHUNK = 1 << 16
_ENCODINGS = {"utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii"}
_SAVE = "Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)"
_AGAIN = "Copy or download it again, or open it in Excel and save it again"


class Archive:
    """An open workbook file: its parts by name, within bounds."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open the container; FileError says why it is refused."""
        self.name = name
        self._left = MOST_BYTES
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OverflowError) as error:
            raise FileError("damaged", f"{name} is damaged: its end is missing or broken ({error})", _AGAIN) from None
        self.parts = [info.filename for info in infos]
        self._refuse(infos)

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def damaged(self, what: str) -> FileError:
        """The error for a workbook that is not what it should be."""
        return FileError("damaged", f"{self.name} is damaged: {what}", _AGAIN)

    def _refuse(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MOST_PARTS:
            raise self.damaged(f"it has {len(infos)} parts, more than {MOST_PARTS}")
        seen: set[str] = set()
        for info in infos:
            part = info.filename
            if part.lower() in seen:
                raise self.damaged(f"the part {part!r} is in the file twice")
            seen.add(part.lower())
            if ".." in re.split(r"[/\\]", part) or part.startswith(("/", "\\")):
                raise self.damaged(f"the part {part!r} points outside the file")
            if info.flag_bits & 0x1:
                raise FileError(
                    "encrypted", f"{self.name} is password-protected", "Remove the password and save it again"
                )
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self.damaged(f"the part {part!r} is packed in a way that Excel does not use")
        self._refuse_others(seen)

    def _refuse_others(self, parts: set[str]) -> None:
        """Files that are a zip too, but no .xlsx workbook."""
        if "mimetype" in parts and "content.xml" in parts:
            raise FileError("not-xlsx", f"{self.name} is an OpenDocument file (.ods)", _SAVE)
        if any(part.endswith("workbook.bin") for part in parts):
            raise FileError("not-xlsx", f"{self.name} is a binary Excel workbook (.xlsb)", _SAVE)
        if not any(part.endswith(".xml") and "workbook" in part for part in parts):
            what = "a Word document" if "word/document.xml" in parts else "a zip file without a workbook in it"
            raise FileError("not-xlsx", f"{self.name} is {what}", "Name an Excel workbook (.xlsx) or a CSV file")

    def parse(self, part: str, start: Callable[..., Any], end: Callable[..., Any], text: Callable[..., Any]) -> None:
        """Run one part through expat: names and attributes to `start`, names to `end`, characters to `text`."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_dtd(part)
        parser.XmlDeclHandler = self._refuse_encoding(part)
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    self._count(len(chunk), part)
                    parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
                parser.Parse(b"", True)  # noqa: FBT003
        except KeyError:
            raise self.damaged(f"{part} is missing") from None
        except (expat.ExpatError, zipfile.BadZipFile, LookupError, EOFError, OSError, NotImplementedError) as error:
            raise self.damaged(f"{part}: {error}") from None
        except (zipfile.LargeZipFile, RuntimeError, ValueError) as error:
            raise self.damaged(f"{part} cannot be unpacked ({error})") from None
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise self.damaged(f"{part} cannot be unpacked") from None
            raise

    def _count(self, size: int, part: str) -> None:
        self._left -= size
        if self._left < 0:
            raise self.damaged(f"it expands past 256 MiB in {part}")

    def _refuse_dtd(self, part: str) -> Callable[..., None]:
        def refuse(*_: object) -> None:
            raise self.damaged(f"{part} contains a DTD")

        return refuse

    def _refuse_encoding(self, part: str) -> Callable[..., None]:
        def check(_version: str, encoding: str | None, _standalone: int) -> None:
            if encoding and encoding.lower() not in _ENCODINGS:
                raise self.damaged(f"{part} is written in {encoding[:20]!r}, not in UTF-8")

        return check


def refuse_old(content: bytes, name: str) -> None:
    """Refuse a compound file: a workbook behind a password, or one of before 2007."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileError(
            "encrypted",
            f"{name} is password-protected",
            "Remove the password (File > Info > Protect) and save it again",
        )
    raise FileError("not-xlsx", f"{name} is an old Excel workbook (.xls)", _SAVE)


def refuse_text(content: bytes, suffix: str, name: str) -> None:
    """Refuse what calls itself a workbook and is text: a web page, or a CSV."""
    head = content[:400].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml")):
        what = "is a web page" if b"workbook" not in head else "is an XML file"
        raise FileError("not-xlsx", f"{name} {what}, not a workbook", _SAVE)
    if suffix in {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}:
        first = "".join(c for c in content[:24].decode("cp1252", "replace").split("\n")[0] if c.isprintable()).strip()
        text = b"\x00" not in content[:4096]
        what = f"starts with {first!r} and looks like CSV" if text else "is not an Excel workbook"
        raise FileError("not-xlsx", f"{name} {what}", "Name it .csv if it is one; else save it again as .xlsx")

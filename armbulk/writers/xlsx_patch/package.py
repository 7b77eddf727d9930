"""The parts of a workbook file: what is changed, added and removed; all others are copied as they are."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.writers.xlsx_patch.content_types import ContentTypes
from armbulk.writers.xlsx_patch.encoding import decode_pieces, to_utf8
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.relations import Relations, relations_part
from armbulk.writers.xlsx_patch.xml_part import XmlPart
from armbulk.writers.xlsx_patch.zip_writer import ZipWriter

_CONTENT_TYPES = "[Content_Types].xml"
_SIGNATURES = "_xmlsignatures/"
_SIGNATURE_ORIGIN = "digital-signature/origin"

Pieces = Callable[[], Iterable[bytes]]


class Package:
    """A workbook file and the changes to it."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open a file that the readers accept; FileError otherwise."""
        self._content = content
        self._archive = WorkbookArchive(content, name)
        with zipfile.ZipFile(BytesIO(content)) as file:
            self._infos = {info.filename.replace("\\", "/").lower(): info for info in file.infolist()}
        self._xml: dict[str, XmlPart] = {}
        self._written: dict[str, tuple[str, Pieces]] = {}  # changed and new parts, by their names in lower case
        self._dropped: set[str] = set()
        self._relations: dict[str, Relations] = {}
        self.content_types = ContentTypes(self.xml(_CONTENT_TYPES))

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def has(self, part: str) -> bool:
        """Return whether there is a part, before any change."""
        return part.lower() in self._infos

    @property
    def archive(self) -> WorkbookArchive:
        """The file as the readers open it."""
        return self._archive

    def read(self, part: str) -> bytes:
        """Return the content of a part in UTF-8."""
        return to_utf8(self._archive.read(part), lambda head: self._archive.find_encoding(head, part))

    def stream(self, part: str) -> Iterator[bytes]:
        """Yield the content of a part in UTF-8, in pieces."""
        archive = WorkbookArchive(self._content, self._archive.name)  # a part may be read twice: it counts once
        return decode_pieces(archive.chunks(part), lambda head: archive.find_encoding(head, part))

    def xml(self, part: str, *, depth: int = 8) -> XmlPart:
        """Return a part as XML; what is changed in it is written."""
        key = part.lower()
        if key not in self._xml:
            if key not in self._infos:
                message = f"{part} is missing"
                raise PatchRefusedError(message)
            self._xml[key] = XmlPart(self.read(part), depth=depth)
        return self._xml[key]

    def relations(self, part: str) -> Relations:
        """Return the relations of a part ("" for those of the package)."""
        key = part.lower()
        if key not in self._relations:
            name = relations_part(part)
            content = self.xml(name) if self.has(name) else None
            self._relations[key] = Relations(part, content)
        return self._relations[key]

    def put(self, part: str, pieces: Pieces | bytes) -> None:
        """Set the content of a part."""
        self._dropped.discard(part.lower())
        name = self._infos[part.lower()].filename if self.has(part) else part
        self._written[part.lower()] = name, pieces if callable(pieces) else lambda: (pieces,)

    def drop(self, part: str) -> None:
        """Remove a part, its relations and its content type."""
        for name in (part, relations_part(part)):
            self._dropped.add(name.lower())
            self._written.pop(name.lower(), None)
        self.content_types.remove(part)

    def new_name(self, pattern: str) -> str:
        """Return a name that no part has; `pattern` has {} for a number."""
        number = 1
        while (name := pattern.format(number)).lower() in self._infos or name.lower() in self._written:
            number += 1
        return name

    def remove_signatures(self) -> None:
        """Remove a digital signature: it is not that of the changed file."""
        signatures = [name for name in self._infos if name.startswith(_SIGNATURES)]
        if signatures:
            self._dropped.update(signatures)
            for part in signatures:
                self.content_types.remove(part)
            self.relations("").remove_type(_SIGNATURE_ORIGIN)

    def write(self, target: Path, late: Sequence[str]) -> None:
        """Write the file; the parts `late` are written after all others, which may still change them."""
        for relations in self._relations.values():
            if relations.is_changed:
                self.put(relations.name, relations.render())
        with target.open("wb") as file:
            self._write_parts(file, [part.lower() for part in late])

    def _write_parts(self, file: IO[bytes], late: Sequence[str]) -> None:
        writer, content = ZipWriter(file), memoryview(self._content)
        if self.content_types.is_changed:
            self.put(_CONTENT_TYPES, self.content_types.render())
        for key, info in self._infos.items():
            if key in self._dropped or key in late:
                continue
            if key in self._written:
                self._add(writer, key)
            elif key in self._xml and self._xml[key].is_changed:
                writer.add(info.filename, (self._xml[key].render(),))
            else:
                writer.copy(info, content)
        for key in list(self._written):
            if key not in self._infos and key not in late:
                self._add(writer, key)
        for key in late:
            self._add(writer, key)
        writer.close()

    def _add(self, writer: ZipWriter, key: str) -> None:
        name, pieces = self._written[key]
        writer.add(name, pieces())

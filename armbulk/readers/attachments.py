"""Files that documents name as attachments: found below one folder only, opened once, known by their content."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from armbulk.errors import describe_os_error
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.attachment_names import ATTACHMENT_ENDING, find_attachment_problem, split_attachment_name
from armbulk.model.similar_words import find_similar

MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
"""The largest attachment. ARM documents no limit; e-mail servers and e-invoice operators seldom take more."""

NAME, MISSING, UNUSABLE = "attachment-name", "attachment-missing", "attachment-unusable"
"""Codes of what is wrong with an attachment."""

_PDF, _PDF_END, _TAIL_BYTES = b"%PDF-", b"%%EOF", 1024
_OTHER_CONTENT = (
    (b"PK\x03\x04", _("a zip file or an Office document")),
    (b"\xd0\xcf\x11\xe0", _("an old Office document")),
    (b"MZ", _("a Windows program")),
    (b"\x89PNG", _("a PNG image")),
    (b"\xff\xd8\xff", _("a JPEG image")),
    (b"<", _("a web page or an XML file")),
)
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MAX_COMPARED = 500


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that can be an attachment: its path below the folder, its bytes and the hash of its content."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AttachmentProblem:
    """What is wrong with a name or its file: a finding's code and detail."""

    code: str
    detail: Text = NO_TEXT


@dataclass(slots=True)
class AttachmentFolder:
    """The folder of a workbook: attachments are in it, or in the folders in it.

    Attributes:
        path: The folder.
        listings: What was listed so far: folder → names of its files and folders, as people type them → as they are.
        used: The files that were read, by folder.
        named: The names that rows have, by folder: those of files that cannot be used, too.
    """

    path: Path
    listings: dict[Path, Mapping[str, str]] = field(default_factory=dict)
    used: dict[Path, set[str]] = field(default_factory=dict)
    named: dict[Path, set[str]] = field(default_factory=dict)

    def read(self, name: str) -> Attachment | AttachmentProblem:
        """Return the file of a name as it is in a sheet, or what is wrong with it. Nothing outside is opened."""
        problem = find_attachment_problem(name)
        if problem is not None:
            return AttachmentProblem(NAME, problem)
        base = Path(os.path.realpath(self.path))
        path = base
        for part in split_attachment_name(name):
            names = self._list(path)
            known = names.get(_fold(part)) or names.get(_fold(part.casefold()))
            if known is None:
                return AttachmentProblem(MISSING, _propose(part, names))
            self.named.setdefault(path, set()).add(known)
            path = Path(os.path.realpath(path / known))
            if not path.is_relative_to(base):
                return AttachmentProblem(NAME, _("it is a link to a file outside the folder of the workbook"))
        try:
            content = _read_file(path)
        except OSError as error:
            return AttachmentProblem(UNUSABLE, describe_os_error(error))
        if isinstance(content, Text):
            return AttachmentProblem(UNUSABLE, content)
        self.used.setdefault(path.parent, set()).add(path.name)
        relative = path.relative_to(base).as_posix()
        return Attachment(relative, len(content), hashlib.sha256(content).hexdigest())

    def list_unused(self) -> list[str]:
        """Return the PDF files beside those that were read, which no row names: their paths below the folder."""
        base = Path(os.path.realpath(self.path))
        return sorted(
            (folder / name).relative_to(base).as_posix()
            for folder, used in self.used.items()
            for name in set(self._list(folder).values()) - used - self.named.get(folder, set())
            if name.lower().endswith(ATTACHMENT_ENDING) and not name.startswith((".", "~"))
        )

    def _list(self, folder: Path) -> Mapping[str, str]:
        """Return the names in a folder by how people type them; in other letter case where only one has them."""
        if folder not in self.listings:
            try:
                real = {_fold(entry.name): entry.name for entry in folder.iterdir()}
            except OSError:
                real = {}
            folded: dict[str, list[str]] = {}
            for name in real:
                folded.setdefault(_fold(name.casefold()), []).append(real[name])
            alone = {name: same[0] for name, same in folded.items() if len(same) == 1}
            self.listings[folder] = {**alone, **real}
        return self.listings[folder]


def _fold(name: str) -> str:
    """Return a name in one form: macOS stores å as two characters."""
    return unicodedata.normalize("NFC", name)


def _propose(name: str, names: Mapping[str, str]) -> Text:
    """Return a question about files with similar names; an empty text without any."""
    files = sorted({each for each in names.values() if each.lower().endswith(ATTACHMENT_ENDING)})
    similar = find_similar(name, files[:_MAX_COMPARED], limit=1)
    return _("Did you mean {name}?", name=similar[0]) if similar else NO_TEXT


def _read_file(path: Path) -> bytes | Text:
    """Return the content of a PDF file, or why it cannot be used; a folder, a device or a pipe is not read.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, _OPEN)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return _("it is not a file")
        if status.st_size > MAX_ATTACHMENT_BYTES:
            megabytes = f"{status.st_size / 1024 / 1024:.1f}"
            limit = MAX_ATTACHMENT_BYTES // 1024 // 1024
            return _("it has {size} MB, and at most {limit} MB are accepted", size=megabytes, limit=limit)
        content = file.read(MAX_ATTACHMENT_BYTES + 1)
    if len(content) != status.st_size:
        return _("it was changed while armbulk read it")
    if not content:
        return _("it is empty")
    if not content.startswith(_PDF):
        other = next((text for start, text in _OTHER_CONTENT if content.startswith(start)), None)
        if other is None:
            return _("it is not a PDF file, although its name says so")
        return _("it is not a PDF file, but {content}", content=other)
    if _PDF_END not in content[-_TAIL_BYTES:]:
        return _("it is not complete: the end of the PDF file is missing")
    return content

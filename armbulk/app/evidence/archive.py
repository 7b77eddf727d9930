"""Pack the parts of a bundle into a zip file, and open one without trusting it.

The same parts give the same bytes. A file is opened only if it is exactly what `pack` writes: known names, each once,
nothing between them, before them or behind them, and no more than can be unpacked in memory.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from armbulk.i18n import Text, _
from armbulk.model.plain_text import show_safely

MANIFEST, README = "manifest.json", "README.txt"
INPUT_FOLDER = "input/"

MAX_PARTS = 200
MAX_FILE_BYTES = 2_000_000_000
MAX_PART_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 2 * MAX_PART_BYTES
"""How many bytes one part, and all parts together, may have when unpacked."""

_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER_BYTES, _CENTRAL_HEADER_BYTES, _END_BYTES = 30, 46, 22
_UNIX, _OWNER_ONLY = 3, 0o100600 << 16
_NAMES = re.compile(
    r"README\.txt|manifest\.json|(run|input|plan|totals)\.json|mapping(-\d{1,3})?\.toml|(payloads|outcomes)\.csv"
    r"|(answers|events)\.jsonl|input/[^/\\:\x00-\x1f]{1,255}"
)
_DOTS = {f"{INPUT_FOLDER}.", f"{INPUT_FOLDER}.."}
_COMPRESSION = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UTF8_FLAG = 0x800


class BundleRefusedError(Exception):
    """A file is no bundle, or was changed so that it is not opened; `reason` says why."""

    def __init__(self, reason: Text) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class OpenBundle:
    """The parts of a bundle as they were read.

    Attributes:
        parts: name → content, of all parts but copies of input files.
        hashes: name → SHA-256 of each part.
        sizes: name → size of each part in bytes.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


def pack(target: IO[bytes], parts: Mapping[str, bytes | Path]) -> None:
    """Write the parts (contents, or files that are copied), in this order, with fixed times and permissions."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _OWNER_ONLY
            if isinstance(content, bytes):
                archive.writestr(info, content)
                continue
            info.file_size = content.stat().st_size
            with content.open("rb") as source, archive.open(info, "w") as part:
                while chunk := source.read(_CHUNK_BYTES):
                    part.write(chunk)


def open_bundle(path: Path) -> OpenBundle:
    """Read all parts of a bundle.

    Raises:
        BundleRefusedError: it is no bundle, or has something that no bundle has.
        OSError: the file cannot be read.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BundleRefusedError(_("The file is too large for a bundle"))
    try:
        with zipfile.ZipFile(path) as archive:
            _verify_structure(archive, path.stat().st_size)
            return _read_parts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError):
        raise BundleRefusedError(_("It is not a zip file, or it is damaged")) from None


def copy_part(path: Path, name: str, target: Path) -> None:
    """Copy a part of a bundle that `open_bundle` has accepted to a file."""
    with zipfile.ZipFile(path) as archive, archive.open(name) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            file.write(chunk)


def _verify_structure(archive: zipfile.ZipFile, size: int) -> None:
    """Make sure that the archive has only parts of a bundle, each once, and nothing else."""
    infos = archive.infolist()
    if len(infos) > MAX_PARTS:
        raise BundleRefusedError(_("It has too many parts for a bundle"))
    seen: set[str] = set()
    for info in infos:
        name = show_safely(info.filename)
        if not _NAMES.fullmatch(info.filename) or info.filename in _DOTS:
            raise BundleRefusedError(_("It has a part that does not belong in a bundle: '{name}'", name=name))
        if info.filename.casefold() in seen:
            raise BundleRefusedError(_("It has the part '{name}' twice", name=name))
        seen.add(info.filename.casefold())
        if info.flag_bits & ~_UTF8_FLAG or info.compress_type not in _COMPRESSION or info.extra or info.comment:
            raise BundleRefusedError(_("The part '{name}' was not packed by armbulk", name=name))
    if archive.comment or not _is_dense(infos, archive.start_dir, size):
        raise BundleRefusedError(_("It has data outside its parts"))


def _is_dense(infos: list[zipfile.ZipInfo], start_of_directory: int, size: int) -> bool:
    """Whether the parts follow each other without gaps, then the directory, then the end of the file."""
    position = directory = 0
    for info in infos:
        name_bytes = len(info.filename.encode())
        if info.header_offset != position:
            return False
        position += _LOCAL_HEADER_BYTES + name_bytes + info.compress_size
        directory += _CENTRAL_HEADER_BYTES + name_bytes
    return position == start_of_directory and position + directory + _END_BYTES == size


def _read_parts(archive: zipfile.ZipFile) -> OpenBundle:
    bundle, left = OpenBundle(), MAX_UNPACKED_BYTES
    for info in archive.infolist():
        digest, size, chunks = hashlib.sha256(), 0, []
        is_copy = info.filename.startswith(INPUT_FOLDER)
        with archive.open(info) as part:
            while chunk := part.read(_CHUNK_BYTES):
                size, left = size + len(chunk), left - len(chunk)
                if size > MAX_PART_BYTES or left < 0:
                    reason = _("Unpacked, it is too large for a bundle ('{name}')", name=show_safely(info.filename))
                    raise BundleRefusedError(reason)
                digest.update(chunk)
                if not is_copy:
                    chunks.append(chunk)
        bundle.hashes[info.filename], bundle.sizes[info.filename] = digest.hexdigest(), size
        if not is_copy:
            bundle.parts[info.filename] = b"".join(chunks)
    return bundle

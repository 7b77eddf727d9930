"""The files that armbulk wrote for its users, by the digest of their content: a changed one is a person's."""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from armbulk.errors import StoreError
from armbulk.store.address import database_file
from armbulk.store.digest_file import DigestFile

_FILE = "written.json"


class WrittenFiles:
    """Which contents armbulk wrote on this machine."""

    def __init__(self, folder: Path) -> None:
        """Use the record in `folder`."""
        self._digests = DigestFile(folder / _FILE)

    @classmethod
    def beside(cls, url: str) -> Self:
        """Return the record beside the store at `url`."""
        return cls(Path(database_file(url)).parent)

    def digests(self) -> frozenset[str]:
        """Return the SHA-256 of every file as armbulk wrote it."""
        return frozenset(self._digests.read())

    def record(self, paths: Iterable[Path]) -> None:
        """Record files that were just written. Where that fails, they count as a person's: a copy of them is kept."""
        with contextlib.suppress(OSError, StoreError):
            for path in paths:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                self._digests.load_or_record(digest, path.stat().st_mtime)

"""What the pages keep for a while: each thing has a folder that only its owner can read, with its facts as JSON."""

import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from armbulk.clock import Clock
from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.i18n import _

_ID = re.compile(r"[0-9a-f]{12}")


class Stored(Protocol):
    """A thing with a folder of its own.

    Attributes:
        id: Names it in addresses.
        folder: Where it is.
        changed: When it was last changed (epoch seconds).
    """

    id: str
    folder: Path
    changed: float

    def to_json(self) -> dict[str, Any]:
        """Return its facts."""


StoredT = TypeVar("StoredT", bound=Stored)


class PrivateFolders(Generic[StoredT]):
    """The things of one kind, in a folder that only its owner can read."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        facts: str,
        read: Callable[[Path, Mapping[str, Any]], StoredT],
        missing: UsageError,
    ) -> None:
        """Nothing is created yet.

        Args:
            folder: Where they are.
            clock: Tells when they are changed.
            facts: The name of the file with the facts of each.
            read: Returns a thing by its folder and its facts.
            missing: The error where there is none with a name.
        """
        self.folder, self._clock = folder, clock
        self._facts, self._read, self._missing = facts, read, missing
        self._lock = threading.RLock()

    def create_folder(self, *parts: str) -> Path:
        """Return a new folder, with the folders in it.

        Raises:
            FileError: It cannot be created.
        """
        folder = self.folder / secrets.token_hex(6)
        with storing(self.folder):
            make_private_folders(self.folder, folder, *(folder / part for part in parts))
        return folder

    def load(self, name: str) -> StoredT:
        """Return a thing.

        Raises:
            UsageError: There is none with this name: it was deleted.
        """
        folder = self.folder / name
        if _ID.fullmatch(name):
            with suppress(OSError, ValueError, TypeError, AttributeError), self._lock:  # a damaged one is none
                return self._read(folder, json.loads((folder / self._facts).read_text(encoding="utf-8")))
        raise UsageError(self._missing.code, self._missing.message, self._missing.hint)

    def save(self, stored: StoredT) -> None:
        """Store a thing as it is now.

        Raises:
            FileError: It cannot be stored.
        """
        stored.changed = self._clock.now()
        text = json.dumps(stored.to_json(), ensure_ascii=False, default=str)
        temporary = stored.folder / f"{self._facts}.{threading.get_ident()}.new"
        with storing(self.folder), self._lock:
            descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(stored.folder / self._facts)

    @contextmanager
    def changing(self, name: str) -> Iterator[StoredT]:
        """Load a thing, and store it at the end: no other thread changes it meanwhile."""
        with self._lock:
            stored = self.load(name)
            yield stored
            self.save(stored)

    def list(self) -> list[StoredT]:
        """Return all of them, the last changed first."""
        everything = []
        with suppress(OSError):
            for folder in self.folder.iterdir():
                with suppress(UsageError):
                    everything.append(self.load(folder.name))
        return sorted(everything, key=lambda stored: -stored.changed)

    def delete(self, name: str) -> None:
        """Delete a thing with its files."""
        if _ID.fullmatch(name):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def delete_old(self, keep: timedelta) -> int:
        """Delete what was last stored longer ago, also what cannot be read; return how many.

        The age is that of the folder: each time something is stored in it, a file in it is replaced.
        """
        before, old = self._clock.now() - keep.total_seconds(), []
        with suppress(OSError):
            old = [each.name for each in self.folder.iterdir() if each.stat().st_mtime < before]
        for name in old:
            self.delete(name)
        return len(old)


def make_private_folders(*folders: Path) -> None:
    """Create folders, the outer ones first, that only their owner can read, whatever the umask is.

    A folder that exists already gets these permissions too: it may be of an earlier version.

    Raises:
        OSError: They cannot be created.
    """
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Store files in a folder of the pages; FileError where it cannot be done."""
    try:
        yield
    except OSError as error:
        raise FileError(
            "draft-not-stored",
            _("The files cannot be stored in {folder}: {reason}", folder=folder, reason=describe_os_error(error)),
            _("Make room on this disk, or check the permissions of this folder"),
        ) from None

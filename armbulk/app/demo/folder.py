"""The folder of the demo's files: what an earlier demo wrote is replaced, unless somebody changed it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from itertools import count
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _

FOLDER = "armbulk-demo"
_LIST = ".armbulk-demo.json"
_MAX_LIST_BYTES = 100_000


class DemoFolder:
    """A folder with the files of a demo, and a list of them with their SHA-256."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hashes = dict(_read_list(path))

    def is_free(self, names: Collection[str]) -> bool:
        """Return whether files with these names can be written: there are none, or a demo wrote them as they are."""
        return not (self.path.exists() and not self.path.is_dir()) and all(map(self._is_free, names))

    def _is_free(self, name: str) -> bool:
        try:
            return not (self.path / name).exists() or _hash(self.path / name) == self._hashes.get(name)
        except OSError:  # a folder, or a file that is locked
            return False

    def prepare(self, names: Collection[str]) -> bool:
        """Create the folder, and remove what an earlier demo wrote; return whether that was possible.

        Raises:
            OSError: The folder cannot be created.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            for name in names:
                (self.path / name).unlink(missing_ok=True)
        except OSError:  # it is open in Excel
            return False
        self._hashes = {name: value for name, value in self._hashes.items() if name not in names}
        return True

    def add(self, file: Path) -> None:
        """Add a file that was written to the list."""
        self._hashes[file.name] = _hash(file)
        (self.path / _LIST).write_text(json.dumps(self._hashes, indent=1), encoding="utf-8")


def open_folder(folder: str | None, names: Collection[str]) -> DemoFolder:
    """Return the folder for the demo's files, created and without earlier files of these names.

    Args:
        folder: Its path; None: `armbulk-demo` here, or armbulk-demo-2 and so on, where that has files of a person.
        names: What will be written.

    Raises:
        FileError: The folder cannot be created, or has other files that the demo would overwrite.
    """
    path = Path(folder or FOLDER)
    try:
        for number in count(2):
            chosen = DemoFolder(path)
            if chosen.is_free(names) and chosen.prepare(names):
                return chosen
            if folder is not None:
                raise FileError(
                    "file-exists",
                    _("{path} already has files that the demo would overwrite", path=path),
                    _("Choose an empty folder with --folder"),
                )
            path = Path(f"{FOLDER}-{number}")
    except OSError as error:
        raise FileError(
            "no-such-folder",
            _("The folder {path} cannot be created: {reason}", path=path, reason=describe_os_error(error)),
            _("Choose another folder with --folder"),
        ) from None
    raise AssertionError  # the numbers never end


def _read_list(path: Path) -> Mapping[str, str]:
    """Return the list of an earlier demo: name → SHA-256. Without a readable list, no file is the demo's."""
    try:
        with (path / _LIST).open(encoding="utf-8") as file:
            hashes = json.loads(file.read(_MAX_LIST_BYTES))
    except (OSError, ValueError):
        return {}
    return hashes if isinstance(hashes, dict) else {}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

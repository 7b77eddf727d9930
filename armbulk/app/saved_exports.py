"""Exports of the pages: what was chosen, how it ended, and the files, in a folder that only its owner can read."""

import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from armbulk.app.drafts import delete_old_folders, make_private_folders, storing
from armbulk.app.export_figures import name_file
from armbulk.app.export_form import build_query, file_ending
from armbulk.app.exports import ExportQuery, build_export_request
from armbulk.clock import Clock
from armbulk.errors import UsageError
from armbulk.i18n import _

_ID = re.compile(r"[0-9a-f]{12}")
_FACTS, _FILES = "export.json", "files"


@dataclass(slots=True)
class SavedExport:
    """An export of the pages.

    Attributes:
        id: Names it in addresses.
        folder: Where its files are.
        profile: The profile it is read with.
        resource: The list, or `close`.
        choices: What was chosen (see `export_form.read_choices`).
        created: When it was chosen (epoch seconds).
        changed: When it was last changed (epoch seconds).
        plan: Its size and price, as the JSON of `armbulk export --plan`; None: not measured yet.
        started: Whether it was started; an export that was interrupted continues.
        report: How it ended, as the JSON of `armbulk export`; None: it has not ended.
        figures: Language → what the page shows of it (see `export_figures.read_figures`).
    """

    id: str
    folder: Path
    profile: str
    resource: str
    choices: dict[str, Any]
    created: float
    changed: float
    plan: dict[str, Any] | None = None
    started: bool = False
    report: dict[str, Any] | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> ExportQuery:
        """What it reads, and its file."""
        query = build_query(self.choices)
        query["target"] = self.folder / _FILES / name_file(self.resource, query, file_ending(self.choices))
        return query

    @property
    def files(self) -> list[Path]:
        """The files that were written and are still here."""
        names = [Path(name).name for name in (self.report or {}).get("files", ())]
        return [path for name in names if (path := self.folder / _FILES / name).is_file()]

    def find_file(self, name: str) -> Path:
        """Return a file by its name.

        Raises:
            UsageError: It has no such file.
        """
        for path in self.files:
            if path.name == name:
                return path
        raise _missing()

    def clear_files(self) -> None:
        """Delete the files of an earlier attempt, so that nothing of it is taken for the new one."""
        shutil.rmtree(self.folder / _FILES, ignore_errors=True)
        (self.folder / _FILES).mkdir(mode=0o700, parents=True, exist_ok=True)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        data = asdict(self)
        del data["folder"]
        return data

    @classmethod
    def from_json(cls, folder: Path, data: Mapping[str, Any]) -> Self:
        """Return an export as `to_json` describes it."""
        return cls(folder=folder, **{name: value for name, value in data.items() if name in cls.__slots__})


class SavedExports:
    """The exports of this computer's pages, in a folder that only its owner can read."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Nothing is created yet.

        Args:
            folder: Where they are.
            clock: Tells when they are changed.
        """
        self.folder, self._clock = folder, clock
        self._lock = threading.RLock()

    def create(self, profile: str, resource: str, choices: dict[str, Any]) -> SavedExport:
        """Return a new export that has not been read yet.

        Raises:
            UsageError: ARM has no such query.
            FileError: It cannot be stored.
        """
        now, name = self._clock.now(), secrets.token_hex(6)
        export = SavedExport(name, self.folder / name, profile, resource, choices, now, now)
        build_export_request(resource, **export.query)
        with storing(self.folder):
            make_private_folders(self.folder, export.folder, export.folder / _FILES)
        self.save(export)
        return export

    def load(self, name: str) -> SavedExport:
        """Return an export.

        Raises:
            UsageError: There is none with this name: it was deleted.
        """
        folder = self.folder / name
        if _ID.fullmatch(name):
            with suppress(OSError, ValueError, TypeError, AttributeError), self._lock:  # a damaged one is none
                return SavedExport.from_json(folder, json.loads((folder / _FACTS).read_text(encoding="utf-8")))
        raise _missing()

    def save(self, export: SavedExport) -> None:
        """Store an export as it is now.

        Raises:
            FileError: It cannot be stored.
        """
        export.changed = self._clock.now()
        text = json.dumps(export.to_json(), ensure_ascii=False, default=str)
        temporary = export.folder / f"export.{threading.get_ident()}.new"
        with storing(self.folder), self._lock:
            descriptor = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(export.folder / _FACTS)

    @contextmanager
    def changing(self, name: str) -> Iterator[SavedExport]:
        """Load an export, and store it at the end: no other thread changes it meanwhile."""
        with self._lock:
            export = self.load(name)
            yield export
            self.save(export)

    def list(self) -> list[SavedExport]:
        """Return the exports, the last changed first."""
        exports = []
        with suppress(OSError):
            for folder in self.folder.iterdir():
                with suppress(UsageError):
                    exports.append(self.load(folder.name))
        return sorted(exports, key=lambda export: -export.changed)

    def delete(self, name: str) -> None:
        """Delete an export with its files."""
        if _ID.fullmatch(name):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def delete_old(self, keep: timedelta) -> int:
        """Delete the exports that were changed longer ago, also those that cannot be read; return how many."""
        return delete_old_folders(self.folder, self._clock.now() - keep.total_seconds(), self.delete)


def open_saved_exports(home: Path, clock: Clock) -> SavedExports:
    """Return the exports of this computer's pages.

    Args:
        home: armbulk's folder.
        clock: Tells when they are changed.
    """
    return SavedExports(home / "web" / "exports", clock)


def _missing() -> UsageError:
    return UsageError(
        "no-export",
        _("This export is no longer here: it was deleted, or its time is over"),
        _("Export the list again"),
    )

"""Exports of the pages: what was chosen, how it ended, and the files, in a folder that only its owner can read."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from armbulk.app.export_figures import name_file
from armbulk.app.export_form import build_query, file_ending
from armbulk.app.exports import ExportQuery, build_export_request
from armbulk.app.private_folders import PrivateFolders
from armbulk.clock import Clock
from armbulk.errors import UsageError
from armbulk.i18n import _

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


class SavedExports(PrivateFolders[SavedExport]):
    """The exports of this computer's pages, in a folder that only its owner can read."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Nothing is created yet.

        Args:
            folder: Where they are.
            clock: Tells when they are changed.
        """
        super().__init__(folder, clock, facts=_FACTS, read=SavedExport.from_json, missing=_missing())

    def create(self, profile: str, resource: str, choices: dict[str, Any]) -> SavedExport:
        """Return a new export that has not been read yet.

        Raises:
            UsageError: ARM has no such query.
            FileError: It cannot be stored.
        """
        folder, now = self.create_folder(_FILES), self._clock.now()
        export = SavedExport(folder.name, folder, profile, resource, choices, now, now)
        try:
            build_export_request(resource, **export.query)
        except UsageError:
            self.delete(export.id)
            raise
        self.save(export)
        return export


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

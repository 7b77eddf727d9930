"""Drafts: files that are being prepared for an import in the browser, with what a person has answered about them.

A draft is a folder that only its owner can read: the files as they were received, and `draft.json`. The files are never
changed; what a person types into the table of problems is kept beside them.
"""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PureWindowsPath
from typing import Any, BinaryIO, Self

from armbulk.app.private_folders import PrivateFolders, storing
from armbulk.clock import Clock
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.file_names import find_name_problem
from armbulk.model.read_options import ReadOptions

KEEP_DAYS = 30
"""Days that a draft is kept after it was last changed."""

_MAX_NAME_CHARS = 120
_CHUNK = 1 << 20
_OPTIONS = {each.name for each in fields(ReadOptions)} - {"known_customers", "known_codes", "rules"}


@dataclass(frozen=True, slots=True)
class TypedCell:
    """A value that a person typed into the table of problems, in place of the file's.

    Attributes:
        file: The file's name in the draft.
        sheet: The sheet's name.
        row: The sheet's own row number.
        column: The column's Excel letter.
        text: The new text; "" clears the cell.
    """

    file: str
    sheet: str
    row: int
    column: str
    text: str

    def is_same_cell(self, other: "TypedCell") -> bool:
        """Return whether another text is in the same cell."""
        return (self.file, self.sheet, self.row, self.column) == (other.file, other.sheet, other.row, other.column)


@dataclass(slots=True)
class Draft:
    """Files that are prepared for an import.

    Attributes:
        id: Names the draft in addresses.
        folder: Where its files are.
        profile: The profile that they are sent with; "": the default one, as no profile was saved yet.
        kind: `import`, or `migration`: the files of another ledger.
        created: When it was created (epoch seconds).
        changed: When it was last changed (epoch seconds).
        files: The names of the files, in their order; they are in the folder `files`.
        uses: What is read of each file: `Sheet` or `Sheet=RESOURCE` by the file's name, as `FILE#…` has it.
        options: How they are read: fields of `ReadOptions` by name.
        choices: What of them is sent: fields of `PlanChoices` by name.
        answers: Answers to questions about the files, by the question's key.
        typed: What a person typed into cells.
        corrects_sure: Whether every cell with one sure remedy is corrected, too.
        corrected: The name of the corrected workbook in the folder `corrected` that is sent in place of the files; "" =
            there is none.
        in_corrected: What a person typed that the corrected workbook has: `typed` is empty then.
        corrected_sheets: What is read of the corrected workbook, as in `uses`; empty: every sheet.
        corrected_options: Options that differ for the corrected workbook: the answers about the files are in them.
        counts_before: How many errors and warnings there were before files were replaced; empty: none were.
        run: The run that sent it; None: it was not sent.
    """

    id: str
    folder: Path
    profile: str
    created: float
    changed: float
    files: list[str] = field(default_factory=list)
    uses: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    typed: list[TypedCell] = field(default_factory=list)
    corrects_sure: bool = False
    corrected: str = ""
    in_corrected: list[TypedCell] = field(default_factory=list)
    corrected_sheets: list[str] = field(default_factory=list)
    corrected_options: dict[str, Any] = field(default_factory=dict)
    counts_before: list[int] = field(default_factory=list)
    run: int | None = None
    kind: str = "import"

    @property
    def paths(self) -> list[Path]:
        """The files as they were received."""
        return [self.folder / "files" / name for name in self.files]

    @property
    def inputs(self) -> list[str]:
        """What is checked and sent: the corrected workbook, else the files, as a command line names them."""
        if self.corrected:
            path = str(self.folder / "corrected" / self.corrected)
            return [f"{path}#{sheet}" for sheet in self.corrected_sheets] or [path]
        return [f"{path}#{self.uses[path.name]}" if path.name in self.uses else str(path) for path in self.paths]

    @property
    def result(self) -> Path:
        """The result workbook of its run."""
        return self.folder / f"{Path(self.files[0]).stem if self.files else 'import'}.result.xlsx"

    def read_options(self) -> ReadOptions:
        """Return how the files are read."""
        options = {**self.options, **(self.corrected_options if self.corrected else {})}
        values = {name: value for name, value in options.items() if name in _OPTIONS}
        for name in ("saved_mappings", "unread_columns"):
            if name in values:
                values[name] = tuple(map(tuple, values[name])) if name == "saved_mappings" else tuple(values[name])
        return ReadOptions(**values)

    def put_cell(self, cell: TypedCell) -> None:
        """Take note of what a person typed into a cell, in place of what was typed there before."""
        self.typed = [other for other in self.typed if not other.is_same_cell(cell)] + [cell]

    def remove_cell(self, cell: TypedCell) -> None:
        """Forget what a person typed into a cell."""
        self.typed = [other for other in self.typed if not other.is_same_cell(cell)]

    def reopen(self) -> None:
        """Leave the corrected workbook: the files are checked again with what was typed, which can be changed."""
        if self.corrected:
            self.typed, self.in_corrected = self.in_corrected, []
            self.corrected, self.corrected_sheets, self.corrected_options = "", [], {}

    def use_corrected(self, name: str, sheets: list[str], options: dict[str, Any]) -> None:
        """Continue with the corrected workbook: it has what was typed.

        Args:
            name: Its name in the folder `corrected`.
            sheets: What is read of it, as in `uses`; empty: every sheet.
            options: Options that differ for it.
        """
        self.in_corrected, self.typed = self.typed, []
        self.corrected, self.corrected_sheets, self.corrected_options = name, sheets, options

    def to_json(self) -> dict[str, Any]:
        """Return what `draft.json` has."""
        data = asdict(self)
        del data["folder"]
        return data

    @classmethod
    def from_json(cls, folder: Path, data: Mapping[str, Any]) -> Self:
        """Return a draft as `to_json` describes it."""
        values = {name: value for name, value in data.items() if name in cls.__slots__ and name != "folder"}
        for name in ("typed", "in_corrected"):
            values[name] = [TypedCell(**cell) for cell in values.get(name, ())]
        return cls(folder=folder, **values)


class Drafts(PrivateFolders[Draft]):
    """The drafts of this computer, in a folder that only its owner can read."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Nothing is created yet.

        Args:
            folder: Where the drafts are.
            clock: Tells when they are changed.
        """
        missing = UsageError(
            "no-draft",
            _("These files are no longer here: they were deleted, or their time is over"),
            _("Choose the files again"),
        )
        super().__init__(folder, clock, facts="draft.json", read=Draft.from_json, missing=missing)

    def create(self, profile: str) -> Draft:
        """Return a new draft without files.

        Raises:
            FileError: It cannot be stored.
        """
        folder, now = self.create_folder("files", "corrected"), self._clock.now()
        draft = Draft(folder.name, folder, profile, now, now)
        self.save(draft)
        return draft

    def add_file(self, draft: Draft, name: str, content: BinaryIO) -> str:
        """Store a file as it was received; return the name it got. The draft is not saved.

        A file with the same name is replaced: it was corrected and dropped again.

        Raises:
            UsageError: Its name is none for a file.
            FileError: It cannot be stored.
        """
        name = clean_file_name(name)
        path = draft.folder / "files" / name
        with storing(self.folder):
            temporary = path.with_name(f".{secrets.token_hex(4)}.part")
            descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(content, file, _CHUNK)
            temporary.replace(path)
        if name not in draft.files:
            draft.files.append(name)
        return name

    def remove_file(self, draft: Draft, name: str, successor: str) -> None:
        """Remove a file in whose place another one was stored; the draft is not saved.

        Args:
            draft: The draft.
            name: The file.
            successor: The file that has its place among the files, and is read as it was.
        """
        (draft.folder / "files" / name).unlink(missing_ok=True)
        index = draft.files.index(name)
        draft.files = [*draft.files[:index], successor, *draft.files[index + 1 :]]
        draft.files = [*dict.fromkeys(draft.files)]
        if name in draft.uses:
            draft.uses.setdefault(successor, draft.uses.pop(name))


def open_drafts(home: Path, clock: Clock) -> Drafts:
    """Return the drafts of this computer.

    Args:
        home: armbulk's folder.
        clock: Tells when they are changed.
    """
    return Drafts(home / "web", clock)


def clean_file_name(name: str) -> str:
    """Return the name of a file without its folder.

    Raises:
        UsageError: It is none that every system accepts.
    """
    base = PureWindowsPath(name.strip()).name.replace("#", "_")  # in FILE#SHEET it would begin the sheet's name
    problem = find_name_problem(base) if base and not base.startswith(".") else _("it is no name of a file")
    if problem is None and len(base) > _MAX_NAME_CHARS:
        problem = _("it has more than {count:number} characters", count=_MAX_NAME_CHARS)
    if problem is not None:
        raise UsageError(
            "file-name",
            _('The file "{name}" cannot be stored: {problem}', name=base[:_MAX_NAME_CHARS], problem=problem),
            _("Rename the file, and choose it again"),
        )
    return base

"""What was decided about the headers of files: one mapping for each row of headers, found again by its fingerprint."""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _
from armbulk.mapping.columns import fingerprint_headers, fold_source
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import MAX_HEADER_ROW
from armbulk.model.column_proposal import EarlierAnswers
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES

_FOLDER = "mappings"


class SavedMappings:
    """The mappings in the folder of the settings.

    Args:
        home: The folder of the settings.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def locate(self, fingerprint: str, sheet_name: str = "") -> Path:
        """Return the file of the mapping for headers with a fingerprint; it need not exist.

        Args:
            fingerprint: Of the headers.
            sheet_name: The sheet that it is for; "" = any.
        """
        suffix = f"-{hashlib.sha256(fold_header(sheet_name).encode()).hexdigest()[:8]}" if sheet_name else ""
        return self._folder / f"{fingerprint}{suffix}.toml"

    def find(self, sheets: Sequence[Sheet]) -> list[tuple[int, str]]:
        """Return (sheet index, path of the mapping that was saved for its headers).

        Of sheets in one file with the same headers each has a mapping of its own, or none: one may be a list of
        customers, the other of suppliers.
        """
        if not self._folder.is_dir():
            return []
        matched: list[tuple[int, str]] = []
        for index, sheet in enumerate(sheets):
            paths = (path for headers in _list_top_rows(sheet) for path in self._list_paths(sheets, index, headers))
            path = next((path for path in paths if path.is_file()), None)
            if path is not None:
                matched.append((index, str(path)))
        return matched

    def _list_paths(self, sheets: Sequence[Sheet], index: int, headers: Sequence[str]) -> Iterator[Path]:
        for fingerprint in (fingerprint_headers(headers, in_order=True), fingerprint_headers(headers)):
            yield self.locate(fingerprint, sheets[index].name)
            of_any_sheet = self.locate(fingerprint)
            if of_any_sheet.is_file() and not has_twin(sheets, index, headers):
                yield of_any_sheet

    def list_decisions(self, resource: str) -> dict[str, str]:
        """Return folded header → field of every saved mapping of a resource: what a person decided before.

        A header that was decided in two ways is not in it.
        """
        decided: dict[str, set[str]] = {}
        for path in sorted(self._folder.glob("*.toml")) if self._folder.is_dir() else []:
            for sheet in _read_sheets(path):
                if sheet.get("resource") == resource:
                    renames = sheet.get("rename", {})
                    for source, target in renames.items() if isinstance(renames, dict) else ():
                        decided.setdefault(fold_source(source), set()).add(str(target))
        return {header: targets.pop() for header, targets in decided.items() if len(targets) == 1}

    def read_resource(self, path: str) -> str | None:
        """Return what the sheet of a saved mapping contains, as a person decided; None where it cannot be read."""
        names = [str(sheet.get("resource")) for sheet in _read_sheets(Path(path))]
        return next((name for name in names if name in RESOURCES), None)

    def read_answers(self, path: str) -> EarlierAnswers:
        """Return what a saved mapping says about one kind of file; nothing where it cannot be read."""
        sheet = next(iter(_read_sheets(Path(path))), {})
        values = sheet.get("values", {})
        return EarlierAnswers(
            constants=_read_texts(sheet, "constant"),
            values={name: _read_texts(values, name) for name in values} if isinstance(values, dict) else {},
            expressions=_read_texts(sheet, "expression"),
            from_title=_read_texts(sheet, "from_title"),
            ignored=tuple(map(str, ignored)) if isinstance(ignored := sheet.get("ignore"), list) else (),
            dates=str(sheet.get("dates", "")),
            decimal=str(sheet.get("decimal", "")),
            skips_other_rows=sheet.get("skip_totals") is True,
        )

    def save(self, path: Path, text: str) -> None:
        """Save a mapping at the path that `locate` returned; only its owner can read it.

        Raises:
            FileError: It cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = path.with_suffix(f".{os.getpid()}.new")
            new.write_text(text, encoding="utf-8")
            new.chmod(0o600)
            new.replace(path)
        except OSError as error:
            raise _cannot_write(path, error) from None

    def require_writable(self) -> None:
        """Stop where no mapping can be saved: before questions whose answers would be lost.

        Raises:
            FileError: It cannot be written.
        """
        is_new = not self._folder.exists()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
            if is_new:
                self._folder.rmdir()
        except OSError as error:
            raise _cannot_write(self._folder, error) from None


def _read_sheets(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a saved mapping; none where it cannot be read: that is reported where it is used."""
    try:
        sheets = tomllib.loads(path.read_text(encoding="utf-8")).get("sheet", [])
    except (OSError, ValueError):
        return []
    return [sheet for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []


def _read_texts(table: Mapping[str, Any], key: str) -> dict[str, str]:
    texts = table.get(key, {})
    return {name: str(text) for name, text in texts.items()} if isinstance(texts, dict) else {}


def _cannot_write(path: Path, error: OSError) -> FileError:
    return FileError(
        "cannot-write",
        _("{target} cannot be written: {strerror}", target=path, strerror=describe_os_error(error)),
        _("Check that you may write in its folder"),
    )


def has_twin(sheets: Sequence[Sheet], index: int, headers: Sequence[str]) -> bool:
    """Return whether another sheet of the same file has the same headers, in any order."""
    own = sheets[index]
    return any(
        fingerprint_headers(texts) == fingerprint_headers(headers)
        for other, sheet in enumerate(sheets)
        if other != index and sheet.file == own.file
        for texts in _list_top_rows(sheet)
    )


def _list_top_rows(sheet: Sheet) -> Iterator[list[str]]:
    for texts in sheet.frame.head(MAX_HEADER_ROW).select(sheet.letters).iter_rows():
        headers = [text or "" for text in texts]
        if sum(map(bool, headers)) > 1:
            yield headers

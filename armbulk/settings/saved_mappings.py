"""What was decided about the headers of files: one mapping for each row of headers, found again by its fingerprint."""

import hashlib
import os
import re
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
_DOCUMENTS = re.compile(r'(?m)^resource = "(documents|lines)"$')
_SECTION = re.compile(r"(?m)^(?=\[\[sheet\]\])")


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
                chosen = _add_resource(path, sheet.resource)
                matched.append((index, str(chosen if chosen.is_file() else path)))
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

    def read_answers(self, path: str, resource: str) -> EarlierAnswers | None:
        """Return what was decided about one kind of file as a resource; None where nothing was, or it cannot be read.

        Args:
            path: What was decided last, as `find` returns it.
            resource: The resource; the answers are kept also where another one was decided last.
        """
        last = _read_sheets(Path(path))
        sheets = [*last, *_read_sheets(_add_resource(Path(path), resource))]
        sheet = next((sheet for sheet in sheets if sheet.get("resource") == resource), None)
        if sheet is None:
            return None
        values, ignored = sheet.get("values", {}), sheet.get("ignore")
        return EarlierAnswers(
            columns={
                **dict.fromkeys(map(str, ignored if isinstance(ignored, list) else ()), ""),
                **_read_texts(sheet, "rename"),
            },
            constants=_read_texts(sheet, "constant"),
            values={name: _read_texts(values, name) for name in values} if isinstance(values, dict) else {},
            expressions=_read_texts(sheet, "expression"),
            from_title=_read_texts(sheet, "from_title"),
            dates=str(sheet.get("dates", "")),
            decimal=str(sheet.get("decimal", "")),
            skips_other_rows=sheet.get("skip_totals") is True,
            has_customers=any(other.get("resource") == "customers" for other in last),
        )

    def save(self, path: Path, text: str) -> None:
        """Save a mapping at the path that `locate` returned; only its owner can read it.

        What was decided before about another resource is kept beside it, for when the file is read as that again.

        Raises:
            FileError: It cannot be written.
        """
        decided = {str(sheet.get("resource")) for sheet in _parse_sheets(text)}
        others = {name: part for name, part in _divide(path).items() if name in RESOURCES and name not in decided}
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, part in others.items():
                _write(_add_resource(path, name), part)
            _write(path, text)
            for name in decided:
                _add_resource(path, name).unlink(missing_ok=True)
        except OSError as error:
            raise _cannot_write(path, error) from None

    def add_answer(self, path: Path, key: str, answer: str) -> None:
        """Add an answer about the documents of files to what is saved about their columns.

        Args:
            path: What was decided, as `find` returns it.
            key: The key of the mapping.
            answer: Its value.

        Raises:
            FileError: It cannot be written.
        """
        try:
            text = re.sub(rf"(?m)^{key} = .*\n", "", path.read_text(encoding="utf-8"))
            _write(path, _DOCUMENTS.sub(rf'\g<0>\n{key} = "{answer}"', text, count=1))
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


def _add_resource(path: Path, resource: str | None) -> Path:
    """Return the file with the answers of one resource, for what was decided last."""
    return path.with_suffix(f".{resource}.toml") if resource else path


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o600)
    new.replace(path)


def _divide(path: Path) -> dict[str, str]:
    """Return resource → its section of a saved mapping; none where it cannot be read."""
    try:
        parts = _SECTION.split(path.read_text(encoding="utf-8"))[1:]
    except (OSError, ValueError):
        return {}
    return {str(sheet.get("resource")): part for part in parts for sheet in _parse_sheets(part)}


def _read_sheets(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a saved mapping; none where it cannot be read: that is reported where it is used."""
    try:
        return _parse_sheets(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []


def _parse_sheets(text: str) -> list[dict[str, Any]]:
    try:
        sheets = tomllib.loads(text).get("sheet", [])
    except ValueError:
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

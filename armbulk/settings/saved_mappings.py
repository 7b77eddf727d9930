"""What was decided about the headers of files: one mapping for each row of headers, found again by its fingerprint."""

import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _
from armbulk.mapping.columns import fingerprint_headers, fold_source
from armbulk.mapping.headers import MAX_HEADER_ROW
from armbulk.model.sheet import Sheet

_FOLDER = "mappings"


class SavedMappings:
    """The mappings in the folder of the settings.

    Args:
        home: The folder of the settings.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def locate(self, fingerprint: str) -> Path:
        """Return the file of the mapping for headers with a fingerprint; it need not exist."""
        return self._folder / f"{fingerprint}.toml"

    def find(self, sheets: Sequence[Sheet]) -> dict[int, Path]:
        """Return sheet index → the mapping that was saved for its headers."""
        if not self._folder.is_dir():
            return {}
        paths: dict[int, Path] = {}
        for index, sheet in enumerate(sheets):
            for headers in _list_top_rows(sheet):
                path = self.locate(fingerprint_headers(headers))
                if path.is_file():
                    paths[index] = path
                    break
        return paths

    def list_decisions(self, resource: str) -> dict[str, str]:
        """Return folded header → field of every saved mapping of a resource: what a person decided before."""
        decided: dict[str, str] = {}
        for path in sorted(self._folder.glob("*.toml")) if self._folder.is_dir() else []:
            try:
                sheets = tomllib.loads(path.read_text(encoding="utf-8")).get("sheet", [])
            except (OSError, ValueError):
                continue  # it is reported where it is used
            for sheet in sheets if isinstance(sheets, list) else []:
                if isinstance(sheet, dict) and sheet.get("resource") == resource:
                    renames = sheet.get("rename", {})
                    decided |= {fold_source(source): str(target) for source, target in renames.items()}
        return decided

    def save(self, fingerprint: str, text: str) -> Path:
        """Save the mapping for headers with a fingerprint; return its file, which only its owner can read.

        Raises:
            FileError: It cannot be written.
        """
        path = self.locate(fingerprint)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = path.with_suffix(f".{os.getpid()}.new")
            new.write_text(text, encoding="utf-8")
            new.chmod(0o600)
            new.replace(path)
        except OSError as error:
            raise FileError(
                "cannot-write",
                _("{target} cannot be written: {strerror}", target=path, strerror=describe_os_error(error)),
                _("Check that you may write in its folder"),
            ) from None
        return path

    def remove(self, fingerprint: str) -> None:
        """Remove the mapping for headers with a fingerprint, if there is one."""
        self.locate(fingerprint).unlink(missing_ok=True)


def _list_top_rows(sheet: Sheet) -> Iterator[list[str]]:
    for texts in sheet.frame.head(MAX_HEADER_ROW).select(sheet.letters).iter_rows():
        headers = [text for text in texts if text]
        if len(headers) > 1:
            yield headers

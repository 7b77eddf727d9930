"""What is recorded when a run begins, and cannot be read from the files or the settings any more later on."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.approved_plan import describe_plan
from armbulk.app.plan import Plan
from armbulk.app.versions import list_versions
from armbulk.errors import FileError
from armbulk.mapping.files import find_mapping
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.settings.profile import Profile
from armbulk.validation.check import Checked


def describe_origin(plan: Plan, profile: Profile, approved: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what is sent, with which versions, from which files and with which mapping; no values of records.

    Args:
        plan: what is sent.
        profile: the settings.
        approved: the approved plan that it was compared with (`approved_plan.read_plan`); None: none was.
    """
    checked, options = plan.check.checked, plan.check.inputs.options
    mapped_by = next((sheet.mapped_by for sheet in checked.sheets if sheet.mapped_by), "")
    return {
        "arm_user_id": profile.user_id,
        "time_zone": datetime.fromtimestamp(plan.planned_at).astimezone().strftime("%z"),
        "versions": list_versions(),
        "plan": describe_plan(plan),
        "approved_plan": {name: approved.get(name) for name in ("planned", "content")} if approved else None,
        "files": _describe_files(checked),
        "mappings": _read_mappings(options, mapped_by),
    }


def _describe_files(checked: Checked) -> list[dict[str, Any]]:
    """Return each file with its hash, size and sheets; of a sheet the headers that were recognised, no other cell."""
    files: dict[str, dict[str, Any]] = {}
    for sheet, match in zip(checked.sheets, checked.header_matches, strict=True):
        content = {"file": Path(sheet.file).name, "sha256": sheet.sha256, "bytes": sheet.size, "sheets": []}
        files.setdefault(sheet.file, content)["sheets"].append(_describe_sheet(sheet, match))
    return list(files.values())


def _describe_sheet(sheet: Sheet, match: HeaderMatch) -> dict[str, Any]:
    matches = [each for each in (match, match.lines) if each is not None]
    columns = {letter: name for each in matches for name, letter in each.columns.items()}
    headers = _read_headers(sheet, match.header_row, [letter for letter in sheet.letters if letter in columns])
    return {
        "sheet": sheet.name,
        "format": sheet.format,
        "resource": match.resource.name if match.resource else None,
        "header_row": match.header_row,
        "rows": sheet.frame.filter(pl.col("row") > (match.header_row or 0)).height,
        "columns": [
            {"column": letter, "header": header, "field": columns[letter]} for letter, header in headers.items()
        ],
    }


def _read_headers(sheet: Sheet, row: int | None, letters: Sequence[str]) -> dict[str, str | None]:
    cells = sheet.frame.filter(pl.col("row") == row).select(letters) if row is not None else pl.DataFrame()
    return cells.row(0, named=True) if cells.height else dict.fromkeys(letters)


def _read_mappings(options: ReadOptions, mapped_by: str) -> list[str]:
    """Return the mapping files as they were applied; none where they were changed meanwhile."""
    names = [options.mapping] if options.mapping else [path for _index, path in options.saved_mappings]
    try:
        contents = [find_mapping(name).read_bytes() for name in names]
        texts = [content.decode() for content in contents]
    except (OSError, FileError, UnicodeDecodeError):
        return []
    return texts if hash_mappings(contents, saved=not options.mapping) == mapped_by else []


def hash_mappings(contents: Sequence[bytes], *, saved: bool) -> str:
    """Return the hash by which a run knows its mapping files (`mapping.files.load_mappings`)."""
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    return hashlib.sha256("".join(digests).encode()).hexdigest() if saved else "".join(digests)

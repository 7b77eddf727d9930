"""Read the files a caller names, each once: which sheets are read, and as which resource."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers import read_sheets
from armbulk.resources import require_import_resource
from armbulk.validation import edits


def read_files(files: Sequence[str], options: ReadOptions = DEFAULT_READ_OPTIONS) -> list[Sheet]:
    """Read the sheets of files (`FILE`, `FILE#Sheet` or `FILE#Sheet=RESOURCE`), each file once.

    Raises:
        FileError: A file cannot be read, does not have the sheet, or is there twice.
        UsageError: There is no such resource.
    """
    sheets = [sheet for name in files for sheet in _read_file(name, options)]
    _refuse_copies(sheets)
    return sheets


def _refuse_copies(sheets: Sequence[Sheet]) -> None:
    """Refuse the same sheet of two equal files: every record would be there twice."""
    seen: dict[tuple[str, str, str | None], Sheet] = {}
    for sheet in sheets:
        name = "" if sheet.format == "csv" else sheet.name
        first = seen.setdefault((sheet.sha256, name, sheet.resource), sheet)
        if first is not sheet and sheet.sha256:
            raise FileError(
                "same-file-twice",
                _("{path} is the same file as {first}", path=sheet.file, first=first.file),
                _("Name only one of them. Every record would be there twice."),
            )


def _read_file(name: str, options: ReadOptions) -> list[Sheet]:
    path, _, selector = name.partition("#")
    sheets = edits.attach_base(read_sheets(Path(path), display_name=path, encoding=options.encoding))
    if selector:
        return _select_sheet(path, sheets, selector)
    sheets = _visible_sheets(sheets, options)
    if options.as_resource:
        return [replace(sheet, resource=require_import_resource(options.as_resource)) for sheet in sheets]
    return sheets


def _select_sheet(path: str, sheets: Sequence[Sheet], selector: str) -> list[Sheet]:
    """Return the sheets that `Sheet` or `Sheet=RESOURCE` names; a hidden one counts."""
    sheet_name, _equals, resource = selector.partition("=")
    selected = [replace(sheet, visible=True) for sheet in sheets if sheet.name.casefold() == sheet_name.casefold()]
    if not selected:
        names = ", ".join(sheet.name for sheet in sheets)
        raise FileError(
            "no-such-sheet",
            _("{path} has no sheet '{sheet_name}'", path=path, sheet_name=sheet_name),
            _("Use one of these sheets: {names}", names=names),
        )
    return [replace(sheet, resource=require_import_resource(resource) if resource else None) for sheet in selected]


def _visible_sheets(sheets: list[Sheet], options: ReadOptions) -> list[Sheet]:
    """Leave hidden sheets out, with an issue for each, unless the caller includes hidden ones."""
    hidden = [sheet for sheet in sheets if not sheet.visible]
    if options.hidden == "include" or not hidden:
        return sheets
    visible = [sheet for sheet in sheets if sheet.visible]
    issues = tuple(ReadIssue("hidden-sheet", value=sheet.name) for sheet in hidden)
    return [replace(sheet, issues=(*issues, *sheet.issues)) for sheet in visible[:1]] + visible[1:]

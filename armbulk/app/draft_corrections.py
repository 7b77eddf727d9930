"""What a person corrects in a draft: cells above its files, then a corrected workbook that is sent in their place."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from armbulk.app.check import CheckResult
from armbulk.app.corrections import Corrected, correct_typed
from armbulk.app.drafts import Draft, TypedCell
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.read_options import DEFAULT_READ_OPTIONS
from armbulk.validation.check import Checked
from armbulk.validation.corrections import merge_corrections
from armbulk.writers.inputs import result_suffix
from armbulk.writers.style import sheet_titles

if TYPE_CHECKING:
    from armbulk.app.session import Session

CORRECTED_FOLDER = "corrected"
COPIES_FOLDER = "copies"
"""Where copies to download are, in the folder of a draft."""

_DECIDED = ("renames", "continuation_rows", "credit_due_dates")
"""Options that answers about the files have filled: the corrected workbook is read with them."""


def add_typed(result: CheckResult, sure: Corrected | None, typed: Sequence[TypedCell]) -> Corrected | None:
    """Return files with the sure corrections and, above them, what a person typed; None where there is neither.

    Args:
        result: The check of the files as they are.
        sure: The same with every sure correction; None: they are not wanted.
        typed: What a person typed.
    """
    if sure is None or not typed:
        return correct_typed(result, typed) if typed else sure
    last = correct_typed(sure.after, typed)
    corrections = merge_corrections(sure.corrections, last.corrections)
    return Corrected(result, last.after, corrections, pl.concat([sure.findings, last.findings]).unique())


def list_first_changes(corrected: Corrected, count: int) -> Corrected:
    """Return the corrections with only the first of their cells, to list them."""
    is_change = pl.col("before").ne_missing(pl.col("after"))
    return replace(corrected, corrections=corrected.corrections.filter(is_change).head(count))


def write_corrected_copy(draft: Draft, corrected: Corrected) -> Path:
    """Write the corrected workbook to download; return the path it got.

    Raises:
        FileError: It cannot be written.
    """
    return corrected.write(_choose_path(draft, COPIES_FOLDER, "corrected"))


def write_marked_draft(draft: Draft, result: CheckResult, corrected: Corrected | None) -> Path:
    """Write a copy of the files in which every problem is marked; return the path it got.

    What a person typed on the page is in it: the copy may be dropped in place of the file.

    Raises:
        FileError: It cannot be written.
    """
    path = _choose_path(draft, COPIES_FOLDER, "marked")
    return result.write(path) if corrected is None else corrected.write(path)


def continue_with_corrected(session: "Session", draft: Draft, corrected: Corrected) -> CheckResult:
    """Write the corrected workbook, and check it: it is read exactly as the page has shown the corrected rows.

    The draft is changed to use it, and not saved.

    Raises:
        UsageError: It would be read in another way. The draft stays as it was.
        FileError: It cannot be written or read.
    """
    path = corrected.write(_choose_path(draft, CORRECTED_FOLDER, "corrected"))
    sheets = corrected.after.checked.sheets_as_read
    names = [
        f"{title}={sheet.resource}" if sheet.resource else title
        for title, sheet in zip(sheet_titles(sheets, ()), sheets, strict=True)
    ]
    used = names if any(sheet.resource for sheet in sheets) or draft.uses else []
    options = {"as_resource": None, "encoding": None, **_list_decided(corrected.after)}
    copy = replace(draft)
    copy.use_corrected(path.name, used, options)
    result = session.check(*copy.inputs, options=copy.read_options())
    if not _is_same(result.checked, corrected.after.checked):
        raise UsageError(
            "corrected-differs",
            _("The corrected workbook {file} would be read in another way than the files", file=path.name),
            _("Download the corrected workbook, and choose it as a new file. Nothing was sent."),
        )
    draft.use_corrected(path.name, used, options)
    return result


def find_replaced(draft: Draft, names: Sequence[str]) -> list[str]:
    """Return the files of a draft that dropped files replace, beside those with the same names.

    A copy that armbulk marked or corrected replaces every file: it has all of their sheets. A single file replaces the
    single file of a draft, whatever it is called.

    Args:
        draft: The draft.
        names: The names of the dropped files.
    """
    if len(names) != 1:
        return []
    copies = {f"{_stem(draft)}.{word}" for word in ("marked", "corrected")}
    is_copy = _without_number(Path(names[0]).stem) in copies
    return [name for name in draft.files if name != names[0]] if is_copy or len(draft.files) == 1 else []


def _choose_path(draft: Draft, folder: str, word: str) -> Path:
    """Return where a copy is written; an earlier one is removed, so that no copy of it is kept."""
    target = draft.folder / folder / f"{_stem(draft)}.{word}{result_suffix(draft.paths)}"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.unlink(missing_ok=True)
    return target


def _stem(draft: Draft) -> str:
    return Path(draft.files[0]).stem if draft.files else "import"


def _without_number(stem: str) -> str:
    """Return a name without the number that browsers add to a file that is downloaded again: `NAME (1)`."""
    name, bracket, number = stem.rpartition(" (")
    return name if bracket and number.removesuffix(")").isdecimal() else stem


def _list_decided(result: CheckResult) -> dict[str, Any]:
    values = {name: getattr(result.inputs.options, name) for name in _DECIDED}
    return {name: value for name, value in values.items() if value != getattr(DEFAULT_READ_OPTIONS, name)}


def _is_same(first: Checked, second: Checked) -> bool:
    """Return whether two checks have the same rows, and as many that are not sent."""
    if set(first.tables) != set(second.tables):
        return False
    for name, table in first.tables.items():
        rows, others = (_drop_places(each.rows) for each in (table, second.tables[name]))
        if not rows.equals(others):
            return False
    return all(frame.height == second.blocked_rows[name].height for name, frame in first.blocked_rows.items())


def _drop_places(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("sheet", "row")

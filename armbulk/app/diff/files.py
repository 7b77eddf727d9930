"""A comparison as a file: a workbook, a CSV file or JSON."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from armbulk.app.diff.words import COLUMNS, name_state
from armbulk.app.diff.workbook import write_workbook
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.columns import ExportColumn
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.flat_files import CSV_DIALECTS, write_csv
from armbulk.writers.inputs import verify_no_input
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import CSV_DIALECT_NAMES

if TYPE_CHECKING:
    from armbulk.app.diff.comparison import FileComparison

_CSV_COLUMNS = (
    "state", "document_no", "customer_no", "file", "sheet", "cell", "header", "at_arm", "in_file", "exported", "note",
)  # fmt: skip


def _write_json(comparison: "FileComparison", target: Path) -> None:
    report = {**comparison.to_json(is_whole=True), "file": target.name}
    target.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_csv(comparison: "FileComparison", target: Path) -> None:
    """Write a row for each value that differs, for each customer without one, and for each document."""
    lang = comparison.check.lang
    changes = [*comparison.list_changes(), *comparison.list_kept_parts()]
    listed = {(change["file"], change["sheet"], change["row"]) for change in changes}
    others = [
        {**record, "note": record["message"]}
        for record in (*comparison.list_records(), *comparison.list_documents())
        if (record["file"], record["sheet"], record["row"]) not in listed
    ]
    headers = {name: COLUMNS[name].text(lang) for name in _CSV_COLUMNS}
    rows = [
        {
            headers[name]: name_state(row["state"], update=comparison.update).text(lang)
            if name == "state"
            else row.get(name)
            for name in _CSV_COLUMNS
        }
        for row in (*changes, *others)
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers.values(), pl.String))
    columns = tuple(ExportColumn(header, None) for header in headers.values())
    stream = TableStream("", columns, frame.height, lambda: iter([frame]))
    write_csv(target, stream, CSV_DIALECTS[CSV_DIALECT_NAMES[0]], lang)


_WRITERS: dict[str, Callable[["FileComparison", Path], None]] = {
    ".xlsx": write_workbook,
    ".csv": _write_csv,
    ".json": _write_json,
}


def verify_target(target: Path, files: tuple[str, ...]) -> None:
    """Make sure that the differences can be written to a file; UsageError otherwise."""
    if target.suffix.lower() not in _WRITERS:
        raise UsageError(
            "form-unknown",
            _("{name}: the file name must end in one of {endings}", name=target.name, endings=" ".join(_WRITERS)),
            _("Use -o FILE.xlsx"),
        )
    verify_no_input(target, [name.partition("#")[0] for name in files])


def write_comparison(comparison: "FileComparison", target: Path) -> Path:
    """Write the differences in the format of the target's ending; return the path it got.

    Raises:
        UsageError: It has another ending, or would replace one of the files.
        FileError: It cannot be written.
    """
    verify_target(target, comparison.check.inputs.files)
    written, write = comparison.check.written, partial(_WRITERS[target.suffix.lower()], comparison)
    with temporary_file(target) as temporary:
        write(temporary)
        path = replace_atomically(temporary, target, own=written.digests())
    written.record([path])
    return path

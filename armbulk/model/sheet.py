"""Sheets as they are in files, and typed tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

import polars as pl

from armbulk.model.fields import Resource

CELL = pl.Enum(
    [
        "text",
        "number",
        "padded",
        "formatted",
        "disguised",
        "percent",
        "date",
        "datetime",
        "time",
        "boolean",
        "error",
        "uncalculated",
    ]
)
"""The kind of a cell in its file.

`padded`: an integer whose format shows leading zeros (the text has them); `formatted`: an integer whose format shows
other characters too (the text is the number; what is shown is in the column `A.shown`); `disguised`: an integer whose
format shows something else, and it is not certain what (the format is in `A.shown`); `percent`: a number shown as per
cent (the text is the number itself, 0.25 for 25 %); `uncalculated`: a formula without a value that was calculated when
the file was saved.
"""

NUMERIC_CELLS = ("number", "padded", "formatted", "disguised")
"""The kinds of a number, whatever its format shows."""

SHOWN = ".shown"
"""The end of the name of the frame column with the text that formatted cells show."""


@dataclass(frozen=True, slots=True)
class ReadIssue:
    """What the reader noticed in a file; it becomes a finding with this code.

    `row` and `column` as in a finding: None means the whole sheet, or the whole row.
    """

    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it is in a file, before it is interpreted.

    Attributes:
        file: The file's name, for messages.
        frame: `row` Int64 (the sheet's own row number; for csv the line number of the record's start), then for every
            used column a String column named by its Excel letter (`A`) with the exact text of the value (numbers as
            digits, dates as ISO text, booleans TRUE/FALSE, errors as #N/A), and a CELL column `A.cell` with the cell's
            kind. Blank cells are null in both. Blank rows are absent; the order is the file's. Where a cell of a column
            is `formatted` or `disguised`, there is a String column `A.shown`.
        letters: The letters of the used columns.
        format: "xlsx", "csv", "ods", "xls" or "xlsb".
        sha256: The hash of the file.
        resource: What the user chose as its content (`--as`, `FILE#Sheet=RESOURCE`), if anything.
        hidden_rows: Rows that Excel does not show: hidden by hand or by a filter.
        hidden_columns: Letters of columns that Excel does not show.
        merged_ranges: Merged ranges, as `B3:C4`.
        table_totals: The total rows of its tables, as Excel knows them.
        issues: What the reader noticed.
        visible: Whether Excel shows the sheet.
        mapped_by: The hash of the mapping that was applied.
        base: Of a workbook that armbulk exported, the values as they were exported.
        size: The file's size in bytes.
    """

    file: str
    name: str
    frame: pl.DataFrame
    letters: tuple[str, ...]
    format: str
    sha256: str = ""
    resource: str | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[str] = frozenset()
    merged_ranges: tuple[str, ...] = ()
    table_totals: frozenset[int] = frozenset()
    issues: tuple[ReadIssue, ...] = ()
    visible: bool = True
    mapped_by: str = ""
    base: "Sheet | None" = None
    size: int = 0


def find_repeated_names(sheets: Iterable[Sheet]) -> frozenset[str]:
    """Return the names of sheets that more than one file has: a cell is named with its file then."""
    counts = Counter(sheet.name for sheet in sheets)
    return frozenset(name for name, count in counts.items() if count > 1)


def qualify_name(file: str, name: str) -> str:
    """Return the name of a sheet or cell with its file's: `feb.xlsx · Documents!F3`."""
    return f"{PurePath(file).name} · {name}"


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one resource, typed, from one or more sheets.

    Attributes:
        resource: What the rows are.
        rows: `sheet` UInt16 (index into the sheets of the check), `row` Int64, then one typed column per field of
            `resource` that is not read-only (a field without a column is all null); of an updatable resource also
            `cleared` List(String), the fields to blank in ARM (null: none).
        columns: Per sheet index, field name → Excel letter.
        norms: The comparable forms of keys in `rows` that were needed so far, by field name.
    """

    resource: Resource
    rows: pl.DataFrame
    columns: dict[int, dict[str, str]] = field(default_factory=dict)
    norms: dict[str, pl.Series] = field(default_factory=dict, init=False, compare=False, repr=False)

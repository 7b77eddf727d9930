"""Sheets as they stand in files, how they are to be read, and typed tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from armbulk.model.fields import Resource


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller said of the files: it settles what the files themselves leave open."""

    as_resource: str | None = None  # what the sheets hold
    encoding: str | None = None  # of CSV files
    hidden: str | None = None  # "include" or "skip" rows that Excel does not show; null: they are an error
    dates: str | None = None  # "dmy", "mdy" or "ymd": the order in dates such as 01/02/25
    decimal: str | None = None  # "," or ".": what the separator in 1.234 is
    pad_postal_codes: bool = False  # 150 in a number cell is 0150
    mapping: str | None = None  # a mapping file, or the name of one that comes with armbulk
    renames: dict[str, str] = field(default_factory=dict)  # header → field: what the user answered
    rules: Mapping[str, str] = field(default_factory=dict)  # code → error, warning or off: from the profile
    update: bool | None = None  # whether customers are changed, not created; null: nobody has said


DEFAULT_READ_OPTIONS = ReadOptions()
"""Nothing was said: what the files leave open is a finding."""


CELL = pl.Enum(["text", "number", "padded", "percent", "date", "datetime", "time", "boolean", "error", "uncalculated"])
"""What a cell was in the file.

`padded`: a whole number whose format shows zeros in front (the text has them); `percent`: a number shown as per cent
(the text is the number itself, 0.25 for 25 %); `uncalculated`: a formula without a cached value.
"""


@dataclass(frozen=True, slots=True)
class ReadIssue:
    """Something the reader saw that its user must know: it becomes a finding at its place.

    `row` and `column` as in a finding (null: the whole row or sheet); `code` is one of the catalogue.
    """

    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it stands in a file, before any meaning is given to it.

    `frame`: `row` Int64 (the sheet's own row number; for csv the line number of the record's start), then
    for every used column a String column named by its Excel letter (`A`) holding the value's exact text
    (numbers as digits, dates as ISO text, booleans TRUE/FALSE, errors as #N/A) and a CELL column `A.cell`
    telling what the cell was. Blank cells are null in both. Wholly blank rows are absent; order is the file's.
    """

    file: str
    name: str
    frame: pl.DataFrame
    letters: tuple[str, ...]
    format: str  # "xlsx" or "csv"
    sha256: str = ""
    resource: str | None = None  # what the caller said it is (`--as`, `FILE#Sheet=RESOURCE`), if anything
    hidden_rows: frozenset[int] = frozenset()  # rows that Excel does not show: hidden by hand or by a filter
    merged_ranges: tuple[str, ...] = ()  # merged ranges, as `B3:C4`
    issues: tuple[ReadIssue, ...] = ()  # what the reader saw, told with the other findings
    visible: bool = True
    mapped_by: str = ""  # the hash of the mapping it was read with
    base: "Sheet | None" = None  # the values as armbulk exported them, where the workbook is an export


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one resource, typed, from one or more sheets.

    `rows`: `sheet` UInt16 (index into the book's sheets), `row` Int64, then one typed column per field of
    `resource` (all of them, in order; a field without a column is all null); of an updatable resource `cleared`
    List(String) besides, the fields that are to be blank at ARM (null: none).
    `columns`: per sheet index, field name → Excel letter.
    """

    resource: Resource
    rows: pl.DataFrame
    columns: dict[int, dict[str, str]] = field(default_factory=dict)

"""Read sheets of customers to delete: the rows in which a person typed DELETE, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.errors import FileError
from armbulk.findings.frame import make_findings, merge_findings
from armbulk.i18n import _
from armbulk.mapping.headers import HeaderMatch, match_headers
from armbulk.model.deletion import DELETE_WORDS
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet, Table
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.validation.call_sheets import find_named_twice
from armbulk.validation.input_files import read_files
from armbulk.validation.parse import parse_sheet

_COLUMNS = ("customer_no", "name", "delete")


@dataclass(frozen=True, slots=True)
class DeleteSheets:
    """The rows of sheets of customers to delete.

    Attributes:
        sheets: all sheets of the files; rows and findings name a sheet by its index.
        rows: `sheet`, `row`, `customer_no` and `name` (String, null: empty) of the rows in which something is typed.
        findings: errors of these rows (`findings.frame.SCHEMA`). A row that has one is not deleted.
        columns: index of a sheet → field → letter.
        left_alone: how many rows have nothing in the column.
    """

    sheets: tuple[Sheet, ...]
    rows: pl.DataFrame
    findings: pl.DataFrame
    columns: Mapping[int, Mapping[str, str]]
    left_alone: int


def read_delete_rows(files: Sequence[str], options: ReadOptions) -> DeleteSheets:
    """Read the rows in which DELETE or SLETT is typed.

    Raises:
        FileError: A file cannot be read, no sheet has the columns, or the word is in no row.
    """
    sheets = read_files(files, options)
    parts, findings, left_alone = [], [], 0
    columns: dict[int, dict[str, str]] = {}
    for index, sheet in enumerate(sheets):
        match = match_headers(sheet, index, {CUSTOMER_DELETES.name: CUSTOMER_DELETES}, flat=False)
        if match.resource is None or not match.columns.keys() >= set(_COLUMNS):
            continue
        typed, of_cells = parse_sheet(sheet, index, match, options)
        has_fault = pl.col("row").is_in(of_cells.filter(pl.col("field") == "delete")["row"].to_list())
        rows = typed.filter(pl.col("delete").is_not_null() | has_fault)
        columns[index] = match.columns
        left_alone += typed.height - rows.height
        parts.append(rows.select(pl.lit(index).cast(pl.UInt16).alias("sheet"), "row", *_COLUMNS))
        of_cells = of_cells.filter((pl.col("severity") == "error") & pl.col("row").is_in(rows["row"].to_list()))
        findings += [of_cells, _check_rows(sheet, index, match, rows, of_cells), _find_header_errors(match, rows)]
    if not parts:
        raise FileError(
            "no-delete-columns",
            _("No sheet has the columns Customer no, Name and Delete"),
            _("Add the column Delete, and enter DELETE in each row with a customer to delete"),
        )
    rows = pl.concat(parts)
    if rows.is_empty():
        raise FileError(
            "nothing-marked",
            _("No row has DELETE in the column Delete"),
            _("Enter DELETE in each row with a customer to delete. Other rows are left alone."),
        )
    findings.append(find_named_twice(Table(CUSTOMER_DELETES, rows, columns)))
    return DeleteSheets(tuple(sheets), rows.drop("delete"), merge_findings(findings), columns, left_alone)


def _check_rows(
    sheet: Sheet, index: int, match: HeaderMatch, rows: pl.DataFrame, of_cells: pl.DataFrame
) -> pl.DataFrame:
    """Return the errors of a sheet's rows: another word than DELETE, an empty cell, a row that Excel does not show."""
    word = pl.col("delete").str.strip_chars().str.to_uppercase()
    wrong = rows.filter(word.is_not_null() & ~word.is_in(DELETE_WORDS))
    parts = [_at(wrong, index, match, "delete", "not-allowed", value="delete", detail=" / ".join(DELETE_WORDS))]
    for name in ("customer_no", "name"):
        faulty = of_cells.filter(pl.col("field") == name)["row"].to_list()
        empty = rows.filter(pl.col(name).is_null() & ~pl.col("row").is_in(faulty))
        parts.append(_at(empty, index, match, name, "required"))
    hidden = rows.filter(pl.col("row").is_in(list(sheet.hidden_rows)))
    parts.append(_at(hidden, index, match, "delete", "delete-hidden", value="delete"))
    return merge_findings(parts)


def _find_header_errors(match: HeaderMatch, rows: pl.DataFrame) -> pl.DataFrame:
    """Return what leaves open which column is meant, at each row: none of them can be trusted."""
    doubtful = match.findings.filter((pl.col("code") == "duplicate-header") & pl.col("field").is_in(_COLUMNS))
    if doubtful.is_empty():
        return doubtful
    return merge_findings([doubtful.drop("row").join(rows.select("row"), how="cross")])


def _at(
    rows: pl.DataFrame, index: int, match: HeaderMatch, name: str, code: str, *, value: str = "", detail: str = ""
) -> pl.DataFrame:
    """Return one finding for the cell of a column in each row; `value` is the column that is quoted."""
    lines = rows.select("row", *([value] if value else [])).iter_rows()
    return make_findings(
        index,
        [
            {
                "row": line[0],
                "column": match.columns[name],
                "field": name,
                "code": code,
                "value": line[1] if value else None,
                "detail": detail or None,
            }
            for line in lines
        ],
    )

"""Read sheets whose rows are one call each: the typed rows, and what is wrong with their cells."""

from collections.abc import Callable, Sequence

import polars as pl

from armbulk.errors import FileError
from armbulk.findings.frame import merge_findings
from armbulk.i18n import Text
from armbulk.mapping.headers import match_headers
from armbulk.model.fields import Resource, Severity
from armbulk.model.keys import normalise_key
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.cell_findings import make_cell_findings
from armbulk.validation.field_checks import check_fields
from armbulk.validation.input_files import read_files
from armbulk.validation.parse import parse_sheet

Complaint = tuple[str, Text, Text]
"""Code, message and hint of a FileError."""


def read_call_sheets(
    files: Sequence[str],
    options: ReadOptions,
    resource: Resource,
    hidden: str,
    no_columns: Complaint,
    no_rows: Complaint,
    check_rows: Callable[[Table], Sequence[pl.DataFrame]] = lambda _: (),
) -> tuple[tuple[Sheet, ...], Table, pl.DataFrame]:
    """Read the rows of files, and find what is wrong with them.

    Args:
        files: The files, as named.
        options: How they are read.
        resource: The columns; a sheet without the key is left alone.
        hidden: The code of the finding about a row that Excel does not show: a person may not have seen it.
        no_columns: The error where no sheet has the columns.
        no_rows: The error where there are no rows.
        check_rows: Returns the findings between the cells of a row, and between rows.

    Returns:
        All sheets of the files (rows and findings name a sheet by its index); the rows; their errors
        (`findings.frame.SCHEMA`).

    Raises:
        FileError: A file cannot be read, no sheet has the columns, or there are no rows.
    """
    sheets = read_files(files, options)
    key = resource.field(resource.key)
    parts, findings, columns = [], [], {}
    for index, sheet in enumerate(sheets):
        match = match_headers(sheet, index, {resource.name: resource}, flat=False)
        if match.resource is None or resource.key not in match.columns:
            continue
        typed, of_cells = parse_sheet(sheet, index, match, options)
        columns[index] = match.columns
        parts.append(typed)
        unclear = match.findings.filter(pl.col("code").is_in(["duplicate-header", "missing-column"]))
        unseen = typed.filter(pl.col("row").is_in(list(sheet.hidden_rows))).with_columns(value=pl.col(resource.key))
        table = Table(resource, typed, {index: match.columns})
        findings += [of_cells, unclear, make_cell_findings(table, unseen, hidden, key)]
    if not parts:
        raise FileError(*no_columns)
    table = Table(resource, pl.concat(parts), columns)
    if table.rows.is_empty():
        raise FileError(*no_rows)
    of_cells = merge_findings(findings)
    repeated = [find_named_twice(table), *check_rows(table)]
    errors = merge_findings([of_cells, check_fields(table, of_cells), *repeated])
    return tuple(sheets), table, errors.filter(pl.col("severity") == Severity.ERROR.value)


def find_named_twice(table: Table) -> pl.DataFrame:
    """Return an error for every row whose key another row has, too: which of them is right is not known."""
    name = table.resource.key
    keyed = table.rows.with_columns(value=pl.col(name), norm=normalise_key(pl.col(name))).drop_nulls("norm")
    first, second = (pl.col("row").get(index, null_on_oob=True).over("norm") for index in (0, 1))
    number = pl.int_range(pl.len()).over("norm")
    other = pl.when(number == 0).then(second).otherwise(first)
    twice = keyed.with_columns(other=other.cast(pl.String)).drop_nulls("other")
    return make_cell_findings(table, twice, "named-twice", table.resource.field(name), pl.col("other"))

"""Read a sheet of auto postings: the typed rows, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from armbulk.errors import FileError, SettingsError
from armbulk.i18n import _, join_texts, quote_names
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, index_headers, match_headers
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.model.fields import Resource
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.resources.auto_postings import AUTO_POSTINGS, add_own_columns
from armbulk.validation.call_sheets import read_call_sheets

_NO_COLUMNS = (
    "no-posting-columns",
    _("No sheet has the columns Posting no, Amount and Currency"),
    _("Add these columns to a sheet, with a posting in each row"),
)
_NO_ROWS = ("no-postings", _("The file has no rows with postings"), _("Fill in the rows"))
_SEVERAL = (
    "several-sets",
    _("More than one sheet has auto postings, and ARM validates one set at a time"),
    _("Use a file with one sheet of auto postings, or name the sheet: FILE#SHEET"),
)


@dataclass(frozen=True, slots=True)
class PostingSheet:
    """The rows of a sheet of auto postings.

    Attributes:
        sheets: all sheets of the file; rows and findings name a sheet by its index.
        resource: what a row is, with the user's own columns.
        keys: the key of each own column → its field.
        rows: as `model.sheet.Table` describes them.
        findings: errors of these rows (`findings.frame.SCHEMA`).
    """

    sheets: tuple[Sheet, ...]
    resource: Resource
    keys: dict[str, str]
    rows: pl.DataFrame
    findings: pl.DataFrame


def read_posting_rows(file: str, options: ReadOptions, columns: Mapping[str, str]) -> PostingSheet:
    """Read the rows of a file, and find what is wrong with them.

    Args:
        file: The file, as named.
        options: How it is read.
        columns: Header → key of the user's own columns.

    Raises:
        FileError: The file cannot be read, has no set or several, or a column that would not be sent.
        SettingsError: An own column has the header of one of armbulk's.
    """
    _verify_headers(columns)
    resource, keys = add_own_columns(columns)
    sheets, table, errors = read_call_sheets([file], options, resource, "posting-hidden", _NO_COLUMNS, _NO_ROWS)
    if len(table.columns) > 1:
        raise FileError(*_SEVERAL)
    index = next(iter(table.columns))
    _verify_columns(sheets[index], match_headers(sheets[index], index, {resource.name: resource}, flat=False))
    return PostingSheet(sheets, resource, keys, table.rows, errors)


def _verify_headers(columns: Mapping[str, str]) -> None:
    known = index_headers(AUTO_POSTINGS)
    twice = [header for header in columns if fold_header(header) in known]
    if twice or len({fold_header(header) for header in columns}) < len(columns):
        raise SettingsError(
            "own-column-known",
            _("columns in [experimental.auto_postings] has a header twice, or one of armbulk's own: {headers}",
              headers=join_texts(*quote_names(twice or list(columns)), separator=", ")),
            _("Rename the column, or remove it from columns"),
        )  # fmt: skip


def _verify_columns(sheet: Sheet, match: HeaderMatch) -> None:
    """Make sure that every column with a header is sent."""
    headers = sheet.frame.filter(pl.col("row") == match.header_row).select(sheet.letters).row(0)
    read = set(match.columns.values())
    others = [
        header
        for letter, header in zip(sheet.letters, headers, strict=True)
        if header and letter not in read and not is_outcome_header(header)
    ]
    if others:
        raise FileError(
            "column-without-key",
            _("These columns of {sheet} have no key in the request: {headers}",
              sheet=sheet.name, headers=join_texts(*quote_names(others), separator=", ")),
            _("Add each header and its key to columns in [experimental.auto_postings], or delete the column"),
        )  # fmt: skip

"""Columns that Excel does not show: an error, read, or left out, as the user chose for hidden rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet

_MAX_COLUMNS_NAMED = 5


def leave_out_hidden_columns(sheet: Sheet, options: ReadOptions) -> Sheet:
    """Return the sheet without its hidden columns where `options.hidden` is "skip"; else as it is."""
    if options.hidden != "skip" or not sheet.hidden_columns:
        return sheet
    names = [name for name in sheet.frame.columns if name.partition(".")[0] not in sheet.hidden_columns]
    letters = tuple(letter for letter in sheet.letters if letter not in sheet.hidden_columns)
    return replace(sheet, frame=sheet.frame.select(names), letters=letters)


def report_hidden_columns(
    sheet: Sheet,
    index: int,
    match: HeaderMatch,
    sources: Mapping[str, str | None],
    options: ReadOptions,
    in_file: Sheet,
) -> pl.DataFrame:
    """Return a finding for the hidden columns of a sheet with data of known fields; of those left out, with any data.

    Args:
        sheet: The sheet as it is read.
        index: Its index.
        match: What it was recognised as.
        sources: Derived column → the letter of the column it came from.
        options: What the user decided.
        in_file: The sheet with all its columns.
    """
    if not sheet.hidden_columns or match.resource is None:
        return empty_findings()
    if options.hidden == "skip":
        rows = in_file.frame.filter(pl.col("row") > match.header_row)
        skipped = [letter for letter in in_file.letters if letter in sheet.hidden_columns and rows[letter].count()]
        return _count_columns(sorted(skipped, key=_order), "hidden-columns-skipped", index)
    known = [*match.columns.values(), *(match.lines.columns.values() if match.lines else ())]
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    hidden = {
        source
        for letter in known
        if (source := sources.get(letter) or letter) in sheet.hidden_columns and body[letter].count()
    }
    code = "hidden-columns-included" if options.hidden == "include" else "hidden-columns"
    return _count_columns(sorted(hidden, key=_order), code, index)


def _count_columns(letters: Sequence[str], code: str, index: int) -> pl.DataFrame:
    if not letters:
        return empty_findings()
    first = ", ".join(letters[:_MAX_COLUMNS_NAMED]) + (" …" if len(letters) > _MAX_COLUMNS_NAMED else "")
    return make_finding(index, code, value=str(len(letters)), detail=first)


def _order(letters: str) -> tuple[int, str]:
    return len(letters), letters

"""What the reader noticed in a file, as findings."""

from collections.abc import Sequence

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings, make_finding
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.validation.separators import find_wrong_separator


def report_readings(sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]) -> list[pl.DataFrame]:
    """Return what the reader noticed in each sheet, and CSV files that were not recognised because of a separator."""
    findings = [_list_issues(sheet, index, matches[index]) for index, sheet in enumerate(sheets)]
    return [*findings, *(_report_separator(sheet, index, matches[index]) for index, sheet in enumerate(sheets))]


def _list_issues(sheet: Sheet, index: int, match: HeaderMatch) -> pl.DataFrame:
    """Return what the reader noticed, as findings; of the lines that may be a narrow header, only the header is."""
    rows = [
        (index, issue.row, issue.column, None, code, CATALOGUE[code].severity.value, issue.value, issue.detail)
        for issue in sheet.issues
        if issue.code != "narrow-header" or issue.row == match.header_row
        for code in [_code_of(issue)]
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _code_of(issue: ReadIssue) -> str:
    """Return the finding of an issue: too few fields and too many have other causes."""
    is_short = issue.code == "ragged-row" and int(issue.value or 0) < int(issue.detail or 0)
    return "too-few-fields" if is_short else issue.code


def _report_separator(sheet: Sheet, index: int, match: HeaderMatch) -> pl.DataFrame:
    """Return the finding of a CSV that was not recognised because of its separator."""
    separator = find_wrong_separator(sheet) if match.resource is None and sheet.format == "csv" else None
    if separator is None:
        return empty_findings()
    return make_finding(index, "wrong-separator", value="tab" if separator == "\t" else separator)

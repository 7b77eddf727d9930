"""Sheets to typed tables: one for each resource."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import merge_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import Resource
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet, Table
from armbulk.validation import date_orders, date_witnesses, flat_file, layout
from armbulk.validation.parse import parse_sheet


def type_sheets(
    sheets: Sequence[Sheet], matches: Sequence[HeaderMatch], options_of: Sequence[ReadOptions]
) -> tuple[list[Table], list[pl.DataFrame]]:
    """Return the typed tables of the recognised sheets, and the findings of their cells."""
    parts: list[Table] = []
    findings = []
    for index, (sheet, match) in enumerate(zip(sheets, matches, strict=True)):
        if match.resource is not None:
            tables, sheet_findings = _type_sheet(sheet, index, match, options_of[index])
            parts += tables
            findings.append(sheet_findings)
    return parts, findings


def _type_sheet(sheet: Sheet, index: int, match: HeaderMatch, options: ReadOptions) -> tuple[list[Table], pl.DataFrame]:
    """Return the typed table of a sheet (two for a flat sheet: documents and lines), and the findings."""
    rows, findings = parse_sheet(sheet, index, match, options)
    findings = date_witnesses.name_witnesses(findings, sheet, match)
    findings = pl.concat([findings, date_orders.find_mixed_orders(sheet, index, match, options.dates)])
    table = Table(match.recognised_resource, rows, {index: match.columns})
    if match.lines is None:
        return [table], findings
    line_rows, line_findings = parse_sheet(sheet, index, match.lines, options, match.columns)
    lines = Table(match.lines.recognised_resource, line_rows, {index: match.lines.columns})
    documents, split_findings = flat_file.split_flat_file(
        table, lines, index, sheet.hidden_rows, layout.name_headers(sheet, match)
    )
    lines = flat_file.drop_rows_without_line(documents, lines)
    return [documents, lines], merge_findings([findings, line_findings, split_findings]).unique(maintain_order=True)


def join_tables(parts: Sequence[Table], resources: Mapping[str, Resource]) -> dict[str, Table]:
    """Return one table per resource, in the order of the resources."""
    joined = {}
    for name, resource in resources.items():
        tables = [table for table in parts if table.resource is resource]
        if tables:
            columns = {index: letters for table in tables for index, letters in table.columns.items()}
            joined[name] = Table(resource, pl.concat([table.rows for table in tables]), columns)
    return joined

"""Flat files: one row per line, with the document's columns repeated. One sheet becomes two tables."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings, to_findings
from armbulk.i18n import join_choices, pack_text, quote_names
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.header_units import split_currency
from armbulk.model.fields import Field, FieldRole, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Table
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.cell_findings import is_empty_line, is_text_line
from armbulk.validation.parse import format_column


def split_flat_file(
    documents: Table, lines: Table, index: int, hidden: frozenset[int], headers: Mapping[str, str]
) -> tuple[Table, pl.DataFrame]:
    """Return (the documents of a flat sheet, one row each; findings).

    A document has the row number of its first row that is shown. Its values may be in all of its rows or in some, but
    must not differ. Amounts that only the lines have are summed where every line but those of text has one.
    `headers`: letter → header.
    """
    key, letters = documents.resource.key, documents.columns[index]
    rows = documents.rows.with_columns(normalise_key(pl.col(key)).alias("norm")).filter(pl.col("norm").is_not_null())
    fields = [field for field in documents.resource.fields if field.name != key]
    disagreements = [
        find_disagreements(rows, field, letters[field.name], index, "flat-disagrees")
        for field in fields
        if field.name in letters and field.role in {FieldRole.WRITABLE, FieldRole.LOCAL}
    ]
    shown_first = rows.sort(pl.col("row").is_in(list(hidden)), "row", maintain_order=True)
    values = [pl.col(field.name).drop_nulls().first() for field in fields if field.name in rows.columns]
    groups = shown_first.group_by("norm", maintain_order=True)
    merged = groups.agg(pl.col("sheet", "row", key).first(), *values).sort("row")
    merged, summed = _sum_amounts(merged, lines, letters)
    findings = [*disagreements, _report_amounts(lines, summed, documents.resource, index, headers)]
    return replace(documents, rows=merged.select(documents.rows.columns)), merge_findings(findings)


def drop_rows_without_line(documents: Table, lines: Table) -> Table:
    """Return the lines without the rows of documents that have no line: a document may be above its lines."""
    without_line = lines.rows.filter(is_empty_line(lines)).select("sheet", "row")
    dropped = without_line.join(documents.rows, on=["sheet", "row"], how="semi")
    return replace(lines, rows=lines.rows.join(dropped, on=["sheet", "row"], how="anti", maintain_order="left"))


def find_disagreements(rows: pl.DataFrame, field: Field, letter: str, index: int, code: str) -> pl.DataFrame:
    """Return findings for values that differ from the first one of the same record; `norm` is its number."""
    texts = rows.select("row", "norm", format_column(field).alias("value")).drop_nulls("value")
    first_value = pl.col("value").first().over("norm").alias("first")
    first_row = pl.col("row").first().over("norm").cast(pl.String).alias("detail")
    different = texts.with_columns(first_value, first_row).filter(pl.col("value") != pl.col("first"))
    return to_findings(different, sheet=index, column=letter, field=field.name, code=code)


def _sum_amounts(documents: pl.DataFrame, lines: Table, letters: Mapping[str, str]) -> tuple[pl.DataFrame, list[str]]:
    """Return (the documents with the sums of their lines, the summed amounts)."""
    columns = next(iter(lines.columns.values()))
    summed = [name for name in AMOUNTS if name in columns and name not in letters]
    sums = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in summed]
    by_document = lines.rows.filter(~is_text_line(lines)).group_by(_parent_norm(lines)).agg(sums)
    return documents.drop(summed).join(by_document, on="norm", how="left", maintain_order="left"), summed


def _report_amounts(
    lines: Table, summed: list[str], documents: Resource, index: int, headers: Mapping[str, str]
) -> pl.DataFrame:
    """Return a finding for each summed amount.

    It is unclear where all lines of every document have the same value. A header that says that it is the line's
    leaves nothing to report.
    """
    columns, resources = lines.columns[index], (lines.resource, documents)
    distinct = (
        lines.rows.filter(~is_text_line(lines))
        .group_by(_parent_norm(lines))
        .agg(pl.len().alias("n"), *(pl.col(name).n_unique() for name in summed))
    )
    with_several_lines = distinct.filter(pl.col("n") > 1)
    if with_several_lines.is_empty():
        return empty_findings()
    findings = [empty_findings()]
    for name in summed:
        own = lines.resource.field(name).specific_header
        header = fold_header(split_currency(headers[columns[name]])[0])
        if own is not None and header in {fold_header(text) for text in own.all()}:
            continue
        code = "flat-amounts-unclear" if with_several_lines[name].max() == 1 else "flat-sums"
        headers_of = [resource.field(name).specific_header or resource.field(name).header for resource in resources]
        possible = join_choices(quote_names(headers_of if code == "flat-amounts-unclear" else headers_of[1:]))
        cell = pl.DataFrame({"column": [columns[name]], "detail": [pack_text(possible)]})
        findings.append(to_findings(cell, sheet=index, field=name, code=code))
    return pl.concat(findings)


def _parent_norm(lines: Table) -> pl.Expr:
    return normalise_key(pl.col(lines.resource.record_key)).alias("norm")

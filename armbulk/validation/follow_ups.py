"""One fault, one finding: what follows from another finding is not reported again.

A finding that is not reported still blocks its record.
"""

from collections.abc import Mapping

import polars as pl

from armbulk.findings.frame import to_findings
from armbulk.model.sheet import Table
from armbulk.resources.migration_questions import FILLED_FIELDS
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.cell_findings import SEVERAL, with_norm
from armbulk.validation.layout import NO_RECORD_CODES
from armbulk.validation.migration_answers import is_unanswered

_GROUP_CODES = ["note-row", "second-table", "continuation-rows"]
_FIELD_COUNT_CODES = ["ragged-row", "too-few-fields"]
_FILE_CODES = ["result-beside-input", "same-records-twice"]
_MIN_MISSING, _MAX_PRESENT = 2, 2
"""From how many missing values on, and with how many others at most, a row is reported once."""
_DOUBTS = ["grouped-identifier", "not-ascii", "stored-as-number", "html-code"]
"""Codes of doubts about a value that is refused anyway."""
_DATE_COLUMN_CODES = ["dates-mixed", "dates-half-converted"]


def drop_follow_ups(findings: pl.DataFrame, tables: Mapping[str, Table]) -> pl.DataFrame:
    """Return findings without those that follow from others."""
    if findings.is_empty():
        return findings
    merged = findings.filter(pl.col("code") == "merged-cells")
    kept = _keep_first_of_groups(_drop_of_no_records(findings))
    kept = _drop_where(kept, "required", merged, "row", "column")
    kept = _drop_where(kept, "required", kept.filter(pl.col("code") == "credit-without-due-date"), "row", "column")
    if kept.filter(is_unanswered()).height:  # the answer fills these cells
        kept = kept.filter((pl.col("code") != "required") | ~pl.col("field").is_in(FILLED_FIELDS))
    kept = _drop_of_missing_columns(kept, tables)
    kept = _drop_where(kept, "missing-column", kept.filter(pl.col("code") == "header-near"), "field")
    kept = _join_missing_values(_drop_of_field_counts(kept), tables)
    kept = _drop_where(kept, "ambiguous-date", kept.filter(pl.col("code").is_in(_DATE_COLUMN_CODES)), "field")
    for code in ("sheet-not-recognised", "no-known-header"):
        kept = _drop_where(kept, code, kept.filter(pl.col("code") == "wrong-separator"))
    kept = _drop_where(kept, "amounts-differ", kept.filter(pl.col("code") == "vat-is-rate"))
    is_unclear = (pl.col("code") == "amount-header-unclear") | (
        (pl.col("code") == "header-near") & pl.col("field").is_in(AMOUNTS)
    )
    kept = _drop_where(kept, "no-amount-column", kept.filter(is_unclear))
    kept = _drop_of_narrow_headers(kept)
    for code in _DOUBTS:
        kept = _drop_where(kept, code, kept.filter(pl.col("code") == "pattern"), "row", "field")
    zeros = (
        kept.filter(pl.col("code") == "line-without-zeros")
        .select(pl.col("detail").str.split(SEVERAL).alias("norm"))
        .explode("norm")
    )
    for code in ("document-without-lines", "lines-sum-differs"):
        kept = _drop_where(kept, code, _find_documents(zeros, tables), "row")
    kept = _drop_of_continuation_rows(kept, findings, tables)
    kept = _drop_where(kept, "amounts-differ", kept.filter(pl.col("code") == "lines-sum-differs"), "row")
    kept = _drop_where(kept, "price-differs", kept.filter(pl.col("code") == "flat-amounts-unclear"))
    return _drop_where(kept, "price-differs", kept.filter(pl.col("code") == "amounts-differ"), "row")


def _drop_of_no_records(findings: pl.DataFrame) -> pl.DataFrame:
    """Report nothing else of rows that are no records."""
    is_layout = pl.col("code").is_in(NO_RECORD_CODES)
    no_records = findings.filter(is_layout)
    others = findings.filter(~is_layout).join(no_records, on=["sheet", "row"], how="anti", maintain_order="left")
    return pl.concat([others, no_records])


def _keep_first_of_groups(findings: pl.DataFrame) -> pl.DataFrame:
    """Report a group of rows once, at its first row; and files with the same records once, at the first record."""
    is_of_group = pl.col("code").is_in(_GROUP_CODES)
    once = findings.filter(is_of_group).unique(["sheet", "code", "detail"], keep="first", maintain_order=True)
    is_merged = pl.col("code") == "merged-cells"
    first = findings.filter(is_merged).unique(["sheet", "value"], keep="first", maintain_order=True)
    is_of_files = pl.col("code").is_in(_FILE_CODES)
    files = findings.filter(is_of_files).unique(["code", "value", "detail"], keep="first", maintain_order=True)
    return pl.concat([findings.filter(~is_of_group & ~is_merged & ~is_of_files), once, first, files])


def _drop_of_missing_columns(findings: pl.DataFrame, tables: Mapping[str, Table]) -> pl.DataFrame:
    """Report a missing column once, not the empty cell in every row, nor that lines and documents do not match."""
    missing = findings.filter(pl.col("code") == "missing-column").select("sheet", "field")
    present = [
        (sheet, name) for table in tables.values() for sheet, columns in table.columns.items() for name in columns
    ]
    has_column = pl.DataFrame(present, schema={"sheet": pl.UInt16, "field": pl.String}, orient="row")
    missing = missing.join(has_column, on=["sheet", "field"], how="anti")
    kept = _drop_where(findings, "required", missing, "field")
    without_number = missing.filter(pl.col("field") == "document_no")["sheet"].to_list()
    for name, code in (("lines", "document-without-lines"), ("documents", "line-without-document")):
        if name in tables and set(without_number) & set(tables[name].columns):
            kept = kept.filter(pl.col("code") != code)
    return kept


def _drop_of_field_counts(findings: pl.DataFrame) -> pl.DataFrame:
    """Report of a line with too few or too many fields only that, not what its cells seem to lack."""
    lines = findings.filter(pl.col("code").is_in(_FIELD_COUNT_CODES))
    for code in ("required", "amount-missing", "amounts-differ", "no-header", "pattern"):
        findings = _drop_where(findings, code, lines, "row")
    return findings


def _drop_of_continuation_rows(
    findings: pl.DataFrame, every_finding: pl.DataFrame, tables: Mapping[str, Table]
) -> pl.DataFrame:
    """Report rows without a document number, not that the amount of the document above lacks them."""
    continuing = every_finding.filter(pl.col("code") == "continuation-rows").select("sheet", "row")
    if continuing.is_empty() or not {"documents", "lines"} <= set(tables):
        return findings
    lines = tables["lines"]
    ordered = with_norm(lines, lines.resource.record_key).sort("sheet", "row")
    above = ordered.with_columns(pl.col("norm").forward_fill().over("sheet"))
    norms = above.join(continuing, on=["sheet", "row"], how="semi").select("norm")
    causes = _find_documents(norms, tables)
    for code in ("lines-sum-differs", "amount-from-lines"):
        findings = _drop_where(findings, code, causes, "row")
    return findings


def _find_documents(norms: pl.DataFrame, tables: Mapping[str, Table]) -> pl.DataFrame:
    """Return the documents with these numbers; none where there are no documents."""
    if norms.is_empty() or "documents" not in tables:
        return norms.clear()
    documents = tables["documents"]
    return with_norm(documents, documents.resource.key).join(norms, on="norm", how="semi")


def _drop_of_narrow_headers(findings: pl.DataFrame) -> pl.DataFrame:
    """Report only that rows are wider than their header, not what values in the wrong columns seem to be."""
    narrow = findings.filter(pl.col("code") == "narrow-header").select("sheet", pl.col("row").alias("header_row"))
    beside = findings.join(narrow, on="sheet", how="left", maintain_order="left")
    is_below = (pl.col("row") > pl.col("header_row")).fill_null(value=False)
    return beside.filter(~is_below).drop("header_row")


def _join_missing_values(findings: pl.DataFrame, tables: Mapping[str, Table]) -> pl.DataFrame:
    """Report a row that has few required values once: it may be a note, a second table, or a record that was begun."""
    for table in tables.values():
        required = [field.name for field in table.resource.fields if field.required]
        of_table = (
            pl.col("sheet").is_in(list(table.columns))
            & (pl.col("code") == "required")
            & pl.col("field").is_in(required)
        )
        rows = findings.filter(of_table).group_by("sheet", "row", maintain_order=True)
        letters = pl.col("column").filter(pl.col("column").str.contains("^[A-Z]+$"))  # not what a mapping adds
        cells = rows.agg(pl.len().alias("count"), letters.str.join(", ").alias("detail"))
        few = cells.filter((pl.col("count") >= _MIN_MISSING) & (pl.col("count") >= len(required) - _MAX_PRESENT))
        if few.height:
            findings = findings.join(few, on=["sheet", "row"], how="anti", maintain_order="left")
            findings = pl.concat([findings, to_findings(few.drop("count"), code="few-values")])
    return findings


def _drop_where(findings: pl.DataFrame, code: str, causes: pl.DataFrame, *on: str) -> pl.DataFrame:
    """Return findings without those of `code` that have a cause in the same sheet, and the same `on`."""
    if causes.is_empty():
        return findings
    is_follow_up = pl.col("code") == code
    others = findings.filter(is_follow_up).join(causes, on=["sheet", *on], how="anti", maintain_order="left")
    return pl.concat([findings.filter(~is_follow_up), others])

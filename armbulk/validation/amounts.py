"""Amounts of documents and their lines, compared with each other; and documents that have none."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.model.sheet import Table
from armbulk.validation.cell_findings import is_text_line, make_cell_findings, with_norm

AMOUNTS = ("excl_vat", "vat", "incl_vat")
"""The amounts that a document and its lines have."""

_REPORT_ORDER = ("incl_vat", "excl_vat", "vat")
_HALF_UNIT = Decimal("0.005")


def find_unread_amounts(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (sheet, row) with an amount that could not be read: nothing is known about their sums."""
    unread = findings.filter(pl.col("field").is_in(AMOUNTS) & pl.col("row").is_not_null())[["sheet", "row"]]
    return unread if unread.is_empty() else unread.unique()


# --- documents without amounts ------------------------------------------------------------------------


def fill_missing_amounts(tables: Mapping[str, Table], findings: pl.DataFrame) -> tuple[dict[str, Table], pl.DataFrame]:
    """Return (the tables, with the sum of the lines where a document has no amount; findings).

    A document has no amount where both the amount with VAT and the one without are blank. If its lines do not have
    them all either, that is an error: an invoice is never created without an amount.
    """
    documents = tables.get("documents")
    if documents is None:
        return dict(tables), empty_findings()
    has_none = pl.col("incl_vat").is_null() & pl.col("excl_vat").is_null()
    rows = with_norm(documents, "document_no").filter(documents.rows.select(has_none).to_series())
    rows = rows.join(find_unread_amounts(findings), on=["sheet", "row"], how="anti", maintain_order="left")
    if rows.is_empty():
        return dict(tables), empty_findings()
    sums = _sum_lines(tables.get("lines"), findings)
    joined = rows.join(sums, on="norm", how="left", maintain_order="left", nulls_equal=False)
    amount = pl.coalesce("incl_vat_sum", "excl_vat_sum")
    summed = joined.filter(amount.is_not_null()).with_columns(amount.cast(pl.String).alias("sum"))
    field = documents.resource.field("incl_vat")
    new = [
        make_cell_findings(
            documents, summed.with_columns(value=pl.lit(None)), "amount-from-lines", field, pl.col("sum")
        ),
        _report_missing(documents, tables.get("lines"), joined.filter(amount.is_null())),
    ]
    return {**tables, "documents": _fill(documents, summed)}, pl.concat(new)


def _sum_lines(lines: Table | None, findings: pl.DataFrame) -> pl.DataFrame:
    """Return norm, and the sums of the amounts that every line of a document has: `excl_vat_sum` and so on.

    A line that is a text alone has none.
    """
    schema: dict[str, pl.DataType] = {"norm": pl.String(), **{f"{name}_sum": pl.Decimal(38, 2) for name in AMOUNTS}}
    if lines is None:
        return pl.DataFrame(schema=schema)
    rows = with_norm(lines, lines.resource.record_key, *AMOUNTS).drop_nulls("norm")
    unread = rows.join(find_unread_amounts(findings), on=["sheet", "row"], how="semi").select("norm").unique()
    sums = [
        pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).cast(pl.Decimal(38, 2)).alias(f"{name}_sum")
        for name in AMOUNTS
    ]
    texts = lines.rows.filter(is_text_line(lines)).select("sheet", "row")
    counted = rows.join(texts, on=["sheet", "row"], how="anti").join(unread, on="norm", how="anti")
    return counted.group_by("norm").agg(sums)


def _fill(documents: Table, summed: pl.DataFrame) -> Table:
    """Return the documents with the sums of `summed` as their amounts."""
    sums = summed.select("sheet", "row", *(f"{name}_sum" for name in AMOUNTS), pl.lit(value=True).alias("is_summed"))
    joined = documents.rows.join(sums, on=["sheet", "row"], how="left", maintain_order="left")
    filled = [
        pl.when(pl.col("is_summed")).then(pl.coalesce(name, f"{name}_sum")).otherwise(pl.col(name)).alias(name)
        for name in AMOUNTS
    ]
    return replace(documents, rows=joined.with_columns(filled).select(documents.rows.columns))


def _report_missing(documents: Table, lines: Table | None, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each document without an amount; one for a sheet that has no column of amounts."""
    field = documents.resource.field("incl_vat")
    of_lines = lines.columns if lines is not None else {}
    without_columns = [
        sheet
        for sheet, columns in documents.columns.items()
        if not {"incl_vat", "excl_vat"} & {*columns, *of_lines.get(sheet, ())}
    ]
    in_sheet = pl.col("sheet").is_in(without_columns)
    cells = make_cell_findings(
        documents, rows.filter(~in_sheet).with_columns(value=pl.lit(None)), "amount-missing", field
    )
    sheets = rows.filter(in_sheet).select("sheet").unique(maintain_order=True)
    return pl.concat([cells, to_findings(sheets, code="no-amount-column", field=field.name)])


# --- sums of lines ------------------------------------------------------------------------------------


def compare_sums(documents: Table, lines: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Return one finding for each document whose amounts differ from the sums of its lines, where both are known.

    Each line may be rounded by half a unit.
    """
    document_rows = with_norm(documents, documents.resource.key, *AMOUNTS).drop_nulls("norm")
    line_rows = with_norm(lines, lines.resource.record_key, *AMOUNTS).drop_nulls("norm")
    unread = find_unread_amounts(findings)
    sums = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(f"{name}_sum") for name in AMOUNTS]
    by_document = line_rows.group_by("norm").agg(*sums, ((pl.len() + 1) * pl.lit(_HALF_UNIT)).alias("tolerance"))
    joined = document_rows.join(by_document, on="norm", how="inner", maintain_order="left")
    if not unread.is_empty():
        incomplete = line_rows.join(unread, on=["sheet", "row"], how="semi").select("norm").unique()
        joined = joined.join(incomplete, on="norm", how="anti", maintain_order="left")
    is_different = [
        pl.when((pl.col(name) - pl.col(f"{name}_sum")).abs() > pl.col("tolerance")).then(pl.lit(name))
        for name in _REPORT_ORDER
    ]
    joined = joined.with_columns(pl.coalesce(is_different).alias("different"))
    if not joined["different"].count():
        return empty_findings()
    new = [empty_findings()]
    for name in _REPORT_ORDER:
        rows = joined.filter(pl.col("different") == name).with_columns(pl.col(name).cast(pl.String).alias("value"))
        new.append(
            make_cell_findings(
                documents, rows, "lines-sum-differs", documents.resource.field(name), pl.col(f"{name}_sum")
            )
        )
    return pl.concat(new)

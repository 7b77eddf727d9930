"""Checks of typed rows: each field alone (`field_checks`), and rules between rows and sheets.

A cell that could not be parsed already has a finding; its follow-up errors are not reported.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.i18n import _, pack_text
from armbulk.model.fields import FieldType
from armbulk.model.known_customers import KnownCustomers
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.amounts import compare_sums
from armbulk.validation.cell_findings import SEVERAL, is_empty_line, make_cell_findings, with_norm
from armbulk.validation.field_checks import check_fields
from armbulk.validation.same_records import name_files

_TEXT_TYPES = {FieldType.TEXT, FieldType.IDENTIFIER}


def check_rules(
    tables: Mapping[str, Table],
    sheets: Sequence[Sheet],
    findings: pl.DataFrame,
    known: KnownCustomers | None = None,
) -> pl.DataFrame:
    """Check every table alone and against the others.

    Args:
        tables: The typed rows by resource.
        sheets: The sheets, whose names findings mention.
        findings: The findings so far; cells with an error are not reported again.
        known: Customers that ARM is known to have; None: not known.

    Returns:
        The new findings.
    """
    new = [empty_findings()]
    for table in tables.values():
        new.append(check_fields(table, findings))
        if table.resource.lines is not None or table.resource.name == "customers":
            new += [_find_duplicate_keys(table, sheets), _find_keys_without_zeros(table)]
    documents, lines, customers = (tables.get(name) for name in ("documents", "lines", "customers"))
    if lines is not None:
        new += [_find_duplicate_line_numbers(lines), _find_empty_lines(lines, findings)]
        new += _check_lines(documents, lines, findings)
    elif documents is not None:
        new.append(_report_missing_lines_sheet(documents))
    if documents is not None and customers is not None:
        new.append(_find_unlisted_customers(documents, customers, known))
    return pl.concat(new)


def _find_duplicate_keys(table: Table, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return a finding for every row whose key another row has too, without regard to case; it names the other row.

    Of files with the same records it names the files.
    """
    field = table.resource.field(table.resource.key)
    keyed = with_norm(table, field.name)
    duplicates = keyed.filter(pl.col("norm").is_not_null() & pl.col("norm").is_duplicated())
    if duplicates.is_empty():
        return empty_findings()
    cell = pl.struct("sheet", "row")
    first, second = cell.first().over("norm"), cell.get(1, null_on_oob=True).over("norm")
    other = pl.when(cell == first).then(second).otherwise(first)
    rows = duplicates.with_columns(
        other.struct.field("sheet").alias("other_sheet"), other.struct.field("row").alias("other_row")
    )
    pairs = rows.select("sheet", "other_sheet").unique()
    names = [_name_other_sheet(sheets[other], sheets[own]) for own, other in pairs.iter_rows()]
    rows = rows.join(
        pairs.with_columns(pl.Series("name", names, dtype=pl.String)),
        on=["sheet", "other_sheet"],
        maintain_order="left",
    )
    findings = make_cell_findings(table, rows, "duplicate-key", field, pl.concat_str("other_row", "name"))
    return name_files(findings, keyed, sheets)


def _find_keys_without_zeros(table: Table) -> pl.DataFrame:
    """Return a finding for each row whose key is that of an earlier row except for leading zeros."""
    field = table.resource.field(table.resource.key)
    keyed = with_norm(table, field.name)
    if not keyed["norm"].str.starts_with("0").any():
        return empty_findings()
    keyed = (
        keyed.drop_nulls("norm")
        .unique("norm", keep="first", maintain_order=True)
        .filter(pl.col("norm").str.contains("^[0-9]+$"))
    )
    bare = pl.col("norm").str.strip_chars_start("0")
    keyed = keyed.with_columns(pl.col("row", "value").first().over(bare).name.prefix("first_"), bare.alias("bare"))
    rows = keyed.filter(pl.col("value") != pl.col("first_value"))
    if rows.is_empty():
        return empty_findings()
    others = rows.select("first_value", "first_row").iter_rows()
    named = [pack_text(_('"{value}" in row {row}', value=value, row=row)) for value, row in others]
    rows = rows.with_columns(pl.Series("other", named, dtype=pl.String))
    return make_cell_findings(table, rows, "key-without-zeros", field, pl.col("other"))


def _name_other_sheet(other: Sheet, own: Sheet) -> str:
    """Return the name of another sheet in brackets, with its file where that differs; "" for the same sheet."""
    if other is own:
        return ""
    return f" ({other.name})" if other.file == own.file else f" ({other.file}, {other.name})"


def _find_duplicate_line_numbers(lines: Table) -> pl.DataFrame:
    keyed = with_norm(lines, lines.resource.record_key, "line_no").drop_nulls(["line_no", "norm"])
    duplicates = keyed.filter(pl.struct("norm", "line_no").is_duplicated())
    if duplicates.is_empty():
        return empty_findings()
    rows = duplicates.rename({"value": "parent"}).with_columns(pl.col("line_no").cast(pl.String).alias("value"))
    return make_cell_findings(lines, rows, "duplicate-line-no", lines.resource.field("line_no"), pl.col("parent"))


def _find_empty_lines(lines: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings for lines with a document number and nothing else, unless a value could not be read."""
    parent = lines.resource.field(lines.resource.record_key)
    rows = lines.rows.filter(is_empty_line(lines) & pl.col(parent.name).is_not_null())
    if rows.is_empty():
        return empty_findings()
    rows = rows.join(findings.drop_nulls("row"), on=["sheet", "row"], how="anti", maintain_order="left")
    return make_cell_findings(
        lines, rows.select("sheet", "row", pl.col(parent.name).alias("value")), "empty-line", parent
    )


def _check_lines(documents: Table | None, lines: Table, findings: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings for lines without a document, documents without lines, and sums that differ."""
    parent = lines.resource.field(lines.resource.record_key)
    line_rows = with_norm(lines, parent.name)
    if documents is None:
        return [make_cell_findings(lines, line_rows.drop_nulls("norm"), "line-without-document", parent)]
    key = documents.resource.field(documents.resource.key)
    document_rows = with_norm(documents, key.name)
    orphans = line_rows.drop_nulls("norm").join(document_rows, on="norm", how="anti", maintain_order="left")
    childless = document_rows.drop_nulls("norm").join(line_rows, on="norm", how="anti", maintain_order="left")
    damaged = _find_lost_zeros(orphans, document_rows)
    if not damaged.is_empty():
        orphans = orphans.join(damaged, on=["sheet", "row"], how="anti", maintain_order="left")
    return [
        make_cell_findings(lines, damaged, "line-without-zeros", parent, pl.col("listed")),
        make_cell_findings(lines, orphans, "line-without-document", parent),
        make_cell_findings(documents, childless, "document-without-lines", key),
        compare_sums(documents, lines, findings),
    ]


def _find_lost_zeros(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose key (norm) is one of `known` without its leading zeros, with that one as `listed`.

    If there are several of them (01 and 001), `listed` has them all.
    """
    if rows.is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("listed"))
    with_zeros = known.select("norm").filter(pl.col("norm").str.contains("^0+[1-9][0-9]*$")).unique()
    bare = pl.col("norm").str.strip_chars_start("0").alias("bare")
    without_zeros = with_zeros.group_by(bare).agg(pl.col("norm").sort().str.join(SEVERAL).alias("listed"))
    without_zeros = without_zeros.select("listed", pl.col("bare").alias("norm"))
    return rows.join(without_zeros, on="norm", how="inner", maintain_order="left")


def _report_missing_lines_sheet(documents: Table) -> pl.DataFrame:
    return to_findings(documents.rows.select("sheet").unique(maintain_order=True), code="no-lines-sheet")


def _find_unlisted_customers(documents: Table, customers: Table, known: KnownCustomers | None) -> pl.DataFrame:
    """Return a finding at the first document of each customer that is not in the files, and not known to be at ARM.

    A number that is one in the files but for its leading zeros is damage, at every document.
    """
    listed = with_norm(customers, "customer_no")
    rows = with_norm(documents, "customer_no").drop_nulls("norm")
    unlisted = rows.join(listed, on="norm", how="anti", maintain_order="left")
    damaged = _find_lost_zeros(unlisted, listed)
    first = unlisted.join(damaged, on=["sheet", "row"], how="anti", maintain_order="left")
    first = first.unique("norm", keep="first", maintain_order=True)
    if known is not None:
        first = first.filter(pl.Series([not known.is_known(number) for number in first["norm"]], dtype=pl.Boolean))
    field = documents.resource.field("customer_no")
    return pl.concat(
        [
            make_cell_findings(documents, first, "customer-not-in-file", field),
            make_cell_findings(documents, damaged, "customer-without-zeros", field, pl.col("listed")),
        ]
    )

"""Which records an error blocks: a document is sent with all of its lines, or not at all."""

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from armbulk.model.fields import Severity
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.layout import NO_RECORD_CODES
from armbulk.validation.migration_answers import is_unanswered

_RECORDS = ("customers", "documents")
_MAY_MISS_LINES = ["ragged-row", "too-few-fields", "rows-in-a-cell"]
"""Codes of rows that may have cost the document beside them a line."""
_MAY_BE_LINES = ("few-values", "required")
"""Codes of rows without a number that may be lines of the document above them."""


def find_blocked_rows(tables: Mapping[str, Table], findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the customers and documents that an error blocks: resource → (sheet, row).

    An error on a line blocks its document; an error on a sheet's header blocks every record of the sheet. A line whose
    document is not known blocks the documents whose lines are above and below it. An amount without a document number
    blocks the document above it.
    """
    every_error = findings.filter(pl.col("severity") == Severity.ERROR.value)
    if every_error.is_empty():
        return {name: tables[name].rows.select("sheet", "row").clear() for name in _RECORDS if name in tables}
    errors = every_error.select("sheet", "row").unique()
    every_row = pl.concat([table.rows.select("sheet", "row") for table in tables.values()] or [errors.clear()])
    first = every_row.group_by("sheet").agg(pl.col("row").min().alias("first"))
    blocked = {name: _find_rows_with_errors(table, errors, first) for name, table in tables.items()}
    if "documents" in tables and "lines" in tables:
        by_lines = _find_documents_of_lines(tables["documents"], tables["lines"], blocked["lines"], every_error)
        blocked["documents"] = pl.concat([blocked["documents"], by_lines]).unique(maintain_order=True)
    if "documents" in tables:
        above = _find_documents_above(tables["documents"], every_error)
        blocked["documents"] = pl.concat([blocked["documents"], above]).unique(maintain_order=True)
    return {name: blocked[name] for name in _RECORDS if name in blocked}


def _find_documents_above(documents: Table, errors: pl.DataFrame) -> pl.DataFrame:
    """Return the documents (sheet, row) above rows without a number: such a row may be a line of it.

    Its amounts may then be those of its first line.
    """
    has_amount = pl.any_horizontal((pl.col(name) != 0).fill_null(value=False) for name in AMOUNTS)
    keys = documents.rows.select("sheet", "row", key=pl.col(documents.resource.key), has_amount=has_amount)
    amounts = keys.filter(pl.col("key").is_null() & pl.col("has_amount"))
    rows = ["sheet", "row"]
    no_records = errors.filter(pl.col("code").is_in(NO_RECORD_CODES))
    without = errors.filter(pl.col("code").is_in(_MAY_BE_LINES)).join(no_records, on=rows, how="anti")
    without = without.select(rows).unique().join(amounts, on=rows, how="semi").sort("row")
    numbered = keys.drop_nulls("key").select(*rows, above="row").sort("row")
    above = without.join_asof(numbered, on="row", by="sheet", strategy="backward", check_sortedness=False)
    return above.drop_nulls("above").select("sheet", row="above").unique(maintain_order=True)


def spread_over_files(findings: pl.DataFrame, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return findings with those that block a whole file at every sheet of it, too."""
    spread = findings.filter(is_unanswered())
    if spread.is_empty():
        return findings
    files = {sheets[index].file for index in spread["sheet"]}
    whole_sheet = spread.head(1).with_columns(
        pl.lit(None, spread.schema[name]).alias(name) for name in ("row", "column")
    )
    others = [
        whole_sheet.with_columns(pl.lit(index, pl.UInt16).alias("sheet"))
        for index, sheet in enumerate(sheets)
        if sheet.file in files
    ]
    return pl.concat([findings, *others])


def _find_documents_of_lines(
    documents: Table, lines: Table, blocked: pl.DataFrame, errors: pl.DataFrame
) -> pl.DataFrame:
    """Return the documents (sheet, row) of blocked lines, and those beside lines of unknown documents."""
    rows = lines.rows.select("sheet", "row", normalise_key(pl.col(lines.resource.record_key)).alias("norm"))
    own = rows.join(blocked, on=["sheet", "row"], how="semi").drop_nulls("norm").select("norm")
    if blocked.height and blocked.height == lines.rows.height and own.is_empty():
        return documents.rows.select("sheet", "row")
    keyed = documents.rows.with_columns(normalise_key(pl.col(documents.resource.key)).alias("norm"))
    of_documents = keyed.drop_nulls("norm").select("sheet", "row")
    in_lines = errors.join(of_documents.join(rows, on=["sheet", "row"], how="anti"), on=["sheet", "row"], how="anti")
    norms = pl.concat([own, _find_neighbours(rows, in_lines), _find_with_zeros(rows, keyed, errors)]).unique()
    return keyed.join(norms, on="norm", how="semi").select("sheet", "row")


def _find_with_zeros(lines: pl.DataFrame, documents: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """Return the keys (norm) of the documents whose lines have lost the zeros in front of their number."""
    damaged = errors.filter(pl.col("code") == "line-without-zeros").select("sheet", "row")
    bare = lines.join(damaged, on=["sheet", "row"], how="semi").select(pl.col("norm").alias("bare"))
    keys = documents.select("norm", pl.col("norm").str.strip_chars_start("0").alias("bare")).drop_nulls()
    return keys.join(bare, on="bare", how="semi").select("norm")


def _find_neighbours(rows: pl.DataFrame, errors: pl.DataFrame) -> pl.DataFrame:
    """Return the keys (norm) of the documents beside rows that may be one of their lines."""
    no_records = errors.filter(pl.col("code").is_in(NO_RECORD_CODES)).select("sheet", "row").unique()
    first = rows.group_by("sheet").agg(pl.col("row").min().alias("first"))
    in_table = errors.join(first, on="sheet").filter(pl.col("row") >= pl.col("first")).select("sheet", "row", "code")
    known = rows.drop_nulls("norm").sort("sheet", "row")
    broken = in_table.filter(pl.col("code").is_in(_MAY_MISS_LINES)).select("sheet", "row")
    lost = in_table.select("sheet", "row").join(known, on=["sheet", "row"], how="anti")
    orphans = in_table.filter(pl.col("code") == "line-without-document").select("sheet", "row")
    certain = known.join(orphans, on=["sheet", "row"], how="anti", maintain_order="left")
    uncertain = pl.concat([broken, lost]).unique().join(no_records, on=["sheet", "row"], how="anti")
    beside = _join_neighbours(uncertain, certain)
    inside = _join_neighbours(orphans, certain).filter(pl.col("above") == pl.col("below"))
    return (
        pl.concat([beside.select("above"), beside.select(pl.col("below").alias("above")), inside.select("above")])
        .rename({"above": "norm"})
        .drop_nulls()
    )


def _join_neighbours(rows: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
    """Add `above` and `below` to rows: the key of the nearest line above and below in the same sheet."""
    ordered = rows.sort("sheet", "row")
    directions: tuple[tuple[str, Literal["backward", "forward"]], ...] = (("above", "backward"), ("below", "forward"))
    for name, strategy in directions:
        neighbours = certain.select("sheet", "row", pl.col("norm").alias(name)).with_columns(pl.col("row").set_sorted())
        ordered = ordered.join_asof(
            neighbours, on="row", by="sheet", strategy=strategy, allow_exact_matches=False, check_sortedness=False
        )
    return ordered


def _find_rows_with_errors(table: Table, errors: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (sheet, row) with an error of their own, and those of sheets with an error above `first`."""
    rows = table.rows.select("sheet", "row")
    own = rows.join(errors, on=["sheet", "row"], how="semi", maintain_order="left")
    above = errors.join(first, on="sheet").filter(pl.col("row").is_null() | (pl.col("row") < pl.col("first")))
    of_sheet = rows.join(above.select("sheet").unique(), on="sheet", how="semi", maintain_order="left")
    return pl.concat([own, of_sheet]).unique(maintain_order=True)

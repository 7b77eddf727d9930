"""Findings at the cells of typed rows."""

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.model.fields import Field, FieldType
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Table

SEVERAL = " / "
"""Between numbers in a detail, where a finding names several."""


def make_cell_findings(
    table: Table, rows: pl.DataFrame, code: str, field: Field, detail: str | pl.Expr | None = None
) -> pl.DataFrame:
    """Return findings for `rows` (sheet, row, value, and the columns that `detail` needs)."""
    if rows.is_empty():
        return empty_findings()
    letters = pl.DataFrame(
        [(sheet, columns.get(field.name)) for sheet, columns in table.columns.items()],
        schema={"sheet": pl.UInt16, "column": pl.String},
        orient="row",
    )
    placed = rows.join(letters, on="sheet", how="left", maintain_order="left")
    return to_findings(placed, code=code, field=field.name, detail=detail)


def with_norm(table: Table, name: str, *more: str) -> pl.DataFrame:
    """Return sheet, row, `value` (the column `name`), `norm` (the same normalised), and `more` columns."""
    if name not in table.norms:  # many rules compare the same keys
        table.norms[name] = table.rows.select(normalise_key(pl.col(name)).alias("norm")).to_series()
    return table.rows.select("sheet", "row", pl.col(name).alias("value"), table.norms[name], *more)


def is_empty_line(lines: Table) -> pl.Expr:
    """Return whether a row of lines has nothing but its document's number."""
    values = [name for name in lines.rows.columns if name not in {"sheet", "row", lines.resource.record_key}]
    return pl.all_horizontal(pl.col(name).is_null() for name in values)


def is_text_line(lines: Table) -> pl.Expr:
    """Return whether a row of lines is a text alone: no price, no amount, and no quantity but 0."""
    numbers = [field.name for field in lines.resource.fields if field.type in {FieldType.AMOUNT, FieldType.QUANTITY}]
    has_number = [
        (pl.col(name) != 0).fill_null(value=False) if name == "quantity" else pl.col(name).is_not_null()
        for name in numbers
    ]
    return ~pl.any_horizontal(has_number)

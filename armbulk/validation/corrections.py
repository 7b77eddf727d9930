"""Corrections: changed cells above the sheets as they were read. The files themselves are never changed."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from armbulk.model.sheet import CELL, SHOWN, Sheet

SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,  # index into the sheets of the check
        "row": pl.Int64,  # the sheet's own row number
        "column": pl.String,  # Excel letter
        "field": pl.String,  # the field's name; null = none
        "before": pl.String,  # the cell's text; null = blank
        "after": pl.String,  # its new text; null = the cell is cleared
        "code": pl.String,  # the finding that the correction remedies
    }
)
"""Columns and dtypes of corrections: one row per changed cell."""


def apply_corrections(sheets: Sequence[Sheet], corrections: pl.DataFrame) -> list[Sheet]:
    """Return the sheets with their corrected cells, which are texts.

    Args:
        sheets: The sheets as they were read.
        corrections: A frame of SCHEMA; a cell is in it once.
    """
    return [_correct(sheet, corrections.filter(pl.col("sheet") == index)) for index, sheet in enumerate(sheets)]


def merge_corrections(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Return corrections followed by corrections of the corrected cells: a cell has its first text and its last."""
    keys = ["sheet", "row", "column"]
    last = second.select(*keys, pl.col("after").alias("last"), pl.lit(value=True).alias("again"))
    joined = first.join(last, on=keys, how="left", maintain_order="left")
    after = pl.when(pl.col("again").fill_null(value=False)).then(pl.col("last")).otherwise(pl.col("after"))
    changed = joined.with_columns(after.alias("after")).select(list(SCHEMA))
    return pl.concat([changed, second.join(first, on=keys, how="anti", maintain_order="left")])


def _correct(sheet: Sheet, corrections: pl.DataFrame) -> Sheet:
    frame = sheet.frame
    for (letter,), part in corrections.group_by("column", maintain_order=True):
        changes = part.select("row", pl.col("after").alias("new"), pl.lit(value=True).alias("is_changed"))
        frame = frame.join(changes, on="row", how="left", maintain_order="left")
        is_changed = pl.col("is_changed").fill_null(value=False)
        kind = pl.when(pl.col("new").is_not_null()).then(pl.lit("text", CELL))
        columns = [
            pl.when(is_changed).then(pl.col("new")).otherwise(pl.col(str(letter))).alias(str(letter)),
            pl.when(is_changed).then(kind).otherwise(pl.col(f"{letter}.cell")).alias(f"{letter}.cell"),
        ]
        if f"{letter}{SHOWN}" in frame.columns:
            shown = f"{letter}{SHOWN}"
            columns.append(pl.when(~is_changed).then(pl.col(shown)).alias(shown))
        frame = frame.with_columns(columns).drop("new", "is_changed")
    return replace(sheet, frame=frame)

"""A workbook of thirty columns, what armbulk read of it, and an outcome for each row."""

import pickle
from dataclasses import replace
from pathlib import Path

import polars as pl

from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome
from armbulk.readers import read_sheets
from armbulk.writers.problem_sheet import FIRST_ROW
from benchmarks.data.workbook_file import write_workbook

COLUMNS = 30
MESSAGE = "customerNo: this number has been used before"
"""Why a row was rejected."""

_REJECTED_EVERY = 50


def write_result_data(folder: Path, rows: int) -> None:
    """Write book.xlsx, cells.parquet with the same cells, sheets.pickle and outcomes.parquet.

    Of the sheets the writer needs the headers only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cells = _make_cells(rows)
    write_workbook(folder / "book.xlsx", {"Customers": cells})
    cells.write_parquet(folder / "cells.parquet")
    sheets = [replace(sheet, frame=sheet.frame.head(1)) for sheet in read_sheets(folder / "book.xlsx")]
    (folder / "sheets.pickle").write_bytes(pickle.dumps(sheets))
    _make_outcomes(rows).write_parquet(folder / "outcomes.parquet")


def _make_cells(rows: int) -> pl.DataFrame:
    n = pl.int_range(rows)
    texts = [pl.format(f"Text {column} of {{}}", n % (column * 50)).alias(f"Text {column}") for column in range(1, 15)]
    amounts = [
        (n * column % 1_000_000).cast(pl.Decimal(38, 2)).alias(f"Amount {column}") for column in range(1, COLUMNS - 14)
    ]
    return pl.select(pl.format("K{}", n.cast(pl.String).str.zfill(6)).alias("Customer no"), *texts, *amounts)


def _make_outcomes(rows: int) -> pl.DataFrame:
    """Return the outcomes, as `user_workbook.write_results` takes them: one row in fifty is rejected."""
    n = pl.int_range(rows)
    is_rejected = n % _REJECTED_EVERY == 0
    created, rejected = (translate_outcome(outcome, "en") for outcome in (Outcome.CREATED, Outcome.REJECTED))
    return pl.select(
        pl.lit(0, pl.UInt16).alias("sheet"),
        (n + 2).cast(pl.Int64).alias("row"),
        pl.when(is_rejected).then(pl.lit(rejected)).otherwise(pl.lit(created)).alias("outcome"),
        pl.when(is_rejected).then(pl.lit(MESSAGE)).alias("message"),
        pl.when(n % 50 == 1).then(pl.lit("The postal code is not known")).alias("warnings"),
        pl.when(~is_rejected).then(pl.format("{}", n + 500_000)).alias("reference"),
        pl.format("{}", n // 500 + 1).alias("batch"),
        pl.lit("2026-11-30 12:00:00").alias("time"),
        pl.when(is_rejected).then(n // _REJECTED_EVERY + FIRST_ROW).cast(pl.Int64).alias("target"),
    )

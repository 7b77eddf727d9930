"""An outcome for every row read: records have the run's, lines have their document's."""

from collections.abc import Mapping

import polars as pl

from armbulk.model.batch_state import BatchState
from armbulk.model.keys import normalise_key
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import ANSWER_LOST, ANSWER_NOT_FETCHED, NO_DOCUMENT, NOT_SENT_YET
from armbulk.model.sheet import Table

ROW_SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,
        "row": pl.Int64,
        "outcome": pl.String,
        "message": pl.String,
        "warnings": pl.String,
        "reference": pl.String,
        "batch": pl.String,
        "at": pl.Float64,
    }
)
"""Columns of the outcomes by row; `at` is in epoch seconds."""


def fill_outcomes(items: pl.DataFrame, states: Mapping[int, BatchState]) -> pl.DataFrame:
    """Give the records that have no outcome yet one: not sent, or in doubt.

    Args:
        items: records with the store's columns.
        states: batch id → state.

    Returns:
        The records, `outcome` filled, `message` filled where an outcome was.
    """
    waiting = [batch for batch, state in states.items() if state is BatchState.PLANNED]
    accepted = [batch for batch, state in states.items() if state is BatchState.ACCEPTED]
    is_open = pl.col("outcome").is_null()
    is_unsent = is_open & (pl.col("batch").is_in(waiting) | pl.col("batch").is_null())
    message = (
        pl.when(is_unsent)
        .then(pl.lit(str(NOT_SENT_YET)))
        .when(pl.col("batch").is_in(accepted))
        .then(pl.lit(str(ANSWER_NOT_FETCHED)))
        .otherwise(pl.lit(str(ANSWER_LOST)))
    )
    outcome = pl.when(is_unsent).then(pl.lit(Outcome.NOT_SENT.value)).otherwise(pl.lit(Outcome.IN_DOUBT.value))
    is_silent = is_open & pl.col("message").is_null()
    return items.with_columns(
        pl.when(is_silent).then(message).otherwise(pl.col("message")).alias("message"),
        pl.col("outcome").fill_null(outcome),
    )


def count_outcomes(items: pl.DataFrame) -> dict[str, int]:
    """Return how many records have each outcome; every outcome is there, so that the counts add up to the records."""
    counts = dict(items.group_by("outcome").len().iter_rows())
    return {outcome.value: int(counts.get(outcome.value, 0)) for outcome in Outcome}


def outcomes_by_row(items: pl.DataFrame, tables: Mapping[str, Table], batch_numbers: Mapping[int, int]) -> pl.DataFrame:
    """Return an outcome for every row read.

    Args:
        items: records with outcomes (`fill_outcomes`).
        tables: the tables read, by resource name.
        batch_numbers: batch id → number of the batch in its run.

    Returns:
        A frame with ROW_SCHEMA.
    """
    numbered = items.with_columns(
        pl.col("batch").replace_strict(dict(batch_numbers), default=None, return_dtype=pl.Int64).cast(pl.String)
    )
    records = numbered.select(list(ROW_SCHEMA)).cast(ROW_SCHEMA)
    if "lines" not in tables:
        return records
    lines = _outcomes_of_lines(numbered, tables["lines"])
    others = lines.join(records, on=["sheet", "row"], how="anti", maintain_order="left")  # a flat file's row is both
    return pl.concat([records, others])


def add_repeating_rows(frame: pl.DataFrame, repeating: pl.DataFrame) -> pl.DataFrame:
    """Return a frame by `sheet` and `row` with the rows that repeat a customer: each has what its first row has.

    Args:
        frame: Rows.
        repeating: `sheet`, `row` and `first`.
    """
    first = repeating.rename({"row": "other", "first": "row"})
    others = first.join(frame, on=["sheet", "row"], maintain_order="left").drop("row").rename({"other": "row"})
    return pl.concat([frame, others.select(frame.columns).cast(frame.schema)])


def _outcomes_of_lines(items: pl.DataFrame, lines: Table) -> pl.DataFrame:
    parent = lines.resource.record_key
    documents = items.filter(pl.col("resource") == "documents").unique("key_norm", keep="first", maintain_order=True)
    documents = documents.drop("sheet", "row").filter(pl.col("key_norm").is_not_null())
    joined = lines.rows.select("sheet", "row", normalise_key(pl.col(parent)).alias("key_norm")).join(
        documents, on="key_norm", how="left", maintain_order="left"
    )
    orphan_message = pl.lit(str(NO_DOCUMENT))
    is_orphan = pl.col("outcome").is_null()
    return (
        joined.with_columns(
            pl.when(is_orphan).then(orphan_message).otherwise(pl.col("message")).alias("message"),
            pl.col("outcome").fill_null(Outcome.HELD_BACK.value),
        )
        .select(list(ROW_SCHEMA))
        .cast(ROW_SCHEMA)
    )


def list_row_keys(items: pl.DataFrame, tables: Mapping[str, Table]) -> pl.DataFrame:
    """Return `sheet`, `row`, `resource` and `key` of every row that was read; a row that is both is its document."""
    records = items.select("sheet", "row", "resource", "key")
    lines = tables.get("lines")
    if lines is None:
        return records
    parent = lines.resource.record_key
    own = lines.rows.select("sheet", "row", pl.lit("lines").alias("resource"), pl.col(parent).alias("key"))
    return pl.concat([records, own.join(records, on=["sheet", "row"], how="anti", maintain_order="left")])

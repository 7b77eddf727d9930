"""The outcomes that a result workbook keeps when an import of it is stopped by errors: nothing happened to its rows."""

from dataclasses import replace

import polars as pl

from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.model.record_messages import ERRORS_FIRST
from armbulk.model.result_columns import OUTCOME_FIELDS
from armbulk.planning.earlier_outcomes import EARLIER_SCHEMA, list_earlier_outcomes
from armbulk.results.run_result import RunResult
from armbulk.validation.check import Checked

_DONE = [outcome.value for outcome in SUCCESSFUL]
_SAME_IN_ARM = [Outcome.ALREADY_SENT.value, Outcome.UNCHANGED.value]


def keep_records(result: RunResult, checked: Checked | None) -> tuple[RunResult, pl.DataFrame]:
    """Return a result with the earlier outcomes of the records that are done, and what their rows say.

    Where nothing was sent, a record keeps the outcome in the file, unless an error or a conflict is about it.

    Args:
        result: the result.
        checked: the files; None: they are not known.

    Returns:
        The result, and the rows that are done (EARLIER_SCHEMA); no rows where something was sent.
    """
    if result.run is not None or checked is None:
        return result, pl.DataFrame(schema=EARLIER_SCHEMA)
    kept = list_earlier_outcomes(checked).filter(pl.col("outcome").is_in(_DONE))
    if kept.is_empty():
        return result, kept
    earlier = kept.select("sheet", "row", earlier="outcome", said="warnings", known="reference")
    joined = result.items.join(earlier, on=["sheet", "row"], how="left", maintain_order="left")
    is_left = (pl.col("outcome") == Outcome.NOT_SENT.value) & (pl.col("message") == str(ERRORS_FIRST))
    is_kept = pl.col("earlier").is_not_null() & (pl.col("outcome").is_in(_SAME_IN_ARM) | is_left)
    items = joined.with_columns(
        pl.when(is_kept).then("earlier").otherwise("outcome").alias("outcome"),
        pl.when(is_kept).then(pl.lit(None, pl.String)).otherwise("message").alias("message"),
        pl.when(is_kept).then("said").otherwise("warnings").alias("warnings"),
        pl.when(is_kept).then("known").otherwise("reference").alias("reference"),
    )
    return replace(result, items=items.drop("earlier", "said", "known")), kept


def keep_rows(outcomes: pl.DataFrame, rows: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Return the outcomes of rows as they are written, with the cells of kept rows exactly as they were.

    Args:
        outcomes: `sheet`, `row` and the outcome columns as texts.
        rows: The same rows with values of `Outcome`: a row is kept where its earlier outcome still is its record's.
        kept: What the rows say (EARLIER_SCHEMA).
    """
    if kept.is_empty():
        return outcomes
    same = kept.join(rows.select("sheet", "row", "outcome"), on=["sheet", "row", "outcome"], how="semi")
    cells = same.select("sheet", "row", *(pl.col(name).alias(f"kept_{name}") for name in OUTCOME_FIELDS[1:]))
    joined = outcomes.join(cells.with_columns(is_kept=True), on=["sheet", "row"], how="left", maintain_order="left")
    texts = [pl.when(pl.col("is_kept")).then(f"kept_{name}").otherwise(name).alias(name) for name in OUTCOME_FIELDS[1:]]
    return joined.with_columns(texts).select(outcomes.columns)

"""What the result workbook of an earlier run says about its rows. Pure functions of the sheets."""

import polars as pl

from armbulk.mapping.own_sheets import find_outcome_columns
from armbulk.model.outcome_words import find_outcome
from armbulk.model.result_columns import OUTCOME_FIELDS
from armbulk.validation.check import Checked

EARLIER_SCHEMA = pl.Schema({"sheet": pl.UInt16, "row": pl.Int64, **dict.fromkeys(OUTCOME_FIELDS, pl.String)})
"""Columns of `list_earlier_outcomes`."""


def list_earlier_outcomes(checked: Checked) -> pl.DataFrame:
    """Return the outcome columns of every row of a result workbook that has an outcome, with EARLIER_SCHEMA.

    `outcome` is a value of `model.outcome.Outcome`; the others are the texts as they are in the cells.
    """
    frames = [pl.DataFrame(schema=EARLIER_SCHEMA)]
    for index, (sheet, match) in enumerate(zip(checked.sheets, checked.header_matches, strict=True)):
        letters = {} if match.header_row is None else find_outcome_columns(sheet, match.header_row)
        if "outcome" not in letters:
            continue
        words = sheet.frame[letters["outcome"]].drop_nulls().unique()
        meanings = {word: find_outcome(word) for word in words}
        outcomes = {word: meaning.value for word, meaning in meanings.items() if meaning}
        outcome = pl.col(letters["outcome"]).replace_strict(outcomes, default=None, return_dtype=pl.String)
        texts = [
            (pl.col(letters[name]) if name in letters else pl.lit(None, pl.String)).alias(name)
            for name in OUTCOME_FIELDS
            if name != "outcome"
        ]
        rows = sheet.frame.filter(pl.col("row") > match.header_row).select(
            pl.lit(index, pl.UInt16).alias("sheet"), pl.col("row").cast(pl.Int64), outcome.alias("outcome"), *texts
        )
        frames.append(rows.drop_nulls("outcome").select(list(EARLIER_SCHEMA)))
    return pl.concat(frames)

"""Every row read gets an outcome: records from the run, lines from their document.

Pure: frames in, frames out. `results` adds the files.
"""

from collections.abc import Mapping

import polars as pl

from armbulk.model.batch_state import BatchState
from armbulk.model.fields import FieldRole
from armbulk.model.keys import normalise_key
from armbulk.model.outcome import Outcome
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
"""Columns of a rows frame: one row per row read."""

_NO = {
    "its customer is held back": "kunden er holdt tilbake",
    "its customer was not accepted by ARM": "kunden ble ikke godtatt av ARM",
    "not sent: errors must be corrected first": "ikke sendt: feil må rettes først",
    "a hidden row, left out as you asked": "en skjult rad, utelatt slik du ba om",
    "beyond --limit": "utenfor --limit",
    "not sent yet": "ikke sendt ennå",
    "its document is not in the files": "bilaget finnes ikke i filene",
    "ARM has it; its answer has not been fetched yet": "ARM har den; svaret er ikke hentet ennå",
    "the answer was lost; ARM must be asked": "svaret gikk tapt; ARM må spørres",
    "found at ARM after the answer was lost": "funnet hos ARM etter at svaret gikk tapt",
    "nothing was sent: ARM holds this document already": "ingenting ble sendt: ARM har dette bilaget fra før",
    "ARM does not know the document (yet)": "ARM kjenner ikke bilaget (ennå)",
}


def translate_message(message: str, lang: str) -> str:
    """Say one of armbulk's own messages in `lang`; ARM's words stay as they are."""
    return _NO.get(message, message) if lang == "no" else message


def fill_outcomes(items: pl.DataFrame, states: Mapping[int, BatchState]) -> pl.DataFrame:
    """Give every record an outcome as things stand: what is still open is not sent, or in doubt.

    `items` has the store's item columns; `states` gives each batch id's state.
    """
    waiting = [batch for batch, state in states.items() if state is BatchState.PLANNED]
    accepted = [batch for batch, state in states.items() if state is BatchState.ACCEPTED]
    is_open = pl.col("outcome").is_null()
    unsent = is_open & (pl.col("batch").is_in(waiting) | pl.col("batch").is_null())
    why = (
        pl.when(unsent)
        .then(pl.lit("not sent yet"))
        .when(pl.col("batch").is_in(accepted))
        .then(pl.lit("ARM has it; its answer has not been fetched yet"))
        .otherwise(pl.lit("the answer was lost; ARM must be asked"))
    )
    state = pl.when(unsent).then(pl.lit(Outcome.NOT_SENT.value)).otherwise(pl.lit(Outcome.IN_DOUBT.value))
    return items.with_columns(
        pl.when(is_open & pl.col("message").is_null()).then(why).otherwise(pl.col("message")).alias("message"),
        pl.col("outcome").fill_null(state),
    )


def count_outcomes(items: pl.DataFrame) -> dict[str, int]:
    """Count settled records by outcome; every outcome is named, so that they always sum to the records."""
    found = dict(items.group_by("outcome").len().iter_rows())
    return {outcome.value: int(found.get(outcome.value, 0)) for outcome in Outcome}


def outcomes_by_row(items: pl.DataFrame, tables: Mapping[str, Table], numbers: Mapping[int, int]) -> pl.DataFrame:
    """Spread settled records over every row read (ROW_SCHEMA); `numbers` gives each batch id its number."""
    shown = items.with_columns(
        pl.col("batch").replace_strict(dict(numbers), default=None, return_dtype=pl.Int64).cast(pl.String)
    )
    records = shown.select(list(ROW_SCHEMA)).cast(ROW_SCHEMA)
    if "lines" not in tables:
        return records
    lines = _lines(shown, tables["lines"])
    own = lines.join(records, on=["sheet", "row"], how="anti", maintain_order="left")  # a flat sheet's row is both
    return pl.concat([records, own])


def _lines(items: pl.DataFrame, lines: Table) -> pl.DataFrame:
    parent = next(field for field in lines.resource.fields if field.role is FieldRole.PARENT_KEY)
    documents = items.filter(pl.col("resource") == "documents").unique("key_norm", keep="first", maintain_order=True)
    documents = documents.drop("sheet", "row").filter(pl.col("key_norm").is_not_null())
    joined = lines.rows.select("sheet", "row", normalise_key(pl.col(parent.name)).alias("key_norm")).join(
        documents, on="key_norm", how="left", maintain_order="left"
    )
    orphan = pl.col("outcome").is_null()
    return (
        joined.with_columns(
            pl.when(orphan)
            .then(pl.lit("its document is not in the files"))
            .otherwise(pl.col("message"))
            .alias("message"),
            pl.col("outcome").fill_null(Outcome.HELD_BACK.value),
        )
        .select(list(ROW_SCHEMA))
        .cast(ROW_SCHEMA)
    )

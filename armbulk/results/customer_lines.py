"""The outcomes of customers that are columns of a list of documents: the rows of the list have the documents'."""

from collections.abc import Mapping

import polars as pl

from armbulk.model.outcome_words import find_outcome
from armbulk.model.result_columns import OUTCOME_FIELDS
from armbulk.validation.check import Checked
from armbulk.writers import style
from armbulk.writers.customer_sheet import CustomerLine


def list_customer_lines(checked: Checked, outcomes: pl.DataFrame, letters: Mapping[int, str]) -> list[CustomerLine]:
    """Return a line for each customer that is in the rows of documents.

    Args:
        checked: The files.
        outcomes: The outcome of each row that was read, as texts (see `workbooks.write_results`).
        letters: Sheet index → letter of the column with the numbers of its records.
    """
    if not checked.sources:
        return []
    table = checked.all_tables()["customers"]
    names = table.rows.select("sheet", "row", "customer_no", "name")
    beside = outcomes.filter(pl.col("sheet").is_in(list(checked.sources)))
    rows = beside.join(names, on=["sheet", "row"], how="left", maintain_order="left").sort("sheet", "row")
    lines = []
    for row in rows.iter_rows(named=True):
        sheet, outcome = checked.sheets[row["sheet"]], find_outcome(row["outcome"])
        lines.append(
            CustomerLine(
                row["customer_no"] or "",
                row["name"] or "",
                sheet.file,
                sheet.name,
                f"{letters.get(row['sheet'], 'A')}{row['row']}",
                tuple(row[name] or "" for name in OUTCOME_FIELDS),
                style.key_mark(outcome) if outcome else "",
            )
        )
    return lines

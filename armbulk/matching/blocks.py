"""Find the titles in a list with a block for each customer, and the customer of each row."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.mapping.block_titles import carry_numbers, choose_columns, find_titles
from armbulk.model.column_proposal import BlockTitles
from armbulk.model.fields import Resource

CARRIED = "customer_no"
"""The field whose value may be in the titles alone."""


def find_blocks(
    body: pl.DataFrame, letters: Sequence[str], resource: Resource, used: Mapping[str, str]
) -> BlockTitles | None:
    """Return the titles of the blocks in a list of documents; None where there are none.

    Args:
        body: The rows below the headers.
        letters: The columns of the sheet.
        resource: What the sheet contains.
        used: Field → the letter of its column.
    """
    if resource.name != "documents":
        return None
    columns = choose_columns(letters, resource, used)
    titles = find_titles(body, columns)
    if titles.is_empty():
        return None
    letter = titles["column"].mode().sort()[0]
    carried = carry_numbers(body, titles.filter(pl.col("column") == letter), columns)
    customers = carried.drop_nulls("number").group_by("number", maintain_order=True).len()
    return BlockTitles(
        letter=letter,
        rows=tuple(titles["row"]),
        customers=tuple(customers.iter_rows()),
        unclear=carried.filter(pl.col("number").is_null() | ~pl.col("is_sure")).height,
        is_needed=CARRIED not in used,
    )

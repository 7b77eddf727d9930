"""The totals of a list of open items, each compared with the items above it: of a customer, or of everything."""

import polars as pl

from armbulk.model.ledger_export import BASE_AMOUNT

_ZERO = pl.lit(0).cast(BASE_AMOUNT)

TOTAL_COLUMNS = pl.Schema(
    {"row": pl.Int64(), "label": pl.String(), "customer_id": pl.String(), "figure": BASE_AMOUNT, "items": BASE_AMOUNT}
)
"""A total: its row and texts, the customer whose it is (null: everything), its amount, and the sum of its items."""


def take_unnamed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in which each amount without a number, a date or the word for a total is an item or a total.

    It is a total if it is the sum of the items since the total above, or of all items, or has figures alone; else it
    is an item without a number: it must not be lost. Amounts below the last total without a customer of their own are
    no items: an age analysis. If no item has a customer's number of its own, an amount with a number is the total of
    the rows below it ("heading").
    """
    is_item = pl.col("role") == "item"
    amount = pl.when(is_item).then("figure").fill_null(_ZERO)
    block = (~is_item).cum_sum().shift(1, fill_value=0)
    named = rows.filter(pl.col("role").is_in(["item", "total"]))
    ends_with_total = named.height > 0 and named["role"][-1] == "total"
    last = named["row"].max() if ends_with_total else None
    has_headings = rows.filter(is_item & ~pl.col("is_filled")).is_empty()
    summed = rows.with_columns(all_items=amount.cum_sum(), block_items=amount.cum_sum().over(block))
    is_sum = (pl.col("figure") == pl.col("all_items")) | (pl.col("figure") == pl.col("block_items"))
    is_below = pl.col("row") > last if last is not None else pl.lit(value=False)
    has_no_customer = is_below & pl.col("is_filled")
    has_figures_alone = pl.col("is_filled") & ~pl.col("label").str.contains(r"\p{L}")
    role = (
        pl.when(pl.col("role") != "unnamed")
        .then("role")
        .when(pl.lit(has_headings) & ~pl.col("is_filled"))
        .then(pl.lit("heading"))
        .when(is_sum.fill_null(value=False) | (has_figures_alone & ~has_no_customer))
        .then(pl.lit("total"))
        .when(~has_no_customer & pl.col("amount").is_not_null())
        .then(pl.lit("item"))
    )
    return summed.with_columns(role=role).drop("all_items", "block_items").filter(pl.col("role").is_not_null())


def compare_totals(rows: pl.DataFrame) -> pl.DataFrame:
    """Compare the totals with the items.

    A total above the items of a customer is that customer's. One below them is the last customer's, if it is the sum of
    that customer's items since the total above; or if there are only items of one customer, and its words are not those
    of a total of everything. Other totals are of everything.

    Args:
        rows: The items and totals of a sheet, in its order.

    Returns:
        `TOTAL_COLUMNS`.
    """
    is_total, is_item = pl.col("role") == "total", pl.col("role") == "item"
    amount = pl.when(is_item).then("figure").fill_null(_ZERO)
    frame = rows.with_columns(
        block=is_total.cum_sum().shift(1, fill_value=0), amount_of=amount, everything=amount.cum_sum()
    )
    of_customers = (
        frame.filter(is_item)
        .group_by("block", "customer_id", maintain_order=True)
        .agg(items=pl.col("amount_of").sum())
        .group_by("block", maintain_order=True)
        .agg(last=pl.col("customer_id").last(), last_items=pl.col("items").last(), customers=pl.len())
    )
    totals = frame.filter(is_total & pl.col("figure").is_not_null()).drop("customer_id")
    totals = totals.join(of_customers, on="block", how="left", maintain_order="left")
    is_last = pl.col("figure") == pl.col("last_items")
    is_all = pl.col("figure") == pl.col("everything")
    is_end = pl.col("row") == pl.col("row").max()
    is_customers = (
        pl.col("last").is_not_null()
        & (is_last | (~is_all & (pl.col("customers") == 1) & ~(is_end & pl.col("is_grand"))))
    ).fill_null(value=False)
    of_owner = frame.filter(is_item).group_by("customer_id").agg(items=pl.col("amount_of").sum())
    headings = frame.filter((pl.col("role") == "heading") & pl.col("figure").is_not_null())
    headings = headings.join(of_owner, on="customer_id", how="left", maintain_order="left")
    below = totals.select(
        "row",
        "label",
        customer_id=pl.when(is_customers).then("last"),
        figure="figure",
        items=pl.when(is_customers).then("last_items").otherwise("everything").cast(BASE_AMOUNT),
    )
    above = headings.select("row", "label", "customer_id", "figure", pl.col("items").fill_null(_ZERO))
    return pl.concat([above.cast(TOTAL_COLUMNS), below.cast(TOTAL_COLUMNS)])

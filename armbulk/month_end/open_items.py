"""Open items on a day, calculated from items that only say what is open today.

An item is settled by another item. So the balance of an account on a day is exactly the sum of its items dated up to
that day. Which of them were open then follows from what is open today and what later items have settled:

- A claim is the items of one account with the same document or reference. When its settlements cancel out, it was
  settled within itself; what its later items settled was open on the day.
- For the rest of the account, what was settled later was open on the day: on the one item it can be, if there is
  only one. Otherwise it becomes a sum of the account, and no item is guessed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import polars as pl

from armbulk.model.exact_sums import sum_amounts

_PARTY = ("account", "currency")
_GROUP = (*_PARTY, "claim")
_SETTLED = ("settled", "settled_own")


class KnownBy(StrEnum):
    """How it is known what was open of an item on the day."""

    TODAY = "today"  # what is open today: nothing was settled since
    SINCE = "since"  # what is open today and what a later item has settled
    ALONE = "alone"  # what is open today: the account's items do not include its payments
    SUM = "sum"  # settled since by an unknown item: a sum of the account


@dataclass(frozen=True, slots=True)
class OpenItems:
    """The receivables on a day.

    Attributes:
        items: open items: key, account, customer, currency String; due Date; open (ledger currency), open_own (own
            currency) Decimal; known (KnownBy) String.
        sums: amounts of accounts whose item is unknown: the same columns, without a key.
        unbalanced: accounts whose items do not add up to what is open of them, the largest difference first: account,
            customer, currency String; amount (sum of the items), left (what is open today), difference Decimal, all in
            the account's own currency.
        posted: the sum of all items dated up to the day; `balance`, where the items of every account add up.
        posted_later: items dated up to the day, posted in a later period of the ledger.
        posted_before: items dated later, posted in a period up to the day's.
    """

    items: pl.DataFrame
    sums: pl.DataFrame
    unbalanced: pl.DataFrame
    posted: Decimal
    posted_later: Decimal
    posted_before: Decimal

    @property
    def items_and_sums(self) -> pl.DataFrame:
        """Items and sums together."""
        return pl.concat([self.items, self.sums], how="diagonal_relaxed")

    @property
    def balance(self) -> Decimal:
        """All receivables by the items' dates, in the ledger's currency."""
        return sum_amounts(self.items_and_sums["open"])

    @property
    def balance_by_periods(self) -> Decimal:
        """The sum of all items by the ledger's periods."""
        return self.posted - self.posted_later + self.posted_before


def open_items_at(items: pl.DataFrame, end: date) -> OpenItems:
    """Return what was open on `end`.

    Args:
        items: key, account, customer, document, reference, currency String; day, due Date; year, period Int64; and as
            Decimal amount, balance (ledger currency), own, own_balance (own currency).
        end: the day.
    """
    settled = _add_settled(items, end).with_columns(_claim().alias("claim"))
    is_balanced = pl.col("settled_own").sum().over(_PARTY) == 0
    is_settled_within = pl.col("settled_own").sum().over(_GROUP) == 0
    settled = settled.with_columns(
        is_balanced.alias("is_balanced"), pl.when(is_settled_within).then("claim").alias("claim")
    )
    # the claim is null now for the rest of each account
    later = [pl.col(name).filter("before").sum().over(_GROUP).alias(f"later_{name}") for name in _SETTLED]
    settled = settled.with_columns(later).with_columns(_is_settled_item().alias("is_settled_item"))
    before = settled.filter(pl.col("before")).with_columns(
        pl.when("is_settled_item").then(pl.col("balance") + pl.col("later_settled")).otherwise("balance").alias("open"),
        pl.when("is_settled_item")
        .then(pl.col("own_balance") + pl.col("later_settled_own"))
        .otherwise("own_balance")
        .alias("open_own"),
        pl.when(~pl.col("is_balanced"))
        .then(pl.lit(KnownBy.ALONE.value))
        .when("is_settled_item")
        .then(pl.lit(KnownBy.SINCE.value))
        .otherwise(pl.lit(KnownBy.TODAY.value))
        .alias("known"),
    )
    columns = ("key", "account", "customer", "currency", "due", "open", "open_own", "known")
    open_items = before.filter((pl.col("open") != 0) | (pl.col("open_own") != 0)).select(columns)
    posted = sum_amounts(before["amount"])
    return OpenItems(open_items, _sum_unknown(before), _find_unbalanced(settled), posted, *_sum_shifted(settled, end))


def _find_unbalanced(settled: pl.DataFrame) -> pl.DataFrame:
    """The accounts with items up to the day that do not add up to what is open of them."""
    difference = pl.col("amount") - pl.col("left")
    return (
        settled.filter(~pl.col("is_balanced"))
        .group_by(_PARTY)
        .agg(
            pl.col("customer").drop_nulls().first(),
            pl.col("own").sum().alias("amount"),
            pl.col("own_balance").sum().alias("left"),
            pl.col("before").any(),
        )
        .filter("before")
        .select(pl.exclude("before"), difference.alias("difference"))
        .sort(pl.col("difference").abs(), "customer", *_PARTY, descending=[True, False, False, False])
    )


def _add_settled(items: pl.DataFrame, end: date) -> pl.DataFrame:
    """Add what is settled of each item by now, and whether it is dated up to the day."""
    own, own_balance = pl.coalesce("own", "amount"), pl.coalesce("own_balance", "balance")
    filled = items.with_columns(
        pl.col("currency").fill_null(""),
        own.fill_null(0).alias("own"),
        own_balance.fill_null(0).alias("own_balance"),
        pl.col("amount").fill_null(0),
        pl.col("balance").fill_null(0),
    )
    return filled.with_columns(
        (pl.col("day") <= end).alias("before"),
        (pl.col("amount") - pl.col("balance")).alias("settled"),
        (pl.col("own") - pl.col("own_balance")).alias("settled_own"),
    )


def _claim() -> pl.Expr:
    """What items of one claim share: their document, else the document with their reference, else the reference."""
    of_reference = pl.when(pl.col("reference").is_not_null()).then(
        pl.col("document").drop_nulls().first().over(*_PARTY, "reference")
    )
    return pl.coalesce("document", of_reference, pl.concat_str(pl.lit("\x00"), pl.col("reference")))


def _is_settled_item() -> pl.Expr:
    """Whether an item is the only one of its group that can be what was settled after the day."""
    own, later = pl.col("settled_own"), pl.col("later_settled_own")
    can_be = pl.col("before") & (own != 0) & ((own > 0) == (later > 0))
    is_only = can_be.sum().over(_GROUP) == 1
    return can_be & is_only & pl.col("is_balanced") & (later != 0) & (own.abs() >= later.abs())


def _sum_unknown(before: pl.DataFrame) -> pl.DataFrame:
    """The balance of each account less what its items were open for."""
    rest = (
        before.filter("is_balanced")
        .group_by(_PARTY, maintain_order=True)
        .agg(
            pl.col("customer").first(),
            (pl.col("amount").sum() - pl.col("open").sum()).alias("open"),
            (pl.col("own").sum() - pl.col("open_own").sum()).alias("open_own"),
        )
    )
    unknown = rest.filter((pl.col("open") != 0) | (pl.col("open_own") != 0))
    return unknown.with_columns(
        pl.lit(None, pl.String).alias("key"),
        pl.lit(None, pl.Date).alias("due"),
        pl.lit(KnownBy.SUM.value).alias("known"),
    )


def _sum_shifted(items: pl.DataFrame, end: date) -> tuple[Decimal, Decimal]:
    """What is dated on one side of the day and posted on the other: posted later, posted before."""
    period = pl.col("year") * 100 + pl.col("period")
    end_period = end.year * 100 + end.month
    later = items.filter(pl.col("before") & (period > end_period))
    earlier = items.filter(~pl.col("before") & (period <= end_period))
    return sum_amounts(later["amount"]), sum_amounts(earlier["amount"])

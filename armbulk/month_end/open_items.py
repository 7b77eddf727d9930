"""What customers owed at the end of a period, worked out of items that only say what is left today.

Whatever is settled is settled by another item. So the balance of an account on a day is the sum of its items dated up
to then: exact. Which of them were open that day is told by what is left today, and by what later items have settled:

- a claim (the items of one account with the same document or reference) whose settlements cancel out was settled
  within itself; what its later items settled was open on the day;
- of what remains on the account, what was settled later was open on the day: on the one item it can be, if there is
  only one. Else it is named as a sum of the account: `by_item` is then less than the balance, never a guess.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import polars as pl

_PARTY = ("account", "currency")
_GROUP = (*_PARTY, "claim")
_SETTLED = ("settled", "settled_own")


class Known(StrEnum):
    """How it is known what was open of an item on the day."""

    TODAY = "today"  # what is left today: nothing was settled since
    SINCE = "since"  # what is left today and what a later item has settled
    ALONE = "alone"  # payments are not among the account's items: what is left today
    SUM = "sum"  # settled since, and which item cannot be told: a sum of the account


def total(column: pl.Series) -> Decimal:
    """The exact sum of a column of amounts; 0 of none."""
    found = column.sum()
    return found if isinstance(found, Decimal) else Decimal(0)


@dataclass(frozen=True, slots=True)
class OpenItems:
    """The receivables on a day. `items`: key, open, open_own, known, and whose; `sums`: of accounts, without a key."""

    items: pl.DataFrame
    sums: pl.DataFrame
    alone: int  # accounts whose items do not add up to what is left of them
    posted_later: Decimal  # dated up to the day, in a later period of the ledger
    posted_before: Decimal  # dated later, in a period up to the day's

    @property
    def everything(self) -> pl.DataFrame:
        """Items and sums together."""
        return pl.concat([self.items, self.sums], how="diagonal_relaxed")

    @property
    def balance(self) -> Decimal:
        """What was owed in all, in the ledger's currency."""
        return total(self.everything["open"])

    @property
    def by_ledger(self) -> Decimal:
        """What was owed by the ledger's periods instead of the items' dates."""
        return self.balance - self.posted_later + self.posted_before


def open_items_at(items: pl.DataFrame, end: date) -> OpenItems:
    """Work out what was open on `end`.

    `items`: key, account, customer, document, reference, currency, day, due, year, period, and the amounts `amount`,
    `balance` (the ledger's currency), `own`, `own_balance` (its own).
    """
    placed = _settled(items, end).with_columns(_claim().alias("claim"))
    adds_up = pl.col("settled_own").sum().over(_PARTY) == 0
    within = pl.col("settled_own").sum().over(_GROUP) == 0
    placed = placed.with_columns(adds_up.alias("adds_up"), pl.when(within).then("claim").alias("claim"))
    # the claim is null now for what remains of each account
    later = [pl.col(name).filter("before").sum().over(_GROUP).alias(f"later_{name}") for name in _SETTLED]
    placed = placed.with_columns(later).with_columns(_told().alias("told"))
    before = placed.filter(pl.col("before")).with_columns(
        pl.when("told").then(pl.col("balance") + pl.col("later_settled")).otherwise("balance").alias("open"),
        pl.when("told")
        .then(pl.col("own_balance") + pl.col("later_settled_own"))
        .otherwise("own_balance")
        .alias("open_own"),
        pl.when(~pl.col("adds_up"))
        .then(pl.lit(Known.ALONE.value))
        .when("told")
        .then(pl.lit(Known.SINCE.value))
        .otherwise(pl.lit(Known.TODAY.value))
        .alias("known"),
    )
    shown = ("key", "account", "customer", "currency", "due", "open", "open_own", "known")
    found = before.filter((pl.col("open") != 0) | (pl.col("open_own") != 0)).select(shown)
    alone = before.filter(~pl.col("adds_up")).select(_PARTY).n_unique() if before.height else 0
    return OpenItems(found, _sums(before), alone, *_shifted(placed, end))


def _settled(items: pl.DataFrame, end: date) -> pl.DataFrame:
    """What is settled of each item by now, and whether it is dated up to the day."""
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
    """What binds items together: their document, else that of their reference, else the reference."""
    of_reference = pl.when(pl.col("reference").is_not_null()).then(
        pl.col("document").drop_nulls().first().over(*_PARTY, "reference")
    )
    return pl.coalesce("document", of_reference, pl.concat_str(pl.lit("\x00"), pl.col("reference")))


def _told() -> pl.Expr:
    """Whether an item is the one of its group that was open for what was settled after the day."""
    own, later = pl.col("settled_own"), pl.col("later_settled_own")
    may_be = pl.col("before") & (own != 0) & ((own > 0) == (later > 0))
    only = may_be.sum().over(_GROUP) == 1
    return may_be & only & pl.col("adds_up") & (later != 0) & (own.abs() >= later.abs())


def _sums(before: pl.DataFrame) -> pl.DataFrame:
    """What the items of an account do not tell: its balance less what they were open for."""
    told = before.filter("adds_up").group_by(_PARTY, maintain_order=True)
    rest = told.agg(
        pl.col("customer").first(),
        (pl.col("amount").sum() - pl.col("open").sum()).alias("open"),
        (pl.col("own").sum() - pl.col("open_own").sum()).alias("open_own"),
    )
    missing = rest.filter((pl.col("open") != 0) | (pl.col("open_own") != 0))
    return missing.with_columns(
        pl.lit(None, pl.String).alias("key"),
        pl.lit(None, pl.Date).alias("due"),
        pl.lit(Known.SUM.value).alias("known"),
    )


def _shifted(placed: pl.DataFrame, end: date) -> tuple[Decimal, Decimal]:
    """What is dated on one side of the day and posted on the other."""
    number = pl.col("year") * 100 + pl.col("period")
    late = pl.col("before") & (number > end.year * 100 + end.month)
    early = ~pl.col("before") & (number <= end.year * 100 + end.month)
    return total(placed.filter(late)["amount"]), total(placed.filter(early)["amount"])

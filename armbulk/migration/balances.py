"""The proof of each customer: opening balance + postings = closing balance, exactly.

O is the opening balance, M the sum of the postings on accounts of receivables, C the closing balance; all in the base
currency, debit positive. O + M = C is the test of the file (P1). There is no tolerance.
"""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from armbulk.migration.references import OWNER
from armbulk.model.ledger_export import BASE_AMOUNT, LedgerExport
from armbulk.model.postings import Postings


class Proof(StrEnum):
    """What the balances of a customer prove."""

    PROVED = "proved"  # O + M = C
    NOTHING = "nothing"  # no balance and no postings: nothing is owed
    NOT_STATED = "not stated"  # postings, but no closing balance
    DIFFERENT = "different"  # O + M is not C
    DUPLICATE = "duplicate"  # the customer number is there twice
    LISTED_OTHERWISE = "listed otherwise"  # the items of a list are not the closing balance
    SUBTOTAL_DIFFERS = "subtotal differs"  # the items of a list are not its subtotal
    NOT_IN_LEDGER = "not in ledger"  # in a list, but not in the SAF-T file
    NO_CUSTOMER = "no customer"  # items of a list without a customer


@dataclass(frozen=True, slots=True)
class CustomerBalances:
    """The balances of all customers.

    Attributes:
        rows: A row for each customer number, in the order of the file: customer_id String; opening, moved, closing,
            difference (opening + moved - closing) Decimal(38, 2); postings (how many); proof (Proof) String. `closing`
            is null where it is not stated, and `difference` with it.
        is_opening_posted: Whether the file posts the opening balances again, as vouchers (P1b): then `opening` is 0,
            and the postings alone add up to every closing balance.
    """

    rows: pl.DataFrame
    is_opening_posted: bool


def prove_customers(export: LedgerExport) -> CustomerBalances:
    """Add up each customer's balances and postings.

    An opening balance that is not stated counts as 0: the closing balance then proves that it is.

    Args:
        export: The file.
    """
    zero = pl.lit(0).cast(BASE_AMOUNT)
    stated = export.balances.group_by(OWNER, maintain_order=True).agg(
        opening=pl.col("opening").sum(),
        closing=pl.when(pl.col("closing").is_not_null().any()).then(pl.col("closing").sum()),
    )
    moved = _add_up_postings(export.lines)
    listed = export.customers.select(OWNER).unique(maintain_order=True)
    others = pl.concat([stated.select(OWNER), moved.select(OWNER)]).unique(maintain_order=True)
    rows = (
        pl.concat([listed, others.join(listed, on=OWNER, how="anti", maintain_order="left")])
        .join(stated, on=OWNER, how="left", maintain_order="left")
        .join(moved, on=OWNER, how="left", maintain_order="left")
        .with_columns(pl.col("opening", "moved").fill_null(zero), pl.col("postings").fill_null(0))
    )
    compared = rows.filter(pl.col("closing").is_not_null())
    is_posted = (
        compared.height > 0
        and compared.select((pl.col("opening") != 0).any()).item()
        and compared.select((pl.col("moved") == pl.col("closing")).all()).item()
    )
    if is_posted:
        rows = rows.with_columns(opening=zero)
    twice = _find_duplicates(export.customers)
    rows = rows.with_columns(
        difference=(pl.col("opening") + pl.col("moved") - pl.col("closing")).cast(BASE_AMOUNT)
    ).with_columns(
        proof=pl.when(pl.col(OWNER).is_in(twice.implode()))
        .then(pl.lit(Proof.DUPLICATE))
        .when(pl.col("closing").is_null() & (pl.col("postings") == 0) & (pl.col("opening") == 0))
        .then(pl.lit(Proof.NOTHING))
        .when(pl.col("closing").is_null())
        .then(pl.lit(Proof.NOT_STATED))
        .when(pl.col("difference") != 0)
        .then(pl.lit(Proof.DIFFERENT))
        .otherwise(pl.lit(Proof.PROVED))
    )
    return CustomerBalances(rows, is_posted)


def _add_up_postings(postings: Postings) -> pl.DataFrame:
    """Return the sum and the number of each customer's postings, customers in the order of their first one."""
    shares = pl.collect_all(
        [
            share.filter(pl.col(OWNER).is_not_null())
            .group_by(OWNER)
            .agg(moved=pl.col("amount").sum(), postings=pl.len(), line=pl.col("line").min())
            for share in postings.shares
        ]
    )
    return pl.concat(shares).sort("line").drop("line")


def _find_duplicates(customers: pl.DataFrame) -> pl.Series:
    """Return the numbers that several customers have, also when only their case differs: ARM ignores the case."""
    folded = customers.select(OWNER, folded=pl.col(OWNER).str.to_lowercase())
    return folded.filter(pl.col("folded").is_duplicated())[OWNER]


def compare_accounts(export: LedgerExport) -> pl.DataFrame:
    """Compare the customers' balances with the accounts of receivables (P2).

    Args:
        export: The file.

    Returns:
        account_id String; opening_accounts, opening_customers, closing_accounts, closing_customers, without_customer
        (postings that name no customer) Decimal(38, 2). Null where the file has no such account.
    """
    accounts = pl.DataFrame({"account_id": list(export.receivable_accounts)}, schema={"account_id": pl.String})
    customers = export.balances.group_by("account_id").agg(
        opening_customers=pl.col("opening").sum(), closing_customers=pl.col("closing").sum()
    )
    nobody = (
        export.lines.whole.filter(pl.col("customer_id").is_null())
        .group_by("account_id")
        .agg(without_customer=pl.col("amount").sum())
        .collect()
    )
    stated = export.accounts.select("account_id", opening_accounts="opening", closing_accounts="closing")
    zero = pl.lit(0).cast(BASE_AMOUNT)
    return (
        accounts.join(stated.unique("account_id", keep="first"), on="account_id", how="left", maintain_order="left")
        .join(customers, on="account_id", how="left", maintain_order="left")
        .join(nobody, on="account_id", how="left", maintain_order="left")
        .with_columns(pl.col("opening_customers", "closing_customers", "without_customer").fill_null(zero))
        .select(
            "account_id",
            "opening_accounts",
            "opening_customers",
            "closing_accounts",
            "closing_customers",
            "without_customer",
        )
    )


def prove_accounts(export: LedgerExport, *, is_opening_posted: bool) -> pl.DataFrame:
    """Return the accounts of the general ledger whose opening balance and postings are not their closing balance.

    An account without a stated closing balance proves nothing, and is left out.

    Args:
        export: The file.
        is_opening_posted: Whether opening balances are vouchers, too: then the postings alone may be the closing
            balance.

    Returns:
        account_id String; opening, moved, closing, difference (opening + moved - closing) Decimal(38, 2).
    """
    zero = pl.lit(0).cast(BASE_AMOUNT)
    moved = export.account_movements.select("account_id", moved=pl.col("amount").cast(BASE_AMOUNT))
    accounts = export.accounts.unique("account_id", keep="first", maintain_order=True)
    compared = (
        accounts.select("account_id", "opening", "closing")
        .join(moved, on="account_id", how="left", maintain_order="left")
        .filter(pl.col("closing").is_not_null())
        .with_columns(pl.col("opening", "moved").fill_null(zero))
        .with_columns(difference=(pl.col("opening") + pl.col("moved") - pl.col("closing")).cast(BASE_AMOUNT))
    )
    is_posted = pl.lit(is_opening_posted) & (pl.col("moved") == pl.col("closing"))
    return compared.filter((pl.col("difference") != 0) & ~is_posted).select(
        "account_id", "opening", "moved", "closing", "difference"
    )

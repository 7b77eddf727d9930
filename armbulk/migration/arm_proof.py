"""The proof after the import (P7): the migration's items are ARM's AR items, of each customer and currency.

ARM's items are those of the migration's documents, and the others of the same customers. Others from before the import
are no difference: they were there. What has come since is one, as is a payment: then ARM's balance is no longer the
one that moved.
"""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.model.exact_sums import sum_amounts

PARTY = ("customer", "currency")
_DOCUMENT = ("document", "customer")
_AMOUNT = pl.Decimal(38, 6)
_MAX_NAMED = 5

DOCUMENT_SCHEMA = pl.Schema(
    {
        "document": pl.String(),
        "number": pl.String(),
        "customer": pl.String(),
        "currency": pl.String(),
        "amount": _AMOUNT,
        "is_accepted": pl.Boolean(),
    }
)
"""The migration's documents: number (comparable, and as shown), customer (comparable), whether it was accepted."""

ITEM_SCHEMA = pl.Schema(
    {
        "document": pl.String(),
        "customer": pl.String(),
        "currency": pl.String(),
        "amount": _AMOUNT,
        "open": _AMOUNT,
        "is_earlier": pl.Boolean(),
    }
)
"""ARM's items: the same, amount and balance in the item's currency, and whether they are older than the import."""


@dataclass(frozen=True, slots=True)
class ArmProof:
    """The migration compared with ARM.

    Attributes:
        rows: A row for each customer and currency, differences first: customer, currency String; documents, refused,
            missing, twice, wrong, settled Int64 (documents: all, not accepted, without an item in ARM, with several,
            with another amount or currency, with another balance than amount); migrated, accepted, in_arm (of the
            migration's documents), since (others, newer than the import), earlier (others, older), difference (in_arm
            + since - migrated) Decimal; named String: the first documents that differ; is_good Boolean.
    """

    rows: pl.DataFrame

    @property
    def is_good(self) -> bool:
        """Whether nothing differs."""
        return bool(self.rows["is_good"].all())

    def sum(self, name: str, currency: str) -> Decimal:
        """Return the sum of an amount in a currency."""
        return sum_amounts(self.rows.filter(pl.col("currency") == currency)[name])

    @property
    def currencies(self) -> list[str]:
        """The currencies, in order."""
        return self.rows["currency"].unique().sort().to_list()


def compare_with_items(documents: pl.DataFrame, items: pl.DataFrame) -> ArmProof:
    """Compare the migration's documents with ARM's items.

    Args:
        documents: `DOCUMENT_SCHEMA`.
        items: `ITEM_SCHEMA`, of any customers.
    """
    customers = documents.select("customer").unique()
    items = items.join(customers, on="customer", how="semi", maintain_order="left")
    own = items.join(documents.select(_DOCUMENT), on=_DOCUMENT, how="semi", maintain_order="left")
    others = items.join(documents.select(_DOCUMENT), on=_DOCUMENT, how="anti", maintain_order="left")
    sums = [
        _add_up_documents(documents, own),
        own.group_by(PARTY).agg(in_arm=pl.col("open").sum()),
        others.group_by(PARTY).agg(
            since=pl.col("open").filter(~pl.col("is_earlier")).sum(),
            earlier=pl.col("open").filter("is_earlier").sum(),
        ),
    ]
    rows = sums[0]
    for frame in sums[1:]:
        rows = rows.join(frame, on=PARTY, how="full", coalesce=True, maintain_order="left_right")
    counts = ("documents", "refused", "missing", "twice", "wrong", "settled")
    rows = rows.with_columns(
        pl.col(counts).fill_null(0).cast(pl.Int64),
        pl.col("migrated", "accepted", "in_arm", "since", "earlier").fill_null(0).cast(_AMOUNT),
        pl.col("named").fill_null(""),
    ).with_columns(difference=(pl.col("in_arm") + pl.col("since") - pl.col("migrated")).cast(_AMOUNT))
    is_good = (pl.col("difference") == 0) & pl.all_horizontal(pl.col(name) == 0 for name in counts[1:])
    return ArmProof(rows.with_columns(is_good=is_good & (pl.col("since") == 0)).sort("is_good", *PARTY))


def _add_up_documents(documents: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Return the documents of each customer and currency: their sums, and how many of them differ in ARM."""
    of_arm = own.group_by(_DOCUMENT).agg(
        arm_amount=pl.col("amount").sum(),
        arm_open=pl.col("open").sum(),
        arm_currency=pl.col("currency").first(),
        items=pl.len(),
    )
    compared = documents.join(of_arm, on=_DOCUMENT, how="left", maintain_order="left")
    has_item, is_accepted = pl.col("items").is_not_null(), pl.col("is_accepted")
    is_other = (pl.col("arm_amount") != pl.col("amount")) | (pl.col("arm_currency") != pl.col("currency"))
    compared = compared.with_columns(
        is_missing=is_accepted & ~has_item,
        is_twice=(pl.col("items") > 1).fill_null(value=False),
        is_wrong=(is_other & (pl.col("items") == 1)).fill_null(value=False),
        is_settled=(~is_other & (pl.col("arm_open") != pl.col("arm_amount"))).fill_null(value=False),
    ).with_columns(differs=pl.any_horizontal("is_missing", "is_twice", "is_wrong", "is_settled", ~is_accepted))
    return compared.group_by(PARTY, maintain_order=True).agg(
        documents=pl.len(),
        refused=(~is_accepted).sum(),
        missing=pl.col("is_missing").sum(),
        twice=pl.col("is_twice").sum(),
        wrong=pl.col("is_wrong").sum(),
        settled=pl.col("is_settled").sum(),
        migrated=pl.col("amount").sum(),
        accepted=pl.col("amount").filter(is_accepted).sum(),
        named=pl.col("number").filter("differs").head(_MAX_NAMED).str.join(", "),
    )

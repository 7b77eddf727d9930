"""The open items of a ledger: what can be proved is an item; what only adds up is a balance.

A customer whose every credit leads to a document has items: each document's remainder. Of a customer with a credit
without a reference, only the sum is known: it becomes one opening balance. An amount below zero is a credit, which has
no known document type in ARM.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from armbulk.migration.balances import CustomerBalances, Proof
from armbulk.migration.grouping import GroupedLines, GroupingRule
from armbulk.migration.references import OWNER, LedgerDocuments
from armbulk.model.ledger_export import BASE_AMOUNT, CURRENCY_AMOUNT

_RATE_TOLERANCE = 0.01
"""How far amount times rate may be from the base amount, as a share of it."""


class ItemKind(StrEnum):
    """What a row of the open items is."""

    ITEM = "item"  # the remainder of one document
    UNNUMBERED = "unnumbered"  # the same of a voucher of several customers, such as their opening balances
    EARLIER = "earlier"  # from before the period: its documents are not in the file
    BALANCE = "balance"  # the customer's balance, without items
    ROUNDING = "rounding"  # what is left in the base currency of a document that is settled in its own


DOCUMENTS = (ItemKind.ITEM, ItemKind.UNNUMBERED)
"""The kinds of rows that are one document of the ledger."""


@dataclass(frozen=True, slots=True)
class LedgerItems:
    """What customers owe.

    Attributes:
        rows: The open items, customers in the order of the file, then documents by their first posting. customer_id,
            kind (ItemKind), document, rules (as "R2 R3"), document_no (null if it has none), transaction_id, cid,
            description, currency String; is_voucher_no Boolean (document_no is the voucher's: the document has none of
            its own); document_date, due_date Date; due_dates Int64 (how many different ones);
            amount (in `currency`) Decimal(38, 18); base_amount, original (debits of the document) Decimal(38, 2);
            postings Int64; file String, xml_line Int64 (of the first posting). Negative amounts are credits.
        classes: customer_id String, has_items Boolean: of every customer that is proved.
    """

    rows: pl.DataFrame
    classes: pl.DataFrame


def derive_items(
    grouped: GroupedLines,
    documents: LedgerDocuments,
    balances: pl.DataFrame,
    base_currency: str,
    *,
    uses_currencies: bool,
) -> LedgerItems:
    """Derive the open items of some customers, as far as they are proved.

    Args:
        grouped: All their postings, with their documents.
        documents: What their references lead to.
        balances: Their balances (`CustomerBalances.rows`).
        base_currency: The currency of the file's amounts.
        uses_currencies: Whether amounts in other currencies can be used.
    """
    proved = balances.filter(pl.col("proof") == Proof.PROVED).select(OWNER, "opening", "closing")
    lines = grouped.lines.join(proved.select(OWNER), on=OWNER, how="semi", maintain_order="left")
    unknown = lines.filter(pl.col("rule") == GroupingRule.WITHOUT_REFERENCE).select(OWNER).unique()
    earlier = lines.filter(pl.col("rule") == GroupingRule.EARLIER).group_by(OWNER).agg(settled=pl.col("amount").sum())
    carried = (
        proved.join(earlier, on=OWNER, how="left", maintain_order="left")
        .with_columns(pl.col("settled").fill_null(pl.lit(0).cast(BASE_AMOUNT)))
        .with_columns(carried=(pl.col("opening") + pl.col("settled")).cast(BASE_AMOUNT))
    )
    # payments of earlier documents that are more than the opening balance contradict it: then only the sum is known
    too_much = carried.filter((pl.col("settled") < 0) & (pl.col("carried") < 0)).select(OWNER)
    no_items = pl.concat([unknown, too_much]).unique()
    classes = proved.select(OWNER).with_columns(has_items=~pl.col(OWNER).is_in(no_items[OWNER].implode()))
    with_items = classes.filter("has_items").select(OWNER)
    lines = lines.filter(pl.col("document").is_not_null())
    lines = lines.join(with_items, on=OWNER, how="semi", maintain_order="left")
    lines = _separate_instalments(_find_numbers(lines, documents))
    lines = _mark_currencies(lines, base_currency, uses_currencies=uses_currencies)
    remainders = _add_up_documents(lines, base_currency)
    sums = carried.join(classes, on=OWNER, maintain_order="left").with_columns(
        kind=pl.when("has_items").then(pl.lit(ItemKind.EARLIER)).otherwise(pl.lit(ItemKind.BALANCE)),
        base_amount=pl.when("has_items").then("carried").otherwise("closing"),
    )
    sums = sums.filter(pl.col("base_amount") != 0).select(OWNER, "kind", "base_amount")
    sums = sums.with_columns(
        amount=pl.col("base_amount").cast(CURRENCY_AMOUNT), currency=pl.lit(base_currency), rules=_name_rules()
    )
    return LedgerItems(pl.concat([remainders, sums], how="diagonal"), classes)


def join_items(parts: Sequence[LedgerItems], balances: CustomerBalances) -> LedgerItems:
    """Return the items of groups of customers together, in the order of the balances.

    Args:
        parts: The items of each group; at least one.
        balances: The balances of all customers.
    """
    order = balances.rows.select(OWNER).with_row_index("position")
    rows = (
        pl.concat([part.rows for part in parts], how="diagonal")
        .join(order, on=OWNER, maintain_order="left")
        .sort("position", ~pl.col("kind").is_in(DOCUMENTS), maintain_order=True)
    )
    return LedgerItems(rows.drop("position"), pl.concat([part.classes for part in parts]))


def _name_rules() -> pl.Expr:
    return (
        pl.when(pl.col("kind") == ItemKind.BALANCE)
        .then(pl.lit(GroupingRule.WITHOUT_REFERENCE))
        .otherwise(pl.lit(GroupingRule.EARLIER))
    )


def _mark_currencies(lines: pl.DataFrame, base_currency: str, *, uses_currencies: bool) -> pl.DataFrame:
    """Return the lines with has_own (an amount in another currency that can be used) and keeps_own Boolean.

    An amount that its rate contradicts is not used. A line in the base currency keeps the document's own currency only
    beside a line of the same document and voucher that has it: an exchange difference.
    """
    rate = pl.col("exchange_rate").cast(pl.Float64)  # a test of plausibility, not an amount
    expected = pl.col("currency_amount").cast(pl.Float64) * rate
    base = pl.col("amount").cast(pl.Float64)
    is_plausible = rate.is_null() | pl.any_horizontal(
        (expected / per - base).abs() <= base.abs() * _RATE_TOLERANCE for per in (1, 100)
    )
    is_foreign = pl.col("currency").is_not_null() & (pl.col("currency") != base_currency)
    has_own = is_foreign & pl.col("currency_amount").is_not_null() & is_plausible & pl.lit(uses_currencies)
    lines = lines.with_columns(has_own=has_own)
    beside = pl.col("has_own").any().over(OWNER, "document", "voucher")
    return lines.with_columns(keeps_own=pl.col("has_own") | (~is_foreign & ~pl.col("is_invoice") & beside))


def _find_numbers(lines: pl.DataFrame, documents: LedgerDocuments) -> pl.DataFrame:
    """Return the lines with number String, of the document that the line would be; is_voucher_no Boolean.

    It is the reference number that leads to the document, else a source document number that only its voucher has, else
    the voucher's number; null where the voucher is of several customers.
    """
    unique = documents.by_source.select(OWNER, "source_key", is_own_source=pl.lit(value=True))
    is_note = (pl.col("rule") == GroupingRule.OWN_CREDIT) & pl.col("reference_key").is_not_null()
    by_reference = pl.col("document").str.starts_with("reference ") | is_note
    return lines.join(unique, on=[OWNER, "source_key"], how="left", maintain_order="left").with_columns(
        number=pl.when(by_reference)
        .then("reference")
        .when(pl.col("is_own_source").fill_null(value=False))
        .then("source_document")
        .when(~pl.col("is_shared"))
        .then("transaction_id"),
        is_voucher_no=~by_reference.fill_null(value=False)
        & ~pl.col("is_own_source").fill_null(value=False)
        & ~pl.col("is_shared"),
    )


def _separate_instalments(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with a document for each due date, where nothing of a document is paid or credited."""
    is_open = ((pl.col("amount") > 0) & pl.col("due_date").is_not_null()).all().over(OWNER, "document")
    is_split = is_open & (pl.col("due_date").n_unique().over(OWNER, "document") > 1)
    due = pl.col("document") + pl.lit(" due ") + pl.col("due_date").cast(pl.String)
    return lines.with_columns(
        instalment=pl.when(is_split).then(pl.col("due_date").rank("dense").over(OWNER, "document").cast(pl.String)),
        document=pl.when(is_split).then(due).otherwise("document"),
    )


def _add_up_documents(lines: pl.DataFrame, base_currency: str) -> pl.DataFrame:
    """Return the remainder of each document that is not settled; the columns of `LedgerItems.rows`."""
    no_invoice = ~pl.col("is_invoice").any()
    main = pl.col("is_invoice") | (no_invoice & (pl.col("amount") > 0))
    own = pl.col("has_own")
    documents = lines.group_by(OWNER, "document", maintain_order=True).agg(
        rules=pl.col("rule").unique().sort().str.join(" "),
        document_no=pl.when(main.any()).then(pl.col("number").filter(main).first()).otherwise(pl.col("number").first())
        + (pl.lit("-") + pl.col("instalment").first()).fill_null(""),
        is_voucher_no=pl.when(main.any())
        .then(pl.col("is_voucher_no").filter(main).first())
        .otherwise(pl.col("is_voucher_no").first()),
        transaction_id=_first_of(main, "transaction_id"),
        cid=_first_of(main, "cid"),
        description=_first_of(main, "description"),
        document_date=pl.coalesce(pl.col("date").filter(main).min(), pl.col("date").min()),
        due_date=pl.col("due_date").filter(main).min(),
        due_dates=pl.col("due_date").filter(main).drop_nulls().n_unique().cast(pl.Int64),
        base_amount=pl.col("amount").sum(),
        original=pl.col("amount").filter(main).sum(),
        own_amount=pl.col("currency_amount").filter(own).sum(),
        own_currency=pl.col("currency").filter(own).first(),
        is_own=pl.col("keeps_own").all() & own.any() & (pl.col("currency").filter(own).n_unique() == 1),
        postings=pl.len().cast(pl.Int64),
        file=pl.col("file").first(),
        xml_line=pl.col("xml_line").first(),
    )
    is_rounding = pl.col("is_own") & (pl.col("own_amount") == 0)
    is_own = pl.col("is_own") & ~is_rounding
    return (
        documents.filter((pl.col("base_amount") != 0) | (pl.col("is_own") & (pl.col("own_amount") != 0)))
        .with_columns(
            kind=pl.when(is_rounding)
            .then(pl.lit(ItemKind.ROUNDING))
            .when(pl.col("document_no").is_null())
            .then(pl.lit(ItemKind.UNNUMBERED))
            .otherwise(pl.lit(ItemKind.ITEM)),
            currency=pl.when(is_own).then("own_currency").otherwise(pl.lit(base_currency)),
            amount=pl.when(is_own).then("own_amount").otherwise(pl.col("base_amount").cast(CURRENCY_AMOUNT)),
        )
        .drop("own_amount", "own_currency", "is_own")
    )


def _first_of(main: pl.Expr, column: str) -> pl.Expr:
    """Return a column's first value on the document's own lines, else on any line: a credit note has no debit."""
    return pl.coalesce(pl.col(column).filter(main).drop_nulls().first(), pl.col(column).drop_nulls().first())

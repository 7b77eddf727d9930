"""The open items of a ledger as rows of the Documents sheet, and what is left out of it.

An item becomes one document with one line. Its VAT is 0: the old ledger has reported it. The document type and the
distribution stay empty: which of ARM's codes are right for a moved item is a question to the user.

A credit (an amount below zero) has no known document type in ARM, so it is left out and listed. So is a number that two
documents would have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from armbulk.migration.customer_rows import has_plain_terms, renumber
from armbulk.migration.ledger_items import ItemKind
from armbulk.migration.references import OWNER

DOCUMENT_FIELDS = (
    "document_type",
    "customer_no",
    "document_no",
    "document_date",
    "due_date",
    "currency",
    "kid",
    "excl_vat",
    "vat",
    "incl_vat",
    "distribution_type",
)
"""The fields of `resources.documents` that a moved item has; `document_type` and `distribution_type` stay empty."""

DEFAULT_PREFIX = "IB-"
"""Begins the numbers of balances, if the user chooses no other."""

_KID = r"^[0-9]{1,24}[0-9-]$"


class LeftOut(StrEnum):
    """Why an amount of the ledger is not a row of the Documents sheet."""

    CREDIT = "credit"  # an amount below zero
    ROUNDING = "rounding"  # settled in its own currency, with a rest in the base currency
    NUMBER_TWICE = "number twice"  # several documents would have this number
    SETTLED = "settled"  # nothing is open
    NO_CUSTOMER = "no customer"  # a list does not say whose it is
    NO_AMOUNT = "no amount"  # a list does not say how much is open in the item's currency


@dataclass(frozen=True, slots=True)
class DocumentChoices:
    """What the user decides about the documents' fields.

    Attributes:
        prefix: The beginning of the numbers of balances, of amounts from before the period, and of documents without a
            number of their own; the customer's number follows.
        due_days: Days from the document date to the due date where the ledger says nothing; None leaves it empty.
        keeps_kid: Whether the old payment references are kept.
        numbers: The ledger's customer number → the one in ARM.
    """

    prefix: str = DEFAULT_PREFIX
    due_days: int | None = None
    keeps_kid: bool = True
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """The rows of the Documents sheet, and what is left out.

    Attributes:
        rows: `DOCUMENT_FIELDS` (texts, dates, Decimal); old_customer_no, kind, rules, transaction_id String;
            base_amount, original Decimal(38, 2); is_due_estimated, has_several_due_dates, is_voucher_no
            Boolean; file String, xml_line
            Int64.
        left_out: The same columns, and reason (LeftOut) String.
    """

    rows: pl.DataFrame
    left_out: pl.DataFrame


def build_document_rows(
    items: pl.DataFrame, customers: pl.DataFrame, cut_off: date | None, choices: DocumentChoices
) -> DocumentRows:
    """Return the open items as documents.

    A due date that the ledger does not say is the document date and the customer's days of payment, else the user's
    days; it is marked as estimated.

    Args:
        items: The open items (`LedgerItems.rows`).
        customers: The customers of the file (`CUSTOMER_COLUMNS`).
        cut_off: The last day of the file's period: the date of balances.
        choices: What the user decides.
    """
    rows = _build_rows(items, customers, cut_off, choices)
    reasoned = rows.with_columns(
        reason=pl.when(pl.col("kind") == ItemKind.ROUNDING)
        .then(pl.lit(LeftOut.ROUNDING))
        .when(pl.col("incl_vat") < 0)
        .then(pl.lit(LeftOut.CREDIT))
        .when(pl.col("incl_vat") == 0)
        .then(pl.lit(LeftOut.SETTLED))
        .when(pl.col("old_customer_no").is_null())
        .then(pl.lit(LeftOut.NO_CUSTOMER))
        .when(pl.col("incl_vat").is_null())
        .then(pl.lit(LeftOut.NO_AMOUNT))
    )
    folded = pl.col("document_no").str.to_lowercase()
    is_twice = pl.col("reason").is_null() & folded.is_not_null() & (pl.len().over(folded, "reason") > 1)
    reasoned = reasoned.with_columns(reason=pl.when(is_twice).then(pl.lit(LeftOut.NUMBER_TWICE)).otherwise("reason"))
    return DocumentRows(
        reasoned.filter(pl.col("reason").is_null()).drop("reason"), reasoned.filter(pl.col("reason").is_not_null())
    )


def _build_rows(
    items: pl.DataFrame, customers: pl.DataFrame, cut_off: date | None, choices: DocumentChoices
) -> pl.DataFrame:
    """Return every item as a row of `DocumentRows.rows`."""
    terms = customers.unique(OWNER, keep="first").select(
        OWNER, days=pl.when(has_plain_terms()).then(pl.col("payment_days").cast(pl.Int64, strict=False))
    )
    is_document = pl.col("kind").is_in([ItemKind.ITEM, ItemKind.ROUNDING])
    has_date = is_document | (pl.col("kind") == ItemKind.UNNUMBERED)
    days = pl.coalesce("days", pl.lit(choices.due_days, dtype=pl.Int64))
    number = pl.concat_str(pl.lit(choices.prefix), "customer_no")
    dated = items.join(terms, on=OWNER, how="left", maintain_order="left").with_columns(
        customer_no=renumber(choices.numbers),
        document_date=pl.when(has_date).then("document_date").otherwise(pl.lit(cut_off, dtype=pl.Date)),
    )
    dated = dated.with_columns(
        document_no=pl.when(is_document).then("document_no").otherwise(number),
        estimated=pl.col("document_date") + pl.duration(days=days),
    )
    no_code = pl.lit(None, dtype=pl.String)
    return dated.select(
        "customer_no",
        "document_no",
        "document_date",
        "currency",
        "kind",
        "rules",
        "transaction_id",
        "base_amount",
        "original",
        "file",
        "xml_line",
        document_type=no_code,
        due_date=pl.coalesce("due_date", "estimated"),
        kid=_find_kid(keeps_kid=choices.keeps_kid),
        excl_vat=pl.col("amount"),
        vat=pl.lit(0).cast(pl.Decimal(38, 2)),
        incl_vat=pl.col("amount"),
        distribution_type=no_code,
        old_customer_no=pl.col(OWNER),
        is_voucher_no=pl.col("is_voucher_no").fill_null(value=False) & is_document,
        is_due_estimated=pl.col("due_date").is_null() & pl.col("estimated").is_not_null(),
        has_several_due_dates=(pl.col("due_dates") > 1).fill_null(value=False),
    )


def _find_kid(*, keeps_kid: bool) -> pl.Expr:
    """Return the payment reference where it is one: 2 to 25 digits, the last may be a hyphen."""
    cid = pl.col("cid").str.replace_all(r"\s", "")
    return pl.when(cid.str.contains(_KID) & pl.lit(keeps_kid)).then(cid)

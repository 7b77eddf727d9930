"""Each posting of a customer goes to the document it belongs to, by the first rule that fits.

- R1: its cross-reference names an invoice of the customer.
- R2: its reference number is that of a document of the customer. A refund may name a credit note.
- R3: its payment reference (CID) is that of an invoice of the customer.
- R4: a debit without any of these is a document of its own.
- R5: a credit in a sales voucher is a credit note of its own.
- R6: a payment whose references fit no document of the file has settled something from before the period.
- R7: any other credit is without a reference: it may have settled any of the customer's documents.

Equal amounts, the oldest first, and numbers inside descriptions are no proof, so no rule uses them.
"""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from armbulk.migration.references import OWNER, LedgerDocuments, name_voucher
from armbulk.migration.whole_file import WholeFile


class GroupingRule(StrEnum):
    """The rule by which a posting came to its document."""

    CROSS_REFERENCE = "R1"
    REFERENCE = "R2"
    PAYMENT_REFERENCE = "R3"
    OWN_DEBIT = "R4"
    OWN_CREDIT = "R5"
    EARLIER = "R6"
    WITHOUT_REFERENCE = "R7"


_DOCUMENTS = ("cross_document", "reference_document", "cid_document")
_LINKED = (GroupingRule.CROSS_REFERENCE, GroupingRule.REFERENCE, GroupingRule.PAYMENT_REFERENCE)


@dataclass(frozen=True, slots=True)
class GroupedLines:
    """The postings with their documents.

    Attributes:
        lines: The postings of `ledger_lines.add_keys`, with document String (null by R6 and R7) and rule String, one of
            `GroupingRule`.
        credit_count: How many of them are credits.
        linked_credits: How many credits a reference leads to a document (T5).
    """

    lines: pl.DataFrame
    credit_count: int
    linked_credits: int


def group_lines(lines: pl.DataFrame, documents: LedgerDocuments, whole: WholeFile | None) -> GroupedLines:
    """Find the document of each posting of some customers.

    Args:
        lines: All postings on these customers (`ledger_lines.add_keys`).
        documents: What their references lead to.
        whole: The postings of all customers. None: no payment counts as of before the period, because the references of
            payments prove nothing in a file without any linked credit.
    """
    linked_lines = _look_up(lines, documents, whole)
    is_debit, is_sales = pl.col("amount") > 0, pl.col("is_sales")
    by_cross = ~pl.col("is_invoice") & pl.col("cross_document").is_not_null()
    grouped = linked_lines.with_columns(
        rule=pl.when(by_cross)
        .then(pl.lit(GroupingRule.CROSS_REFERENCE))
        .when(pl.col("reference_document").is_not_null())
        .then(pl.lit(GroupingRule.REFERENCE))
        .when(pl.col("cid_document").is_not_null())
        .then(pl.lit(GroupingRule.PAYMENT_REFERENCE))
        .when(is_debit)
        .then(pl.lit(GroupingRule.OWN_DEBIT))
        .when(is_sales)
        .then(pl.lit(GroupingRule.OWN_CREDIT))
        .when(pl.col("is_payment") & pl.col("fits_nothing"))
        .then(pl.lit(GroupingRule.EARLIER))
        .otherwise(pl.lit(GroupingRule.WITHOUT_REFERENCE))
    )
    all_credits = grouped.filter(pl.col("amount") < 0)
    linked = all_credits.filter(pl.col("rule").is_in(_LINKED)).height
    own = pl.when(is_sales).then(name_voucher()).otherwise(pl.lit("line ") + pl.col("line").cast(pl.String))
    grouped = grouped.with_columns(
        document=pl.when(pl.col("rule") == GroupingRule.CROSS_REFERENCE)
        .then("cross_document")
        .when(pl.col("rule") == GroupingRule.REFERENCE)
        .then("reference_document")
        .when(pl.col("rule") == GroupingRule.PAYMENT_REFERENCE)
        .then("cid_document")
        .when(pl.col("rule").is_in([GroupingRule.OWN_DEBIT, GroupingRule.OWN_CREDIT]))
        .then(own)
    )
    return GroupedLines(grouped.select(*lines.columns, "document", "rule"), all_credits.height, linked)


def _look_up(lines: pl.DataFrame, documents: LedgerDocuments, whole: WholeFile | None) -> pl.DataFrame:
    """Return the lines with cross_document, reference_document, cid_document String, and fits_nothing Boolean."""
    tables = (
        (documents.by_reference, "reference_key", "reference_key", "reference_document"),
        (documents.by_credit, "reference_key", "reference_key", "credit_document"),
        (documents.by_cid, "cid_key", "cid_key", "cid_document"),
        (documents.by_reference, "reference_key", "cross_key", "cross_by_reference"),
        (documents.by_source, "source_key", "cross_key", "cross_by_source"),
        (documents.by_transaction, "transaction_key", "cross_key", "cross_by_transaction"),
    )
    joined = lines
    for table, key, column, name in tables:
        renamed = table.select(OWNER, pl.col(key).alias(column), pl.col("document").alias(name))
        joined = joined.join(renamed, on=[OWNER, column], how="left", maintain_order="left")
    is_refund = pl.col("is_payment") & (pl.col("amount") > 0)
    joined = joined.with_columns(
        reference_document=pl.coalesce("reference_document", pl.when(is_refund).then("credit_document")),
        cross_document=pl.coalesce("cross_by_reference", "cross_by_source", "cross_by_transaction"),
    )
    return joined.with_columns(fits_nothing=_fits_nothing(joined, whole) if whole else pl.lit(value=False))


def _fits_nothing(lines: pl.DataFrame, whole: WholeFile) -> pl.Expr:
    """Return whether a payment without a document has references, and none is that of a claim of the whole file."""
    has_none = pl.all_horizontal(pl.col(name).is_null() for name in _DOCUMENTS)
    has_any = pl.any_horizontal(pl.col(name).is_not_null() for name in ("reference_key", "cid_key", "cross_key"))
    lost = lines.filter(pl.col("is_payment") & (pl.col("amount") <= 0) & has_none & has_any)
    if lost.is_empty():
        return pl.lit(value=False)
    numbers, cids = whole.claimed
    fits = [pl.col(name).is_in(numbers.implode()) for name in ("reference_key", "cross_key")]
    fits.append(pl.col("cid_key").is_in(cids.implode()))
    return has_any & ~pl.any_horizontal(each.fill_null(value=False) for each in fits)

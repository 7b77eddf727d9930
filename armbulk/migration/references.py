"""Which references of a ledger's postings may be believed: tested on the file itself, for each customer.

Every exporter fills the fields of references in its own way: one writes the invoice's number where another writes the
customer's order number. So a reference is a claim. The tests:

- T1: a reference number tells a document if only one invoice of the customer carries it.
- T2: a payment reference (CID) likewise; on several invoices, it is the customer's own.
- T3: a source document number tells a document if only one sales voucher of the whole file carries it.
"""

from dataclasses import dataclass

import polars as pl

from armbulk.migration.ledger_lines import is_claim
from armbulk.migration.whole_file import WholeFile

OWNER = "customer_id"


@dataclass(frozen=True, slots=True)
class LedgerDocuments:
    """The documents that references lead to. `document` is a key of a document of the customer, String.

    Attributes:
        by_reference: customer_id, reference_key, document: believed reference numbers (T1).
        by_credit: customer_id, reference_key, document: reference numbers of credit notes that no claim carries. A
            refund may name them.
        by_cid: customer_id, cid_key, document: believed payment references (T2).
        by_source: customer_id, source_key, document: source document numbers that one sales voucher has (T3).
        by_transaction: customer_id, transaction_key, document: numbers of vouchers that one voucher has.
        doubted_references: customer_id, reference_key: reference numbers on several invoices of the customer.
        doubted_cids: customer_id, cid_key: payment references on several invoices of the customer.
    """

    by_reference: pl.DataFrame
    by_credit: pl.DataFrame
    by_cid: pl.DataFrame
    by_source: pl.DataFrame
    by_transaction: pl.DataFrame
    doubted_references: pl.DataFrame
    doubted_cids: pl.DataFrame


def find_documents(lines: pl.DataFrame, whole: WholeFile) -> LedgerDocuments:
    """Test the references of the lines of some customers.

    Args:
        lines: All postings on these customers (`ledger_lines.add_keys`).
        whole: The postings of all customers.
    """
    claims = lines.filter(is_claim())
    by_reference, doubted_references = _test(claims, "reference_key", pl.col("voucher").cast(pl.String))
    by_reference = by_reference.with_columns(document=pl.lit("reference ") + pl.col("reference_key"))
    claims = claims.join(by_reference, on=[OWNER, "reference_key"], how="left").with_columns(
        document=pl.coalesce("document", name_voucher())
    )
    by_cid, doubted_cids = _test(claims, "cid_key", pl.col("document"))
    invoices = claims.filter(pl.col("is_invoice"))
    return LedgerDocuments(
        by_reference,
        _find_credit_notes(lines, claims),
        by_cid,
        _find_unique(invoices, "source_key", whole),
        _find_unique(invoices, "transaction_key", whole),
        doubted_references,
        doubted_cids,
    )


def name_voucher() -> pl.Expr:
    """Return the key of the document that a voucher is for itself."""
    return pl.lit("voucher ") + pl.col("voucher").cast(pl.String)


def _test(claims: pl.DataFrame, key: str, document: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the keys that tell one document of a customer, with it, and those that are on several.

    Invoices decide; other debits (an opening voucher) only where no invoice carries the key.
    """
    carried = claims.filter(pl.col(key).is_not_null()).with_columns(document=document)
    counted = (
        carried.group_by(OWNER, key, maintain_order=True)
        .agg(
            invoices=pl.col("document").filter(pl.col("is_invoice")).n_unique(),
            others=pl.col("document").n_unique(),
            document=pl.coalesce(pl.col("document").filter(pl.col("is_invoice")).first(), pl.col("document").first()),
        )
        .with_columns(is_believed=pl.when(pl.col("invoices") > 0).then("invoices").otherwise("others") == 1)
    )
    return (
        counted.filter("is_believed").select(OWNER, key, "document"),
        counted.filter(~pl.col("is_believed")).select(OWNER, key),
    )


def _find_credit_notes(lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return the reference numbers that one credit note of a customer has, and no claim of the customer."""
    return (
        lines.filter(pl.col("is_sales") & (pl.col("amount") < 0) & pl.col("reference_key").is_not_null())
        .join(claims, on=[OWNER, "reference_key"], how="anti", maintain_order="left")
        .group_by(OWNER, "reference_key", maintain_order=True)
        .agg(pl.col("voucher").n_unique().alias("vouchers"), document=name_voucher().first())
        .filter(pl.col("vouchers") == 1)
        .select(OWNER, "reference_key", "document")
    )


def _find_unique(invoices: pl.DataFrame, key: str, whole: WholeFile) -> pl.DataFrame:
    """Return the keys that one voucher of the whole file carries and that lead to one document of one customer."""
    return (
        invoices.filter(pl.col(key).is_not_null() & ~pl.col(key).is_in(whole.shared[key].implode()))
        .group_by(key, maintain_order=True)
        .agg(
            pl.col(OWNER).first(),
            pl.col("document").first(),
            is_unique=pl.col("document").n_unique() == 1,
        )
        .filter("is_unique")
        .select(OWNER, key, "document")
    )

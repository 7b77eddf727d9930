"""A migration whose items are those of the ledger's own list of open items.

The list is the sound source of the items. The proof is that each customer's items add up to the subtotal in the list,
and to the closing balance in the SAF-T file if there is one. A customer whose sums differ is moved, shown with
both figures, and asked about.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from armbulk.migration.balances import Proof
from armbulk.migration.customer_rows import CustomerChoices, build_customer_rows
from armbulk.migration.derive import Migration, Notice, derive_migration
from armbulk.migration.document_rows import DocumentChoices, DocumentRows, build_document_rows
from armbulk.migration.listed_items import LISTED, ListSource, OpenItemList
from armbulk.migration.references import OWNER
from armbulk.migration.years import join_years
from armbulk.model.ledger_export import (
    BASE_AMOUNT,
    CUSTOMER_COLUMNS,
    PART_COLUMNS,
    VOUCHER_COLUMNS,
    LedgerExport,
    LedgerHeader,
)

_PROOF_SCHEMA = pl.Schema(
    {
        OWNER: pl.String(),
        **dict.fromkeys(("opening", "moved", "closing", "difference"), BASE_AMOUNT),
        "proof": pl.String(),
    }
)
_OF_REFERENCES = (Notice.NO_LINKS, Notice.CURRENCIES_UNUSABLE)


def derive_listed_migration(
    exports: Sequence[LedgerExport],
    source: ListSource,
    base_currency: str,
    customer_choices: CustomerChoices,
    document_choices: DocumentChoices,
) -> Migration:
    """Derive what moves to ARM from a list of open items, and from the exports of its ledger if there are any.

    Args:
        exports: Exports of consecutive periods; none: the customers come from the list.
        source: The list.
        base_currency: The currency of amounts without one.
        customer_choices: What the user decides about the customers.
        document_choices: What the user decides about the documents.

    Raises:
        FileError: The exports do not belong together.
        AssertionError: The documents of a customer do not add up to the items: a fault of this program.
    """
    if exports:
        ledger = derive_migration(exports, customer_choices, document_choices)
        customers, end = join_years(exports)[0].customers, ledger.header.end
    else:
        ledger, end = _start_empty(source, base_currency), None
        customers = pl.DataFrame(schema=CUSTOMER_COLUMNS)
    others = source.items.customers.join(customers, on=OWNER, how="anti", maintain_order="left")
    every = pl.concat([customers, _to_customers(others)])
    documents = build_document_rows(source.items.items, every, end, document_choices)
    proof = _prove(ledger.proof, source.items, documents, customers, has_ledger=bool(exports))
    return replace(
        ledger,
        customers=build_customer_rows(every, customer_choices),
        documents=documents,
        proof=proof,
        notices=tuple(_list_notices(ledger, source.items)),
        source=source,
    )


def _list_notices(ledger: Migration, items: OpenItemList) -> list[Notice]:
    notices = [notice for notice in ledger.notices if notice not in _OF_REFERENCES]
    if items.wrong_totals.height:
        notices.append(Notice.LIST_TOTAL_DIFFERS)
    if items.age_differences:
        notices.append(Notice.LIST_AGES_DIFFER)
    if not ledger.has_ledger and not items.has_totals:
        notices.append(Notice.LIST_NOT_COMPARED)
    return notices


def _start_empty(source: ListSource, base_currency: str) -> Migration:
    """Return a migration of nothing, for a list without a SAF-T file."""
    header = LedgerHeader("", "", source.file, "", None, base_currency, None, None)
    keys = {OWNER: pl.String(), "reference_key": pl.String()}
    amounts = ("opening_accounts", "opening_customers", "closing_accounts", "closing_customers", "without_customer")
    return Migration(
        header=header,
        customers=pl.DataFrame(),
        documents=DocumentRows(pl.DataFrame(), pl.DataFrame()),
        proof=pl.DataFrame(schema=_PROOF_SCHEMA),
        accounts=pl.DataFrame(schema={"account_id": pl.String(), **dict.fromkeys(amounts, BASE_AMOUNT)}),
        unproved_accounts=pl.DataFrame(schema={"account_id": pl.String}),
        parts=pl.DataFrame(schema=PART_COLUMNS),
        unbalanced_vouchers=pl.DataFrame(schema=VOUCHER_COLUMNS),
        breaks=pl.DataFrame(),
        doubted_references=pl.DataFrame(schema=keys),
        doubted_cids=pl.DataFrame(schema=keys),
        credit_count=0,
        linked_credits=0,
        notices=(),
    )


def _to_customers(named: pl.DataFrame) -> pl.DataFrame:
    """Return customers of the list as a SAF-T file has them: with a number and a name alone."""
    own = {OWNER, "name", "file", "xml_line"}
    nothing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in CUSTOMER_COLUMNS.items() if name not in own]
    return named.with_columns(nothing).with_columns(status=pl.lit(LISTED)).select(*CUSTOMER_COLUMNS)


def _prove(
    ledger: pl.DataFrame, items: OpenItemList, documents: DocumentRows, customers: pl.DataFrame, *, has_ledger: bool
) -> pl.DataFrame:
    """Return a row for each customer, with the sums of the list, and what they prove."""
    zero = pl.lit(0).cast(BASE_AMOUNT)
    owner = pl.col("old_customer_no").alias(OWNER)
    sums = [
        items.items.group_by(OWNER, maintain_order=True).agg(listed=pl.col("base_amount").sum()),
        items.subtotals,
        documents.rows.group_by(owner).agg(documents=pl.col("base_amount").sum()),
        documents.left_out.group_by(owner).agg(left_out=pl.col("base_amount").sum()),
        customers.select(OWNER, is_in_ledger=pl.lit(value=True)).unique(OWNER),
    ]
    stated = ledger.select(*_PROOF_SCHEMA)
    owners = pl.concat([stated.select(OWNER), sums[0].select(OWNER)]).unique(maintain_order=True)
    proof = owners
    for frame in (stated, *sums):
        proof = proof.join(frame, on=OWNER, how="left", nulls_equal=True, maintain_order="left")
    is_listed = pl.col("listed").is_not_null()
    proof = proof.with_columns(
        is_in_ledger=pl.col("is_in_ledger").fill_null(value=False) | pl.lit(not has_ledger), is_listed=is_listed
    ).with_columns(pl.col("listed", "documents", "left_out").fill_null(zero))
    wrong = proof.filter(pl.col("documents") + pl.col("left_out") != pl.col("listed"))
    if wrong.height:
        message = f"the documents of {wrong.height} customers do not add up to their items"
        raise AssertionError(message)
    differs = pl.col("listed") != pl.col("closing")
    return proof.with_columns(
        difference=pl.when(~pl.col("is_subtotal_right").fill_null(value=True) & ~differs.fill_null(value=False))
        .then(pl.col("listed") - pl.col("subtotal"))
        .otherwise(pl.col("listed") - pl.col("closing"))
        .cast(BASE_AMOUNT),
        has_items="is_listed",
        proof=pl.when(pl.col("proof") == Proof.DUPLICATE)
        .then("proof")
        .when(pl.col(OWNER).is_null())
        .then(pl.lit(Proof.NO_CUSTOMER))
        .when(~pl.col("is_in_ledger"))
        .then(pl.lit(Proof.NOT_IN_LEDGER))
        .when(~pl.col("is_listed") & pl.col("closing").is_null())
        .then("proof")
        .when(pl.lit(has_ledger) & pl.col("closing").is_null())
        .then(pl.lit(Proof.NOT_STATED))
        .when(differs.fill_null(value=False))
        .then(pl.lit(Proof.LISTED_OTHERWISE))
        .when(~pl.col("is_subtotal_right").fill_null(value=True))
        .then(pl.lit(Proof.SUBTOTAL_DIFFERS))
        .when(~pl.col("is_listed"))
        .then(pl.lit(Proof.NOTHING))
        .otherwise(pl.lit(Proof.PROVED)),
    ).drop("is_listed")

"""A migration as a whole: customers, documents, what is left out, and the proofs.

The proofs (base currency, exact):

- P1: opening + postings = closing, of each customer.
- P2: the customers' balances add up to the accounts of receivables.
- P3: the vouchers are as many, and add up to as much, as the file states.
- P4: the lines of each voucher add up to 0.
- P5: documents + what is left out = closing, of each customer that is proved. It guards this program.
- P6: the same for all customers, with the difference of P2, is the closing balance of the accounts.
- P7: the balances of consecutive periods meet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import polars as pl

from armbulk.migration.balances import CustomerBalances, Proof, compare_accounts, prove_accounts, prove_customers
from armbulk.migration.customer_rows import CustomerChoices, build_customer_rows
from armbulk.migration.document_rows import DocumentChoices, DocumentRows, build_document_rows
from armbulk.migration.grouping import GroupedLines, group_lines
from armbulk.migration.ledger_items import LedgerItems, derive_items, join_items
from armbulk.migration.ledger_lines import add_keys
from armbulk.migration.listed_items import ListSource
from armbulk.migration.references import OWNER, LedgerDocuments, find_documents
from armbulk.migration.whole_file import WholeFile
from armbulk.migration.years import join_years
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.ledger_export import BASE_AMOUNT, LedgerExport, LedgerHeader

_SAME_DUE_SHARE = Decimal("0.95")


class Notice(StrEnum):
    """Something about a file that the user must know."""

    NO_NAMESPACE = "no namespace"
    ACCOUNTS_ASSUMED = "accounts assumed"  # no customer names an account: 1500 to 1599
    OPENING_POSTED = "opening posted"  # P1b
    NO_LINKS = "no links"  # T5 is 0: no credit leads to a document
    CURRENCIES_UNUSABLE = "currencies unusable"
    TOTALS_DIFFER = "totals differ"  # P3
    VOUCHERS_UNBALANCED = "vouchers unbalanced"  # P4
    ACCOUNTS_DIFFER = "accounts differ"  # P2
    POSTINGS_DIFFER = "postings differ"  # of accounts of receivables: opening + postings is not closing
    OTHER_ACCOUNTS_DIFFER = "other accounts differ"  # the same of other accounts
    YEARS_DIFFER = "years differ"  # P7
    MADE_IN_PERIOD = "made in period"  # exported before the period was over
    DUE_IS_DATE = "due is date"  # almost every due date is the document's date
    LIST_TOTAL_DIFFERS = "list total differs"  # the total of a list of open items is not the sum of its items
    LIST_AGES_DIFFER = "list ages differ"  # the ages of a row of a list are not its total
    LIST_NOT_COMPARED = "list not compared"  # a list without totals, and no SAF-T file


_DIFFERING = frozenset(
    {
        Notice.TOTALS_DIFFER,
        Notice.ACCOUNTS_DIFFER,
        Notice.POSTINGS_DIFFER,
        Notice.YEARS_DIFFER,
        Notice.LIST_TOTAL_DIFFERS,
        Notice.LIST_AGES_DIFFER,
        Notice.LIST_NOT_COMPARED,
    }
)


@dataclass(frozen=True, slots=True)
class Migration:
    """What moves to ARM, and how it is proved.

    Attributes:
        header: The header of the last export.
        customers: The rows of the Customers sheet (`build_customer_rows`).
        documents: The rows of the Documents sheet, and what is left out.
        proof: A row for each customer number: customer_id String; opening, moved, closing, difference, documents,
            left_out Decimal(38, 2); proof (Proof) String; has_items Boolean, null where it is not proved.
        accounts: P2 (`compare_accounts`).
        unproved_accounts: Accounts of the general ledger that do not add up (`prove_accounts`).
        parts: P3 (`PART_COLUMNS`).
        unbalanced_vouchers: P4 (`VOUCHER_COLUMNS`).
        breaks: P7 (`join_years`).
        doubted_references: Reference numbers that several invoices of a customer carry (T1): customer_id,
            reference_key String.
        doubted_cids: Payment references that several invoices of a customer carry (T2): customer_id, cid_key String.
        credit_count: Credits of customers.
        linked_credits: Credits that a reference leads to a document (T5).
        notices: What the user must know of the file.
        source: The list of open items, if the items are those of a list. `proof` then also has listed (the sum of the
            customer's items), subtotal Decimal(38, 2), is_subtotal_right, is_in_ledger Boolean, and `difference` is
            listed - closing, or listed - subtotal where that alone differs; a row without a customer number is that
            of items without one.
    """

    header: LedgerHeader
    customers: pl.DataFrame
    documents: DocumentRows
    proof: pl.DataFrame
    accounts: pl.DataFrame
    unproved_accounts: pl.DataFrame
    parts: pl.DataFrame
    unbalanced_vouchers: pl.DataFrame
    breaks: pl.DataFrame
    doubted_references: pl.DataFrame
    doubted_cids: pl.DataFrame
    credit_count: int
    linked_credits: int
    notices: tuple[Notice, ...]
    source: ListSource | None = None

    @property
    def has_ledger(self) -> bool:
        """Whether there is a SAF-T file, not a list of open items alone."""
        return self.parts.height > 0

    @property
    def not_moved(self) -> pl.DataFrame:
        """The customers whose items are not moved because nothing proves them: rows of `proof`."""
        return self.unproved if self.source is None else self.proof.clear()

    @property
    def unproved(self) -> pl.DataFrame:
        """The customers whose balance is not proved, and who owe something or may: rows of `proof`."""
        return self.proof.filter(~pl.col("proof").is_in([Proof.PROVED, Proof.NOTHING]))

    @property
    def total(self) -> Decimal:
        """The sum of the documents and of what is left out, in the base currency."""
        frames = (self.documents.rows, self.documents.left_out)
        return sum((sum_amounts(frame["base_amount"]) for frame in frames), Decimal(0))

    @property
    def is_proved(self) -> bool:
        """Whether every customer, account, total and period is proved."""
        return self.unproved.is_empty() and not _DIFFERING.intersection(self.notices)


def derive_migration(
    exports: Sequence[LedgerExport], customer_choices: CustomerChoices, document_choices: DocumentChoices
) -> Migration:
    """Derive what moves to ARM from the exports of a ledger.

    Args:
        exports: One export, or several of consecutive periods.
        customer_choices: What the user decides about the customers.
        document_choices: What the user decides about the documents.

    Raises:
        FileError: The exports do not belong together.
        AssertionError: The documents of a customer do not add up to the balance (P5): a fault of this program.
    """
    export, breaks = join_years(exports)
    balances = prove_customers(export)
    linked = _Links(export)
    items = join_items(list(linked.list_items(balances)), balances)
    documents = build_document_rows(items.rows, export.customers, export.header.end, document_choices)
    accounts = compare_accounts(export)
    unproved_accounts = prove_accounts(export, is_opening_posted=balances.is_opening_posted)
    return Migration(
        header=export.header,
        customers=build_customer_rows(export.customers, customer_choices),
        documents=documents,
        proof=_prove_items(balances, items.classes, documents),
        accounts=accounts,
        unproved_accounts=unproved_accounts,
        parts=export.parts,
        unbalanced_vouchers=export.unbalanced_vouchers,
        breaks=breaks,
        doubted_references=pl.concat(linked.doubted_references),
        doubted_cids=pl.concat(linked.doubted_cids),
        credit_count=linked.credit_count,
        linked_credits=linked.linked_credits,
        notices=(
            *_list_notices(export, balances, linked, accounts, breaks),
            *_list_account_notices(export, unproved_accounts),
        ),
    )


class _Links:
    """Derives the items of groups of customers, one after another, and counts what their references lead to.

    Attributes:
        doubted_references: As `Migration` has them, of each group.
        doubted_cids: The same.
        credit_count: Credits of customers.
        linked_credits: Credits that a reference leads to a document.
        due_claims: Invoices with a due date.
        same_due_claims: Those that are due on their own day.
    """

    def __init__(self, export: LedgerExport) -> None:
        self._export = export
        self._whole = WholeFile(export.lines)
        self.doubted_references: list[pl.DataFrame] = []
        self.doubted_cids: list[pl.DataFrame] = []
        self.credit_count = self.linked_credits = self.due_claims = self.same_due_claims = 0

    def list_items(self, balances: CustomerBalances) -> Iterator[LedgerItems]:
        """Yield the items of each group; customers without a posting are in the first."""
        has_links = any(grouped.linked_credits for grouped, _references in self._group(None))
        without = balances.rows.filter(pl.col("postings") == 0)
        export = self._export
        for number, (grouped, references) in enumerate(self._group(self._whole if has_links else None)):
            self._count(grouped, references)
            own = balances.rows.join(grouped.lines.select(OWNER).unique(), on=OWNER, how="semi", maintain_order="left")
            yield derive_items(
                grouped,
                references,
                own if number else pl.concat([own, without]),
                export.header.currency,
                uses_currencies=not export.repeats_currency_amounts,
            )

    def _group(self, whole: WholeFile | None) -> Iterator[tuple[GroupedLines, LedgerDocuments]]:
        for group in self._export.lines.list_groups():
            lines = add_keys(group).collect()
            references = find_documents(lines, self._whole)
            yield group_lines(lines, references, whole), references

    def _count(self, grouped: GroupedLines, references: LedgerDocuments) -> None:
        self.doubted_references.append(references.doubted_references)
        self.doubted_cids.append(references.doubted_cids)
        self.credit_count += grouped.credit_count
        self.linked_credits += grouped.linked_credits
        claims = grouped.lines.filter(pl.col("is_invoice") & pl.col("due_date").is_not_null())
        self.due_claims += claims.height
        self.same_due_claims += claims.filter(pl.col("due_date") == pl.col("date")).height


def _prove_items(balances: CustomerBalances, classes: pl.DataFrame, documents: DocumentRows) -> pl.DataFrame:
    """Return the balances with the sums of the documents and of what is left out (P5)."""
    zero = pl.lit(0).cast(BASE_AMOUNT)
    sums = {
        name: frame.group_by(pl.col("old_customer_no").alias(OWNER)).agg(pl.col("base_amount").sum().alias(name))
        for name, frame in (("documents", documents.rows), ("left_out", documents.left_out))
    }
    proof = balances.rows
    for frame in (*sums.values(), classes):
        proof = proof.join(frame, on=OWNER, how="left", maintain_order="left")
    proof = proof.with_columns(pl.col("documents", "left_out").fill_null(zero))
    wrong = proof.filter(
        (pl.col("proof") == Proof.PROVED) & (pl.col("documents") + pl.col("left_out") != pl.col("closing"))
    )
    if wrong.height:
        message = f"the documents of {wrong.height} customers do not add up to their balances"
        raise AssertionError(message)
    return proof


def do_totals_agree(parts: pl.DataFrame) -> bool:
    """Return whether the vouchers are what the files state (P3).

    A program may state the totals of the whole export in every part, or those of each part.
    """
    pairs = (("stated_entries", "entries"), ("stated_debit", "debit"), ("stated_credit", "credit"))
    for stated, own in pairs:
        agrees_each = (parts[stated].is_null() | (parts[stated] == parts[own])).all()
        whole = parts[own].sum()
        agrees_whole = (parts[stated].is_null() | (parts[stated] == whole)).all()
        if not (agrees_each or agrees_whole):
            return False
    return True


def _list_account_notices(export: LedgerExport, unproved: pl.DataFrame) -> Iterator[Notice]:
    """Yield the notices about accounts that do not add up."""
    is_receivable = unproved["account_id"].is_in(list(export.receivable_accounts))
    if is_receivable.any():
        yield Notice.POSTINGS_DIFFER
    if not is_receivable.all():
        yield Notice.OTHER_ACCOUNTS_DIFFER


def _list_notices(
    export: LedgerExport,
    balances: CustomerBalances,
    linked: _Links,
    accounts: pl.DataFrame,
    breaks: pl.DataFrame,
) -> list[Notice]:
    header = export.header
    differs = pl.any_horizontal(
        pl.col(f"{name}_accounts").fill_null(0) != pl.col(f"{name}_customers") for name in ("opening", "closing")
    )
    conditions = {
        Notice.NO_NAMESPACE: not export.has_namespace,
        Notice.ACCOUNTS_ASSUMED: not export.are_accounts_named and bool(export.receivable_accounts),
        Notice.OPENING_POSTED: balances.is_opening_posted,
        Notice.NO_LINKS: linked.credit_count > 0 and not linked.linked_credits,
        Notice.CURRENCIES_UNUSABLE: export.repeats_currency_amounts,
        Notice.TOTALS_DIFFER: not do_totals_agree(export.parts),
        Notice.VOUCHERS_UNBALANCED: export.unbalanced_vouchers.height > 0,
        Notice.ACCOUNTS_DIFFER: accounts.filter(differs).height > 0,
        Notice.YEARS_DIFFER: breaks.height > 0,
        Notice.MADE_IN_PERIOD: bool(header.created and header.end and header.created <= header.end),
        Notice.DUE_IS_DATE: linked.same_due_claims > linked.due_claims * _SAME_DUE_SHARE,
    }
    return [notice for notice, applies in conditions.items() if applies]

"""The sheets of a migration that explain it: Proof, Left out, and the ledger's files."""

from collections.abc import Mapping
from typing import Any

from armbulk.i18n import Text, _
from armbulk.migration.balances import Proof
from armbulk.migration.derive import Migration, Notice, do_totals_agree
from armbulk.migration.document_rows import LeftOut
from armbulk.migration.listed_report import build_list_sections, build_listed_proof
from armbulk.migration.proof_sheet import ITEMS, lay_out_proof
from armbulk.migration.references import OWNER
from armbulk.migration.table_rows import describe_item
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.fields import FieldType
from armbulk.model.result_columns import LEFT_OUT, LEFT_OUT_TITLE
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import ReportRow, Row, Section

_REASONS = {
    LeftOut.CREDIT: _("A credit: its document type in ARM is not known"),
    LeftOut.ROUNDING: _("Settled in its own currency; this is a difference of exchange rates"),
    LeftOut.NUMBER_TWICE: _("Another document has this number"),
    LeftOut.SETTLED: _("Nothing is open"),
    LeftOut.NO_CUSTOMER: _("The list does not say which customer owes it"),
    LeftOut.NO_AMOUNT: _("The list does not say the open amount in this currency"),
}
_PROOFS = {
    Proof.PROVED: _("Balance without items"),
    Proof.NOTHING: _("Owes nothing"),
    Proof.NOT_STATED: _("Not proved: the file states no closing balance"),
    Proof.DIFFERENT: _("Not proved: opening balance and postings are not the closing balance"),
    Proof.DUPLICATE: _("Not proved: the customer number is there twice"),
    Proof.LISTED_OTHERWISE: _("Not proved: the items of the list are not the closing balance"),
    Proof.SUBTOTAL_DIFFERS: _("Not proved: the items of the list are not its subtotal"),
    Proof.NOT_IN_LEDGER: _("Not proved: the customer is in the list, but not in the SAF-T file"),
    Proof.NO_CUSTOMER: _("Not proved: the list does not say whose items these are"),
}
_AMOUNTS = (
    ("opening", _("Opening balance")),
    ("moved", _("Postings")),
    ("closing", _("Closing balance")),
    ("difference", _("Difference")),
    ("documents", _("Documents")),
    ("left_out", _("Left out")),
)
_EQUATION = _("Opening balance + postings = closing balance = documents + left out, in {currency}.")
_OLD_NO = "old_customer_no"
NOTICES = {
    Notice.NO_NAMESPACE: _("The file does not use the namespace of the Norwegian format."),
    Notice.ACCOUNTS_ASSUMED: _("No customer names an account: 1500 to 1599 were taken for accounts of receivables."),
    Notice.OPENING_POSTED: _("The opening balances are vouchers too. They were counted once, as vouchers."),
    Notice.NO_LINKS: _(
        "No credit has a reference to an invoice. Of customers with credits, only the balance is known, not which "
        "items are open."
    ),
    Notice.CURRENCIES_UNUSABLE: _("Vouchers repeat a currency amount on other lines. So all items are in {currency}."),
    Notice.TOTALS_DIFFER: _("The vouchers are not what the file states: a part may be missing, or there twice."),
    Notice.VOUCHERS_UNBALANCED: _("The lines of some vouchers do not add up to 0."),
    Notice.ACCOUNTS_DIFFER: _("The balances of the customers are not those of the accounts of receivables."),
    Notice.POSTINGS_DIFFER: _(
        "Opening balances and postings of accounts of receivables are not their closing balances: a posting may be "
        "missing, or there twice."
    ),
    Notice.OTHER_ACCOUNTS_DIFFER: _(
        "Opening balances and postings of other accounts are not their closing balances. The sheet Ledger file names "
        "them."
    ),
    Notice.YEARS_DIFFER: _("Closing balances of a period are not the opening balances of the next."),
    Notice.MADE_IN_PERIOD: _("The file was made before its period was over."),
    Notice.LIST_TOTAL_DIFFERS: _("The total of the list is not the sum of its items."),
    Notice.LIST_AGES_DIFFER: _(
        "Ages of the list do not add up to the total of their row: the sheet Ledger file has both."
    ),
    Notice.LIST_NOT_COMPARED: _("The list has no totals, and there is no SAF-T file to compare it with."),
    Notice.DUE_IS_DATE: _("Almost every due date is the date of the document: the program may have filled it in."),
}
"""What to tell of a file."""


def name_company(migration: Migration) -> str:
    """Return the name and number of the ledger's company; a list of open items has neither, but a file."""
    header = migration.header
    return f"{header.company_name} ({header.company_no})" if header.company_no else header.company_name


def build_proof_sheet(migration: Migration, lang: str) -> ReportSheet:
    """Return the balances and items of each customer, those that are not proved first."""
    if migration.source is not None:
        return build_listed_proof(migration, _PROOFS, lang)
    return lay_out_proof(
        migration,
        _AMOUNTS,
        _EQUATION,
        _describe_proof,
        sum_amounts,
        lang,
    )


def _describe_proof(row: Mapping[str, Any]) -> Text:
    """Return what the balances of a customer prove."""
    if row["has_items"] and not (row["closing"] or row["documents"] or row["left_out"]):
        return _PROOFS[Proof.NOTHING]
    return ITEMS if row["has_items"] else _PROOFS[Proof(row["proof"])]


def build_left_out_sheet(migration: Migration, lang: str) -> ReportSheet:
    """Return the amounts that are not sent, each with its reason; then the customers that are not proved."""
    rows: list[ReportRow] = []
    for item in migration.documents.left_out.iter_rows(named=True):
        reason = _REASONS[LeftOut(item["reason"])].text(lang)
        rows.append(
            (
                item[_OLD_NO], item["document_no"], item["document_date"], item["currency"], item["incl_vat"],
                item["base_amount"], reason, describe_item(item).text(lang),
            )
        )  # fmt: skip
    unproved = migration.not_moved
    for customer in unproved.iter_rows(named=True):
        reason = _PROOFS[Proof(customer["proof"])].text(lang)
        rows.append((customer[OWNER], None, None, migration.header.currency, None, customer["closing"], reason, None))
    total = sum_amounts(migration.documents.left_out["base_amount"]) + sum_amounts(unproved["closing"])
    return ReportSheet(
        name=LEFT_OUT.text(lang),
        title=LEFT_OUT_TITLE.text(lang),
        headings=(
            (_("Customer no").text(lang), FieldType.TEXT),
            (_("Document no").text(lang), FieldType.TEXT),
            (_("Document date").text(lang), FieldType.DATE),
            (_("Currency").text(lang), FieldType.TEXT),
            (_("Amount").text(lang), FieldType.AMOUNT),
            (_("Amount in the base currency").text(lang), FieldType.AMOUNT),
            (_("Reason").text(lang), FieldType.TEXT),
            (_("Source").text(lang), FieldType.TEXT),
        ),
        rows=rows,
        total=(_("Total").text(lang), None, None, None, None, total, None, None),
        notes=(_("Nothing on this sheet is sent to ARM.").text(lang),),
    )


def build_file_sections(migration: Migration, lang: str) -> list[Section]:
    """Return what the files say of themselves, their totals, the accounts, the tests of references, and notices."""
    header = migration.header
    sections = [
        Section(
            _("The ledger").text(lang),
            (
                (_("Company").text(lang), name_company(migration)),
                (_("Program").text(lang), header.software),
                (_("Period").text(lang), _describe_period(migration).text(lang)),
                (_("Base currency").text(lang), header.currency),
            ),
        ),
        Section(
            _("Notices").text(lang),
            tuple(("", NOTICES[notice].fill(currency=header.currency).text(lang)) for notice in migration.notices),
        ),
        _build_part_section(migration, lang),
        _build_account_section(migration, lang),
        _build_unproved_section(migration, lang),
        *(build_list_sections(migration.source, lang) if migration.source else [_build_test_section(migration, lang)]),
    ]
    return [section for section in sections if section.rows]


def _build_test_section(migration: Migration, lang: str) -> Section:
    return Section(
        _("Tests of references").text(lang),
        (
            (_("Reference numbers on several invoices").text(lang), migration.doubted_references.height),
            (_("Payment references on several invoices").text(lang), migration.doubted_cids.height),
            (_("Credits").text(lang), migration.credit_count),
            (_("Credits that lead to a document").text(lang), migration.linked_credits),
        ),
    )


def _describe_period(migration: Migration) -> Text:
    header = migration.header
    if header.start is None or header.end is None:
        return _("not stated")
    return _("{start:date} to {end:date}", start=header.start, end=header.end)


def _build_part_section(migration: Migration, lang: str) -> Section:
    parts = migration.parts
    rows: list[Row] = [
        (part["file"], part["entries"], part["stated_entries"], part["debit"], part["stated_debit"])
        for part in parts.iter_rows(named=True)
    ]
    headings = [_("File"), _("Vouchers"), _("Vouchers stated"), _("Debit"), _("Debit stated")]
    return Section(
        _("Files").text(lang),
        tuple(rows),
        headings=tuple(heading.text(lang) for heading in headings),
        is_good=do_totals_agree(parts),
    )


def _build_account_section(migration: Migration, lang: str) -> Section:
    rows: list[Row] = [
        (
            account["account_id"],
            account["closing_accounts"],
            account["closing_customers"],
            account["without_customer"],
        )
        for account in migration.accounts.iter_rows(named=True)
    ]
    headings = [_("Account"), _("Closing balance"), _("Of customers"), _("Postings without a customer")]
    return Section(
        _("Accounts of receivables").text(lang),
        tuple(rows),
        headings=tuple(heading.text(lang) for heading in headings),
        is_good=Notice.ACCOUNTS_DIFFER not in migration.notices,
    )


def _build_unproved_section(migration: Migration, lang: str) -> Section:
    rows: list[Row] = [
        (row["account_id"], row["opening"], row["moved"], row["closing"], row["difference"])
        for row in migration.unproved_accounts.iter_rows(named=True)
    ]
    headings = [_("Account"), _("Opening balance"), _("Postings"), _("Closing balance"), _("Difference")]
    return Section(
        _("Accounts that do not add up").text(lang),
        tuple(rows),
        headings=tuple(heading.text(lang) for heading in headings),
        is_good=False,
    )

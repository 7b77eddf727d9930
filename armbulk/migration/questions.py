"""What a person must decide before a migration is sent.

How ARM treats a moved item is not known: what it books, how it distributes the document, whether it reminds at once. So
no answer has a default. Each question says what can happen. The workbook waits for all answers; an answer can fill the
empty cells of columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.i18n import Text, _, ngettext
from armbulk.migration.derive import Migration, Notice
from armbulk.migration.document_rows import LeftOut
from armbulk.migration.ledger_items import DOCUMENTS, ItemKind
from armbulk.migration.listed_questions import ask_about_list
from armbulk.model.exact_sums import sum_amounts
from armbulk.resources.migration_questions import QUESTION_RULES, QuestionRule

_LEFT_OUT_RISK = _(
    "Some programs leave out customers without a posting in the period, even if they owe something; others post "
    "without a customer. Their items are then missing. Type yes only if you know why, and keep the reason."
)

_CHECKS: Mapping[str, tuple[Text, Text]] = {
    "estimated-due-dates": (
        ngettext(
            "{count} due date is estimated by the customer's days of payment. Is it right?",
            "{count} due dates are estimated by the customers' days of payment. Are they right?",
        ),
        _("Interest and reminders depend on the due date."),
    ),
    "balances": (
        ngettext(
            "{count} balance without items becomes a document of {sum:amount}. Is that right?",
            "{count} balances without items become a document each, {sum:amount} together. Is that right?",
        ),
        _("Reminders then name one amount and one date instead of the invoices. A list of open items is better."),
    ),
    "own-numbers": (
        ngettext(
            "{count} document of {sum:amount} is of a voucher of several customers, and has no number. It gets the "
            "prefix and the customer's number. Is that right?",
            "{count} documents, {sum:amount} together, are of vouchers of several customers, and have no numbers. "
            "They get the prefix and the customer's number. Is that right?",
        ),
        _(
            "The customers know their invoices by other numbers. If you have them, type them on the sheets "
            "Documents and Lines."
        ),
    ),
    "voucher-numbers": (
        ngettext(
            "{count} document has the number of its voucher, because the old ledger's file has no other. Does the "
            "customer know it by this number?",
            "{count} documents have the numbers of their vouchers, because the old ledger's file has no others. Do the "
            "customers know them by these numbers?",
        ),
        _(
            "Reminders name these numbers. If you have the numbers of the invoices, type them on the sheets Documents "
            "and Lines, or use a list of open items."
        ),
    ),
    "payment-references": (
        ngettext(
            "{count} document keeps the payment reference (KID) of the old ledger. Does ARM match payments by it?",
            "{count} documents keep the payment reference (KID) of the old ledger. Does ARM match payments by it?",
        ),
        _("ARM builds its own KID. A payment with an unknown KID may not find its item."),
    ),
    "credits": (
        ngettext(
            "{count} credit, {sum:amount} in the base currency, is not sent. Is it handled in another way?",
            "{count} credits, {sum:amount} in the base currency, are not sent. Are they handled in another way?",
        ),
        _("ARM's document type for a credit is not known. Without it, these customers owe too much in ARM."),
    ),
    "numbers-twice": (
        ngettext(
            "{count} document shares its number with another one, and is not sent. Is that right?",
            "{count} documents share their numbers with others, and are not sent. Is that right?",
        ),
        _("ARM accepts a document number once. Give each document a number of its own, and add it to Documents."),
    ),
}
"""Question about documents → its text, and what can happen."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the user.

    Attributes:
        key: Its name in workbooks and settings; one of `QUESTION_RULES`.
        text: The question.
        risk: What can happen.
    """

    key: str
    text: Text
    risk: Text

    @property
    def rule(self) -> QuestionRule:
        """What an answer may be."""
        return QUESTION_RULES[self.key]


def list_questions(migration: Migration) -> tuple[Question, ...]:
    """Return the questions of a migration: those of every one, and those that its data raises."""
    of_list = ask_about_list(migration, migration.source) if migration.source else ()
    return (
        *_ask_always(),
        *_ask_about_documents(migration),
        *_ask_about_proofs(migration),
        *(Question(*each) for each in of_list),
    )


def _ask_always() -> tuple[Question, ...]:
    return (
        Question(
            "document-type",
            _("Which document type do the open items get in ARM?"),
            _(
                "IN (invoice) is the only type in ARM's documentation. ARM may book the receivable, the revenue and "
                "the VAT of each item again."
            ),
        ),
        Question(
            "booking",
            _("What does ARM book for these documents, and who at Amili confirmed it?"),
            _("Without an account for the other side, revenue and VAT can be reported twice."),
        ),
        Question(
            "distribution",
            _("Which distribution type do the documents get?"),
            _("ARM may print or e-mail invoices that the customers already have. Ask Amili which code sends nothing."),
        ),
        Question(
            "dunning",
            _("Until which day does ARM send no reminders, no debt collection and no interest for the customers?"),
            _("An item that is overdue when it is created may be reminded the same night."),
        ),
    )


def _ask_about_documents(migration: Migration) -> list[Question]:
    rows, left_out = migration.documents.rows, migration.documents.left_out
    questions = []
    if no_due := rows.filter(pl.col("due_date").is_null()).height:
        text = ngettext(
            "{count} document has no due date. How many days after its date is it due?",
            "{count} documents have no due date. How many days after their dates are they due?",
            count=no_due,
        )
        questions.append(Question("due-days", text, _("Interest and reminders depend on the due date.")))
    for key, frame in _list_checks(rows, left_out).items():
        text, risk = _CHECKS[key]
        if frame.height:
            total = sum_amounts(frame["base_amount"])
            questions.append(Question(key, text.fill(count=frame.height, sum=total), risk))
    return questions


def _list_checks(rows: pl.DataFrame, left_out: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the documents that each of `_CHECKS` is about."""
    reason = pl.col("reason")
    return {
        "estimated-due-dates": rows.filter("is_due_estimated"),
        "balances": rows.filter(~pl.col("kind").is_in(DOCUMENTS)),
        "own-numbers": rows.filter(pl.col("kind") == ItemKind.UNNUMBERED),
        "voucher-numbers": rows.filter("is_voucher_no"),
        "payment-references": rows.filter(pl.col("kid").is_not_null()),
        "credits": left_out.filter(reason == LeftOut.CREDIT),
        "numbers-twice": left_out.filter(reason == LeftOut.NUMBER_TWICE),
    }


def ask_about_existing(count: int) -> tuple[Question, ...]:
    """Return the question about the customers that ARM has already."""
    text = ngettext(
        "ARM has {count} customer with a number of this ledger. Is it the same customer?",
        "ARM has {count} customers with numbers of this ledger. Are they the same customers?",
        count=count,
    )
    risk = _("The import changes these customers in ARM. The sheet Existing customers shows what differs.")
    return (Question("existing-customers", text, risk),) if count else ()


def _ask_about_proofs(migration: Migration) -> list[Question]:
    questions = []
    unproved = migration.not_moved
    if unproved.height:
        stated = sum_amounts(unproved["closing"])
        questions.append(
            Question(
                "not-proved",
                ngettext(
                    "The balance of {count} customer is not proved, and its items are not moved. Its closing balance "
                    "is {sum:amount}. Is that right?",
                    "The balances of {count} customers are not proved, and their items are not moved. Their closing "
                    "balances add up to {sum:amount}. Is that right?",
                    count=unproved.height,
                    sum=stated,
                ),
                _("What these customers owe is then missing in ARM. The sheet Proof shows both figures of each."),
            )
        )
    texts = {
        Notice.TOTALS_DIFFER: _("The vouchers are not what the file states. Is a part missing, or there twice?"),
        Notice.ACCOUNTS_DIFFER: _differing_accounts(migration),
        Notice.POSTINGS_DIFFER: _(
            "Opening balances and postings of accounts of receivables are not their closing balances. Is the "
            "difference known?"
        ),
        Notice.YEARS_DIFFER: _("Closing balances are not the next opening balances. Is the difference known?"),
        Notice.ACCOUNTS_ASSUMED: _("No customer names an account. Are 1500 to 1599 the accounts of receivables?"),
    }
    risk = _("Items can be missing, or there twice. Type yes only if you know why, and keep the reason.")
    risks = {Notice.ACCOUNTS_DIFFER: _LEFT_OUT_RISK}
    questions += [
        Question(notice.replace(" ", "-"), text, risks.get(notice, risk))
        for notice, text in texts.items()
        if notice in migration.notices
    ]
    return questions


def _differing_accounts(migration: Migration) -> Text:
    accounts = sum_amounts(migration.accounts["closing_accounts"].fill_null(Decimal(0)))
    customers = sum_amounts(migration.accounts["closing_customers"])
    sums = {"accounts": accounts, "customers": customers, "difference": accounts - customers}
    if migration.source is not None:
        return _(
            "The accounts of receivables close with {accounts:amount}, the customers of the SAF-T file with "
            "{customers:amount}: a difference of {difference:amount}. The items of the list add up to {listed:amount}. "
            "Is the difference known?",
            **sums,
            listed=migration.source.items.total,
        )
    return _(
        "The accounts of receivables close with {accounts:amount}, the customers with {customers:amount}: a difference "
        "of {difference:amount}. Is it known?",
        **sums,
    )

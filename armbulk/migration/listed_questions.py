"""What a list of open items leaves open. Nothing is sent before a person has answered."""

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext, quote_names
from armbulk.migration.balances import Proof
from armbulk.migration.derive import Migration, Notice
from armbulk.migration.document_rows import LeftOut
from armbulk.migration.listed_items import ListSource
from armbulk.model.exact_sums import sum_amounts

_ITEMS_RISK = _("Items can be missing, or there twice. Type yes only if you know why, and keep the reason.")
_AMOUNT_RISK = _("Customers are then reminded of amounts that they do not owe.")


def ask_about_list(migration: Migration, source: ListSource) -> list[tuple[str, Text, Text]]:
    """Return the questions that a list raises: key, question, what can happen."""
    return [
        *_ask_about_sums(migration, source),
        *_ask_about_rows(migration, source),
        *_ask_about_reading(migration, source),
    ]


def _ask_about_sums(migration: Migration, source: ListSource) -> list[tuple[str, Text, Text]]:
    proof = migration.proof
    questions = []
    differing = proof.filter(pl.col("proof") == Proof.LISTED_OTHERWISE)
    if differing.height:
        text = _(
            "Customers whose items are not their closing balance: {count}. By the list they owe {listed:amount}, by "
            "the SAF-T file {closing:amount}. Is the difference known?",
            count=differing.height,
            listed=sum_amounts(differing["listed"]),
            closing=sum_amounts(differing["closing"]),
        )
        questions.append(("list-and-ledger", text, _ITEMS_RISK))
    if wrong := proof.filter(~pl.col("is_subtotal_right").fill_null(value=True)).height:
        text = ngettext(
            "{count} subtotal of the list is not the sum of its items. Is the difference known?",
            "{count} subtotals of the list are not the sums of their items. Is the difference known?",
            count=wrong,
        )
        questions.append(("list-subtotals", text, _ITEMS_RISK))
    if differences := source.items.age_differences:
        first_row = differences[0]
        text = ngettext(
            "{count} row of the list has ages that do not add up to its total. In {cell} the total is {total:amount}; "
            "its ages add up to {ages:amount}, and that moves. Is it right?",
            "{count} rows of the list have ages that do not add up to their totals. In {cell} the total is "
            "{total:amount}; its ages add up to {ages:amount}, and that moves. Are these sums right?",
            count=len(differences),
            cell=first_row.cell,
            total=first_row.total,
            ages=first_row.ages,
        )
        questions.append(("list-ages", text, _AMOUNT_RISK))
    totals = source.items.wrong_totals
    if totals.height:
        first = totals.row(0, named=True)
        text = _(
            "The list states a total of {total:amount}; its items add up to {items:amount}. Is the difference known?",
            total=first["figure"],
            items=first["items"],
        )
        questions.append(("list-total", text, _ITEMS_RISK))
    if Notice.LIST_NOT_COMPARED in migration.notices:
        text = _("The list has no totals, and there is no SAF-T file. Are its items complete?")
        questions.append(("list-not-compared", text, _ITEMS_RISK))
    missing = proof.filter(pl.col("proof").is_in([Proof.NOT_IN_LEDGER, Proof.NOT_STATED, Proof.DUPLICATE]))
    if missing.height:
        text = _(
            "Customers of the list without a closing balance in the SAF-T file: {count}. They owe {sum:amount}. "
            "Are their numbers right?",
            count=missing.height,
            sum=sum_amounts(missing["listed"]),
        )
        questions.append(("customers-not-in-ledger", text, _("Their names come from the list, without addresses.")))
    return questions


def _ask_about_rows(migration: Migration, source: ListSource) -> list[tuple[str, Text, Text]]:
    items, documents = source.items, migration.documents
    incomplete = documents.rows.filter(pl.col("document_no").is_null() | pl.col("document_date").is_null()).height
    reasons = pl.col("reason").is_in([LeftOut.NO_CUSTOMER, LeftOut.NO_AMOUNT])
    checks = (
        (
            "items-incomplete",
            incomplete,
            _("Items without a number or a date: {count}. Did you fill in the empty cells of the sheet Documents?"),
            _("ARM does not accept a document without them."),
        ),
        (
            "items-left-out",
            documents.left_out.filter(reasons).height,
            _("Items without a customer, or an amount in their currency: {count}. They are not sent. Is that right?"),
            _("What these items are worth is then missing in ARM."),
        ),
        (
            "rows-of-customers",
            items.filled,
            _("Items with the customer number of a row above, because they have none: {count}. Is that right?"),
            _("An item of another customer would be sent to the wrong one."),
        ),
        (
            "part-payments",
            items.settled_otherwise,
            _("Items whose remainder is not the original amount less what is paid: {count}. Is the remainder right?"),
            _AMOUNT_RISK,
        ),
        (
            "positive-credits",
            items.positive_credits,
            _("Credit notes or payments with an amount above zero: {count}. Do the customers owe these amounts?"),
            _("A credit would be sent as an invoice."),
        ),
        (
            "hidden-items",
            items.hidden,
            _("Items in rows that Excel does not show: {count}. They are on the sheet Documents. Is that right?"),
            _("A filter may hide items that somebody has left out on purpose."),
        ),
    )
    return [(key, text.fill(count=count), risk) for key, count, text, risk in checks if count]


def _ask_about_reading(migration: Migration, source: ListSource) -> list[tuple[str, Text, Text]]:
    items = source.items
    pairs = [_("{header} as {field}", header=header, field=title) for header, title in source.guessed]
    sheets = join_texts(*quote_names(source.unread_sheets), separator=", ") if source.unread_sheets else NO_TEXT
    checks = (
        (
            "list-currency",
            not items.names_currency and not migration.has_ledger,
            _(
                "The list does not name its currency. Are its amounts in {currency}?",
                currency=migration.header.currency,
            ),
            _AMOUNT_RISK,
        ),
        (
            "columns-guessed",
            bool(pairs),
            _("These columns were read: {columns}. Is that right?", columns=join_texts(*pairs, separator=", ")),
            _("Dates or amounts would be wrong in every row."),
        ),
        (
            "open-amounts",
            items.is_original and not items.has_running_balance,
            _("The list does not say what is paid. Are its amounts what is still open?"),
            _AMOUNT_RISK,
        ),
        (
            "running-balance",
            items.has_running_balance,
            _("A column of the list is the customer's balance after each row, and was not read. Is that right?"),
            _AMOUNT_RISK,
        ),
        (
            "sheets-not-read",
            bool(source.unread_sheets),
            _("These sheets are no lists of open items, and were not read: {sheets}. Is that right?", sheets=sheets),
            _ITEMS_RISK,
        ),
    )
    return [(key, text, risk) for key, applies, text, risk in checks if applies]

"""Texts of questions about requests whose form is not public."""

from datetime import date

from armbulk.app.dialog import (
    DueDateChange,
    DueDateQuestion,
    FormQuestion,
    PostingsQuestion,
    ReserveQuestion,
    WriteQuestion,
)
from armbulk.i18n import _, format_amount, ngettext
from armbulk.model.call_rows import translate_call_outcome
from armbulk.model.plain_text import to_one_line

RESERVE = ngettext(
    "Reserve {count} payment in {environment}, client {client}? armbulk cannot take it back.",
    "Reserve {count} payments in {environment}, client {client}? armbulk cannot take them back.",
)
TYPE_PAYMENTS = _("{question} Type the number of payments to confirm")
VALIDATE = ngettext(
    "Send {count} posting to {environment}, client {client}, to be validated? It has validateOnly.",
    "Send {count} postings to {environment}, client {client}, to be validated? All have validateOnly.",
)
TYPE_POSTINGS = _("{question} Type the number of postings to confirm")
CHANGE = ngettext(
    "Change the due date of {count} AR item in {environment}, client {client}?",
    "Change the due dates of {count} AR items in {environment}, client {client}?",
)
TYPE_ITEMS = _("{question} Type the number of AR items to confirm")
_METHOD = _("Auto posting method: {method}")
_MORE_PAYMENTS = ngettext("… and {count} more payment", "… and {count} more payments")
_DAYS = _("due {before:date} → {after:date}")
_PAST = ngettext(
    "{count:number} new due date is before today: the item is overdue at once.",
    "{count:number} new due dates are before today: the items are overdue at once.",
)
_PAID = ngettext(
    "{count:number} item has no balance left: it is paid or credited.",
    "{count:number} items have no balance left: they are paid or credited.",
)
_MORE_ITEMS = ngettext("… and {count} more AR item", "… and {count} more AR items")
_SUM = _("Sum {currency} {amount:amount}")
_FORM = _("The form of this request is not public. {who} confirmed it on {day:date}. The first request:")
_LEFT_OUT = _("Rows that are not sent: {outcomes}. Answer n to see why.")
_MAX_BODY_CHARS = 500


def describe_left_out(question: WriteQuestion, lang: str) -> list[str]:
    """Return the line about rows that are not sent; none where all of them are."""
    outcomes = ", ".join(f"{translate_call_outcome(name, lang)} {count}" for name, count in question.left_out)
    return [_LEFT_OUT.fill(outcomes=outcomes).text(lang)] if outcomes else []


def list_payments(question: ReserveQuestion, lang: str) -> list[str]:
    """Return the lines that are shown before payments are reserved."""
    lines = [f"  {number}  {for_}  {currency} {amount}" for number, for_, amount, currency in question.payments[:10]]
    more = len(question.payments) - len(lines)
    if more:
        lines.append(_MORE_PAYMENTS.fill(count=more).text(lang))
    return [*lines, *_describe_form(question, lang)]


def list_postings(question: PostingsQuestion, lang: str) -> list[str]:
    """Return the lines that are shown before auto postings are validated."""
    method = _METHOD.fill(method=to_one_line(question.method, _MAX_BODY_CHARS))
    return [method.text(lang), question.cost.text(lang), *_describe_form(question, lang)]


def list_due_dates(question: DueDateQuestion, lang: str) -> list[str]:
    """Return the lines that are shown before due dates are changed."""
    lines = [_write_change(item, lang) for item in question.items[:10]]
    more = len(question.items) - len(lines)
    if more:
        lines.append(_MORE_ITEMS.fill(count=more).text(lang))
    if question.past:
        lines.append(_PAST.fill(count=question.past).text(lang))
    if question.paid:
        lines.append(_PAID.fill(count=question.paid).text(lang))
    return [*lines, *_show_form(question, lang)]


def _write_change(item: DueDateChange, lang: str) -> str:
    days = _DAYS.fill(before=date.fromisoformat(item.before), after=date.fromisoformat(item.after))
    balance = "?" if item.balance is None else format_amount(item.balance, lang)
    columns = (item.ar_item_id, item.customer_no, item.document_no, days.text(lang), f"{item.currency} {balance}")
    return "  " + "  ".join(columns)


def _describe_form(question: ReserveQuestion | PostingsQuestion, lang: str) -> list[str]:
    sums = [f"  {_SUM.fill(currency=currency, amount=amount).text(lang)}" for currency, amount in question.sums]
    return [*sums, *_show_form(question, lang)]


def _show_form(question: FormQuestion, lang: str) -> list[str]:
    confirmed = question.confirmed
    form = _FORM.fill(who=confirmed.confirmed_by, day=confirmed.confirmed_on).text(lang)
    return [form, f"  {to_one_line(question.example, _MAX_BODY_CHARS)}"]

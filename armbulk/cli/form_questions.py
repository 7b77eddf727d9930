"""Texts of questions about requests whose form is not public."""

from armbulk.app.dialog import DueDateQuestion, PostingsQuestion, ReserveQuestion
from armbulk.i18n import _, ngettext
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
_MORE_ITEMS = ngettext("… and {count} more AR item", "… and {count} more AR items")
_SUM = _("Sum {currency} {amount:amount}")
_FORM = _("The form of this request is not public. {who} confirmed it on {day}. The first request:")
_MAX_BODY_CHARS = 500


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
    lines = ["  " + "  ".join(item) for item in question.items[:10]]
    more = len(question.items) - len(lines)
    if more:
        lines.append(_MORE_ITEMS.fill(count=more).text(lang))
    return [*lines, *_show_form(question, lang)]


def _describe_form(question: ReserveQuestion | PostingsQuestion, lang: str) -> list[str]:
    sums = [f"  {_SUM.fill(currency=currency, amount=amount).text(lang)}" for currency, amount in question.sums]
    return [*sums, *_show_form(question, lang)]


def _show_form(question: DueDateQuestion | ReserveQuestion | PostingsQuestion, lang: str) -> list[str]:
    form = _FORM.fill(who=question.confirmed_by, day=question.confirmed_on).text(lang)
    return [form, f"  {to_one_line(question.example, _MAX_BODY_CHARS)}"]

"""Texts of questions about requests whose form is not public."""

from armbulk.app.dialog import PostingsQuestion, ReserveQuestion
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
_METHOD = _("Auto posting method: {method}")
_MORE_PAYMENTS = ngettext("… and {count} more payment", "… and {count} more payments")
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


def _describe_form(question: ReserveQuestion | PostingsQuestion, lang: str) -> list[str]:
    sums = [f"  {_SUM.fill(currency=currency, amount=amount).text(lang)}" for currency, amount in question.sums]
    form = _FORM.fill(who=question.confirmed_by, day=question.confirmed_on).text(lang)
    return [*sums, form, f"  {to_one_line(question.example, _MAX_BODY_CHARS)}"]

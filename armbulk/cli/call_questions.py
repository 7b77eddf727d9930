"""What a person sees before single calls are made: the first of them, and the question."""

from collections.abc import Sequence
from dataclasses import dataclass

from armbulk.app.dialog import DeleteQuestion, DueDateQuestion, ReserveQuestion
from armbulk.i18n import Text, _, ngettext
from armbulk.model.plain_text import to_one_line

MORE_CUSTOMERS = ngettext("… and {count} more customer", "… and {count} more customers")
_DELETE = ngettext(
    "Delete {count} customer in {environment}, client {client}? ARM has no undelete.",
    "Delete {count} customers in {environment}, client {client}? ARM has no undelete.",
)
_TYPE_COUNT = _("{question} Type the number of customers to confirm")
_RESERVE = ngettext(
    "Reserve {count} payment in {environment}, client {client}? armbulk cannot take it back.",
    "Reserve {count} payments in {environment}, client {client}? armbulk cannot take them back.",
)
_TYPE_PAYMENTS = _("{question} Type the number of payments to confirm")
_MORE_PAYMENTS = ngettext("… and {count} more payment", "… and {count} more payments")
_SUM = _("Sum {currency} {amount:amount}")
_FORM = _("The form of this request is not public. {who} confirmed it on {day}. The first request:")
_CHANGE = ngettext(
    "Change the due date of {count} AR item in {environment}, client {client}?",
    "Change the due dates of {count} AR items in {environment}, client {client}?",
)
_TYPE_ITEMS = _("{question} Type the number of AR items to confirm")
_MORE_ITEMS = ngettext("… and {count} more AR item", "… and {count} more AR items")
_MAX_SHOWN = 10
_MAX_NAME_CHARS = 60
_MAX_BODY_CHARS = 500

CallsQuestion = DeleteQuestion | DueDateQuestion | ReserveQuestion


@dataclass(frozen=True, slots=True)
class ShownCalls:
    """What is shown of calls: lines, how many calls, the question, and that with a number to type."""

    lines: Sequence[str]
    count: int
    question: Text
    typed: Text


def show_deletes(question: DeleteQuestion, lang: str) -> ShownCalls:
    """Return the first customers, and the question."""
    lines = [f"  {number}  {to_one_line(name, _MAX_NAME_CHARS)}" for number, name in question.customers]
    return ShownCalls(_shorten(lines, MORE_CUSTOMERS, lang), len(lines), _DELETE, _TYPE_COUNT)


def show_payments(question: ReserveQuestion, lang: str) -> ShownCalls:
    """Return the first payments, the sums, the first request, and the question."""
    lines = [f"  {number}  {for_}  {currency} {amount}" for number, for_, amount, currency in question.payments]
    sums = [f"  {_SUM.fill(currency=currency, amount=amount).text(lang)}" for currency, amount in question.sums]
    shown = [*_shorten(lines, _MORE_PAYMENTS, lang), *sums, *_describe_form(question, lang)]
    return ShownCalls(shown, len(lines), _RESERVE, _TYPE_PAYMENTS)


def show_due_dates(question: DueDateQuestion, lang: str) -> ShownCalls:
    """Return the first items, the first request, and the question."""
    lines = ["  " + "  ".join(item) for item in question.items]
    shown = [*_shorten(lines, _MORE_ITEMS, lang), *_describe_form(question, lang)]
    return ShownCalls(shown, len(lines), _CHANGE, _TYPE_ITEMS)


def _shorten(lines: list[str], more: Text, lang: str) -> list[str]:
    rest = len(lines) - _MAX_SHOWN
    return lines if rest <= 0 else [*lines[:_MAX_SHOWN], more.fill(count=rest).text(lang)]


def _describe_form(question: DueDateQuestion | ReserveQuestion, lang: str) -> tuple[str, str]:
    form = _FORM.fill(who=question.confirmed_by, day=question.confirmed_on)
    return form.text(lang), f"  {to_one_line(question.example, _MAX_BODY_CHARS)}"

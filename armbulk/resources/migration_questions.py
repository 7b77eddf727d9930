"""The questions of a migration that a workbook waits for: what an answer may be, and which cells it fills."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from armbulk.i18n import Text, _

_CODE = re.compile(r"[\w-]{1,20}")
_MAX_DAYS = 365
NONE_WORDS = frozenset({"none", "ingen"})
_YES_WORDS = frozenset({"yes", "ja"})


class AnswerForm(StrEnum):
    """What an answer may be."""

    CODE = "code"  # a code of ARM
    TEXT = "text"  # who confirmed it, and when
    DATE = "date"  # a day, or "none"
    DAYS = "days"  # a number of days
    CONFIRMATION = "yes"  # "yes"; nothing else is an answer


@dataclass(frozen=True, slots=True)
class QuestionRule:
    """What an answer to a question may be, and what it does.

    Attributes:
        form: What an answer may be.
        resource: The sheet whose empty cells the answer fills; "" for none.
        fields: The columns whose empty cells it fills.
    """

    form: AnswerForm
    resource: str = ""
    fields: tuple[str, ...] = ()

    @property
    def answers(self) -> Text:
        """What an answer may be, for people."""
        return _ANSWERS[self.form]


_CONFIRM = QuestionRule(AnswerForm.CONFIRMATION)
_STOPS = ("stop_reminder_until", "stop_debt_collection_until", "stop_interest_calc_until")

QUESTION_RULES: Mapping[str, QuestionRule] = {
    "document-type": QuestionRule(AnswerForm.CODE, "documents", ("document_type",)),
    "booking": QuestionRule(AnswerForm.TEXT),
    "distribution": QuestionRule(AnswerForm.CODE, "documents", ("distribution_type",)),
    "dunning": QuestionRule(AnswerForm.DATE, "customers", _STOPS),
    "due-days": QuestionRule(AnswerForm.DAYS, "documents", ("due_date",)),
    "estimated-due-dates": _CONFIRM,
    "balances": _CONFIRM,
    "own-numbers": _CONFIRM,
    "voucher-numbers": _CONFIRM,
    "payment-references": _CONFIRM,
    "credits": _CONFIRM,
    "existing-customers": _CONFIRM,
    "numbers-twice": _CONFIRM,
    "not-proved": _CONFIRM,
    "totals-differ": _CONFIRM,
    "accounts-differ": _CONFIRM,
    "postings-differ": _CONFIRM,
    "years-differ": _CONFIRM,
    "accounts-assumed": _CONFIRM,
    "list-and-ledger": _CONFIRM,
    "list-subtotals": _CONFIRM,
    "list-ages": _CONFIRM,
    "list-total": _CONFIRM,
    "list-not-compared": _CONFIRM,
    "customers-not-in-ledger": _CONFIRM,
    "items-incomplete": _CONFIRM,
    "items-left-out": _CONFIRM,
    "rows-of-customers": _CONFIRM,
    "part-payments": _CONFIRM,
    "hidden-items": _CONFIRM,
    "positive-credits": _CONFIRM,
    "columns-guessed": _CONFIRM,
    "open-amounts": _CONFIRM,
    "running-balance": _CONFIRM,
    "sheets-not-read": _CONFIRM,
    "list-currency": _CONFIRM,
}
"""Key of a question → what an answer may be. The key is its name in workbooks and settings."""

CATEGORIES: Mapping[str, str] = {
    "category-private": "Private",
    "category-company": "Company",
    "category-government": "Government",
}
"""Setting of a migration → the type of a customer in SAF-T that gets its value, a category code, in ARM."""

FILLED_FIELDS = tuple(name for rule in QUESTION_RULES.values() for name in rule.fields)
"""The fields whose empty cells an answer fills."""

_ANSWERS = {
    AnswerForm.CODE: _("a code of ARM, such as IN, H or M"),
    AnswerForm.TEXT: _("a name and a date, and what was agreed"),
    AnswerForm.DATE: _('a day such as 2026-12-31, or "none"'),
    AnswerForm.DAYS: _("a number of days from 0 to 365"),
    AnswerForm.CONFIRMATION: _('"yes"'),
}


def is_code(text: str) -> bool:
    """Return whether a text can be a code of ARM."""
    return _CODE.fullmatch(text) is not None


def is_answer(rule: QuestionRule, text: str) -> bool:
    """Return whether a text, without blanks around it, answers a question."""
    match rule.form:
        case AnswerForm.CODE:
            return is_code(text)
        case AnswerForm.TEXT:
            return bool(text)
        case AnswerForm.DATE:
            return text.lower() in NONE_WORDS or _is_day(text)
        case AnswerForm.DAYS:
            return text.isascii() and text.isdigit() and int(text) <= _MAX_DAYS
        case AnswerForm.CONFIRMATION:
            return text.lower() in _YES_WORDS


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

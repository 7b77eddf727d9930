"""What a person may answer about the columns of a sheet: which values are valid, and what an order makes of dates."""

import re
from collections.abc import Sequence
from datetime import date

from armbulk.i18n import NO_TEXT, Text, _
from armbulk.matching.codes import list_value_questions
from armbulk.matching.column_values import can_be_read
from armbulk.model.column_proposal import ValueQuestion
from armbulk.model.read_options import DATE_ORDERS
from armbulk.resources import RESOURCES

__all__ = ["find_code", "find_constant_error", "list_date_meanings", "list_value_questions"]

_DATE = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})")
_CENTURY = 2000


def find_constant_error(resource: str, name: str, text: str) -> Text | None:
    """Return why a text cannot be the value of a field in every row; None if it can.

    Args:
        resource: What the sheet contains.
        name: The field.
        text: The answer.
    """
    field = next((field for field in RESOURCES[resource].fields if field.name == name), None)
    if field is None or can_be_read(text, field):
        return None
    return _(
        '"{value}" is not a valid value of "{header}". Use for example {example}.',
        value=text,
        header=field.header,
        example=field.example,
    )


def find_code(resource: str, question: ValueQuestion, answer: str) -> str:
    """Return the code that a person means by an answer: one that is offered, the value itself, or another valid one.

    "" where the answer is no code. Of document types only the codes offered and the value itself count: another one is
    likelier a mistake than a code that only ARM knows.

    Args:
        resource: What the sheet contains.
        question: The value.
        answer: What the person typed.
    """
    offered = {code.casefold(): code for code in (*question.codes, question.text, question.code) if code}
    if answer.casefold() in offered:
        answer = offered[answer.casefold()]
    field = next((field for field in RESOURCES[resource].fields if field.name == question.target), None)
    if field is None or not can_be_read(answer, field) or (field.code_words and answer not in offered.values()):
        return ""
    return answer


def list_date_meanings(texts: Sequence[str]) -> dict[str, Text]:
    """Return the orders in which all the dates are dates, each with what it makes of the first one.

    Without a meaning, all orders are returned: a date with a month's name, or dates of several orders.
    """
    meanings = {}
    for order in DATE_ORDERS:
        days = [_read_date(text, order) for text in texts]
        if days and all(day is not None for day in days):
            meanings[order] = Text("{day:date}", {"day": days[0]})
    return meanings or dict.fromkeys(DATE_ORDERS, NO_TEXT)


def _read_date(text: str, order: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    parts = dict(zip(order, match.group(1, 3, 4), strict=True))
    if len(parts["y"]) not in {2, 4} or max(len(parts["d"]), len(parts["m"])) > 2:
        return None
    year = int(parts["y"]) + (_CENTURY if len(parts["y"]) == 2 else 0)
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None

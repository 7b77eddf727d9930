"""Columns of ages in a list of open items: not due, 1-30, 31-60, 61-90, over 90.

Some ledgers have no column with the open amount: each item's amount is in the column of its age. The columns together
are the open amount.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from armbulk.i18n import NO_TEXT, Words
from armbulk.model.fields import Field, FieldType, Resource

_DUE = r"(?:forfalt|forf\.?|forfalne|overdue|past due|förfallet|förfallna|alder|age)?\s*"
_UNIT = r"\s*(?:dager|dagar|dag|dgr|dg|d|days|day)?\.?\s*(?:\(?(?:nok|kr)\)?)?"
_RANGE = re.compile(rf"{_DUE}\d{{1,4}}\s*(?:-|til|till|to)\s*\d{{1,4}}{_UNIT}")
_EDGE = re.compile(
    rf"{_DUE}(?:>=?|<=?|over|mer enn|more than|eldre enn|older than|äldre än|under|inntil|up to)\s*\d{{1,4}}{_UNIT}"
    rf"|{_DUE}\d{{1,4}}{_UNIT}\s*-|{_DUE}\d{{1,4}}\s*(?:\+|dager\s*\+|days\s*\+){_UNIT}"
    rf"|{_DUE}\d{{1,4}}{_UNIT}\s*(?:og eldre|og over|eller mer|og mer|and older|and over|or more|och äldre)"
    r"|eldre|older|äldre"
)
_NOT_DUE = re.compile(
    r"(?:ikke|ej|icke|inte) (?:forfalt|forfalne|förfallet|förfallna)(?: (?:beløp|saldo))?|uforfalt"
    r"|not (?:yet )?(?:due|overdue)|undue|current|gjeldende|til forfall|innen forfall"
)
_OVERDUE = re.compile(r"(?:sum |totalt? )?(?:forfalt|forfalne|overdue|past due|förfallet)(?: (?:beløp|saldo|amount))?")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BLANKS = re.compile(r"\s+")
_MIN_COLUMNS = 2
_NAME = "age_"
_HEADER = Words("Part of the open amount, by age", "Del av åpent beløp, etter alder")


def find_ages(headers: Mapping[str, str]) -> list[str]:
    """Return the letters of the columns of ages; none if there are not two of them.

    A column of everything that is overdue is their sum if there are ages of its parts, and is none of them then.

    Args:
        headers: Letter → header, of columns that are no other field.
    """
    plain = {letter: _simplify(text) for letter, text in headers.items()}
    parts = [letter for letter, text in plain.items() if _RANGE.fullmatch(text) or _EDGE.fullmatch(text)]
    has_range = any(_RANGE.fullmatch(plain[letter]) for letter in parts)
    not_due = [letter for letter, text in plain.items() if _NOT_DUE.fullmatch(text)]
    overdue = [letter for letter, text in plain.items() if _OVERDUE.fullmatch(text)]
    if has_range:
        ages = {*parts, *not_due}
    elif len(not_due) == len(overdue) == 1:
        ages = {*not_due, *overdue}
    else:
        return []
    return [letter for letter in headers if letter in ages] if len(ages) >= _MIN_COLUMNS else []


def is_sum_of_ages(header: str) -> bool:
    """Return whether a column has everything that is overdue."""
    return _OVERDUE.fullmatch(_simplify(header)) is not None


def _simplify(header: str) -> str:
    return _BLANKS.sub(" ", _DASHES.sub("-", header)).strip().casefold()


def is_age(name: str) -> bool:
    """Return whether a field is a column of an age."""
    return name.startswith(_NAME)


def add_ages(resource: Resource, letters: list[str]) -> tuple[Resource, dict[str, str]]:
    """Return a resource with a field for each column of an age, and the letters of these fields."""
    names = [f"{_NAME}{number}" for number in range(1, len(letters) + 1)]
    fields = (Field(name, _HEADER, name, FieldType.AMOUNT, NO_TEXT, "") for name in names)
    return replace(resource, fields=(*resource.fields, *fields)), dict(zip(names, letters, strict=True))

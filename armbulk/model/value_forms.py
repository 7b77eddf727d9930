"""The form in which equal values of a field are equal, whoever wrote them.

Null, "", 0 and a field that is absent are the same: ARM's published examples show all of them for "nothing".
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from typing import Any

from armbulk.model.fields import Field, FieldType

_ANY_CASE = "(?i)"
"""How the pattern of a code begins that is the same in upper and lower case."""

_ISO_DATE, _ISO_DATE_CHARS = re.compile(r"\d{4}-\d\d-\d\dT"), 10

_EXACT = Context(prec=200)
"""More digits than any field has."""

_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER}


def compare_form(field: Field | None, text: str | None) -> str:
    """Return a value (as `record_texts.format_json_value` writes it) in the form in which equal values are equal.

    Args:
        field: None for a path armbulk does not know.
        text: the value; "" and None are the same.
    """
    if field is None or not text:
        return text or ""
    if field.type in _NUMBERS:
        try:
            number = Decimal(text)
            return str(_EXACT.normalize(number)) if number else ""
        except ArithmeticError:
            return text
    if field.type is FieldType.BOOLEAN:
        return text.casefold()
    if field.type is FieldType.TEXT_LIST:
        return "\n".join(part.strip() for part in text.replace("\n", ";").split(";"))
    if field.type is FieldType.DATE:
        return text[:_ISO_DATE_CHARS] if _ISO_DATE.match(text) else text
    if (field.pattern or "").startswith(_ANY_CASE):
        return text.casefold()
    return text.replace("\r\n", "\n")


def list_leaves(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of everything in a JSON record that is not an object."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from list_leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value

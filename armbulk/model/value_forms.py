"""The form in which equal values of a field are equal, whoever wrote them.

Null, "", 0 and a field that is absent are the same: ARM's published examples show all of them for "nothing".
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.model.fields import Field, FieldType

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
            return str(number.normalize()) if number else ""
        except InvalidOperation:
            return text
    if field.type is FieldType.BOOLEAN:
        return text.casefold()
    if field.type is FieldType.TEXT_LIST:
        return "\n".join(part.strip() for part in text.replace("\n", ";").split(";"))
    return text.replace("\r\n", "\n")


def list_leaves(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of everything in a JSON record that is not an object."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from list_leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value

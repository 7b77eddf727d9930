"""The JSON of ARM's answers: read exactly, member names in any case."""

import json
from decimal import Decimal
from typing import Any

_WRAPPERS = ("data", "batch")
_MAX_INT_DIGITS = 18
"""A longer number is no amount and no code."""


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body, decimals as Decimal; None for anything that is not valid JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def parse_damaged_json(body: bytes) -> tuple[Any, bool]:
    """Return the JSON value of a body in any encoding, with numbers of any length; and whether it could be read.

    For finding out what a body may say, not for exact values: decimals become text, long numbers are rounded.
    """
    for encoding in ("utf-8-sig", "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1", "latin-1"):
        try:
            text = body.decode(encoding)
            value = json.loads(text, parse_float=str, parse_int=_read_int, parse_constant=str, strict=False)
        except (ValueError, RecursionError):
            continue
        return value, True
    return None, False


def _read_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else float(digits)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def lower_names(body: Any) -> dict[str, Any]:
    """Return the members of an object by lower-case name; {} for any other value."""
    return {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}


def unwrap(body: Any) -> dict[str, Any]:
    """Return the members of an object and of the object it wraps (`data`, `batch`), by lower-case name.

    The outer object's own members go first; {} for any other value.
    """
    members = lower_names(body)
    for wrapper in _WRAPPERS:
        if isinstance(members.get(wrapper), dict):
            members = {**unwrap(members[wrapper]), **members}
    return members

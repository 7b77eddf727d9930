"""The JSON of ARM's answers: read exactly, member names in any case."""

import json
import re
from decimal import Decimal
from itertools import chain
from typing import Any

from armbulk.model.record_texts import OddNumber

MAX_LEVELS = 100
"""A body that is nested deeper is none of ARM's."""

MAX_NUMBER_CHARS = 40
"""A number with more digits, or with a larger exponent, is no amount, no code and no count."""

_WRAPPERS = ("data", "batch")
_MAX_WRAPPERS = 4
_HIGH, _LOW = "[dD][89abAB][0-9a-fA-F]{2}", "[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPES = re.compile(rf"\\(?:u{_HIGH}\\u{_LOW}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{{2}})|.)", re.DOTALL)
_MAX_INT_DIGITS = 18
"""A longer number is no amount and no code."""

_INT_BYTES = bytes(ord("0") if byte in b"0123456789-" else ord(" ") for byte in range(256))
"""Byte → 0 for what a whole number is written with, else a blank."""

_LONG_INT = b"0" * (MAX_NUMBER_CHARS + 1)
_NODES = frozenset({dict, list})


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body, decimals as Decimal; None for anything that is not valid JSON.

    Values that would bring the program down or could be read in two ways do not count as valid: more than MAX_LEVELS
    levels, NaN, and an object with two different values of one name. A number beyond all amounts is an OddNumber, half
    of a character becomes U+FFFD.
    """
    try:
        text = body.decode("utf-8-sig")
        if "\\" in text and ("\\ud" in text or "\\uD" in text):
            text = _ESCAPES.sub(_replace_half, text)
        value = json.loads(
            text,
            parse_float=_read_decimal,
            parse_int=_read_int if _LONG_INT in body.translate(_INT_BYTES) else int,  # a call of Python for each costs
            parse_constant=_refuse,
            object_pairs_hook=_read_object,
        )
    except (ValueError, RecursionError):
        return None
    return value if _count_levels(value) <= MAX_LEVELS else None


def _replace_half(escape: re.Match[str]) -> str:
    """One escape of JSON; `half` is a surrogate without its other half."""
    return "\\ufffd" if escape["half"] else escape[0]


def _read_decimal(text: str) -> Decimal | OddNumber:
    if len(text) > MAX_NUMBER_CHARS:
        return OddNumber(text)
    if "e" not in text and "E" not in text:
        return Decimal(text)
    try:
        number = Decimal(text)
    except ArithmeticError:  # an exponent beyond all bounds
        return OddNumber(text)
    return number if abs(number.adjusted()) <= MAX_NUMBER_CHARS else OddNumber(text)


def _read_int(text: str) -> int | OddNumber:
    return int(text) if len(text) <= MAX_NUMBER_CHARS else OddNumber(text)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs) and any(members[name] != value for name, value in pairs):
        raise ValueError("two values of one name")
    return members


def _count_levels(value: Any) -> int:
    """How deep arrays and objects are nested, counted up to one more than MAX_LEVELS."""
    level, depth = [value] if isinstance(value, dict | list) else [], 0
    while level and depth <= MAX_LEVELS:
        depth += 1
        inner = [node.values() if type(node) is dict else node for node in level]
        has_nodes = not _NODES.isdisjoint(map(type, chain.from_iterable(inner)))
        level = [node for node in chain.from_iterable(inner) if type(node) in _NODES] if has_nodes else []
    return depth


def parse_damaged_json(body: bytes) -> tuple[Any, bool]:
    """Return the JSON value of a body in any encoding, with numbers of any length; and whether it could be read.

    For finding out what a body may say, not for exact values: decimals become text, long numbers are rounded. More than
    MAX_LEVELS levels cannot be read.
    """
    for encoding in ("utf-8-sig", "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1", "latin-1"):
        try:
            text = body.decode(encoding)
            value = json.loads(text, parse_float=str, parse_int=_round_int, parse_constant=str, strict=False)
        except (ValueError, RecursionError):
            continue
        return (value, True) if _count_levels(value) <= MAX_LEVELS else (None, False)
    return None, False


def _round_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else float(digits)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def lower_names(body: Any) -> dict[str, Any]:
    """Return the members of an object by lower-case name; {} for any other value."""
    return {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}


def unwrap(body: Any, levels: int = _MAX_WRAPPERS) -> dict[str, Any]:
    """Return the members of an object and of the object it wraps (`data`, `batch`), by lower-case name.

    The outer object's own members go first; {} for any other value. At most so many `levels` of wrappers are opened.
    """
    members = lower_names(body)
    for wrapper in _WRAPPERS if levels else ():
        if isinstance(members.get(wrapper), dict):
            members = {**unwrap(members[wrapper], levels - 1), **members}
    return members

"""The JSON of ARM's answers: read exactly, member names in any case."""

import json
from decimal import Decimal
from typing import Any

_WRAPPERS = ("data", "batch")


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body, decimals as Decimal; None for anything that is not valid JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


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

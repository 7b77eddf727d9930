"""The form of a request that ARM does not document: data with places for values, which a profile may replace."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

PLACE = re.compile(r"\{([a-z_]+)\}")
"""A place for a value: the whole text of a member, such as "{amount}"."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What a request looks like.

    Attributes:
        path: its path below the client number.
        body: its body; a text that is a place is replaced by the value, and its member left out without one.
        source: what the form rests on (see `model.fields.Field`).
    """

    path: str
    body: Mapping[str, Any]
    source: str = "I"

    def list_places(self) -> list[str]:
        """Return the names of the places in the body."""
        return _list_places(self.body)

    def write(self, values: Mapping[str, str | Decimal | None]) -> str:
        """Return the body with values, as JSON; a Decimal is a number with exactly its digits."""
        return _write(self.body, values) or "{}"


@dataclass(frozen=True, slots=True)
class ExperimentalWrite:
    """A write that is off until Amili confirms its form.

    Attributes:
        confirmed_by: who at Amili confirmed it.
        confirmed_on: when (ISO date).
        path: the path that replaces armbulk's own; "": armbulk's own.
        body: the body that replaces armbulk's own; None: armbulk's own.
        columns: headers of the user's own columns → their keys in the request.
    """

    confirmed_by: str
    confirmed_on: str
    path: str = ""
    body: Mapping[str, Any] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def apply(self, form: RequestForm) -> RequestForm:
        """Return a form with what the profile replaces."""
        return RequestForm(self.path or form.path, form.body if self.body is None else self.body, form.source)


def _list_places(node: Any) -> list[str]:
    match node:
        case dict():
            return [name for member in node.values() for name in _list_places(member)]
        case list():
            return [name for member in node for name in _list_places(member)]
        case str():
            return PLACE.findall(node)
        case _:
            return []


def _write(node: Any, values: Mapping[str, str | Decimal | None]) -> str | None:
    """Return the JSON of a part of a body; None: it has a place without a value, or only such parts."""
    match node:
        case dict():
            members = {name: _write(member, values) for name, member in node.items()}
            kept = [f"{json.dumps(name)}:{text}" for name, text in members.items() if text is not None]
            return "{" + ",".join(kept) + "}" if kept or not node else None
        case list():
            kept = [text for member in node if (text := _write(member, values)) is not None]
            return "[" + ",".join(kept) + "]" if kept or not node else None
        case str() if PLACE.fullmatch(node):
            value = values.get(node[1:-1])
            if isinstance(value, Decimal):
                return f"{value:f}"
            return None if value is None else json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(node, ensure_ascii=False)

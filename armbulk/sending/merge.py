"""A change against what ARM holds now: what is left to say, and where somebody else has changed the same.

Three values are compared of each field: what was exported, what the user wants, what ARM holds. Absent, null, "" and 0
are alike: ARM's published examples show them all for "nothing".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.record_texts import Json, to_json_text, to_text

_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER}
_SECRET = frozenset({"national-id", "bank-account"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both the user and somebody else changed: what was exported, what ARM holds, what was wanted."""

    field: Field | None
    path: str
    was: str
    now: str
    mine: str

    @property
    def told(self) -> str:
        """For people; numbers of persons and accounts are not repeated."""
        name = self.field.header.en if self.field else self.path
        if self.field and self.field.format in _SECRET:
            return f"{name}: ARM holds another than was exported"
        return f"{name}: ARM holds {_said(self.now)}, exported was {_said(self.was)}, yours is {_said(self.mine)}"


@dataclass(frozen=True, slots=True)
class Merged:
    """What is to be sent, as JSON (None: nothing is left to change), and the conflicts that keep it at home."""

    payload: str | None
    conflicts: tuple[Conflict, ...] = ()


def merge(payload: str, base: Mapping[str, str | None], present: Json, resource: Resource) -> Merged:
    """Compare a change with what ARM holds. Fields that `base` does not name cannot be in conflict."""
    fields = {one.path: one for one in resource.fields}
    wanted = json.loads(payload, parse_float=Decimal)
    key = resource.field(resource.key).path
    conflicts = []
    left: Json = {key: wanted[key]}
    for path, mine in _leaves({name: value for name, value in wanted.items() if name != key}):
        one = fields.get(path)
        now = _at(present, path)
        if _same(one, to_text(mine), to_text(now)):
            continue
        if path in base and not _same(one, base[path], to_text(now)):
            conflicts.append(Conflict(one, path, base[path] or "", to_text(now) or "", to_text(mine) or ""))
        _put(left, path, mine)
    if conflicts:
        return Merged(None, tuple(conflicts))
    for group in resource.replaced_groups:
        if group in left:
            left[group] = {**_whole(present.get(group), resource, group), **left[group]}
    return Merged(to_json_text(left) if len(left) > 1 else None)


def as_wanted(payload: str, present: Json, resource: Resource) -> str | None:
    """The change whatever ARM holds: groups that go as a whole are completed, what is there already left out."""
    return merge(payload, {}, present, resource).payload


def _whole(held: Any, resource: Resource, group: str) -> Json:
    """All that ARM holds of a group, and every member armbulk knows: what is not said would become blank."""
    names = [one.path.removeprefix(f"{group}.") for one in resource.fields if one.path.startswith(f"{group}.")]
    now = held if isinstance(held, dict) else {}
    return {**dict.fromkeys(names, ""), **{name: "" if value is None else value for name, value in now.items()}}


def _leaves(record: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in record.items():
        inner = _leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
        found += inner
    return found


def _at(record: Json, path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _put(record: Json, path: str, value: Any) -> None:
    *above, name = path.split(".")
    for step in above:
        record = record.setdefault(step, {})
    record[name] = value


def _same(one: Field | None, left: str | None, right: str | None) -> bool:
    return _plain(one, left) == _plain(one, right)


def _plain(one: Field | None, text: str | None) -> object:
    """A text as it is compared."""
    if one is None or not text:
        return text or None
    if one.type in _NUMBERS:
        try:
            return Decimal(text) or None
        except InvalidOperation:
            return text
    if one.type is FieldType.BOOLEAN:
        return text.casefold()
    if one.type is FieldType.TEXT_LIST:
        return tuple(part.strip() for part in text.replace("\n", ";").split(";"))
    return text.replace("\r\n", "\n")


def _said(text: str) -> str:
    return f'"{text}"' if text else "nothing"

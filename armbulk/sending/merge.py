"""Three-way merge of a change: what was exported, what the user wants, and what ARM has now.

Null, "", 0 and a field that is absent are the same: ARM's published examples show all of them for "nothing".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.record_texts import Json, format_json_value, to_json_text

_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER}
_IDENTIFIERS = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}
_SECRET_FORMATS = frozenset({"national-id", "bank-account"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both the user and somebody else changed.

    Attributes:
        field: None for a path armbulk does not know.
        path: where it is in the record's JSON.
        exported: its value when it was exported.
        current: its value in ARM now.
        new: the user's value.
        has_lost_zeros: `new` is `current` without its leading zeros: the file was damaged.
    """

    field: Field | None
    path: str
    exported: str
    current: str
    new: str
    has_lost_zeros: bool = False

    @property
    def description(self) -> str:
        """The conflict for people; numbers of persons and accounts are not repeated."""
        name = self.field.header.en if self.field else self.path
        if self.has_lost_zeros:
            return f"{name}: ARM holds it with leading zeros, which your file has lost"
        if self.field and self.field.format in _SECRET_FORMATS:
            return f"{name}: ARM holds another than was exported"
        return (
            f"{name}: ARM holds {_quote(self.current)}, exported was {_quote(self.exported)}, "
            f"yours is {_quote(self.new)}"
        )


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What is left to send, as JSON (None: nothing, or there are conflicts), and the conflicts."""

    payload: str | None
    conflicts: tuple[Conflict, ...] = ()


def merge(payload: str, base: Mapping[str, str | None], current: Json, resource: Resource) -> MergeResult:
    """Compare a change with what ARM has now.

    Args:
        payload: the change, as JSON.
        base: exported values by path; a field that is not in it cannot be in conflict.
        current: ARM's record.
        resource: its fields.
    """
    fields = {field.path: field for field in resource.fields}
    change = json.loads(payload, parse_float=Decimal)
    key = resource.field(resource.key).path
    conflicts = []
    remaining: Json = {key: change[key]}
    for path, value in _leaves({name: value for name, value in change.items() if name != key}):
        field = fields.get(path)
        new, now = format_json_value(value), format_json_value(_get(current, path))
        if _is_same(field, new, now):
            continue
        if has_lost_zeros(field, new, now):
            conflicts.append(Conflict(field, path, base.get(path) or "", now or "", new or "", has_lost_zeros=True))
        elif path in base and not _is_same(field, base[path], now):
            conflicts.append(Conflict(field, path, base[path] or "", now or "", new or ""))
        _set(remaining, path, value)
    if conflicts:
        return MergeResult(None, tuple(conflicts))
    for group in resource.replaced_groups:
        if group in remaining:
            remaining[group] = {**_complete(current.get(group), resource, group), **remaining[group]}
    return MergeResult(to_json_text(remaining) if len(remaining) > 1 else None)


def has_every_value(payload: str, current: Json, resource: Resource) -> bool:
    """Return whether ARM's record has every value of a payload."""
    merged = merge(payload, {}, current, resource)
    return merged.payload is None and not merged.conflicts


def has_lost_zeros(field: Field | None, new: str | None, old: str | None) -> bool:
    """Return whether a new value of an identifier is the old one without its leading zeros: damage, not a change."""
    if field is None or field.type not in _IDENTIFIERS or not new or not old or new == old:
        return False
    return [_strip_zeros(part) for part in _parts(old)] == _parts(new)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\r\n]+", text) if part.strip()]


def _strip_zeros(text: str) -> str:
    return text.lstrip("0") if text.isdigit() else text


def _complete(current: Any, resource: Resource, group: str) -> Json:
    """All of a group: what ARM has of it, and "" for each other member; ARM clears what is not sent."""
    names = [field.path.removeprefix(f"{group}.") for field in resource.fields if field.path.startswith(f"{group}.")]
    values = current if isinstance(current, dict) else {}
    return {**dict.fromkeys(names, ""), **{name: "" if value is None else value for name, value in values.items()}}


def _leaves(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a record that is not an object."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _get(record: Json, path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _set(record: Json, path: str, value: Any) -> None:
    *groups, name = path.split(".")
    for group in groups:
        record = record.setdefault(group, {})
    record[name] = value


def _is_same(field: Field | None, left: str | None, right: str | None) -> bool:
    return _comparable(field, left) == _comparable(field, right)


def _comparable(field: Field | None, text: str | None) -> object:
    """A text in the form in which equal values are equal."""
    if field is None or not text:
        return text or None
    if field.type in _NUMBERS:
        try:
            return Decimal(text) or None
        except InvalidOperation:
            return text
    if field.type is FieldType.BOOLEAN:
        return text.casefold()
    if field.type is FieldType.TEXT_LIST:
        return tuple(part.strip() for part in text.replace("\n", ";").split(";"))
    return text.replace("\r\n", "\n")


def _quote(text: str) -> str:
    return f'"{text}"' if text else "nothing"

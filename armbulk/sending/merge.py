"""What a record that is about to be sent would change in ARM: compared with what was exported, or sent before.

Values are compared in the form in which equal values are equal (`model.value_forms`).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from armbulk.i18n import Words
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.record_messages import (
    BLANK,
    CHANGED_FIELD,
    CHANGED_SECRET_FIELD,
    DIFFERENT_FIELD,
    DIFFERENT_SECRET_FIELD,
    LOST_ZEROS_FIELD,
    MASKED_FIELD,
)
from armbulk.model.record_texts import Json, format_json_value, to_json_text
from armbulk.model.value_forms import compare_form, list_leaves

_IDENTIFIERS = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}
_MASKED = re.compile("[*\u2022]{2}")
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
        is_masked: `current` would be needed to complete a group, and ARM does not show it.
    """

    field: Field | None
    path: str
    exported: str
    current: str
    new: str
    has_lost_zeros: bool = False
    is_masked: bool = False

    @property
    def description(self) -> str:
        """The conflict for people; numbers of persons and accounts are not repeated."""
        name = self.field.header.en if self.field else self.path
        if self.has_lost_zeros:
            return LOST_ZEROS_FIELD.fill(field=name)
        if self.is_masked:
            return MASKED_FIELD.fill(field=name)
        if self.field and self.field.format in _SECRET_FORMATS:
            return CHANGED_SECRET_FIELD.fill(field=name)
        current, exported, new = _quote(self.current), _quote(self.exported), _quote(self.new)
        return CHANGED_FIELD.fill(field=name, current=current, exported=exported, new=new)


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a change of a record comes to.

    Attributes:
        payload: what is left to send, as JSON (None: nothing, or there are conflicts).
        conflicts: the values that keep it from being sent.
        changes: every value that ARM has otherwise than the change.
        kept: ARM's values of a group that changes, which the change does not name; they are sent with the rest.
    """

    payload: str | None
    conflicts: tuple[Conflict, ...] = ()
    changes: "tuple[Difference, ...]" = ()
    kept: "tuple[Difference, ...]" = ()


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
    conflicts, changes = [], []
    remaining: Json = {key: change[key]}
    for path, value in list_leaves({name: value for name, value in change.items() if name != key}):
        field = fields.get(path)
        new, now = format_json_value(value), format_json_value(_get(current, path))
        if _is_same(field, new, now):
            continue
        is_damaged = has_lost_zeros(field, new, now)
        changes.append(Difference(field, path, now or "", new or "", is_damaged))
        if is_damaged:
            conflicts.append(Conflict(field, path, base.get(path) or "", now or "", new or "", has_lost_zeros=True))
        elif path in base and not _is_same(field, base[path], now):
            conflicts.append(Conflict(field, path, base[path] or "", now or "", new or ""))
        _set(remaining, path, value)
    conflicts += [
        Conflict(fields.get(path), path, "", now, "", is_masked=True)
        for path, now in _find_masked(remaining, current, resource)
    ]
    kept = _list_kept(change, current, resource, changes)
    if conflicts:
        return MergeResult(None, tuple(conflicts), tuple(changes), kept)
    _complete_groups(remaining, current, resource)
    return MergeResult(to_json_text(remaining) if len(remaining) > 1 else None, (), tuple(changes), kept)


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


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a new record that has another value in ARM, which was not sent from here.

    Attributes:
        field: None for a path armbulk does not know.
        path: where it is in the record's JSON.
        current: its value in ARM.
        new: its value in the file.
        has_lost_zeros: `new` is `current` without its leading zeros: the file was damaged.
        is_masked: `current` would be needed to complete a group, and ARM does not show it.
    """

    field: Field | None
    path: str
    current: str
    new: str
    has_lost_zeros: bool = False
    is_masked: bool = False

    @property
    def may_be_overwritten(self) -> bool:
        """Whether a person may choose the file's value."""
        return not (self.has_lost_zeros or self.is_masked)

    @property
    def header(self) -> Words:
        """The field's header."""
        return self.field.header if self.field else Words(self.path, self.path)

    @property
    def is_secret(self) -> bool:
        """Whether it is the number of a person or an account, which is not repeated."""
        return self.field is not None and self.field.format in _SECRET_FORMATS

    @property
    def description(self) -> str:
        """The difference for people."""
        name = self.header.en
        if self.has_lost_zeros:
            return LOST_ZEROS_FIELD.fill(field=name)
        if self.is_masked:
            return MASKED_FIELD.fill(field=name)
        if self.is_secret:
            return DIFFERENT_SECRET_FIELD.fill(field=name)
        return DIFFERENT_FIELD.fill(field=name, current=_quote(self.current), new=_quote(self.new))


@dataclass(frozen=True, slots=True)
class CustomerComparison:
    """A new record, compared with the one that ARM has already.

    Attributes:
        payload: what would be sent, its groups completed with ARM's values (JSON); None: ARM has all of it.
        differences: what would overwrite values that were not sent from here.
        current: path → ARM's value, of every field of the record.
        changes: every value that ARM has otherwise than the record.
        kept: ARM's values of a group that changes, which the record does not name; they are sent with the rest.
    """

    payload: str | None
    differences: tuple[Difference, ...] = ()
    current: Mapping[str, str | None] = field(default_factory=dict)
    changes: tuple[Difference, ...] = ()
    kept: tuple[Difference, ...] = ()


def compare(
    payload: str, current: Json, resource: Resource, was_sent: Callable[[str, str | None], bool] = lambda *_: False
) -> CustomerComparison:
    """Compare a new record with what ARM has under its key.

    Args:
        payload: the record, as JSON.
        current: ARM's record.
        resource: its fields.
        was_sent: returns whether ARM's value of a path is what was sent from here: no one else has changed it.
    """
    fields = {known.path: known for known in resource.fields}
    record = json.loads(payload, parse_float=Decimal)
    key = resource.field(resource.key).path
    values: dict[str, str | None] = {}
    differences, changes = [], []
    for path, value in list_leaves({name: value for name, value in record.items() if name != key}):
        new, now = format_json_value(value), format_json_value(_get(current, path))
        values[path] = now
        if _is_same(fields.get(path), new, now):
            continue
        change = Difference(fields.get(path), path, now or "", new or "", has_lost_zeros(fields.get(path), new, now))
        changes.append(change)
        if change.has_lost_zeros or not was_sent(path, now):
            differences.append(change)
    if not changes:
        return CustomerComparison(None, (), values)
    differences += [
        Difference(fields.get(path), path, now, "", is_masked=True)
        for path, now in _find_masked(record, current, resource)
    ]
    kept = _list_kept(record, current, resource, changes)
    _complete_groups(record, current, resource)
    return CustomerComparison(to_json_text(record), tuple(differences), values, tuple(changes), kept)


def has_paths(payload: str, record: Json, resource: Resource) -> bool:
    """Return whether ARM's record names every field of a new one, and all members of groups that ARM replaces."""
    paths = [path for path, _ in list_leaves(json.loads(payload))]
    for group in resource.replaced_groups:
        if any(path.startswith(f"{group}.") for path in paths):
            paths += [known.path for known in resource.fields if known.path.startswith(f"{group}.")]
    return all(_has(record, path) for path in paths)


def _complete_groups(record: Json, current: Json, resource: Resource) -> None:
    """Add what ARM has of a group that it replaces as a whole to the record that has a part of it."""
    for group in resource.replaced_groups:
        if group in record:
            record[group] = {**_complete(current.get(group), resource, group), **record[group]}


def _list_kept(
    record: Json, current: Json, resource: Resource, changes: Sequence[Difference]
) -> tuple[Difference, ...]:
    """ARM's values of the groups that change, which the record does not name: the new group has them, too."""
    kept = []
    for group in resource.replaced_groups:
        is_changed = any(change.path.startswith(f"{group}.") for change in changes)
        for known in resource.fields if is_changed else ():
            now = format_json_value(_get(current, known.path)) if known.path.startswith(f"{group}.") else None
            if now and not _has(record, known.path) and not _MASKED.search(now):
                kept.append(Difference(known, known.path, now, ""))
    return tuple(kept)


def _find_masked(record: Json, current: Json, resource: Resource) -> list[tuple[str, str]]:
    """The values that would complete a group of the record, and that ARM shows masked: sent back, they are lost."""
    masked = []
    for group in resource.replaced_groups:
        values = current.get(group)
        for name, value in values.items() if group in record and isinstance(values, dict) else ():
            if name not in record[group] and isinstance(value, str) and _MASKED.search(value):
                masked.append((f"{group}.{name}", value))
    return masked


def _complete(current: Any, resource: Resource, group: str) -> Json:
    """All of a group: what ARM has of it, and "" for each other member; ARM clears what is not sent."""
    names = [field.path.removeprefix(f"{group}.") for field in resource.fields if field.path.startswith(f"{group}.")]
    values = current if isinstance(current, dict) else {}
    return {**dict.fromkeys(names, ""), **{name: "" if value is None else value for name, value in values.items()}}


def _get(record: Json, path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _has(record: Json, path: str) -> bool:
    value: Any = record
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def _set(record: Json, path: str, value: Any) -> None:
    *groups, name = path.split(".")
    for group in groups:
        record = record.setdefault(group, {})
    record[name] = value


def _is_same(field: Field | None, left: str | None, right: str | None) -> bool:
    return compare_form(field, left) == compare_form(field, right)


def _quote(text: str) -> str:
    return f'"{text}"' if text else BLANK

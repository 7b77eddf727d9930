"""Read `[experimental]` of config.toml: writes that are off until Amili confirms their form."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from armbulk.errors import SettingsError
from armbulk.i18n import Text, _
from armbulk.model.posting_form import AUTO_POSTINGS_PATH, VALIDATE_ONLY, find_postings
from armbulk.model.request_form import PLACE, ExperimentalWrite, RequestForm
from armbulk.resources.auto_postings import POSTING_PLACES, POSTINGS_EXPERIMENT, POSTINGS_FORM
from armbulk.resources.due_dates import DUE_DATE_EXPERIMENT, DUE_DATE_PLACES
from armbulk.resources.payment_reservations import EXPERIMENT, PLACES

_KEYS = ("confirmed_by", "confirmed_on", "path", "body")
_EXPERIMENTS: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    EXPERIMENT: (PLACES, ("payment_id",)),
    POSTINGS_EXPERIMENT: (POSTING_PLACES, ()),
    DUE_DATE_EXPERIMENT: (DUE_DATE_PLACES, ("ar_item_id", "due_date")),
}
"""Name → the places of its body, and those it must have exactly once."""


def read_experiments(content: Any, path: Path) -> dict[str, ExperimentalWrite]:
    """Return the experimental writes that a table of config.toml switches on, by name.

    Raises:
        SettingsError: a name, a key or a value is wrong, or it does not name who confirmed the form.
    """
    table = content if isinstance(content, dict) else {"": content}
    return {name: _read_experiment(name, values, path) for name, values in table.items()}


def _read_experiment(name: str, values: Any, path: Path) -> ExperimentalWrite:
    if name not in _EXPERIMENTS:
        raise _wrong(path, name, _("there is no such write"))
    if not isinstance(values, Mapping):
        raise _wrong(path, name, _("it must be a table"))
    is_posting = name == POSTINGS_EXPERIMENT
    unknown = [key for key in values if key not in (*_KEYS, *(["columns"] if is_posting else []))]
    if unknown:
        raise _wrong(path, name, _("the key '{key}' is not known", key=unknown[0]))
    who = values.get("confirmed_by")
    if not isinstance(who, str) or not who.strip():
        raise _wrong(path, name, _("confirmed_by must name the person at Amili who confirmed the form"))
    body, endpoint = values.get("body"), values.get("path", "")
    if not isinstance(endpoint, str) or (endpoint and not _is_path(endpoint, is_posting=is_posting)):
        example = POSTINGS_FORM.path if is_posting else "paymentreservations"
        raise _wrong(path, name, _("path must be a path below the client number, such as {example}", example=example))
    if body is not None:
        _verify_body(name, body, path)
    columns = _read_columns(values.get("columns", {}), POSTINGS_FORM.body if body is None else body, name, path)
    day = _read_day(values.get("confirmed_on"), name, path)
    return ExperimentalWrite(who.strip(), day, endpoint, body, columns)


def _read_columns(content: Any, body: Mapping[str, Any], name: str, path: Path) -> dict[str, str]:
    """Return header → key of the user's own columns."""
    if not content:
        return {}
    keys = list(content.values()) if isinstance(content, Mapping) else [""]
    if not all(isinstance(key, str) and key.isascii() and key.isidentifier() for key in keys):
        raise _wrong(
            path, name, _("columns must have a key for each header, such as Counter-account = 'offsetAccountNo'")
        )
    used = {key.lower() for key in body[find_postings(body) or ""][0]}
    if len({key.lower() for key in keys}) < len(keys) or used & {key.lower() for key in keys}:
        raise _wrong(path, name, _("columns has a key twice, or one that the body has already"))
    return dict(content)


def _read_day(value: Any, name: str, path: Path) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()[:10]
    except ValueError:
        raise _wrong(path, name, _("confirmed_on must be the day of the confirmation, such as 2026-11-30")) from None


def _is_path(text: str, *, is_posting: bool) -> bool:
    """Return whether a path may be a write's: that of auto postings has the method, and no other is theirs."""
    parts = text.split("/")
    if parts.count("{method}") != is_posting or (parts[0].lower() == AUTO_POSTINGS_PATH and not is_posting):
        return False
    return all(part == "{method}" or (part.isalnum() and part.isascii()) for part in parts)


def _verify_body(name: str, body: Any, path: Path) -> None:
    known, needed = _EXPERIMENTS[name]
    if not isinstance(body, dict):
        raise _wrong(path, name, _("body must be a table"))
    placeholders = RequestForm("", body).list_places()
    for placeholder in placeholders:
        if placeholder not in known:
            raise _wrong(path, name, _("the body has no value called {place}", place=_mark(placeholder)))
    for placeholder in needed:
        if placeholders.count(placeholder) != 1:
            raise _wrong(path, name, _("the body must have {place} exactly once", place=_mark(placeholder)))
    if name == POSTINGS_EXPERIMENT and find_postings(body) is None:
        raise _wrong(
            path, name, _("the body must have one list, with one posting that has {key} = true", key=VALIDATE_ONLY)
        )
    if not _stand_alone(body):
        raise _wrong(path, name, _("a place such as {place} must be the whole text of its member", place="{amount}"))


def _mark(placeholder: str) -> str:
    """Return a placeholder as it is written in a body."""
    return f"{{{placeholder}}}"


def _stand_alone(node: Any) -> bool:
    if isinstance(node, dict | list):
        return all(_stand_alone(member) for member in (node.values() if isinstance(node, dict) else node))
    return not (isinstance(node, str) and PLACE.search(node) and not PLACE.fullmatch(node))


def _wrong(path: Path, name: str, reason: Text) -> SettingsError:
    message = _("[experimental.{name}] in {path}: {reason}", name=name, path=path, reason=reason)
    return SettingsError("experimental-wrong", message, _("Correct this section of the file"))

"""ARM's code lists and the client's settings: read when a person asks, kept with their age, never required."""

import logging
from typing import Any

from armbulk.app.dialog import Dialog
from armbulk.app.exports import build_export_request, read_export
from armbulk.clock import format_iso
from armbulk.context import Context
from armbulk.errors import ServerError, UsageError
from armbulk.i18n import Text, _, ngettext, translate
from armbulk.model.known_codes import ListEntry, SavedList
from armbulk.model.outcome import ApiUsage
from armbulk.resources import EXPORTS
from armbulk.store import Store

CODES, CONFIGS = "codes", "client-configs"
_COLUMNS = {CODES: ("code_type", "code", "description"), CONFIGS: ("config_key", "config_value", "description")}
_DAY, _HOUR = 86_400, 3_600

_log = logging.getLogger(__name__)


def read_codes(context: Context, store: Store, dialog: Dialog, *, wait: bool) -> dict[str, Any]:
    """Read ARM's code lists and the client's settings, and keep them; return the JSON of `armbulk codes`.

    A list that ARM does not offer, or that was not read completely, is not kept: the earlier one stays.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the lists are kept.
        dialog: Shows progress.
        wait: Whether to wait for ARM's limits.

    Raises:
        LimitError, LoginError, Interrupted: what was read before is kept.
        ServerError: ARM did not answer.
    """
    cost, missing = ApiUsage(0, 0, 0), {}
    for name, columns in _COLUMNS.items():
        try:
            export = read_export(context, build_export_request(name), dialog, wait=wait, fresh=True)
        except ServerError as error:
            if error.code != "list-refused":
                raise
            missing[name] = error.message
            continue
        try:
            cost += export.cost
            if not export.complete or not export.rows:
                missing[name] = _("ARM did not offer this list")
                continue
            rows = export.frame().select(columns).fill_null("").rows()
        finally:
            export.close()
        store.save_list(context.profile.account, name, [ListEntry(*row) for row in rows])
        _log.info("List kept", extra={"resource": name, "records": len(rows)})
    return {**describe_codes(store, context), "cost": cost.meters(), "missing": _translate(missing, context)}


def describe_codes(store: Store, context: Context) -> dict[str, Any]:
    """Return the lists that are kept, as the JSON of `armbulk codes`."""
    account, lang = context.profile.account, context.profile.lang
    lists = {name: store.saved_list(account, name) for name in _COLUMNS}
    return {
        "lists": {name: _describe_list(saved, context, lang) for name, saved in lists.items() if saved is not None},
        "cost": None,
        "missing": {},
    }


def select_list(report: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a report with one list of codes, or one setting; UsageError where ARM has none of that name."""
    names = {name for each in report["lists"].values() for name in each["groups"]}
    chosen = next((name for name in names if name.lower() == kind.lower()), None)
    if chosen is None:
        raise UsageError(
            "no-such-codes",
            _("ARM's lists have no codes called '{name}'", name=kind),
            _("Use one of these: {names}", names=", ".join(sorted(names)) or "-"),
        )
    lists = {
        name: {**each, "groups": {chosen: each["groups"][chosen]}}
        for name, each in report["lists"].items()
        if chosen in each["groups"]
    }
    return {**report, "lists": lists}


def has_codes(store: Store, context: Context) -> bool:
    """Return whether ARM's lists were read before."""
    return any(store.saved_list(context.profile.account, name) is not None for name in _COLUMNS)


def _describe_list(saved: SavedList, context: Context, lang: str) -> dict[str, Any]:
    age = max(0.0, context.clock.now() - saved.read_at)
    groups: dict[str, list[dict[str, str]]] = {}
    for entry in saved.entries:
        groups.setdefault(entry.kind, []).append({"code": entry.code, "description": entry.description})
    return {
        "read_at": format_iso(saved.read_at),
        "age_seconds": round(age),
        "age": _write_age(age).text(lang),
        "entries": len(saved.entries),
        "groups": groups,
    }


def _write_age(seconds: float) -> Text:
    if seconds >= _DAY:
        return ngettext("{count:number} day ago", "{count:number} days ago", count=int(seconds // _DAY))
    if seconds >= _HOUR:
        return ngettext("{count:number} hour ago", "{count:number} hours ago", count=int(seconds // _HOUR))
    return _("less than an hour ago")


def _translate(messages: dict[str, Text], context: Context) -> dict[str, str]:
    titles = {name: EXPORTS[name].title.text(context.profile.lang) for name in messages}
    return {titles[name]: translate(message, context.profile.lang) for name, message in messages.items()}

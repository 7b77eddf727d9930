"""A plan in a file: one person makes it, another sends exactly that, or learns what differs.

The file has counts, sums, settings and hashes; no record and no personal data.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard

from armbulk._version import __version__
from armbulk.app.plan import Plan
from armbulk.clock import format_iso
from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.i18n import Text, _, join_texts, quote_text
from armbulk.model.command_line import quote_word
from armbulk.planning.plan import count_to_send, sum_documents
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import verify_no_input

_VERSION = 1
_COUNTS = {"customers": _("customers"), "documents": _("documents"), "lines": _("document lines")}
_CHOICES = ("update", "overwrite", "skip_invalid", "limit", "look_up", "first_import")
_DESTINATION = {
    "address": _("ARM's address"), "client_no": _("The client number"), "profile": _("The profile"),
}  # fmt: skip
_AMOUNT = re.compile(r"-?\d{1,38}(\.\d{1,10})?")
_SUMS = ("excl_vat", "vat", "incl_vat")


def describe_plan(plan: Plan) -> dict[str, Any]:
    """Return what identifies a plan: where it goes, files and choices, counts, sums, and a hash of every record."""
    checked, import_plan = plan.check.checked, plan.import_plan
    totals = sum_documents(import_plan.to_send, checked)
    return {
        "armbulk_plan": _VERSION,
        "planned": format_iso(plan.planned_at),
        "armbulk": __version__,
        "destination": plan.destination.to_json(),
        "files": {Path(sheet.file).name: sheet.sha256 for sheet in checked.sheets},
        "mapping": next((sheet.mapped_by for sheet in checked.sheets if sheet.mapped_by), None),
        "choices": {name: value for name, value in asdict(import_plan.options).items() if name in _CHOICES},
        "records": count_to_send(import_plan),
        "totals": [{name: _write_value(value) for name, value in row.items()} for row in totals],
        "content": _hash_content(plan),
    }


def fingerprint_plan(plan: Plan) -> str:
    """Return a hash of what identifies a plan: the same for the same records of the same files to the same client."""
    described = {name: value for name, value in describe_plan(plan).items() if name != "planned"}
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _write_value(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def _hash_content(plan: Plan) -> str:
    """Return a hash of every record that would be sent, in its order."""
    digest = hashlib.sha256()
    for resource, payload in plan.import_plan.to_send.select("resource", "payload").iter_rows():
        digest.update(f"{resource}\n{payload}\n".encode())
    return digest.hexdigest()


def write_plan(plan: Plan, target: Path) -> Path:
    """Write a plan to a file; a file that armbulk did not write is kept as .bak. Return the path it got.

    Raises:
        UsageError: It would replace one of the input files.
        FileError: It cannot be written.
    """
    verify_no_input(target, {sheet.file for sheet in plan.check.checked.sheets}, has_option=False)
    text = json.dumps(describe_plan(plan), indent=2, ensure_ascii=False) + "\n"
    written = plan.check.written
    with temporary_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
        path = replace_atomically(temporary, target, own=written.digests())
    written.record([path])
    return path


def read_plan(path: Path) -> dict[str, Any]:
    """Read a plan that `write_plan` wrote.

    Raises:
        FileError: It cannot be read, or is no plan.
    """
    content: object = None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(
            "plan-unreadable",
            _("{file} cannot be read: {reason}", file=path, reason=describe_os_error(error)),
            _("Check the file name and the permissions"),
        ) from None
    except (ValueError, RecursionError):
        pass
    if not is_plan(content):
        raise FileError(
            "no-plan",
            _("{file} is not a plan of armbulk, or was changed", file=path),
            _("Make one with: armbulk plan FILE -o {file}", file=quote_word(str(path))),
        )
    return content


def is_plan(content: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a JSON value is what `describe_plan` returns, in every part that is compared."""
    return (
        _has(content, {"armbulk_plan": _is_count, "content": _is_text, "mapping": _is_text_or_null})
        and content["armbulk_plan"] == _VERSION
        and _has(content, {"destination": _is_object, "files": _is_object, "choices": _is_object})
        and _has(content["destination"], dict.fromkeys(_DESTINATION, _is_text))
        and all(map(_is_text, content["files"].values()))
        and _has(content["choices"], dict.fromkeys(_CHOICES, _is_choice))
        and _has(content, {"records": _is_object, "totals": _is_list})
        and _has(content["records"], dict.fromkeys(_COUNTS, _is_count))
        and all(_has(row, {"currency": _is_text, **dict.fromkeys(_SUMS, _is_amount)}) for row in content["totals"])
    )


def _has(value: object, parts: Mapping[str, Callable[[object], bool]]) -> TypeGuard[dict[str, Any]]:
    """Whether a value is an object with these parts."""
    return isinstance(value, dict) and all(name in value and is_right(value[name]) for name, is_right in parts.items())


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_null(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_choice(value: object) -> bool:
    return value is None or isinstance(value, bool) or _is_count(value)


def _is_amount(value: object) -> bool:
    """Whether a value is an amount as text; a document may have none, so a total may be null."""
    return value is None or (isinstance(value, str) and _AMOUNT.fullmatch(value) is not None)


def verify_plan(plan: Plan, approved: Mapping[str, Any]) -> None:
    """Make sure that a plan is the approved one.

    Raises:
        UsageError: It differs; the message lists each difference.
    """
    differences = compare_plans(describe_plan(plan), approved)
    if differences:
        raise UsageError(
            "plan-differs",
            join_texts(_("What would be sent is not the approved plan."), *differences),
            _("Nothing was sent. Make a new plan with `armbulk plan FILE -o PLAN.json`, and have it approved."),
        )


def compare_plans(now: Mapping[str, Any], approved: Mapping[str, Any]) -> list[Text]:
    """Return how two plans differ, as `describe_plan` describes them."""
    differences = [
        *_compare_destination(now["destination"], approved["destination"]),
        *_compare_files(now["files"], approved["files"]),
        *_compare_choices(now["choices"], approved["choices"]),
        *_compare_sums(now, approved),
    ]
    if now["mapping"] != approved["mapping"]:
        differences.append(_("The mapping is not the same."))
    if not differences and now["content"] != approved["content"]:
        differences.append(_("The counts and totals are the same, but some records have other values."))
    return differences


def _compare_destination(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[Text]:
    return [
        _difference(title, then[name], now[name]) for name, title in _DESTINATION.items() if now[name] != then[name]
    ]


def _compare_files(now: Mapping[str, str], then: Mapping[str, str]) -> list[Text]:
    changed = [name for name in now if name in then and now[name] != then[name]]
    return [
        *(_("The file {file} was changed.", file=name) for name in changed),
        *(_("The file {file} is not in the plan.", file=name) for name in now if name not in then),
        *(_("The file {file} of the plan is missing.", file=name) for name in then if name not in now),
    ]


def _compare_choices(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[Text]:
    return [
        _difference(quote_text(f"--{name.replace('_', '-')}"), _say(then[name]), _say(now[name]))
        for name in _CHOICES
        if (now[name] or None) != (then[name] or None)
    ]


def _say(value: object) -> object:
    return (_("yes") if value else _("no")) if value is None or isinstance(value, bool) else value


def _compare_sums(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[Text]:
    counts = [
        _("Number of {records}: {then} in the plan, {now} now.",
          records=title, then=then["records"][name], now=now["records"][name])
        for name, title in _COUNTS.items()
        if now["records"][name] != then["records"][name]
    ]  # fmt: skip
    sums, before = ({row["currency"]: row["incl_vat"] or "0" for row in each["totals"]} for each in (now, then))
    totals = [
        _("Total in {currency}: {then:amount} in the plan, {now:amount} now.",
          currency=currency, then=before.get(currency, "0"), now=sums.get(currency, "0"))
        for currency in sorted({*sums, *before})
        if Decimal(sums.get(currency, "0")) != Decimal(before.get(currency, "0"))
    ]  # fmt: skip
    return [*counts, *totals]


def _difference(title: Text, then: object, now: object) -> Text:
    return _("{title}: {then} in the plan, {now} now.", title=title, then=then, now=now)

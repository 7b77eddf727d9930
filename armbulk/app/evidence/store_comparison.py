"""Compare a bundle with what the store of this computer knows of the run now."""

import json
from collections.abc import Mapping
from typing import Any

from armbulk._version import __version__
from armbulk.app.evidence import parts as names
from armbulk.app.evidence.consistency import FAILED, OK, SKIPPED, BundleContent, EvidenceCheck
from armbulk.app.evidence.parts import write_parts
from armbulk.app.evidence.snapshot import take_snapshot
from armbulk.i18n import Text, _, ngettext
from armbulk.store import Store

_FIXED = (names.INPUT, names.PLAN)
"""Parts that never change after a run has begun; so do mappings."""

_LOOKUP = "look-up"
_MAY_CHANGE = {"versions", "result_workbook", "payload_hashes", "profile"}
"""Members of run.json that may be others now, although nothing was changed."""


def compare_with_store(parts: Mapping[str, bytes], content: BundleContent, store: Store) -> EvidenceCheck:
    """Return whether the bundle has what the store has; the run may have gone on since.

    Raises:
        StoreError: the store does not have the run any more.
    """
    snapshot = take_snapshot(store, int(content.run["run"]))
    now = write_parts(snapshot, content.lang, None, with_key=False)
    before, after = _list_events(parts), _list_events(now)
    fixed = [*_FIXED, *(name for name in now if name.endswith(".toml"))]
    wrong = [name for name in fixed if parts.get(name) != now.get(name)]
    if before != after[: len(before)]:
        wrong.append(names.EVENTS)
    later = len(after) - len(before)
    if not later:
        rest = (names.PAYLOAD_TABLE, names.OUTCOME_TABLE, names.ANSWERS)
        wrong += [name for name in rest if parts.get(name) != now.get(name)]
        if content.totals["by_outcome"] != json.loads(now[names.TOTALS])["by_outcome"]:  # may be read back since
            wrong.append(names.TOTALS)
        if _without_changes(content.run) != _without_changes(json.loads(now[names.RUN])):
            wrong.append(names.RUN)
    elif not now[names.PAYLOAD_TABLE].startswith(parts[names.PAYLOAD_TABLE]):
        wrong.append(names.PAYLOAD_TABLE)
    if wrong:
        return _report_difference(content, sorted(wrong))
    if later:
        message: Text = ngettext(
            "armbulk's database matches, and has {count:number} later event. Make a new bundle",
            "armbulk's database matches, and has {count:number} later events. Make a new bundle",
            count=later,
        )
        return EvidenceCheck("store", OK, message)
    return EvidenceCheck("store", OK, _("armbulk's database on this computer matches the bundle"))


def _list_events(parts: Mapping[str, bytes]) -> list[bytes]:
    """The lines of events.jsonl but look-ups: those of documents that are sent again are forgotten."""
    return [line for line in parts[names.EVENTS].splitlines() if json.loads(line).get("kind") != _LOOKUP]


def _without_changes(run: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name not in _MAY_CHANGE}


def _report_difference(content: BundleContent, wrong: list[str]) -> EvidenceCheck:
    made_by = ((content.run["versions"] or {}).get("when_this_was_made") or {}).get("armbulk")
    if made_by != __version__:
        message = _("Not compared with armbulk's database: armbulk {version} made the bundle", version=made_by or "?")
        return EvidenceCheck("store", SKIPPED, message)
    return EvidenceCheck("store", FAILED, _("armbulk's database has other values in {names}", names=", ".join(wrong)))

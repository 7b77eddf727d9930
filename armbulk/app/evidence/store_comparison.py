"""Compare a bundle with what the store of this computer knows of the run now."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from armbulk._version import __version__
from armbulk.app.evidence import parts as names
from armbulk.app.evidence.archive import MANIFEST, README
from armbulk.app.evidence.consistency import FAILED, OK, SKIPPED, BundleContent, EvidenceCheck
from armbulk.app.evidence.parts import write_parts
from armbulk.app.evidence.readme import write_readme
from armbulk.app.evidence.snapshot import take_snapshot
from armbulk.i18n import Text, _, ngettext
from armbulk.store import Store

_FIXED = (names.INPUT, names.PLAN)
"""Parts that never change after a run has begun; so do mappings."""

_LOOKUP = "look-up"
_OF_READING = {"read_back", "agrees_with_arm"}
"""Members of the control totals that reading back changes."""

_MAY_CHANGE = {"versions", "result_workbook", "payload_hashes", "profile"}
"""Members of run.json that may be others now, although nothing was changed."""


def compare_with_store(
    parts: Mapping[str, bytes], all_names: Sequence[str], content: BundleContent, store: Store
) -> EvidenceCheck:
    """Return whether the bundle has what the store has; the run may have gone on, or been read back, since.

    Args:
        parts: the parts but copies of files.
        all_names: the names of all parts.
        content: the parts, parsed.
        store: the store.

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
    later, is_read_since = len(after) - len(before), False
    if not later:
        listed = [name for name in all_names if name not in {README, MANIFEST}]
        now[README] = write_readme(snapshot, listed, content.lang)
        totals_now = json.loads(now[names.TOTALS])
        is_read_since = _read_back_at(content.totals) != _read_back_at(totals_now)
        rest = (README, names.PAYLOAD_TABLE, names.OUTCOME_TABLE, names.ANSWERS)
        wrong += [name for name in rest if parts.get(name) != now.get(name)]
        known = [_known_totals(each, is_read_since=is_read_since) for each in (content.totals, totals_now)]
        if known[0] != known[1]:
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
    if is_read_since:
        message = _("armbulk's database matches, and has a later comparison with ARM. Make a new bundle")
        return EvidenceCheck("store", OK, message)
    return EvidenceCheck("store", OK, _("armbulk's database on this computer matches the bundle"))


def _list_events(parts: Mapping[str, bytes]) -> list[bytes]:
    """The lines of events.jsonl but look-ups: those of documents that are sent again are forgotten."""
    return [line for line in parts[names.EVENTS].splitlines() if json.loads(line).get("kind") != _LOOKUP]


def _read_back_at(totals: Mapping[str, Any]) -> object:
    """When the records were read back; a reading that is not finished may have gone on."""
    times = totals["control_totals"]["read_back"]
    return times if times is None or times["ended"] else object()


def _known_totals(totals: Mapping[str, Any], *, is_read_since: bool) -> object:
    """The totals; without what was read back where that was done again."""
    if not is_read_since:
        return totals
    control = {name: value for name, value in totals["control_totals"].items() if name not in _OF_READING}
    stages = [{name: value for name, value in group.items() if name != "read_back"} for group in control["groups"]]
    groups = [group for group in stages if group["in_file"]["records"]]
    return totals["by_outcome"], {**control, "groups": groups}


def _without_changes(run: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name not in _MAY_CHANGE}


def _report_difference(content: BundleContent, wrong: list[str]) -> EvidenceCheck:
    made_by = ((content.run["versions"] or {}).get("when_this_was_made") or {}).get("armbulk")
    if made_by != __version__:
        message = _("Not compared with armbulk's database: armbulk {version} made the bundle", version=made_by or "?")
        return EvidenceCheck("store", SKIPPED, message)
    return EvidenceCheck("store", FAILED, _("armbulk's database has other values in {names}", names=", ".join(wrong)))

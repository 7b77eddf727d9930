"""The explanation in a bundle: what each part is, what can be proven with it, and what is not in it."""

from collections.abc import Sequence

from armbulk.app.evidence.archive import INPUT_FOLDER, MANIFEST, README
from armbulk.app.evidence.snapshot import RunSnapshot
from armbulk.app.prose import render_prose
from armbulk.clock import format_iso
from armbulk.model.outcome import Outcome

_WIDTH = 78


def write_readme(snapshot: RunSnapshot, parts: Sequence[str], lang: str) -> bytes:
    """Return README.txt.

    Args:
        snapshot: the run.
        parts: the names of the parts other than README.txt and manifest.json.
        lang: the language.
    """
    run, account = snapshot.run, snapshot.run.account
    counts = snapshot.result.count_outcomes()
    report = {
        "run": run.id,
        "client_no": account.client_no,
        "address": account.origin,
        "started": format_iso(run.created),
        "state": run.state,
        "counts": {outcome: count for outcome, count in counts.items() if count},
        "records": snapshot.items.height,
        "unconfirmed": counts[Outcome.IN_DOUBT.value],
        "has_hashes": snapshot.has_hashes,
        "is_known": snapshot.origin is not None,
        "has_input": any(name.startswith(INPUT_FOLDER) for name in parts),
        "parts": [README, MANIFEST, *parts],
    }
    text = render_prose("evidence-readme", report, lang, width=_WIDTH)
    return text.encode()

"""What reading a run's accepted records back from ARM showed: its state in words, and as JSON."""

from typing import Any

from armbulk.clock import format_iso
from armbulk.i18n import Text, _, ngettext
from armbulk.model.lookup import LookupResult
from armbulk.model.record_kinds import count_records
from armbulk.results.control_totals import ControlTotals, Figure
from armbulk.results.totals_words import write_difference
from armbulk.store import Verification

MAX_LISTED = 10_000
"""How many differences JSON lists; it counts all."""

_AGREES = _(
    "Read back {time:time}: {records}. ARM has each with the number, type, customer, date, currency and amount that "
    "were sent."
)
_AGREES_BOTH = _(
    "Read back {time:time}: {records}. ARM has each document with the number, type, customer, date, currency and "
    "amount that were sent, and each customer."
)
_AGREES_CUSTOMERS = _("Read back {time:time}: {records}. ARM has each of them.")
_DIFFERS = ngettext(
    "Read back {time:time}: {count:number} record is missing in ARM, differs or cannot be compared.",
    "Read back {time:time}: {count:number} records are missing in ARM, differ or cannot be compared.",
)
_UNFINISHED = ngettext(
    "Reading back is not finished: {count:number} record is left. Continue with: armbulk verify {run}",
    "Reading back is not finished: {count:number} records are left. Continue with: armbulk verify {run}",
)
_NOTHING = _("ARM accepted no records, so there is nothing to read back.")
_NOT_READ = _("Not read back from ARM. To compare what ARM has with what was sent: armbulk verify {run}")


def count_accepted(totals: ControlTotals) -> Figure:
    """Return how many records ARM has accepted."""
    return Figure(sum(total.stages["accepted"].records for total in totals.totals))


def describe_read_back(verification: Verification | None, totals: ControlTotals, run_id: int) -> tuple[bool, Text]:
    """Return whether ARM has what was sent, and that in a sentence."""
    if not count_accepted(totals).records:
        return True, _NOTHING
    if verification is None:
        return False, _NOT_READ.fill(run=run_id)
    if verification.ended is None or totals.left:
        return False, _UNFINISHED.fill(count=totals.left, run=run_id)
    if not totals.agrees_with_arm:
        return False, _DIFFERS.fill(count=len(totals.differences), time=verification.ended)
    is_customers = {total.kind == "customers" for total in totals.totals if total.stages["accepted"].records}
    text = _AGREES_BOTH if len(is_customers) > 1 else _AGREES_CUSTOMERS if True in is_customers else _AGREES
    records = count_records(verification.read.height, "customers" if is_customers == {True} else "")
    return True, text.fill(records=records, time=verification.ended)


def verification_to_json(verification: Verification, totals: ControlTotals) -> dict[str, Any]:
    """Return what was read back, as the JSON of `armbulk verify` has it."""
    results = dict(verification.read.group_by("result").len().iter_rows())
    return {
        "state": "unfinished" if verification.ended is None else "finished",
        "started": format_iso(verification.started),
        "ended": format_iso(verification.ended),
        "agrees": verification.ended is not None and totals.agrees_with_arm,
        "accepted": count_accepted(totals).records,
        "equal": results.get(LookupResult.EQUAL.value, 0),
        "different": results.get(LookupResult.DIFFERENT.value, 0),
        "missing": results.get(LookupResult.ABSENT.value, 0),
        "unclear": results.get(LookupResult.UNKNOWN.value, 0),
        "left": totals.left,
        "cost": verification.usage.meters(),
        "differences": [
            {
                "no": difference.no,
                "type": difference.kind,
                "number": difference.number,
                "result": difference.result.name.lower(),
                "currency": difference.currency or None,
                "amount": None if difference.amount is None else str(difference.amount),
                "fields": [{"field": name, "sent": sent, "in_arm": there} for name, sent, there in difference.fields],
                "documents_in_arm": difference.documents,
                "text": write_difference(difference, "en"),
            }
            for difference in totals.differences[:MAX_LISTED]
        ],
    }

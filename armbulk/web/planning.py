"""The plan of a draft, and what a person confirms: exactly this plan is sent, or nothing."""

from typing import TYPE_CHECKING

from armbulk.app.approved_plan import fingerprint_plan
from armbulk.web.checking import find_check

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.plan import Plan
    from armbulk.app.session import Session
    from armbulk.web.visit import Visit

PLAN_FILE = "plan.json"
"""The plan as it was shown, in the folder of the draft: `import_files` stops at any difference."""

PLAN_CHOICES = ("skip_invalid", "limit", "look_up", "first_import", "overwrite", "verify")
"""What a person chooses about a plan."""

_MAX_AGE_SECONDS = 20.0
"""How long a plan is shown without pricing it again; what has changed in the store counts at once."""


def make_plan(visit: "Visit", draft: "Draft") -> "Plan | None":
    """Return the plan of a checked draft with the present state of the store; None: it is not checked yet.

    What was typed is not in a file yet: it is written to the corrected workbook first, and that is planned.

    Raises:
        UsageError: The choices contradict each other or the files.
        Unfinished: A file is the result of a run that is not in the local store.
    """
    if draft.typed or (draft.corrects_sure and not draft.corrected):
        return None
    checked = find_check(visit, draft)
    if checked is None or checked.result is None:
        return None
    with visit.session(draft.profile) as session:
        kept = checked.plan
        if kept is not None and _is_current(kept, draft, session):
            return kept
        plan = session.plan(checked.result, **draft.choices)
    checked.plan = plan
    return plan


def _is_current(plan: "Plan", draft: "Draft", session: "Session") -> bool:
    """Whether a plan is as it would be now: the same choices, the same store, and priced a short time ago."""
    options = plan.import_plan.options
    is_chosen = all((getattr(options, name) or None) == (draft.choices.get(name) or None) for name in PLAN_CHOICES)
    is_young = session.clock.now() - plan.planned_at < _MAX_AGE_SECONDS
    return is_chosen and is_young and session.store.history_mark(session.profile.account) == plan.mark


def name_plan(plan: "Plan") -> str:
    """Return what tells one plan from another: a form has it, so that exactly the plan it shows is sent."""
    return fingerprint_plan(plan)

"""The plan of a draft, and what a person confirms: exactly this plan is sent, or nothing."""

from typing import TYPE_CHECKING

from armbulk.app.approved_plan import fingerprint_plan
from armbulk.web.checking import find_check

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.plan import Plan
    from armbulk.web.visit import Visit

PLAN_FILE = "plan.json"
"""The plan as it was shown, in the folder of the draft: `import_files` stops at any difference."""

_MAX_AGE_SECONDS = 20.0
"""How long a plan is shown without pricing it again; what has changed in the store counts at once."""


def make_plan(visit: "Visit", draft: "Draft") -> "Plan | None":
    """Return the plan of a checked draft with the present state of the store; None: it is not checked yet.

    Raises:
        UsageError: The choices contradict each other or the files.
        Unfinished: A file is the result of a run that is not in the local store.
    """
    checked = find_check(visit, _use_corrections(visit, draft))
    if checked is None or checked.result is None:
        return None
    choices = repr(sorted(draft.choices.items()))
    with visit.session(draft.profile) as session:
        kept = checked.plan if checked.planned_with == choices else None
        is_young = kept is not None and session.clock.now() - kept.planned_at < _MAX_AGE_SECONDS
        if kept is not None and is_young and session.store.history_mark(session.profile.account) == kept.mark:
            return kept
        plan = session.plan(checked.result, **draft.choices)
    checked.plan, checked.planned_with = plan, choices
    return plan


def _use_corrections(visit: "Visit", draft: "Draft") -> "Draft":
    """Return the draft with a workbook that has what a person typed: that is what is sent. The files stay as they are.

    The draft is stored only if the workbook is new.
    """
    checked = find_check(visit, draft) if draft.typed and not draft.corrected else None
    if checked is None or checked.corrected is None:
        return draft
    name = f"{draft.result.name.removesuffix('.result.xlsx')}.corrected.xlsx"
    checked.corrected.write(draft.folder / "corrected" / name)
    with visit.workspace.drafts.changing(draft.id) as changed:
        changed.corrected = name
    return changed


def name_plan(plan: "Plan") -> str:
    """Return what tells one plan from another: a form has it, so that exactly the plan it shows is sent."""
    return fingerprint_plan(plan)

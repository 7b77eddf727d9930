"""The plan of a draft, and what a person confirms: exactly this plan is sent, or nothing."""

from typing import TYPE_CHECKING

from armbulk.web.checking import find_check

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.plan import Plan
    from armbulk.web.visit import Visit

PLAN_FILE = "plan.json"
"""The plan as it was shown, in the folder of the draft: `import_files` stops at any difference."""


def make_plan(visit: "Visit", draft: "Draft") -> "Plan | None":
    """Return the plan of a checked draft with the present state of the store; None: it is not checked yet.

    What was typed is not in a file yet: it is written to the corrected workbook first, and that is planned.
    """
    if draft.typed or (draft.corrects_sure and not draft.corrected):
        return None
    checked = find_check(visit, draft)
    if checked is None or checked.result is None:
        return None
    with visit.session(draft.profile) as session:
        plan = session.plan(checked.result, **draft.choices)
    checked.plan = plan
    return plan

"""The step Plan: what would be sent, what it costs, and when it would end."""

from starlette.responses import Response

from armbulk.web.planning import make_plan
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def show_plan(visit: Visit) -> Response:
    """Show the plan of a draft."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    plan = make_plan(visit, draft)
    if plan is None:
        return visit.go(f"/imports/{draft.id}/check")
    return visit.page("plan", draft=draft, step="plan", plan=plan, report=plan.to_json(), totals=plan.describe_totals())


PAGES = (WebPage("/imports/{draft}/plan", show_plan),)

"""The step Plan: what would be sent, what it costs, and when it would end; the JSON of each record."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.confirmation import list_totals_to_type, needs_typed_totals
from armbulk.app.page_names import describe_signatures
from armbulk.app.plan_records import list_plan_records, read_record_json
from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.checking import name_check
from armbulk.web.planning import make_plan, name_plan
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.plan import Plan

PAGE_RECORDS = 25
"""Records on a page of the table."""

_CHOICES = ("skip_invalid", "look_up", "first_import", "overwrite", "verify")
_MAX_LIMIT_DIGITS = 7


def show_plan(visit: Visit) -> Response:
    """Show the plan of a draft."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    if draft.run is not None:
        return visit.go(f"/runs/{draft.run}")
    try:
        plan = make_plan(visit, draft)
    except ArmbulkError as error:
        return visit.page("plan-failed", status=400, draft=draft, step="plan", error=error)
    if plan is None:
        return _show_check(visit, draft)
    return show_plan_page(visit, draft, plan)


def _show_check(visit: Visit, draft: "Draft") -> Response:
    """Show how far the check is on which the plan waits; without a check that can be planned, lead there."""
    job = visit.workspace.jobs.find(name_check(draft))
    if job is None or not job.is_running:
        return visit.go(f"/imports/{draft.id}/check")
    return visit.page("working", draft=draft, step="plan", job=job)


def show_plan_page(visit: Visit, draft: "Draft", plan: "Plan", status: int = 200, **values: Any) -> Response:
    """Return the page of a plan; `values` say what was wrong with its confirmation."""
    number = max(visit.number("page", 1), 1)
    search = visit.query("search").strip()
    part = list_plan_records(plan, (number - 1) * PAGE_RECORDS, PAGE_RECORDS, search)
    report = plan.to_json()
    return visit.page(
        "plan",
        status=status,
        **{
            "draft": draft,
            "step": "plan",
            "plan": plan,
            "plan_name": name_plan(plan),
            "report": report,
            "control": plan.describe_totals(),
            "signatures": describe_signatures(visit.lang),
            "choices": {name: bool(draft.choices.get(name)) for name in _CHOICES},
            "limit": draft.choices.get("limit") or "",
            "to_type": list_totals_to_type(plan) if needs_typed_totals(plan) else [],
            "typed": {},
            "wrong": [],
            "problem": None,
            "table": part,
            "search": search,
            "number": number,
            "count": -(-part.total // PAGE_RECORDS),
            **values,
        },
    )


def choose(visit: Visit) -> Response:
    """Keep what of the files is sent, and how, and plan again."""
    limit = visit.field("limit").strip()
    if limit and not (limit.isascii() and limit.isdecimal() and len(limit) <= _MAX_LIMIT_DIGITS):
        raise UsageError(
            "limit-unreadable",
            _("'{text}' is not a number of records", text=limit),
            _("Use a number such as 10, or leave the field blank to send all of them"),
        )
    with visit.workspace.drafts.changing(visit.path("draft")) as draft:
        for name in _CHOICES:
            draft.choices.pop(name, None)
            if visit.field(name) == "yes":
                draft.choices[name] = True
        draft.choices.pop("limit", None)
        if limit:
            draft.choices["limit"] = int(limit)
    return visit.go(f"/imports/{draft.id}/plan")


def show_record(visit: Visit) -> Response:
    """Show the exact JSON of a record that would be sent."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    plan = make_plan(visit, draft)
    if plan is None:
        return visit.go(f"/imports/{draft.id}/plan")
    text = visit.path("number")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    key, content = read_record_json(plan, number)
    template = "_record" if visit.is_fragment else "record"
    return visit.page(template, draft=draft, step="plan", key=key, content=content)


PAGES = (
    WebPage("/imports/{draft}/plan", show_plan),
    WebPage("/imports/{draft}/choices", choose, "POST"),
    WebPage("/imports/{draft}/records/{number}", show_record),
)

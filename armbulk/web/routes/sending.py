"""The step Send: one button that names what happens, then how far it is; the run continues without the page."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.approved_plan import write_plan
from armbulk.app.confirmation import find_wrong_totals, needs_typed_totals
from armbulk.errors import ArmbulkError
from armbulk.i18n import _
from armbulk.web.dialog import FileDialog, JobDialog
from armbulk.web.jobs import WebJob
from armbulk.web.planning import PLAN_FILE, make_plan, name_plan
from armbulk.web.routes.page import WebPage
from armbulk.web.routes.plan import show_plan_page
from armbulk.web.run_pages import keep_result
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from pathlib import Path

    from armbulk.app.drafts import Draft

_CHANGED = _("The plan has changed since the page was shown. Nothing was sent. This is the plan as it is now.")


def name_sending(draft_id: str) -> str:
    """Return the key of the job that sends a draft."""
    return f"send/{draft_id}"


def send(visit: Visit) -> Response:
    """Send exactly the plan that the page has shown; in production the totals are typed."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    job = visit.workspace.jobs.find(name_sending(draft.id))
    if draft.run is not None or (job is not None and job.is_running):
        return visit.go(f"/imports/{draft.id}/send")
    try:
        plan = make_plan(visit, draft)
    except ArmbulkError as error:
        return visit.page("plan-failed", status=400, draft=draft, step="plan", error=error)
    if plan is None:
        return visit.go(f"/imports/{draft.id}/plan")
    if plan.stopped or not plan.records or name_plan(plan) != visit.field("plan"):
        return show_plan_page(visit, draft, plan, 409, problem=_CHANGED)
    typed = visit.fields("total-")
    wrong = find_wrong_totals(plan, typed) if needs_typed_totals(plan) else []
    if wrong:
        return show_plan_page(visit, draft, plan, 400, typed=typed, wrong=wrong)
    _start(visit, draft, write_plan(plan, draft.folder / PLAN_FILE))
    return visit.go(f"/imports/{draft.id}/send")


def _start(visit: Visit, draft: "Draft", plan_file: "Path") -> None:
    """Send in the background. Whichever tab or browser is faster: the files of a draft are sent in a single run."""
    workspace, lang, name = visit.workspace, visit.lang, draft.id

    def keep_run(run: int) -> None:
        with workspace.drafts.changing(name) as changed:
            changed.run = run

    def work(job: WebJob) -> Any:
        now = workspace.drafts.load(name)
        if now.run is not None:  # another tab has sent it since
            return None
        with workspace.connect(now.profile, lang) as session:
            job.use(session)
            result = session.import_files(
                *now.inputs,
                options=now.read_options(),
                update=bool(now.options.get("update")),
                target=now.result,
                dialog=JobDialog(job, FileDialog(now.answers), keep_run),
                plan_file=plan_file,
                **now.choices,
            )
            if result.run is not None:
                keep_result(workspace, session, result)
            return result.state

    workspace.jobs.start(name_sending(name), "send", work)


def show_sending(visit: Visit) -> Response:
    """Show how far the sending is; when it is over, lead to the result, or say why nothing was sent."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    job = visit.workspace.jobs.find(name_sending(draft.id))
    if job is None or not job.is_running:
        if draft.run is not None:
            return visit.go(f"/runs/{draft.run}")
        if job is None or job.error is None:
            return visit.go(f"/imports/{draft.id}/plan")
    return visit.page("sending", draft=draft, step="send", job=job)


PAGES = (
    WebPage("/imports/{draft}/send", send, "POST"),
    WebPage("/imports/{draft}/send", show_sending),
)

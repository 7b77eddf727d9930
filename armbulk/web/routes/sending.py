"""The step Send: one button that names what happens, then how far it is; the run continues without the page."""

from typing import Any

from starlette.responses import Response

from armbulk.app.approved_plan import write_plan
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.web.dialog import FileDialog, JobDialog
from armbulk.web.jobs import WebJob
from armbulk.web.planning import PLAN_FILE, make_plan
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def name_sending(draft_id: str) -> str:
    """Return the key of the job that sends a draft."""
    return f"send/{draft_id}"


def send(visit: Visit) -> Response:
    """Send exactly the plan that the page has shown."""
    name = visit.path("draft")
    draft = visit.workspace.drafts.load(name)
    if draft.run is not None:
        return visit.go(f"/runs/{draft.run}")
    plan = make_plan(visit, draft)
    if plan is None:
        return visit.go(f"/imports/{name}/check")
    if str(plan.records) != visit.field("records") or plan.describe() != visit.field("what"):
        raise UsageError(
            "plan-changed",
            _("The plan has changed since the page was shown. Nothing was sent."),
            _("Look at the plan again"),
        )
    path = write_plan(plan, draft.folder / PLAN_FILE)
    workspace, lang = visit.workspace, visit.lang

    def work(job: WebJob) -> Any:
        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            dialog = JobDialog(job, FileDialog(draft.answers))
            result = session.import_files(
                *draft.inputs,
                options=draft.read_options(),
                target=draft.result,
                dialog=dialog,
                plan_file=path,
                **draft.choices,
            )
            with workspace.drafts.changing(name) as changed:
                changed.run = result.run
            return {"state": result.state, "run": result.run}

    workspace.jobs.start(name_sending(name), "send", work)
    return visit.go(f"/imports/{name}/send")


def show_sending(visit: Visit) -> Response:
    """Show how far the sending is; when it is over, lead to the result."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    job = visit.workspace.jobs.find(name_sending(draft.id))
    if draft.run is not None and (job is None or not job.is_running):
        return visit.go(f"/runs/{draft.run}")
    if job is None:
        return visit.go(f"/imports/{draft.id}/plan")
    return visit.page("sending", draft=draft, step="send", job=job)


PAGES = (
    WebPage("/imports/{draft}/send", send, "POST"),
    WebPage("/imports/{draft}/send", show_sending),
)

"""Export and month-end: choose a list and a period, see the price, export, and see what was read."""

from typing import Any

from starlette.responses import Response

from armbulk.app.export_figures import export_with_figures, list_totals
from armbulk.app.export_form import describe_choices, describe_lists, read_choices
from armbulk.app.saved_exports import SavedExport
from armbulk.errors import UsageError
from armbulk.web.dialog import JobDialog
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

_CLOSE = "close"
_RECENT = 10


def name_export(export_id: str) -> str:
    """Return the key of the job that measures or reads an export."""
    return f"export/{export_id}"


def show_exports(visit: Visit) -> Response:
    """Show what can be exported, and recent exports."""
    exports = visit.workspace.exports.list()[:_RECENT]
    return visit.page("exports", lists=describe_lists(), exports=exports, titles=_name_lists())


def show_form(visit: Visit) -> Response:
    """Show what can be chosen of a list."""
    return _show_form(visit, visit.path("list"))


def _show_form(visit: Visit, resource: str, error: UsageError | None = None) -> Response:
    choices = describe_choices(resource, visit.lang)
    known = next(each for each in describe_lists() if each["name"] == resource)
    template = "month_end" if resource == _CLOSE else "export_form"
    values = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    return visit.page(template, status=400 if error else 200, known=known, choices=choices, error=error, values=values)


def prepare(visit: Visit) -> Response:
    """Store what was chosen, and find out how large the list is."""
    resource = visit.path("list")
    describe_choices(resource, visit.lang)
    names = ("when", "period", "year", "first", "last", "other", "other_value", "format", "since", "accounts")
    values = {name: visit.field(name) for name in (*names, "customer_names")}
    with visit.session() as session:
        profile, order = session.profile.name, session.profile.dates
    try:
        choices = read_choices(values, visit.fields("filter."), list(visit.fields("column.")), order)
        export = visit.workspace.exports.create(profile, resource, choices)
    except UsageError as error:
        return _show_form(visit, resource, error)
    _start_measuring(visit, export)
    return visit.go(f"/exports/{export.id}")


def show_export(visit: Visit) -> Response:
    """Show the price of an export, how far it is, or what was read."""
    export = visit.workspace.exports.load(visit.path("export"))
    job = visit.workspace.jobs.find(name_export(export.id))
    values: dict[str, Any] = {"export": export, "title": _name_lists().get(export.resource, export.resource)}
    if job is not None and job.is_running:
        return visit.page("export_working", job=job, **values)
    error = job.error if job is not None else None
    if error is not None and not hasattr(error, "hint"):
        raise error
    if export.report is None:
        with visit.session(export.profile) as session:
            meters = session.describe_usage()["meters"]
        return visit.page("export_plan", job=job, error=error, plan=export.plan, meters=meters, **values)
    figures = export.figures.get(visit.lang) or next(iter(export.figures.values()), None)
    totals = list_totals(export.report, visit.lang)
    return visit.page(
        "export_result", job=job, error=error, report=export.report, figures=figures, totals=totals, **values
    )


def measure(visit: Visit) -> Response:
    """Find out again how large a list is."""
    export = visit.workspace.exports.load(visit.path("export"))
    _start_measuring(visit, export)
    return visit.go(f"/exports/{export.id}")


def run(visit: Visit) -> Response:
    """Export, or continue an export that was interrupted or is not complete."""
    export = visit.workspace.exports.load(visit.path("export"))
    workspace, lang, fresh = visit.workspace, visit.lang, bool(visit.field("fresh"))

    def work(job: WebJob) -> None:
        with workspace.exports.changing(export.id) as changed:
            changed.started, changed.report, changed.figures = True, None, {}
            changed.clear_files()
        with workspace.connect(export.profile, lang) as session:
            job.use(session)
            context = session.require_login()
            dialog = JobDialog(job)
            report, figures = export_with_figures(context, export.resource, export.query, dialog, fresh=fresh)
        with workspace.exports.changing(export.id) as changed:
            changed.report, changed.figures = report, figures

    workspace.jobs.start(name_export(export.id), "export", work)
    return visit.go(f"/exports/{export.id}")


def stop(visit: Visit) -> Response:
    """Stop after the current call; what was read is kept."""
    job = visit.workspace.jobs.find(name_export(visit.path("export")))
    if job is not None:
        job.stop()
    return visit.go(f"/exports/{visit.path('export')}")


def download(visit: Visit) -> Response:
    """Return a file of an export."""
    return visit.download(visit.workspace.exports.load(visit.path("export")).find_file(visit.path("name")))


def delete(visit: Visit) -> Response:
    """Delete an export with its files."""
    name = visit.path("export")
    job = visit.workspace.jobs.find(name_export(name))
    if job is None or not job.is_running:
        visit.workspace.exports.delete(name)
        visit.workspace.jobs.forget(name_export(name))
    return visit.go("/export")


def _start_measuring(visit: Visit, export: SavedExport) -> None:
    workspace, lang = visit.workspace, visit.lang

    def work(job: WebJob) -> None:
        with workspace.connect(export.profile, lang) as session:
            job.use(session)
            plan = session.plan_export(export.resource, dialog=JobDialog(job), **export.query)
        with workspace.exports.changing(export.id) as changed:
            changed.plan = plan

    workspace.jobs.start(name_export(export.id), "plan-export", work)


def _name_lists() -> dict[str, Any]:
    return {each["name"]: each["title"] for each in describe_lists()}


PAGES = (
    WebPage("/export", show_exports),
    WebPage("/export/{list}", show_form),
    WebPage("/export/{list}", prepare, "POST"),
    WebPage("/exports/{export}", show_export),
    WebPage("/exports/{export}/plan", measure, "POST"),
    WebPage("/exports/{export}/run", run, "POST"),
    WebPage("/exports/{export}/stop", stop, "POST"),
    WebPage("/exports/{export}/delete", delete, "POST"),
    WebPage("/exports/{export}/files/{name}", download),
)

"""What differs between a draft and ARM: for customers, what the export had, what ARM has now, and what the file has."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.text_style import remove_marks
from armbulk.web.dialog import FileDialog, JobDialog
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.diff.comparison import FileComparison
    from armbulk.app.drafts import Draft

_PAGE_ROWS = 50
_FILE = "differences.xlsx"


def show_differences(visit: Visit) -> Response:
    """Show each value that differs; before that, a button: reading ARM uses its limits."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    job = visit.workspace.jobs.find(_name(draft))
    if job is not None and job.is_running:
        return visit.page("working", draft=draft, step="plan", job=job)
    compared = _find(visit, draft)
    if compared is None:
        return visit.page("compare", draft=draft, step="plan", error=job.error if job else None)
    from armbulk.app.diff.words import name_state

    report = compared.to_json(is_whole=True)
    shown = compared.describe(report, details=False)
    number = max(visit.number("page", 1), 1)
    state = visit.query("state")
    changes = [change for change in report["changes"] if not state or change["state"] == state]
    return visit.page(
        "differences",
        draft=draft,
        step="plan",
        report=report,
        lines=[{**line, "label": remove_marks(line["label"])} for line in shown["lines"]],
        names={name: name_state(name, update=compared.update) for name in report["customers"] or {}},
        changes=changes[(number - 1) * _PAGE_ROWS : number * _PAGE_ROWS],
        count=len(changes),
        state=state,
        page=number,
        page_rows=_PAGE_ROWS,
        overwrites=bool(draft.choices.get("overwrite")),
    )


def compare(visit: Visit) -> Response:
    """Compare the draft with ARM; the choice whether the file's values win is kept for the plan."""
    with visit.workspace.drafts.changing(visit.path("draft")) as draft:
        draft.choices = {**draft.choices, "overwrite": bool(visit.field("overwrite"))}
    workspace, lang, stamp = visit.workspace, visit.lang, repr(draft.changed)
    fresh = 0 if visit.field("again") else 15

    def work(job: WebJob) -> None:
        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            compared = session.diff(
                *draft.inputs,
                options=draft.read_options(),
                dialog=JobDialog(job, FileDialog(draft.answers)),
                overwrite=draft.choices["overwrite"],
                fresh=fresh,
            )
        workspace.recent.keep(compared, "compare", draft.id, lang, stamp)

    visit.workspace.jobs.start(_name(draft), "compare", work)
    return visit.go(f"/imports/{draft.id}/differences")


def download_differences(visit: Visit) -> Response:
    """Give all differences as a workbook."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    compared = _find(visit, draft)
    if compared is None:
        raise UsageError("not-compared", _("The files were not compared yet"), _("Compare them with ARM first"))
    return visit.download(compared.write(draft.folder / _FILE))


def _name(draft: "Draft") -> str:
    return f"compare/{draft.id}"


def _find(visit: Visit, draft: "Draft") -> "FileComparison | None":
    kept: FileComparison | None = visit.workspace.recent.find("compare", draft.id, visit.lang, repr(draft.changed))
    return kept


PAGES = (
    WebPage("/imports/{draft}/differences", show_differences),
    WebPage("/imports/{draft}/differences", compare, "POST"),
    WebPage("/imports/{draft}/differences.xlsx", download_differences),
)

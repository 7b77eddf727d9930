"""What belongs to a draft and to no step: its files, and its end."""

from starlette.responses import Response

from armbulk.app.drafts import Draft, clean_file_name
from armbulk.app.row_choice import RowChoice
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.web.checking import find_kept
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def delete_draft(visit: Visit) -> Response:
    """Delete the files of a draft, unless they are being sent.

    Raises:
        UsageError: A job works with them.
    """
    name = visit.path("draft")
    if any(name in job.key.split("/") and job.kind != "check" for job in visit.workspace.jobs.running()):
        raise UsageError("in-use", _("These files are being sent"), _("Pause the run first, or wait until it is over"))
    visit.workspace.drafts.delete(name)
    return visit.go("/")


def replace_files(visit: Visit) -> Response:
    """Store corrected files in place of the earlier ones, and check again: answers, filter and page are kept."""
    from armbulk.app.draft_corrections import find_replaced

    drafts, name = visit.workspace.drafts, visit.path("draft")
    uploads = visit.uploads("files")
    with drafts.changing(name) as draft:
        if uploads:
            draft.counts_before = _count_problems(visit, draft)
            draft.reopen()
            gone = find_replaced(draft, [clean_file_name(upload.filename or "") for upload in uploads])
            names = [drafts.add_file(draft, upload.filename or "", upload.file) for upload in uploads]
            for replaced in gone:
                drafts.remove_file(draft, replaced, names[0])
            draft.typed = [cell for cell in draft.typed if cell.file in draft.files and cell.file not in names]
            draft.corrects_sure = False
    return visit.go(f"/imports/{name}/check", **RowChoice.read(visit.query).to_query(page=visit.number("page", 1)))


def _count_problems(visit: Visit, draft: Draft) -> list[int]:
    """Return how many errors and warnings the page has shown; empty where it has shown none."""
    kept = find_kept(visit, draft)
    return [kept.summary.errors, kept.summary.warnings] if kept is not None and kept.summary is not None else []


PAGES = (
    WebPage("/imports/{draft}/delete", delete_draft, "POST"),
    WebPage("/imports/{draft}/files", replace_files, "POST"),
)

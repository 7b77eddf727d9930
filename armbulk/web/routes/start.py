"""The first page: choose files, see recent runs, and what needs a person."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.sending_now import list_runs_now
from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.session import Session

_RECENT = 8


def show_start(visit: Visit) -> Response:
    """Show the place for files, recent runs and the use of the limits."""
    values: dict[str, Any] = {"runs": [], "usage": None, "problem": None, "drafts": []}
    try:
        with visit.session() as session:
            values |= _describe(session)
    except ArmbulkError as error:
        values["problem"] = error
    values["drafts"] = [draft for draft in visit.workspace.drafts.list() if draft.run is None][:_RECENT]
    return visit.page("start", **values)


def _describe(session: "Session") -> dict[str, Any]:
    return {"runs": list_runs_now(session)[:_RECENT], "usage": session.describe_usage()}


def receive_files(visit: Visit) -> Response:
    """Store files that were chosen or dropped, and lead to their check."""
    uploads = visit.uploads("files")
    if not uploads:
        raise UsageError("no-files", _("No file was chosen"), _("Choose an Excel or CSV file"))
    with visit.session() as session:
        profile = session.profile.name
    drafts = visit.workspace.drafts
    draft = drafts.create(profile)
    try:
        for upload in uploads:
            drafts.add_file(draft, upload.filename or "", upload.file)
    except ArmbulkError:
        drafts.delete(draft.id)
        raise
    drafts.save(draft)
    return visit.go(f"/imports/{draft.id}/check")


PAGES = (WebPage("/", show_start), WebPage("/imports", receive_files, "POST"))

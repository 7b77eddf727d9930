"""What belongs to a draft and to no step: its files, and its end."""

from starlette.responses import Response

from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def delete_draft(visit: Visit) -> Response:
    """Delete the files of a draft."""
    visit.workspace.drafts.delete(visit.path("draft"))
    return visit.go("/")


def replace_files(visit: Visit) -> Response:
    """Store corrected files in place of those with the same names, and check again: answers are kept."""
    drafts = visit.workspace.drafts
    with drafts.changing(visit.path("draft")) as draft:
        for upload in visit.uploads("files"):
            name = drafts.add_file(draft, upload.filename or "", upload.file)
            draft.typed = [cell for cell in draft.typed if cell.file != name]
        draft.corrected = ""
    return visit.go(f"/imports/{draft.id}/check")


PAGES = (
    WebPage("/imports/{draft}/delete", delete_draft, "POST"),
    WebPage("/imports/{draft}/files", replace_files, "POST"),
)

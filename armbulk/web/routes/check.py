"""The step Check: problems in groups, and the rows with the cells marked."""

from starlette.responses import Response

from armbulk.app.drafts import TypedCell
from armbulk.web.checking import find_check, name_check
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def show_check(visit: Visit) -> Response:
    """Show what a check has found; while files are read, how far it is."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None:
        job = visit.workspace.jobs.find(name_check(draft))
        return visit.page("working", draft=draft, step="check", job=job)
    if checked.needs_columns:
        return visit.go(f"/imports/{draft.id}/columns")
    if checked.result is None:
        return visit.page("unreadable", draft=draft, step="check", error=checked.error, checked=checked)
    report = checked.result.to_json()
    return visit.page("check", draft=draft, step="check", report=report, checked=checked)


def type_cell(visit: Visit) -> Response:
    """Keep what a person typed into a cell, and check again."""
    name = visit.path("draft")
    with visit.workspace.drafts.changing(name) as draft:
        cell = TypedCell(
            visit.field("file"),
            visit.field("sheet"),
            int(visit.field("row")),
            visit.field("column"),
            visit.field("text"),
        )
        others = [
            each
            for each in draft.typed
            if (each.file, each.sheet, each.row, each.column) != (cell.file, cell.sheet, cell.row, cell.column)
        ]
        draft.typed = [*others, cell]
    return visit.go(f"/imports/{name}/check")


PAGES = (
    WebPage("/imports/{draft}/check", show_check),
    WebPage("/imports/{draft}/cells", type_cell, "POST"),
)

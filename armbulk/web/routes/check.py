"""The step Check: problems in groups, and the rows as a table in which cells can be corrected."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.crash_report import write_crash_report
from armbulk.app.drafts import Draft, TypedCell
from armbulk.app.row_choice import RowChoice
from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.checking import DraftCheck, find_check, find_kept, keep_corrected, name_check
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.corrections import Corrected

MAX_TYPED = 2_000
"""How many cells can be corrected here; more is work for Excel."""

_MAX_CELL_CHARS = 32_767
_LISTED = 200
"""How many corrected cells a page lists; the corrected workbook lists all."""

_WORK = "work"
"""The id of the part of the page that changes with what a person does."""


def show_check(visit: Visit) -> Response:
    """Show what a check has found; while files are read, how far it is."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None:
        job = visit.workspace.jobs.find(name_check(draft))
        return visit.page("working", draft=draft, step="check", job=job)
    if checked.needs_columns:
        return visit.go(f"/imports/{draft.id}/columns")
    return _show_rows(visit, draft, checked)


def _show_rows(visit: Visit, draft: Draft, checked: DraftCheck, announced: str = "") -> Response:
    """Return the page, or the part of it that a script asks for."""
    if checked.rows is None:
        return visit.page("unreadable", draft=draft, step="check", error=checked.error, checked=checked)
    is_part = visit.request.headers.get("hx-target") == _WORK
    table = checked.rows.show(RowChoice.read(visit.query))
    values: dict[str, Any] = {
        "draft": draft,
        "checked": checked,
        "summary": checked.summary,
        "table": table,
        "query": table.wanted.to_query(page=table.wanted.page),
        "changes": _list_changes(checked.corrected),
        "change_count": checked.corrected.corrections.height if checked.corrected else len(draft.in_corrected),
        "announced": announced,
    }
    return visit.page("_check_work" if is_part else "check", step="check", is_part=is_part, **values)


def _list_changes(corrected: "Corrected | None") -> list[Any]:
    if corrected is None:
        return []
    from armbulk.app.draft_corrections import list_first_changes

    indexes = {(sheet.file, sheet.name): index for index, sheet in enumerate(corrected.before.checked.sheets_as_read)}
    changes = list_first_changes(corrected, _LISTED).list_changes()
    return [(indexes[change.file, change.sheet], change) for change in changes]


def type_cell(visit: Visit) -> Response:
    """Keep what a person typed into a cell, and check the rows again."""
    name = visit.path("draft")
    with visit.workspace.drafts.changing(name) as draft:
        cell = _read_cell(visit, draft)
        is_unchanged = visit.field("secret") and not cell.text and not visit.field("clear")
        if not is_unchanged:
            draft.reopen()
            draft.put_cell(cell)
        if len(draft.typed) > MAX_TYPED:
            raise UsageError(
                "many-cells",
                _("At most {count:number} cells can be corrected here", count=MAX_TYPED),
                _("Download the corrected workbook, correct the rest in Excel, and drop it on this page"),
            )
    return _show_again(visit, name)


def undo(visit: Visit) -> Response:
    """Take back what was typed into a cell, or everything."""
    name = visit.path("draft")
    with visit.workspace.drafts.changing(name) as draft:
        draft.reopen()
        if visit.field("what") == "all":
            draft.typed, draft.corrects_sure = [], False
        elif visit.field("what") == "cell":
            cell = _read_cell(visit, draft)
            if any(cell.is_same_cell(other) for other in draft.typed) and not draft.corrects_sure:
                draft.remove_cell(cell)
            else:  # it was corrected with the others: the file's own text is above that
                draft.put_cell(cell)
    return _show_again(visit, name)


def _read_cell(visit: Visit, draft: Draft) -> TypedCell:
    """Return the cell of a form, with the names of its file and sheet.

    Raises:
        UsageError: The files have no such cell: they were replaced meanwhile.
    """
    kept = find_kept(visit, draft)
    numbers = [visit.field(name) for name in ("sheet", "row")]
    if kept is not None and kept.rows is not None and all(text.isascii() and text.isdecimal() for text in numbers):
        index, row = (int(text[:9]) for text in numbers)
        names = kept.rows.find_cell(index, row, visit.field("column"))
        if names is not None:
            text = "" if visit.field("clear") else visit.field("text")[:_MAX_CELL_CHARS]
            if visit.field("what") == "cell":
                text = kept.rows.read_before(index, row, visit.field("column"))
            return TypedCell(*names, row, visit.field("column"), text)
    raise UsageError(
        "no-cell", _("The files have changed since this page was shown. Nothing was typed."), _("Load the page again")
    )


def _show_again(visit: Visit, name: str) -> Response:
    """Return the rows with the new counts; without scripts, the address that shows them."""
    draft = visit.workspace.drafts.load(name)
    before = find_kept(visit, draft)
    checked = find_check(visit, draft) if visit.is_fragment and before is not None else None
    if before is None or checked is None:
        return visit.go(f"/imports/{name}/check", **RowChoice.read(visit.query).to_query(page=visit.number("page", 1)))
    return _show_rows(visit, draft, checked, _describe_difference(before, checked))


def _describe_difference(before: DraftCheck, after: DraftCheck) -> str:
    """Return what is read aloud after a correction."""
    if before.summary is None or after.summary is None:
        return ""
    from armbulk.app.check_summary import describe_difference

    return describe_difference((before.summary.errors, before.summary.warnings), after.summary)


def list_corrections(visit: Visit) -> Response:
    """List what would be corrected because it has one sure remedy."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None or checked.rows is None:
        return visit.go(f"/imports/{draft.id}/check")
    sure = checked.find_sure()
    return visit.page(
        "corrections",
        draft=draft,
        step="check",
        changes=_list_changes(sure),
        count=sure.corrections.height if sure else 0,
    )


def correct_sure(visit: Visit) -> Response:
    """Correct every cell that has one sure remedy."""
    name = visit.path("draft")
    with visit.workspace.drafts.changing(name) as draft:
        draft.reopen()
        draft.corrects_sure = True
    return visit.go(f"/imports/{name}/check")


def download_corrected(visit: Visit) -> Response:
    """Return the corrected workbook: exactly the file that is sent, once a person has continued with it."""
    from armbulk.app.draft_corrections import write_corrected_copy

    draft = visit.workspace.drafts.load(visit.path("draft"))
    if draft.corrected:
        return visit.download(draft.folder / "corrected" / draft.corrected)
    checked = find_check(visit, draft)
    if checked is None or checked.corrected is None:
        return visit.go(f"/imports/{draft.id}/check")
    return visit.download(write_corrected_copy(draft, checked.corrected))


def download_marked(visit: Visit) -> Response:
    """Return a copy of the files in which every problem is marked."""
    from armbulk.app.draft_corrections import write_marked_draft

    draft = visit.workspace.drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None or checked.result is None:
        return visit.go(f"/imports/{draft.id}/check")
    return visit.download(write_marked_draft(draft, checked.result, checked.corrected))


def name_correcting(draft_id: str) -> str:
    """Return the key of the job that writes the corrected workbook of a draft."""
    return f"correct/{draft_id}"


def continue_to_plan(visit: Visit) -> Response:
    """Keep whether records with errors are held back, write the corrected workbook, and lead to the plan."""
    name = visit.path("draft")
    with visit.workspace.drafts.changing(name) as draft:
        draft.choices.pop("skip_invalid", None)
        if visit.field("skip_invalid") == "yes":
            draft.choices["skip_invalid"] = True
    checked = find_check(visit, draft)
    if checked is None or checked.result is None:
        return visit.go(f"/imports/{name}/check")
    if checked.corrected is None:
        return visit.go(f"/imports/{name}/plan")
    _start_correcting(visit, draft, checked.corrected)
    return visit.go(f"/imports/{name}/continue")


def _start_correcting(visit: Visit, draft: Draft, corrected: "Corrected") -> WebJob:
    from armbulk.app.draft_corrections import continue_with_corrected
    from armbulk.app.file_columns import read_columns

    workspace, lang, typed = visit.workspace, visit.lang, draft.typed

    def work(job: WebJob) -> None:
        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            result = continue_with_corrected(session, draft, corrected)
            columns = read_columns(session, result)
        with workspace.drafts.changing(draft.id) as changed:
            if (changed.typed, changed.corrects_sure, changed.files) != (typed, draft.corrects_sure, draft.files):
                raise UsageError(
                    "cells-changed",
                    _("The cells were changed on another page meanwhile. Nothing was sent."),
                    _("Look at the corrected cells, and continue again"),
                )
            changed.use_corrected(draft.corrected, draft.corrected_sheets, draft.corrected_options)
        keep_corrected(visit, changed, result, columns)

    return workspace.jobs.start(name_correcting(draft.id), "correct", work)


def show_continuing(visit: Visit) -> Response:
    """Show that the corrected workbook is being written; then lead to the plan."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    job = visit.workspace.jobs.find(name_correcting(draft.id))
    if job is not None and job.is_running:
        return visit.page("working", draft=draft, step="check", job=job)
    visit.workspace.jobs.forget(name_correcting(draft.id))
    if job is not None and isinstance(job.error, ArmbulkError):
        return visit.failure(job.error)
    if job is not None and isinstance(job.error, Exception):
        return visit.page("bug", status=500, report=str(write_crash_report(job.error)))
    return visit.go(f"/imports/{draft.id}/{'plan' if draft.corrected else 'check'}")


PAGES = (
    WebPage("/imports/{draft}/check", show_check),
    WebPage("/imports/{draft}/cells", type_cell, "POST"),
    WebPage("/imports/{draft}/undo", undo, "POST"),
    WebPage("/imports/{draft}/corrections", list_corrections),
    WebPage("/imports/{draft}/corrections", correct_sure, "POST"),
    WebPage("/imports/{draft}/corrected", download_corrected),
    WebPage("/imports/{draft}/marked", download_marked),
    WebPage("/imports/{draft}/continue", continue_to_plan, "POST"),
    WebPage("/imports/{draft}/continue", show_continuing),
)

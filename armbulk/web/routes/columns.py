"""The step Columns: how headers are matched, and a form for sheets with other headers."""

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from armbulk.app.column_fields import ColumnFields
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.web.checking import find_check, name_check
from armbulk.web.dialog import LEFT_OUT, name_sheet
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.file_columns import FileColumns, SheetChoice
    from armbulk.web.checking import DraftCheck

_SAVED = "columns"
"""The key under which a draft counts how often columns were matched."""


def show_columns(visit: Visit) -> Response:
    """Show how the columns of each sheet are matched; of one sheet, a form."""
    draft = visit.workspace.drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None:
        job = visit.workspace.jobs.find(name_check(draft))
        return visit.page("working", draft=draft, step="columns", job=job)
    if checked.columns is None:
        return visit.page("unreadable", draft=draft, step="columns", error=checked.error, checked=checked)
    sheet = visit.query("sheet")
    if sheet:
        return visit.page("column_form", **_describe_form(draft, checked, _find_sheet(sheet), visit.query("as"), {}))
    values = _describe_sheets(draft, checked)
    if len(values["sheets"]) == len(values["waiting"]) == 1:
        return visit.go(f"/imports/{draft.id}/columns", sheet=str(values["waiting"][0].index))
    return visit.page("columns", draft=draft, step="columns", checked=checked, **values)


def _describe_sheets(draft: "Draft", checked: "DraftCheck") -> dict[str, Any]:
    sheets = _require_columns(checked).list_sheets()
    left_out = {sheet.index for sheet in sheets if draft.answers.get(name_sheet(sheet.file, sheet.sheet)) == LEFT_OUT}
    waiting = [sheet for sheet in sheets if sheet.state == "open" and sheet.index not in left_out]
    return {"sheets": sheets, "left_out": left_out, "waiting": waiting}


def _describe_form(
    draft: "Draft", checked: "DraftCheck", index: int, contents: str, texts: dict[str, str]
) -> dict[str, Any]:
    from armbulk.app.column_form import build_customer_form, build_form

    choice, fields = _choose(checked, index, contents), ColumnFields(texts)
    form = build_form(choice.proposal, fields)
    customers = build_customer_form(form, fields)
    open_sheets = _describe_sheets(draft, checked)["waiting"]
    return {
        "draft": draft, "step": "columns", "choice": choice, "form": form, "customers": customers, "index": index,
        "waiting": open_sheets, "is_sent": bool(texts),
        "problems": [*form.problems, *(customers.problems if customers is not None else ())],
    }  # fmt: skip


def decide_columns(visit: Visit) -> Response:
    """Show what follows from a change in the form, or save the form: the files are checked again."""
    from armbulk.app.column_form import decide_both

    drafts = visit.workspace.drafts
    draft = drafts.load(visit.path("draft"))
    checked = find_check(visit, draft)
    if checked is None:
        raise UsageError(
            "files-changed", _("The files are read again, because they were changed in another window"),
            _("Open the columns again"),
        )  # fmt: skip
    values = _describe_form(
        draft, checked, _find_sheet(visit.field("sheet")), visit.field("contents"), visit.fields("")
    )
    if visit.is_fragment:
        return visit.page("_column_form", **values)
    if values["problems"] or visit.field("action") != "save":
        return visit.page("column_form", status=200 if visit.field("action") != "save" else 422, **values)
    decision = decide_both(values["form"], values["customers"])
    _require_columns(checked).save(values["choice"].proposal, decision)
    proposal = values["choice"].proposal
    with drafts.changing(draft.id) as changed:
        changed.answers.pop(name_sheet(proposal.file, proposal.sheet), None)
        changed.answers[_SAVED] = changed.answers.get(_SAVED, 0) + 1  # the mapping is in another folder: check again
    others = [sheet for sheet in values["waiting"] if sheet.index != values["index"]]
    return visit.go(f"/imports/{draft.id}/{'columns' if others else 'check'}")


def leave_sheet(visit: Visit) -> Response:
    """Leave a sheet out, or take it in again."""
    with visit.workspace.drafts.changing(visit.path("draft")) as draft:
        name = name_sheet(visit.field("file"), visit.field("sheet"))
        if visit.field("leave") == "yes":
            draft.answers[name] = LEFT_OUT
        else:
            draft.answers.pop(name, None)
    return visit.go(f"/imports/{draft.id}/columns")


def _find_sheet(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise HTTPException(404)
    return int(text)


def _choose(checked: "DraftCheck", index: int, contents: str) -> "SheetChoice":
    columns = _require_columns(checked)
    choice = columns.choose(index, contents) if index < columns.count else None
    if choice is None:
        raise UsageError("no-table", _("This sheet has no table with headers"), _("Choose another sheet"))
    return choice


def _require_columns(checked: "DraftCheck") -> "FileColumns":
    """Return the columns of files that can be read; for others there is a page that says why they cannot."""
    if checked.columns is None:
        raise HTTPException(404)
    return checked.columns


PAGES = (
    WebPage("/imports/{draft}/columns", show_columns),
    WebPage("/imports/{draft}/columns", decide_columns, "POST"),
    WebPage("/imports/{draft}/sheets", leave_sheet, "POST"),
)

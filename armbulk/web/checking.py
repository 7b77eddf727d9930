"""The check of a draft, with what a person has answered and typed. Files are read once for each state of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from armbulk.errors import ArmbulkError, UnknownColumnsError
from armbulk.web.dialog import FileDialog, FileQuestion
from armbulk.web.jobs import WebJob

if TYPE_CHECKING:
    from armbulk.app.check import CheckResult
    from armbulk.app.check_summary import CheckSummary
    from armbulk.app.check_table import CheckedRows
    from armbulk.app.corrections import Corrected
    from armbulk.app.drafts import Draft
    from armbulk.app.plan import Plan
    from armbulk.app.session import Session
    from armbulk.model.column_proposal import SheetDecision, SheetProposal
    from armbulk.web.visit import Visit


@dataclass(slots=True)
class DraftCheck:
    """A checked draft.

    Attributes:
        result: The check, with what was typed; None where no sheet is recognised, or a file cannot be read.
        corrected: The files with what was typed; None: nothing was typed.
        questions: Questions about the files that are not answered yet.
        proposals: What the columns of sheets with other headers may be.
        error: Why there is no result.
        notes: What the check has noted.
        plan: What would be sent; None until a page shows it.
        before: The check of the files as they are; None where there is no result.
        sure: The files with every cell corrected that has one sure remedy; None until that is needed.
        summary: The check in figures; None where there is no result.
        rows: The rows, to show them page by page; None where there is no result.
        reading: The state of the files and of the answers that were checked.
        typing: The state of what was typed.
    """

    result: "CheckResult | None"
    corrected: "Corrected | None"
    questions: list[FileQuestion]
    proposals: "list[SheetProposal]"
    error: ArmbulkError | None
    notes: list[str]
    plan: "Plan | None" = None
    before: "CheckResult | None" = None
    sure: "Corrected | None" = None
    summary: "CheckSummary | None" = None
    rows: "CheckedRows | None" = None
    reading: str = ""
    typing: str = ""
    _lock: Lock = field(default_factory=Lock)

    @property
    def needs_columns(self) -> bool:
        """Whether a person has to match columns before anything can be checked."""
        return isinstance(self.error, UnknownColumnsError) or (bool(self.proposals) and self.result is None)

    def find_sure(self) -> "Corrected | None":
        """Return the files with every cell corrected that has one sure remedy. The rows are checked once for that."""
        from armbulk.app.corrections import correct

        with self._lock:
            if self.sure is None and self.before is not None:
                self.sure = correct(self.before)
            return self.sure


def name_check(draft: "Draft") -> str:
    """Return the key of the job that checks a draft."""
    return f"check/{draft.id}"


def find_check(visit: "Visit", draft: "Draft") -> DraftCheck | None:
    """Return the check of a draft as it is now; None: it is being checked, and the job shows how far it is.

    After something was typed only the rows are checked again, which takes about a second for 100,000 of them.

    Raises:
        ArmbulkError: The check failed: settings are wrong, or what it needs cannot be read.
    """
    kept = find_kept(visit, draft)
    if kept is None:
        job = start_check(visit, draft)
        if job.error is not None:
            visit.workspace.jobs.forget(job.key)  # the next request tries again
            raise job.error
        return None
    if kept.typing != _name_typing(draft):
        kept = _type_again(kept, draft)
        keep_check(visit, draft, kept)
    return kept


def find_kept(visit: "Visit", draft: "Draft") -> DraftCheck | None:
    """Return a check of the files as they are now, perhaps with something else typed; None: they must be read."""
    kept: DraftCheck | None = visit.workspace.recent.find("check", draft.id, visit.lang)
    return kept if kept is not None and kept.reading == _name_reading(draft) else None


def keep_check(visit: "Visit", draft: "Draft", checked: DraftCheck) -> None:
    """Keep a check for the next page."""
    visit.workspace.recent.keep(checked, "check", draft.id, visit.lang)


def start_check(
    visit: "Visit",
    draft: "Draft",
    decisions: "Mapping[int, SheetDecision] | None" = None,
    resources: Mapping[int, str] | None = None,
) -> WebJob:
    """Check a draft in the background.

    Args:
        visit: The request.
        draft: The draft.
        decisions: What a person has just decided about columns; it is saved as a mapping.
        resources: What a person says that sheets contain; they are proposed again.
    """
    dialog = FileDialog(draft.answers, decisions or {}, resources or {})
    workspace, lang = visit.workspace, visit.lang

    def work(job: WebJob) -> None:
        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            checked = _check(session, draft, dialog)
        keep_check(visit, draft, checked)

    return workspace.jobs.start(name_check(draft), "check", work, stamp=f"{lang} {_name_reading(draft)}")


def keep_corrected(visit: "Visit", draft: "Draft", result: "CheckResult") -> None:
    """Keep the check of the corrected workbook, which a draft has just begun to use."""
    checked = DraftCheck(result, None, [], [], None, [], before=result, reading=_name_reading(draft))
    keep_check(visit, draft, _type_again(checked, draft))


def _check(session: "Session", draft: "Draft", dialog: FileDialog) -> DraftCheck:
    reading = _name_reading(draft)
    result, error = None, None
    try:
        result = session.check(*draft.inputs, options=draft.read_options(), dialog=dialog)
    except ArmbulkError as reason:
        error = reason
    checked = DraftCheck(
        result, None, dialog.questions, dialog.proposals, error, dialog.notes, before=result, reading=reading
    )
    return _type_again(checked, draft)


def _type_again(checked: DraftCheck, draft: "Draft") -> DraftCheck:
    """Return a check with what is typed now; no file is opened."""
    typing = _name_typing(draft)
    if checked.before is None:
        return replace(checked, typing=typing)
    from armbulk.app.check_summary import summarise_check
    from armbulk.app.check_table import CheckedRows
    from armbulk.app.draft_corrections import add_typed

    before = checked.before
    is_open = not draft.corrected
    sure = checked.find_sure() if draft.corrects_sure and is_open else None
    corrected = add_typed(before, sure, draft.typed if is_open else [])
    result = before if corrected is None else corrected.after
    changes = None if corrected is None else corrected.corrections
    return replace(
        checked,
        result=result,
        corrected=corrected,
        plan=None,
        summary=summarise_check(result, before if corrected else None),
        rows=CheckedRows(before.checked, result.checked, changes, result.lang),
        typing=typing,
        _lock=Lock(),
    )


def _name_reading(draft: "Draft") -> str:
    """Return what tells one state of the files, and of the answers about them, from another."""
    state: list[Any] = [draft.inputs, draft.options, draft.answers, draft.corrected_options, draft.profile]
    for path in [draft.folder / "corrected" / draft.corrected] if draft.corrected else draft.paths:
        try:
            status = path.stat()
        except OSError:
            continue
        state.append((path.name, status.st_size, status.st_mtime_ns))
    return repr(state)


def _name_typing(draft: "Draft") -> str:
    """Return what tells one state of what was typed from another."""
    return repr((draft.typed, draft.corrects_sure, draft.corrected))

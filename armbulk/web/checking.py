"""The check of a draft, with what a person has answered and typed. Files are read once for each state of them."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from armbulk.app.asked_question import AskedQuestion
from armbulk.errors import ArmbulkError
from armbulk.web.dialog import FileDialog
from armbulk.web.jobs import WebJob

if TYPE_CHECKING:
    from armbulk.app.check import CheckResult
    from armbulk.app.check_summary import CheckSummary
    from armbulk.app.check_table import CheckedRows
    from armbulk.app.corrections import Corrected
    from armbulk.app.drafts import Draft
    from armbulk.app.file_columns import FileColumns
    from armbulk.app.file_questions import FileQuestion
    from armbulk.app.plan import Plan
    from armbulk.app.session import Session
    from armbulk.web.visit import Visit

_CODES_OF_COLUMNS = ("no-data", "other-list")
"""The errors of files in which no sheet is recognised, or one as another list than it looks like."""


@dataclass(slots=True)
class DraftCheck:
    """A checked draft.

    Attributes:
        result: The check, with what was typed; None where no sheet is recognised, or a file cannot be read.
        corrected: The files with what was typed; None: nothing was typed.
        questions: What the use cases have asked about the files.
        columns: How the columns are matched; None where a file cannot be read.
        is_open: Whether a person has to decide about columns.
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
    questions: list[AskedQuestion]
    columns: "FileColumns | None"
    is_open: bool
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
        """Whether a person has to match columns, or to leave their sheet out, before the check is shown."""
        is_unknown = self.error is not None and self.error.code in _CODES_OF_COLUMNS
        return self.columns is not None and (self.is_open or is_unknown)

    def list_questions(self, draft: "Draft") -> "list[FileQuestion]":
        """Return the questions about the files, those without an answer first."""
        from armbulk.app.file_questions import list_questions

        code = self.error.code if self.error is not None else ""
        return list_questions(self.before, self.questions, draft.options, draft.answers, code)

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


def start_check(visit: "Visit", draft: "Draft") -> WebJob:
    """Check a draft in the background."""
    workspace, lang = visit.workspace, visit.lang

    def work(job: WebJob) -> None:
        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            checked, current = _check(session, draft), draft
            if checked.result is not None and checked.result.is_export and "update" not in draft.options:
                with workspace.drafts.changing(draft.id) as current:
                    current.options["update"] = True  # its changes are sent, unless a person says otherwise
                checked = _check(session, current)
        keep_check(visit, current, checked)

    return workspace.jobs.start(name_check(draft), "check", work, stamp=f"{lang} {_name_reading(draft)}")


def keep_corrected(visit: "Visit", draft: "Draft", result: "CheckResult", columns: "FileColumns") -> None:
    """Keep the check of the corrected workbook, which a draft has just begun to use."""
    checked = DraftCheck(
        result, None, [], columns, is_open=False, error=None, notes=[], before=result, reading=_name_reading(draft)
    )
    keep_check(visit, draft, _type_again(checked, draft))


def _check(session: "Session", draft: "Draft") -> DraftCheck:
    from armbulk.app.file_columns import read_columns

    reading, dialog, options = _name_reading(draft), FileDialog(draft.answers), draft.read_options()
    result, read, error = None, None, None
    try:
        result = read = session.check(*draft.inputs, options=options, dialog=dialog)
    except ArmbulkError as reason:
        error = reason
        with suppress(ArmbulkError):  # what its sheets are like, where it can be read at all
            read = session.check(*draft.inputs, options=options, allow_unrecognised=True)
    is_decided = bool(draft.corrected)  # all was answered before the corrected workbook was written
    checked = DraftCheck(
        result,
        None,
        [] if is_decided else dialog.questions,
        read_columns(session, read) if read is not None else None,
        bool(dialog.open_sheets) and not is_decided,
        error,
        dialog.notes,
        before=result,
        reading=reading,
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

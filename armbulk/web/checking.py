"""The check of a draft, with what a person has answered and typed. It is done once for each state of the draft."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from armbulk.app.asked_question import AskedQuestion
from armbulk.errors import ArmbulkError
from armbulk.web.dialog import FileDialog
from armbulk.web.jobs import WebJob

if TYPE_CHECKING:
    from armbulk.app.check import CheckResult
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
    """

    result: "CheckResult | None"
    corrected: "Corrected | None"
    questions: list[AskedQuestion]
    columns: "FileColumns | None"
    is_open: bool
    error: ArmbulkError | None
    notes: list[str]
    plan: "Plan | None" = None

    @property
    def needs_columns(self) -> bool:
        """Whether a person has to match columns, or to leave their sheet out, before the check is shown."""
        is_unknown = self.error is not None and self.error.code in _CODES_OF_COLUMNS
        return self.columns is not None and (self.is_open or is_unknown)

    def list_questions(self, draft: "Draft") -> "list[FileQuestion]":
        """Return the questions about the files, those without an answer first."""
        from armbulk.app.file_questions import list_questions

        code = self.error.code if self.error is not None else ""
        return list_questions(self.result, self.questions, draft.options, draft.answers, code)


def name_check(draft: "Draft") -> str:
    """Return the key of the job that checks a draft."""
    return f"check/{draft.id}"


def find_check(visit: "Visit", draft: "Draft") -> DraftCheck | None:
    """Return the check of a draft as it is now; None: it is being checked, and the job shows how far it is.

    Raises:
        ArmbulkError: The check failed: settings are wrong, or what it needs cannot be read.
    """
    kept: DraftCheck | None = visit.workspace.recent.find("check", draft.id, visit.lang, _stamp(draft))
    if kept is None:
        job = start_check(visit, draft)
        if job.error is not None:
            visit.workspace.jobs.forget(job.key)  # the next request tries again
            raise job.error
    return kept


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
        workspace.recent.keep(checked, "check", draft.id, lang, _stamp(current))

    return workspace.jobs.start(name_check(draft), "check", work, stamp=f"{lang} {_stamp(draft)}")


def _check(session: "Session", draft: "Draft") -> DraftCheck:
    from armbulk.app.corrections import correct_typed
    from armbulk.app.file_columns import read_columns

    dialog = FileDialog(draft.answers)
    options = draft.read_options()
    result, read, corrected, error = None, None, None, None
    try:
        result = read = session.check(*draft.inputs, options=options, dialog=dialog)
        if draft.typed:
            corrected = correct_typed(result, draft.typed)
            result = corrected.after
    except ArmbulkError as reason:
        error = reason
        with suppress(ArmbulkError):  # what its sheets are like, where it can be read at all
            read = read or session.check(*draft.inputs, options=options, allow_unrecognised=True)
    columns = read_columns(session, read) if read is not None else None
    return DraftCheck(result, corrected, dialog.questions, columns, bool(dialog.open_sheets), error, dialog.notes)


def _stamp(draft: "Draft") -> str:
    """Return what tells one state of a draft from another."""
    return repr(draft.changed)

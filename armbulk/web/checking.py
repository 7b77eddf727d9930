"""The check of a draft, with what a person has answered and typed. It is done once for each state of the draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from armbulk.errors import ArmbulkError, UnknownColumnsError
from armbulk.web.dialog import FileDialog, FileQuestion
from armbulk.web.jobs import WebJob

if TYPE_CHECKING:
    from armbulk.app.check import CheckResult
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
    """

    result: "CheckResult | None"
    corrected: "Corrected | None"
    questions: list[FileQuestion]
    proposals: "list[SheetProposal]"
    error: ArmbulkError | None
    notes: list[str]
    plan: "Plan | None" = None

    @property
    def needs_columns(self) -> bool:
        """Whether a person has to match columns before anything can be checked."""
        return isinstance(self.error, UnknownColumnsError) or (bool(self.proposals) and self.result is None)


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
        workspace.recent.keep(checked, "check", draft.id, lang, _stamp(draft))

    return workspace.jobs.start(name_check(draft), "check", work, stamp=f"{lang} {_stamp(draft)}")


def _check(session: "Session", draft: "Draft", dialog: FileDialog) -> DraftCheck:
    from armbulk.app.corrections import correct_typed

    result, corrected, error = None, None, None
    try:
        result = session.check(*draft.inputs, options=draft.read_options(), dialog=dialog)
        if draft.typed:
            corrected = correct_typed(result, draft.typed)
            result = corrected.after
    except ArmbulkError as reason:
        error = reason
    return DraftCheck(result, corrected, dialog.questions, dialog.proposals, error, dialog.notes)


def _stamp(draft: "Draft") -> str:
    """Return what tells one state of a draft from another."""
    return repr(draft.changed)

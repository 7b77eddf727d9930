"""Moving from another ledger: files, questions, proof, and the workbook for review. Nothing is sent."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.migrate import MigrationFile

KIND = "migration"
_PAGE_ROWS = 50


def show_form(visit: Visit) -> Response:
    """Ask for the files of the other ledger."""
    drafts = [draft for draft in visit.workspace.drafts.list() if draft.kind == KIND]
    return visit.page("migrate", drafts=drafts)


def receive_ledger(visit: Visit) -> Response:
    """Store the files, and read them."""
    from armbulk.app.migration_draft import EARLIER, ITEMS, LEDGER, read_migration_options

    uploads = [(use, upload) for use in (LEDGER, EARLIER, ITEMS) for upload in visit.uploads(use)]
    if not any(use != EARLIER for use, _upload in uploads):
        raise UsageError(
            "no-files",
            _("No file was chosen"),
            _("Choose the SAF-T file of the other ledger, its list of open items, or both"),
        )
    options = read_migration_options(visit.fields("option-"))
    with visit.session() as session:
        profile = session.profile.name
    drafts = visit.workspace.drafts
    draft = drafts.create(profile)
    draft.kind, draft.options = KIND, options
    try:
        for use, upload in uploads:
            draft.uses[drafts.add_file(draft, upload.filename or "", upload.file)] = use
    except ArmbulkError:
        drafts.delete(draft.id)
        raise
    drafts.save(draft)
    return visit.go(f"/migrate/{draft.id}")


def use_sample(visit: Visit) -> Response:
    """Read the sample of the demo."""
    from armbulk.app.migration_draft import LEDGER, locate_sample

    drafts = visit.workspace.drafts
    draft = drafts.create("")
    draft.kind = KIND
    with locate_sample().open("rb") as content:
        draft.uses[drafts.add_file(draft, locate_sample().name, content)] = LEDGER
    drafts.save(draft)
    return visit.go(f"/migrate/{draft.id}")


def show_migration(visit: Visit) -> Response:
    """Show what moves, the questions and the proof; while the files are read, how far that is."""
    from armbulk.app.migration_draft import describe_questions, show_left_out, show_proof

    draft = _load(visit)
    written = _find(visit, draft)
    if written is None:
        return visit.page("working", draft=draft, step="files", job=visit.workspace.jobs.find(_name(draft)))
    show = show_left_out if visit.query("table") == "left-out" else show_proof
    number = max(visit.number("page", 1), 1)
    return visit.page(
        "migration",
        draft=draft,
        report=written.to_json(visit.lang),
        questions=describe_questions(written, draft.answers, visit.lang),
        table=show(written, visit.lang, (number - 1) * _PAGE_ROWS, _PAGE_ROWS),
        shown="left-out" if show is show_left_out else "proof",
        page=number,
        page_rows=_PAGE_ROWS,
        rehearsal=visit.workspace.jobs.find(f"{_name(draft)}/rehearsal"),
    )


def answer_questions(visit: Visit) -> Response:
    """Keep the answers, and write the workbook again."""
    with visit.workspace.drafts.changing(visit.path("draft")) as draft:
        draft.answers = {**draft.answers, **{key: text.strip() for key, text in visit.fields("answer-").items()}}
    return visit.go(f"/migrate/{visit.path('draft')}")


def download_workbook(visit: Visit) -> Response:
    """Give the workbook for review."""
    from armbulk.app.migration_draft import locate_workbook

    return visit.download(locate_workbook(_load(visit)))


def start_rehearsal(visit: Visit) -> Response:
    """Import the workbook into a sandbox on this computer."""
    from armbulk.app.migration_draft import locate_workbook

    draft = _load(visit)
    path, workspace, lang = locate_workbook(draft), visit.workspace, visit.lang

    def work(job: WebJob) -> Any:
        from armbulk.app.rehearse import rehearse

        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            return rehearse(path, session.profile, session.clock)

    workspace.jobs.start(f"{_name(draft)}/rehearsal", "rehearsal", work)
    return visit.go(f"/migrate/{draft.id}")


def download_protocol(visit: Visit) -> Response:
    """Give the page of the rehearsal."""
    from armbulk.app.migration_draft import locate_workbook

    path = locate_workbook(_load(visit))
    page = path.with_name(f"{path.stem}.rehearsal.html")
    if not page.exists():
        raise UsageError("no-rehearsal", _("The workbook was not rehearsed yet"), _("Start the rehearsal"))
    return visit.download(page)


def import_workbook(visit: Visit) -> Response:
    """Make an import of the workbook: its check asks for what is not answered."""
    from armbulk.app.migration_draft import locate_workbook

    draft = _load(visit)
    drafts = visit.workspace.drafts
    new = drafts.create(draft.profile)
    with locate_workbook(draft).open("rb") as content:
        drafts.add_file(new, locate_workbook(draft).name, content)
    drafts.save(new)
    return visit.go(f"/imports/{new.id}/check")


def _load(visit: Visit) -> "Draft":
    draft = visit.workspace.drafts.load(visit.path("draft"))
    if draft.kind != KIND:
        raise UsageError("no-migration", _("These files are not a migration"), _("Choose the files again"))
    return draft


def _name(draft: "Draft") -> str:
    return f"migrate/{draft.id}"


def _find(visit: Visit, draft: "Draft") -> "MigrationFile | None":
    """Return the migration of a draft as it is now; None while the files are read.

    Raises:
        ArmbulkError: A file is refused.
    """
    workspace, lang, stamp = visit.workspace, visit.lang, repr(draft.changed)
    kept: MigrationFile | None = workspace.recent.find("migrate", draft.id, lang, stamp)
    if kept is not None:
        return kept

    def work(job: WebJob) -> None:
        from armbulk.app.migration_draft import run_migration

        with workspace.connect(draft.profile, lang) as session:
            job.use(session)
            written = run_migration(session, draft, job.report)
        workspace.recent.keep(written, "migrate", draft.id, lang, stamp)

    job = workspace.jobs.start(_name(draft), "migrate", work, stamp=f"{lang} {stamp}")
    if job.error is not None:
        workspace.jobs.forget(job.key)
        raise job.error
    return None


PAGES = (
    WebPage("/migrate", show_form),
    WebPage("/migrate", receive_ledger, "POST"),
    WebPage("/migrate/sample", use_sample, "POST"),
    WebPage("/migrate/{draft}", show_migration),
    WebPage("/migrate/{draft}/answers", answer_questions, "POST"),
    WebPage("/migrate/{draft}/import", import_workbook, "POST"),
    WebPage("/migrate/{draft}/protocol", download_protocol),
    WebPage("/migrate/{draft}/rehearsal", start_rehearsal, "POST"),
    WebPage("/migrate/{draft}/workbook", download_workbook),
)

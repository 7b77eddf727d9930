"""The first page: choose the client and files, see recent runs, and what needs a person."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.drafts import clean_file_name
from armbulk.app.profile_choice import list_profile_choices
from armbulk.app.run_choice import group_runs
from armbulk.app.sending_now import list_runs_now
from armbulk.app.web_templates import load_page_templates
from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.forms import find_own_path
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.drafts import Draft
    from armbulk.app.profile_choice import ProfileChoice
    from armbulk.app.session import Session
    from armbulk.web.workspace import Workspace

_RECENT = 8


def show_start(visit: Visit) -> Response:
    """Show the place for files, recent runs and the use of the limits."""
    return visit.page("start", **describe_start(visit.workspace, visit.profile_name, visit.lang))


def describe_start(workspace: "Workspace", profile: str | None, lang: str) -> dict[str, Any]:
    """Return what the first page shows.

    Args:
        workspace: What the pages work with.
        profile: The profile that is chosen; None: the default.
        lang: The language.
    """
    values: dict[str, Any] = {"groups": group_runs([]), "usage": None, "problem": None, "chosen": ""}
    values |= {"has_profile": False, "profiles": [] if workspace.started.is_demo else _list_profiles(workspace, lang)}
    try:
        with workspace.connect(profile, lang) as session:
            values |= _describe_session(session, is_sending=_is_sending(workspace))
    except ArmbulkError as error:
        values["problem"] = error
    unsent = [
        draft for draft in workspace.drafts.list() if draft.kind == "import" and draft.run is None and draft.files
    ]
    values["drafts"] = unsent[:_RECENT]
    values["samples"] = workspace.started.samples
    return values


def prepare_first_page(workspace: "Workspace") -> None:
    """Load what the first page needs before its address is known: it is there at once."""
    lang = workspace.started.lang
    describe_start(workspace, None, lang)
    load_page_templates(lang).get_template("start.html.j2")


def _describe_session(session: "Session", *, is_sending: bool) -> dict[str, Any]:
    profile = session.profile
    values: dict[str, Any] = {"chosen": profile.name, "has_profile": bool(profile.base_url)}
    if profile.base_url or session.context.has_store():
        values["groups"] = group_runs(list_runs_now(session), is_sending=is_sending)
    if profile.base_url:
        values["usage"] = session.describe_usage()
    return values


def _is_sending(workspace: "Workspace") -> bool:
    """Whether this server sends: a run that has not ended may be just that."""
    return any(job.kind != "check" for job in workspace.jobs.running())


def _list_profiles(workspace: "Workspace", lang: str) -> "list[ProfileChoice]":
    """Return the profiles that can be chosen; none where config.toml cannot be read: the page says why."""
    try:
        with workspace.connect(None, lang) as session:
            return list_profile_choices(session.profile.home)
    except ArmbulkError:
        return []


def choose_profile(visit: Visit) -> Response:
    """Change the profile, and show the same page."""
    name = visit.field("profile")
    if name not in {choice.name for choice in _list_profiles(visit.workspace, visit.lang)}:
        raise UsageError("no-profile", _("There is no profile '{name}'", name=name), _("Choose another"))
    response = visit.go(find_own_path(visit.field("path", "/")))
    visit.choose_profile(response, name)
    return response


def receive_files(visit: Visit) -> Response:
    """Store files that were chosen or dropped, and lead to their check."""
    uploads = visit.uploads("files")
    if not uploads:
        raise UsageError("no-files", _("No file was chosen"), _("Choose an Excel or CSV file"))
    names = [clean_file_name(upload.filename or "").casefold() for upload in uploads]
    for upload, name in zip(uploads, names, strict=True):
        if names.count(name) > 1:  # from two folders: one would take the other's place
            raise UsageError(
                "same-name",
                _("Two of the files have the same name: {name}", name=upload.filename or ""),
                _("Rename one of them, and choose them again"),
            )
    drafts, draft = visit.workspace.drafts, _create_draft(visit)
    try:
        for upload in uploads:
            drafts.add_file(draft, upload.filename or "", upload.file)
    except ArmbulkError:
        drafts.delete(draft.id)
        raise
    drafts.save(draft)
    return visit.go(f"/imports/{draft.id}/check")


def _create_draft(visit: Visit) -> "Draft":
    """Return a new draft for the profile that the page showed: another tab may have chosen another meanwhile."""
    shown = visit.field("profile") or None
    with visit.session(shown) as session:
        profile = session.profile
    return visit.workspace.drafts.create(profile.name if profile.name in profile.known_profiles else "")


def use_sample(visit: Visit) -> Response:
    """Start an import with a copy of a sample file of the demo."""
    path = next((each.path for each in visit.workspace.started.samples if each.path.name == visit.field("file")), None)
    if path is None:
        raise UsageError("no-files", _("No file was chosen"), _("Choose an Excel or CSV file"))
    drafts, draft = visit.workspace.drafts, _create_draft(visit)
    with path.open("rb") as content:
        drafts.add_file(draft, path.name, content)
    drafts.save(draft)
    return visit.go(f"/imports/{draft.id}/check")


PAGES = (
    WebPage("/", show_start),
    WebPage("/imports", receive_files, "POST"),
    WebPage("/profile", choose_profile, "POST"),
    WebPage("/samples", use_sample, "POST"),
)

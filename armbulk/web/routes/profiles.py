"""Profiles: their list, the login of each as a form, and logging out."""

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from armbulk.app.choices import describe_client_sizes, list_client_sizes
from armbulk.app.login import choose_default, list_profiles, log_out
from armbulk.app.login_answers import list_addresses, propose_token_url
from armbulk.app.login_form import ANSWERS, LoginForm, check_profile_name, fill_form, make_form, make_new_form, try_form
from armbulk.app.login_texts import KEEP_IN_FILE, NOTHING_FOUND, OPTION_HELP, OTHER_SENDERS, SIZES, SOLE_SENDER
from armbulk.errors import SettingsError, UsageError
from armbulk.i18n import _
from armbulk.model.environment import find_environment, name_environment
from armbulk.web.jobs import WebJob
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

if TYPE_CHECKING:
    from armbulk.app.session import Session


def show_profiles(visit: Visit) -> Response:
    """Show the profiles of this computer, and which is used."""
    with _connect(visit, visit.profile_name) as session:
        profiles = list_profiles(session.profile)
        active = session.profile.name
    return visit.page("profiles", profiles=profiles, active=active)


def show_new(visit: Visit) -> Response:
    """Show the form of a new profile."""
    _refuse_in_demo(visit)
    with _connect(visit, None) as session:
        form = make_new_form("" if session.profile.known_profiles else session.profile.name)
    return _show_form(visit, form)


def show_edit(visit: Visit) -> Response:
    """Show the form of a profile."""
    _refuse_in_demo(visit)
    with visit.session(visit.query("name")) as session:
        form = make_form(session.profile)
    return _show_form(visit, form)


def try_answers(visit: Visit) -> Response:
    """Take the answers of a form, and try them at ARM."""
    _refuse_in_demo(visit)
    form = visit.workspace.logins.find(visit.field("form")) or _start_form(visit)
    values = {name: visit.field(name) for name in ANSWERS}
    can_be = fill_form(form, values, visit.field("secret"), sole_sender=visit.field("sole_sender") == "yes")
    if form.is_new:
        form.profile = visit.field("profile")
        can_be = _check_name(visit, form) and can_be
    visit.workspace.logins.keep(form)
    if can_be:
        _start_trial(visit, form, verify=visit.field("do") != "save")
    return visit.go(f"/profiles/login/{form.id}")


def use_file(visit: Visit) -> Response:
    """Keep the secret in a file that only its owner can read, as the person has agreed."""
    form = _find_form(visit)
    _start_trial(visit, form, verify=False, may_use_file=True)
    return visit.go(f"/profiles/login/{form.id}")


def show_login(visit: Visit) -> Response:
    """Show how a trial ended: saved, an answer to correct, or a question."""
    form = _find_form(visit)
    job = visit.workspace.jobs.find(_name_job(form))
    if job is not None and job.is_running:
        return visit.page("login_working", form=form, job=job, environment=_name_environment(form))
    if job is not None and job.error is not None and not isinstance(job.error, SettingsError):
        raise job.error
    if form.report is not None:
        return visit.page("login_saved", form=form, report=form.report)
    if form.file is not None:
        question = KEEP_IN_FILE.fill(path=form.file)
        return visit.page("login_file", form=form, question=question)
    return _show_form(visit, form)


def make_default(visit: Visit) -> Response:
    """Make a profile the default one."""
    with _connect(visit, None) as session:
        choose_default(session.profile, visit.field("profile"))
    return visit.go("/profiles")


def ask_logout(visit: Visit) -> Response:
    """Ask whether the secret of a profile is deleted."""
    with visit.session(visit.query("name")) as session:
        return visit.page("logout", profile=session.profile.name, secret_file=session.profile.secret_file)


def forget_secret(visit: Visit) -> Response:
    """Delete the secret of a profile; its settings are kept."""
    _refuse_in_demo(visit)
    with visit.session(visit.field("profile")) as session:
        log_out(session.profile)
    return visit.go("/profiles")


def _show_form(visit: Visit, form: LoginForm) -> Response:
    client = form.answers["client_no"] or "…"
    values: dict[str, Any] = {
        "sizes": list_client_sizes(),
        "sizes_text": SIZES.fill(sizes=describe_client_sizes()),
        "addresses": [{"name": name, "arm": arm, "service": propose_token_url(arm)} for name, arm in list_addresses()],
        "helps": OPTION_HELP,
        "sole_sender_question": SOLE_SENDER.fill(client=client),
        "sole_sender_help": OTHER_SENDERS.fill(client=client),
        "nothing_found": NOTHING_FOUND.fill(client=client),
        "environment": _name_environment(form),
    }
    return visit.page("login_form", form=form, job=visit.workspace.jobs.find(_name_job(form)), **values)


def _name_environment(form: LoginForm) -> Any:
    address = form.answers["base_url"]
    return name_environment(find_environment(address), address) if address and "base_url" not in form.errors else None


def _start_form(visit: Visit) -> LoginForm:
    """Return the form of the profile that is named."""
    if visit.field("is_new") == "yes":
        return make_new_form()
    with visit.session(visit.field("profile")) as session:
        return make_form(session.profile)


def _check_name(visit: Visit, form: LoginForm) -> bool:
    """Return whether the name of a new profile can be used."""
    with _connect(visit, None) as session:
        known = session.profile.known_profiles
    try:
        form.profile = check_profile_name(form.profile, known)
    except SettingsError as error:
        form.errors["profile"] = error
        return False
    return True


def _start_trial(visit: Visit, form: LoginForm, *, verify: bool, may_use_file: bool = False) -> None:
    workspace, lang = visit.workspace, visit.lang

    def work(job: WebJob) -> None:
        with workspace.connect(form.profile, lang, new=True) as session:
            job.use(session)
            try_form(form, session.context, verify=verify, may_use_file=may_use_file)

    workspace.jobs.forget(_name_job(form))
    workspace.jobs.start(_name_job(form), "login", work)


def _name_job(form: LoginForm) -> str:
    return f"login/{form.id}"


def _find_form(visit: Visit) -> LoginForm:
    form = visit.workspace.logins.find(visit.path("form"))
    if form is None:
        raise UsageError(
            "no-login-form", _("This form is no longer here: armbulk was started again"), _("Fill the form in again")
        )
    return form


def _connect(visit: Visit, name: str | None) -> "Session":
    return visit.workspace.connect(name, visit.lang, new=True)


def _refuse_in_demo(visit: Visit) -> None:
    if visit.workspace.started.is_demo:
        raise UsageError("demo", _("The demo has no profiles"), _("Stop it, and start `armbulk web` without --demo"))


PAGES = (
    WebPage("/profiles", show_profiles),
    WebPage("/profiles/new", show_new),
    WebPage("/profiles/edit", show_edit),
    WebPage("/profiles/login", try_answers, "POST"),
    WebPage("/profiles/login/{form}", show_login),
    WebPage("/profiles/login/{form}/file", use_file, "POST"),
    WebPage("/profiles/default", make_default, "POST"),
    WebPage("/profiles/logout", ask_logout),
    WebPage("/profiles/logout", forget_secret, "POST"),
)

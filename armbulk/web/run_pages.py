"""Runs as pages show them: the session of a run's client, its view, and the jobs that work on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from armbulk.app.run_view import RunView, stamp_run, view_run
from armbulk.app.sending_now import find_sender
from armbulk.web.dialog import JobDialog
from armbulk.web.jobs import WebJob

if TYPE_CHECKING:
    from armbulk.app.import_result import ImportResult
    from armbulk.app.session import Session
    from armbulk.web.visit import Visit
    from armbulk.web.workspace import Workspace

_KIND = "run"


def read_run_number(visit: "Visit", name: str = "run") -> int:
    """Return the number of the run in the address.

    Raises:
        HTTPException: It is none (404).
    """
    text = visit.path(name)
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise HTTPException(404)
    return int(text)


@contextmanager
def open_run(visit: "Visit", number: int) -> Iterator["Session"]:
    """Open a session of the client of a run: that of the chosen profile, or of the one the run was started with.

    Raises:
        StoreError: There is no such run.
        SettingsError: There is no such profile any more.
    """
    with visit.session() as session:
        run = session.store.run(number)
        if run.account == session.profile.account or visit.workspace.started.is_demo:
            yield session
            return
    with visit.session(run.profile) as session:
        yield session


def find_call_run(visit: "Visit", number: int) -> dict[str, Any] | None:
    """Return a run of single calls (deletes, reservations, due dates), as the JSON of its command has it.

    None: it is an import. Such a run is started and continued on the command line.
    """
    from armbulk.app.call_kinds import find_calls
    from armbulk.app.call_runs import load_calls

    with visit.session() as session:
        match = find_calls(session.store, number)
        if match is None:
            return None
        kind, run = match
        return {"command": kind.command, **load_calls(kind, session.store, run).to_json(visit.lang)}


def load_view(visit: "Visit", session: "Session", number: int) -> RunView:
    """Return the view of a run; it is kept until anything about the run changes.

    Raises:
        StoreError: There is no such run.
    """
    stamp = stamp_run(session, number)
    kept: RunView | None = visit.workspace.recent.find(_KIND, str(number), visit.lang, stamp)
    if kept is None:
        kept = view_run(session, number)
        visit.workspace.recent.keep(kept, _KIND, str(number), visit.lang, stamp)
    return kept


def keep_result(workspace: "Workspace", session: "Session", result: "ImportResult") -> None:
    """Keep the view of a run that has just ended: its files were read."""
    if result.run is not None:
        view = view_run(session, result.run, result=result)
        stamp = stamp_run(session, result.run)
        workspace.recent.keep(view, _KIND, str(result.run), session.profile.lang, stamp)


def find_other_sender(visit: "Visit", session: "Session", number: int) -> str:
    """Return which other process sends a run now; "" where none does, or this server does."""
    run = session.store.run(number)
    if run.state != "running" or visit.workspace.jobs.find_run(number) is not None:
        return ""
    return find_sender(session, run.account)


def name_run_job(number: int) -> str:
    """Return the key of the job that continues a run."""
    return f"run/{number}"


def start_resume(visit: "Visit", number: int) -> WebJob:
    """Continue a run in the background; nothing is started while it is being sent."""
    workspace, lang = visit.workspace, visit.lang
    present = workspace.jobs.find_run(number)
    if present is not None and present.is_running:
        return present
    with open_run(visit, number) as session:
        profile = session.profile.name

    def work(job: WebJob) -> str:
        job.begin_run(number)
        with workspace.connect(profile, lang) as session:
            job.use(session)
            result = session.resume(number, dialog=JobDialog(job))
            if result is None:
                return "declined"
            keep_result(workspace, session, result)
            return result.state

    return workspace.jobs.start(name_run_job(number), "send", work)


def start_verification(visit: "Visit", number: int) -> WebJob:
    """Read the accepted records of a run back in the background."""
    workspace, lang = visit.workspace, visit.lang
    with open_run(visit, number) as session:
        profile = session.profile.name

    def work(job: WebJob) -> str:
        with workspace.connect(profile, lang) as session:
            job.use(session)
            result = session.verify(number, dialog=JobDialog(job))
            if result.verify_error is not None:
                raise result.verify_error
            keep_result(workspace, session, result)
            return result.state

    return workspace.jobs.start(name_verification(number), "verify", work)


def name_verification(number: int) -> str:
    """Return the key of the job that reads a run back."""
    return f"verify/{number}"

"""Runs: their list, the result of each with its downloads, and what is done about one that is not over."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import Response

from armbulk.app.run_downloads import write_download
from armbulk.app.sending_now import list_runs_now
from armbulk.web.routes.page import WebPage
from armbulk.web.run_pages import (
    find_call_run,
    find_other_sender,
    load_view,
    name_verification,
    open_run,
    read_run_number,
    start_resume,
    start_verification,
)
from armbulk.web.visit import Visit

PAGE_RECORDS = 25
"""Records on a page of a result."""

PAGE_RUNS = 50
"""Runs on a page of their list."""

_NEEDS_PERSON = ("paused", "interrupted", "in_doubt")


def list_runs(visit: Visit) -> Response:
    """Show runs, newest first: all, those that are not over, or those with a text in the name of a file."""
    with visit.session() as session:
        runs = list_runs_now(session)
    state, search, number = visit.query("state"), visit.query("search").strip(), max(visit.number("page", 1), 1)
    counts = {"": len(runs), "open": sum(run["state"] in _NEEDS_PERSON for run in runs)}
    if state == "open":
        runs = [run for run in runs if run["state"] in _NEEDS_PERSON]
    if search:
        wanted = search.lower()
        runs = [run for run in runs if wanted in " ".join([run["run"], run["client_no"], *run["files"]]).lower()]
    shown = runs[(number - 1) * PAGE_RUNS : number * PAGE_RUNS]
    count = -(-len(runs) // PAGE_RUNS)
    return visit.page(
        "runs", runs=shown, total=len(runs), counts=counts, state=state, search=search, number=number, count=count
    )


def show_run(visit: Visit) -> Response:
    """Show the outcomes of a run; while it is being sent, how far it is."""
    number = read_run_number(visit)
    job = visit.workspace.jobs.find_run(number)
    if job is not None and job.is_running:
        return visit.page("run-sending", step="send", number=number, job=job)
    calls = find_call_run(visit, number)
    if calls is not None:
        return visit.page("run-calls", step="result", number=number, calls=calls)
    with open_run(visit, number) as session:
        sender = find_other_sender(visit, session, number)
        if sender:
            return visit.page("run-elsewhere", step="send", number=number, sender=sender)
        view = load_view(visit, session, number)
        price = view.describe_price(session)
    outcome, search, page = visit.query("outcome"), visit.query("search").strip(), max(visit.number("page", 1), 1)
    part = view.list_records((page - 1) * PAGE_RECORDS, PAGE_RECORDS, outcome=outcome, search=search)
    values: dict[str, Any] = {"outcome": outcome, "search": search, "number": page}
    values |= {"table": part, "count": -(-part.total // PAGE_RECORDS)}
    if visit.is_fragment:
        return visit.page("_run-records", view=view, **values)
    verifying = visit.workspace.jobs.find(name_verification(number))
    return visit.page("result", step="result", view=view, job=job, verifying=verifying, price=price, **values)


def resume_run(visit: Visit) -> Response:
    """Continue a run in the background."""
    number = read_run_number(visit)
    start_resume(visit, number)
    return visit.go(f"/runs/{number}")


def verify_run(visit: Visit) -> Response:
    """Read the accepted records of a run back in the background."""
    number = read_run_number(visit)
    start_verification(visit, number)
    return visit.go(f"/runs/{number}")


def download(visit: Visit) -> Response:
    """Return a file of a run. What is written for it is deleted when it has been sent."""
    number = read_run_number(visit)
    folder = Path(tempfile.mkdtemp(prefix="armbulk-"))
    try:
        with open_run(visit, number) as session:
            path = write_download(session, number, visit.path("kind"), folder)
        response = visit.download(path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    response.background = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return response


PAGES = (
    WebPage("/runs", list_runs),
    WebPage("/runs/{run}", show_run),
    WebPage("/runs/{run}/files/{kind}", download),
    WebPage("/runs/{run}/resume", resume_run, "POST"),
    WebPage("/runs/{run}/verify", verify_run, "POST"),
)

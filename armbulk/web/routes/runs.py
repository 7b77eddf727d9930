"""Runs: their list, and the result of each."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def list_runs(visit: Visit) -> Response:
    """Show all runs."""
    with visit.session() as session:
        return visit.page("runs", runs=session.list_runs())


def show_run(visit: Visit) -> Response:
    """Show the outcomes of a run."""
    with visit.session() as session:
        result = session.run(_read_number(visit))
        return visit.page("result", run=result.to_json(), details=result.describe(), step="result")


def _read_number(visit: Visit) -> int:
    text = visit.path("run")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise HTTPException(404)
    return int(text)


PAGES = (WebPage("/runs", list_runs), WebPage("/runs/{run}", show_run))

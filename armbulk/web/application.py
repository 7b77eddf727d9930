"""The pages and their addresses, behind the guard."""

from collections.abc import Callable, Coroutine
from contextlib import suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from armbulk.app.web_templates import locate_static_files
from armbulk.errors import ArmbulkError, UsageError
from armbulk.i18n import _
from armbulk.web.access import AccessGuard
from armbulk.web.bugs import report_bug
from armbulk.web.forms import read_form
from armbulk.web.routes import PAGES, WebPage
from armbulk.web.routes.events import follow_job
from armbulk.web.tokens import AccessTokens
from armbulk.web.visit import Handler, Visit
from armbulk.web.workspace import Workspace


def build_app(workspace: Workspace, tokens: AccessTokens, port: int) -> ASGIApp:
    """Return the server of the pages.

    Args:
        workspace: What they work with.
        tokens: What proves that a request is a person's own.
        port: Its port on 127.0.0.1.
    """
    routes: list[BaseRoute] = [_build_route(page, workspace, tokens) for page in PAGES]
    routes.append(Route("/jobs/{key:path}/events", follow_job(workspace, tokens)))
    routes.append(Mount("/static", StaticFiles(directory=locate_static_files())))
    return AccessGuard(
        Starlette(
            routes=routes,
            exception_handlers={HTTPException: _refuse(workspace, tokens), Exception: _explain},
        ),
        tokens,
        port,
    )


def _build_route(page: WebPage, workspace: Workspace, tokens: AccessTokens) -> Route:
    """Return the route of a page: a changing request is read, and its token verified, before the page sees it."""

    async def answer(request: Request) -> Response:
        form = await read_form(request, tokens) if page.method == "POST" else FormData()
        try:
            return await run_in_threadpool(_call, page.handler, Visit(workspace, tokens, request, form))
        finally:
            await form.close()

    return Route(page.path, answer, methods=[page.method])


def _call(handler: Handler, visit: Visit) -> Response:
    """Return the answer of a page, or that of the error that stopped it."""
    try:
        try:
            return handler(visit)
        except ArmbulkError as error:
            return visit.failure(error)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: its report says where, and quotes nothing
        return visit.page("bug", status=500, report=str(report_bug(error)))


def _refuse(
    workspace: Workspace, tokens: AccessTokens
) -> Callable[[Request, Exception], Coroutine[None, None, Response]]:
    """Return what answers a request that no page takes: a page that says why, with a way back."""

    async def refuse(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        message, hint = _REFUSALS.get(status, _NO_PAGE)
        visit = Visit(workspace, tokens, request, FormData())
        return await run_in_threadpool(visit.failure, UsageError("web", message, hint), status)

    return refuse


def _explain(_request: Request, error: Exception) -> Response:
    """Return the answer where no page can be shown: the form was not read, or the answer itself failed."""
    if isinstance(error, ClientDisconnect):
        return PlainTextResponse(_WITHOUT_A_PAGE[400], 400)
    if isinstance(error, OSError):
        return PlainTextResponse(_WITHOUT_A_PAGE[507], 507)
    with suppress(OSError):
        return PlainTextResponse(f"{_WITHOUT_A_PAGE[500]}{report_bug(error)}\n", 500)
    return PlainTextResponse(_WITHOUT_A_PAGE[500], 500)


_WITHOUT_A_PAGE = {
    400: "This form cannot be read. Load the page again. At most 50 files are chosen at once.\n"
    "Skjemaet kan ikke leses. Last siden på nytt. Høyst 50 filer velges på én gang.\n",
    500: "This is a bug in armbulk. Send us the report, if there is one.\n"
    "Dette er en feil i armbulk. Send oss rapporten, hvis det finnes en.\n",
    507: "The files cannot be stored. Make room on this disk.\nFilene kan ikke lagres. Frigjør plass på disken.\n",
}

_NO_PAGE = (
    _("There is no such page"),
    _("What it showed may be deleted, or the address mistyped. Nothing was sent."),
)
_REFUSALS = {
    400: (_("This form cannot be read"), _("Load the page again. At most 50 files are chosen at once.")),
    403: (
        _("This form is from another page, or from before a new key"),
        _("Go back, load the page again and try once more. Nothing was changed."),
    ),
    411: (_("This form cannot be read"), _("Go back, load the page again and try once more. Nothing was changed.")),
    413: (_("The files are too large: armbulk reads at most 500 MB"), _("Split them, or choose fewer files at a time")),
}

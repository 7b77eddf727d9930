"""How far a job is, as server-sent events: each has the part of a page that shows it.

A browser has six connections to a server, for all its pages together: a stream ends after some seconds, and the browser
asks again. Nothing is lost between two streams, as the address has the state in which the page shows the job.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from armbulk.web.jobs import WebJob
from armbulk.web.tokens import AccessTokens
from armbulk.web.visit import Visit
from armbulk.web.workspace import Workspace

_STREAM_SECONDS = 3.0
_RETRY_MS = 700


def follow_job(workspace: Workspace, tokens: AccessTokens) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers with the events of a job: `progress` with each step, `ended` when it is over."""

    async def answer(request: Request) -> Response:
        job = workspace.jobs.find(str(request.path_params["key"]))
        if job is None:  # the server was started again meanwhile: the page loads itself, and shows what is known
            return PlainTextResponse(_write_event("ended", "unknown", 0), media_type="text/event-stream")
        visit = Visit(workspace, tokens, request, FormData())
        return StreamingResponse(_list_events(job, visit), media_type="text/event-stream")

    return answer


async def _list_events(job: WebJob, visit: Visit) -> AsyncIterator[str]:
    state = visit.query("state", job.state.value)
    known = visit.request.headers.get("last-event-id")
    yield f"retry: {_RETRY_MS}\n\n"
    async with aclosing(job.follow(_STREAM_SECONDS)) as versions:  # the job forgets this page before the answer ends
        async for version in versions:
            if str(version) != known:
                page = await run_in_threadpool(visit.page, "_progress", job=job)
                yield _write_event("progress", bytes(page.body).decode(), version)
            if job.state.value != state or not job.is_running:
                yield _write_event("ended", job.state.value, version)
                return


def _write_event(name: str, content: str, number: int) -> str:
    lines = "".join(f"data: {line}\n" for line in content.splitlines())
    return f"event: {name}\nid: {number}\n{lines}\n"

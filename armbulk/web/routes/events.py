"""How far a job is, as server-sent events: each has the part of a page that shows it."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from armbulk.web.jobs import WebJob
from armbulk.web.tokens import AccessTokens
from armbulk.web.visit import Visit
from armbulk.web.workspace import Workspace


def follow_job(workspace: Workspace, tokens: AccessTokens) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers with the events of a job: `progress` with each step, `ended` when it is over."""

    async def answer(request: Request) -> Response:
        job = workspace.jobs.find(str(request.path_params["key"]))
        if job is None:
            return PlainTextResponse("", 204)
        visit = Visit(workspace, tokens, request, FormData())
        return StreamingResponse(_list_events(job, visit), media_type="text/event-stream")

    return answer


async def _list_events(job: WebJob, visit: Visit) -> AsyncIterator[str]:
    state = job.state
    async for version in job.follow():
        page = await run_in_threadpool(visit.page, "_progress", job=job)
        yield _write_event("progress", bytes(page.body).decode(), version)
        if job.state is not state or not job.is_running:
            yield _write_event("ended", job.state.value, version)
            return


def _write_event(name: str, content: str, number: int) -> str:
    lines = "".join(f"data: {line}\n" for line in content.splitlines())
    return f"event: {name}\nid: {number}\n{lines}\n"

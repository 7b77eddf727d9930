"""The ASGI application: reads a call, injects the fault that matches it, and records what it saw."""

import asyncio
from collections.abc import Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from armbulk.sandbox.auth import AuthCheck
from armbulk.sandbox.faults import InjectedFault
from armbulk.sandbox.responses import TOKEN_PATH, ApiCall, ApiResponse, error_response, html_response
from armbulk.sandbox.state import CallRecord, SandboxState

CloseConnection = Callable[[Scope], None]

_REFUSALS = {"401", "413", "429", "503"}


class App:
    """The test server's ASGI application."""

    def __init__(self, state: SandboxState, faults: list[InjectedFault], close_connection: CloseConnection) -> None:
        """`close_connection` closes the connection on which a call came."""
        self.state = state
        self.faults = faults
        self._auth = AuthCheck(state)
        self._close_connection = close_connection
        self._delayed: list[tuple[float, ApiCall]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            return
        call = await _read_call(Request(scope, receive))
        self._apply_delayed()
        fault = self._match_fault(call)
        answer = self._respond(call, fault)
        lost = fault is not None and fault.kind.startswith("lose-")
        self._record(call, answer, status=0 if lost else answer.status)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = Response(answer.body, answer.status, headers={**self._date_header(), **answer.headers})
        if lost:
            await self._hang_up(scope, receive)
        elif fault is not None and fault.kind == "truncate":
            await send({"type": "http.response.start", "status": answer.status, "headers": response.raw_headers})
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await self._hang_up(scope, receive)
        else:
            await response(scope, receive, send)

    def _match_fault(self, call: ApiCall) -> InjectedFault | None:
        """Return the first fault that applies to this call; every fault counts the calls it matches."""
        faults = [fault for fault in self.faults if fault.applies_to(call.method, call.path)]
        return faults[0] if faults else None

    def _respond(self, call: ApiCall, fault: InjectedFault | None) -> ApiResponse:
        kind = fault.kind if fault else ""
        if kind == "500-not-applied":
            return error_response(self.state.behaviour, 500, "Internal error")
        if kind in _REFUSALS:
            refusal = error_response(self.state.behaviour, int(kind), "Refused on purpose")
            return refusal.add_headers({"Retry-After": "1"} if kind == "429" else {})
        if kind == "html":
            return html_response(200, "Log in")
        if kind == "lose-before":
            return ApiResponse(0)
        if fault and kind == "lose-late":
            self._delayed.append((self.state.clock() + fault.seconds, call))
            return ApiResponse(0)
        response = self._auth.respond(call)
        if kind == "twice":
            response = self._auth.respond(call)
        if kind == "500-applied":
            failure = error_response(self.state.behaviour, 500, "Internal error")
            return ApiResponse(500, failure.body, failure.headers, response.reads, response.writes)
        return response

    def _apply_delayed(self) -> None:
        """Apply the delayed calls that are due, as when a proxy delivers them late."""
        due = [call for due_at, call in self._delayed if due_at <= self.state.clock()]
        self._delayed = [(due_at, call) for due_at, call in self._delayed if due_at > self.state.clock()]
        for call in due:
            self._record(call, self._auth.respond(call), status=0)

    def _record(self, call: ApiCall, response: ApiResponse, *, status: int) -> None:
        is_login = call.path == TOKEN_PATH
        calls = self.state.logins if is_login else self.state.requests
        calls.append(
            CallRecord(
                self.state.clock(),
                call.method,
                call.path,
                status,
                response.reads,
                response.writes,
                "&".join(f"{name}={value}" for name, value in call.query.items()),
                b"" if is_login else call.body,
            )
        )

    def _date_header(self) -> dict[str, str]:
        return {"Date": formatdate(self.state.clock(), usegmt=True)}

    async def _hang_up(self, scope: Scope, receive: Receive) -> None:
        self._close_connection(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


async def _read_call(request: Request) -> ApiCall:
    body = await request.body()
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    return ApiCall(request.method, path, dict(request.query_params), request.headers, body)

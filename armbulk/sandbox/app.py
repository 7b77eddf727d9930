"""The ASGI application: reads a call, fails on purpose where a fault says so, and writes down what it saw."""

import asyncio
from collections.abc import Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from armbulk.sandbox.auth import AuthCheck
from armbulk.sandbox.faults import InjectedFault
from armbulk.sandbox.responses import ApiCall, ApiResponse, error, page
from armbulk.sandbox.state import CallRecord, SandboxState

Break = Callable[[Scope], None]

_REFUSED = {"401", "413", "429", "503"}


class App:
    """The stand-in's ASGI application."""

    def __init__(self, state: SandboxState, faults: list[InjectedFault], sever: Break) -> None:
        """`sever` closes the connection a call came on."""
        self.state = state
        self.faults = faults
        self._gate = AuthCheck(state)
        self._sever = sever
        self._late: list[tuple[float, ApiCall]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            return
        asked = await _read(Request(scope, receive))
        self._deliver_late()
        fault = self._fault(asked)
        answer = self._answer(asked, fault)
        lost = fault is not None and fault.kind.startswith("lose-")
        self._note(asked, answer, status=0 if lost else answer.status)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = Response(answer.body, answer.status, headers={**self._date(), **answer.headers})
        if lost:
            await self._hang_up(scope, receive)
        elif fault is not None and fault.kind == "truncate":
            await send({"type": "http.response.start", "status": answer.status, "headers": response.raw_headers})
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await self._hang_up(scope, receive)
        else:
            await response(scope, receive, send)

    def _fault(self, asked: ApiCall) -> InjectedFault | None:
        """Find the fault that strikes this call; every fault counts the calls it matches."""
        struck = [one for one in self.faults if one.strikes(asked.method, asked.path)]
        return struck[0] if struck else None

    def _answer(self, asked: ApiCall, fault: InjectedFault | None) -> ApiResponse:
        kind = fault.kind if fault else ""
        if kind == "500-not-applied":
            return error(self.state.dialect, 500, "Internal error")
        if kind in _REFUSED:
            told = error(self.state.dialect, int(kind), "Refused on purpose")
            return ApiResponse(
                told.status, told.body, {**told.headers, **({"Retry-After": "1"} if kind == "429" else {})}
            )
        if kind == "html":
            return page(200, "Log in")
        if kind == "lose-before":
            return ApiResponse(0)
        if fault and kind == "lose-late":
            self._late.append((self.state.clock() + fault.seconds, asked))
            return ApiResponse(0)
        answer = self._gate.answer(asked)
        if kind == "twice":
            answer = self._gate.answer(asked)
        if kind == "500-applied":
            told = error(self.state.dialect, 500, "Internal error")
            return ApiResponse(500, told.body, told.headers, answer.reads, answer.writes)
        return answer

    def _deliver_late(self) -> None:
        """Apply the calls that a proxy kept back until now."""
        due = [asked for at, asked in self._late if at <= self.state.clock()]
        self._late = [(at, asked) for at, asked in self._late if at > self.state.clock()]
        for asked in due:
            self._note(asked, self._gate.answer(asked), status=0)

    def _note(self, asked: ApiCall, answer: ApiResponse, *, status: int) -> None:
        query = "&".join(f"{name}={value}" for name, value in asked.query.items())
        login = asked.path == "/token"
        calls = self.state.logins if login else self.state.requests
        calls.append(
            CallRecord(
                self.state.clock(),
                asked.method,
                asked.path,
                status,
                answer.reads,
                answer.writes,
                query,
                b"" if login else asked.body,
            )
        )

    def _date(self) -> dict[str, str]:
        return {"Date": formatdate(self.state.clock(), usegmt=True)}

    async def _hang_up(self, scope: Scope, receive: Receive) -> None:
        self._sever(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


async def _read(request: Request) -> ApiCall:
    body = await request.body()
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    return ApiCall(request.method, path, dict(request.query_params), request.headers, body)

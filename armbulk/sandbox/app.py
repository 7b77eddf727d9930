"""The endpoints: one ASGI application that meters, fails on purpose, and answers as the documentation says."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from armbulk.sandbox.faults import Fault
from armbulk.sandbox.meters import whole_seconds
from armbulk.sandbox.reading import batch_answer, list_customers, list_documents
from armbulk.sandbox.state import Call, Json, State, fold

SECRET = "sandbox-secret"  # noqa: S105 - the stand-in's own, of no use anywhere else
CLIENT_ID = "sandbox"
LIFE = 3600.0

Close = Callable[[Scope], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint says, and what it cost in records."""

    status: int
    body: Any = None
    reads: int = 0
    writes: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class App:
    """The stand-in's ASGI application."""

    def __init__(self, state: State, faults: list[Fault], close: Close) -> None:
        """`close` breaks the connection of a request."""
        self.state = state
        self.faults = faults
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        fault = next((one for one in self.faults if one.strikes(request.method, path)), None)
        kind = fault.kind if fault else ""
        if fault and kind == "slow":
            await asyncio.sleep(fault.seconds)
        if kind == "lose-before":
            self._close(scope)
            return
        answer = self._forced(kind) or self._serve(request, path, body)
        if kind == "500-applied":
            answer = Answer(500, {"message": "Internal error"})
        if kind == "lose-after":
            self._close(scope)
            return
        await self._send(answer, scope, receive, send, cut=kind == "truncate")

    def _forced(self, kind: str) -> Answer | None:
        if kind == "500-not-applied":
            return Answer(500, {"message": "Internal error"})
        if kind in {"401", "413", "429", "503"}:
            return Answer(int(kind), {"message": "On purpose"}, headers={"Retry-After": "1"} if kind == "429" else {})
        if kind == "html":
            return Answer(200, "<html><title>Log in</title></html>", headers={"Content-Type": "text/html"})
        return None

    async def _send(self, answer: Answer, scope: Scope, receive: Receive, send: Send, *, cut: bool) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else b""
        if not isinstance(answer.body, str) and answer.body is not None:
            body = json.dumps(answer.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Date": formatdate(self.state.clock(), usegmt=True)}
        response = Response(body, answer.status, headers={**headers, **answer.headers})
        if not cut:
            await response(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        self._close(scope)

    # ── who may call ────────────────────────────────────────────────────────────────────────────────────────────

    def _serve(self, request: Request, path: str, body: bytes) -> Answer:
        if path == "/token" and request.method == "POST":
            return self._token(dict(parse_qsl(body.decode())))
        pieces = [unquote(piece) for piece in path.split("/")[1:]]
        if pieces[:3] != ["arm", "v1", "clients"] or len(pieces) < 5:
            return self._error(404, "There is no such address")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.state.tokens.get(token, 0.0) <= self.state.clock():
            return self._error(401, "The token is missing, wrong or too old")
        if pieces[3] != str(self.state.client_no):
            return self._error(403, "No access to this client")
        return self._metered(request, path, pieces[4:], body)

    def _token(self, form: dict[str, str]) -> Answer:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != SECRET:
            return Answer(401, {"error": "invalid_client", "error_description": "Wrong client_id or client_secret"})
        now = self.state.clock()
        token = secrets.token_urlsafe(24)
        self.state.tokens[token] = now + LIFE
        times: Json = {"not_before": int(now), "expires_in": int(LIFE), "expires_on": int(now + LIFE)}
        style = self.state.dialect["token_numbers"]
        if style == "string":
            times = {name: str(value) for name, value in times.items()}
        if style == "no_expires_on":
            del times["expires_on"]
        return Answer(200, {"access_token": token, "token_type": "Bearer", **times, "resource": secrets.token_hex(16)})

    def _metered(self, request: Request, path: str, pieces: list[str], body: bytes) -> Answer:
        """Answer within the limits: what a call would cost is known before it is done."""
        meters = self.state.meters
        self.state.process()
        cost = {"requests": 1, "writes": self._writes(request.method, pieces, body)}
        wait = meters.wait(cost)
        answer = None if wait else self._route(request, pieces, body)
        if answer is not None:
            cost["reads"] = answer.reads
            wait = meters.wait({"reads": answer.reads}) if answer.reads else 0.0
        if wait or answer is None:
            meters.refused += 1
            answer = self._limited(wait)
        else:
            meters.charge(cost)
        call = Call(self.state.clock(), request.method, path, answer.status, answer.reads, cost["writes"])
        self.state.requests.append(call)
        return answer

    def _limited(self, wait: float) -> Answer:
        style = self.state.dialect["limit_answer"]
        status = int(style.partition("_")[0])
        seconds = whole_seconds(wait)
        after = {"429_bare": None, "429_date": formatdate(self.state.clock() + seconds, usegmt=True)}
        said = after.get(style, str(seconds))
        headers = {} if said is None else {"Retry-After": said}
        told = self._error(status, "The acceptable use policy allows no more for now")
        return Answer(status, told.body, headers={**told.headers, **headers})

    def _writes(self, method: str, pieces: list[str], body: bytes) -> int:
        if method not in {"POST", "PUT"}:
            return 1 if method == "DELETE" else 0
        given = _json(body)
        if not isinstance(given, dict):
            return 0
        records = given.get(pieces[0]) if pieces[1:] else [given.get(pieces[0][:-1])]
        return sum(self._weight(one) for one in records) if isinstance(records, list) else 0

    def _weight(self, record: Any) -> int:
        lines = record.get("documentLines") if isinstance(record, dict) else None
        return 1 + (len(lines) if isinstance(lines, list) and self.state.dialect["document_cost"] == "lines" else 0)

    # ── what there is to call ───────────────────────────────────────────────────────────────────────────────────

    def _route(self, request: Request, pieces: list[str], body: bytes) -> Answer:  # noqa: PLR0911 - one per endpoint
        match (request.method, *pieces):
            case ("POST" | "PUT", "customers"):
                return self._single("customer", body, method=request.method)
            case ("POST", "documents"):
                return self._single("document", body, method="POST")
            case ("POST" | "PUT", "customers", "batches") | ("POST", "documents", "batches"):
                return self._batch(pieces[0], request.method, body)
            case ("GET", "batches", number):
                return self._answered(number)
            case ("GET", "documents", number):
                found = self.state.find_document(number)
                wrapped = found[0] if len(found) == 1 else {"documents": found}
                return Answer(200, wrapped, reads=len(found)) if found else self._error(404, "No such document")
            case ("GET", "customers", number):
                customer = self.state.customers.get(fold(number))
                return Answer(200, customer, reads=1) if customer else self._error(404, "No such customer")
            case ("DELETE", "customers", number):
                return self._delete(number)
            case ("GET", "customers"):
                return self._listed(list_customers, request)
            case ("GET", "documents"):
                return self._listed(list_documents, request)
            case _:
                return self._error(404, "There is no such endpoint")

    def _listed(self, make: Callable[..., tuple[int, Json, int]], request: Request) -> Answer:
        status, body, reads = make(self.state, dict(request.query_params), str(request.base_url).rstrip("/"))
        return self._error(status, "Nothing found") if status != 200 else Answer(200, body, reads=reads)

    def _single(self, kind: str, body: bytes, *, method: str) -> Answer:
        given, wrong = self._unwrapped(body, kind, dict)
        if wrong:
            return wrong
        if kind == "document":
            status, answer = self.state.post_document(given)
        else:
            status, answer = self.state.put_customer(given, create=method == "POST")
        if status >= 400:
            return self._error(status, answer["message"], answer["errors"])
        return Answer(status, answer)

    def _unwrapped(self, body: bytes, name: str, kind: type) -> tuple[Any, Answer | None]:
        given = _json(body)
        if given is None:
            return None, self._error(400, "The body is not JSON")
        sound = isinstance(given, dict) and set(given) == {"metadata", name} and isinstance(given[name], kind)
        if not sound or not isinstance(given["metadata"], dict) or not isinstance(given["metadata"].get("userId"), str):
            return None, self._error(422, f'The body must be {{"metadata": {{"userId": …}}, "{name}": …}}')
        return given[name], None

    def _batch(self, resource: str, method: str, body: bytes) -> Answer:
        records, wrong = self._unwrapped(body, resource, list)
        if wrong:
            return wrong
        batch = self.state.accept(resource, method, records)
        inner = {"batchUuid": batch.uuid, "status": "QUEUED", "message": "Accepted", "clientNo": self.state.client_no}
        where = self.state.dialect["batch_uuid_in"]
        answer: Json = inner if where == "top" else {"status": "QUEUED", where: inner}
        if self.state.dialect["extra_keys"] == "yes":
            answer = {**answer, "traceId": "00-1", "links": [{"rel": "self"}]}
        return Answer(int(self.state.dialect["batch_post_status"]), answer)

    def _answered(self, number: str) -> Answer:
        batch = self.state.batches.get(number)  # a UUID is compared exactly
        if batch is None:
            return self._error(404, "No such batch")
        status, body, reads = batch_answer(batch, self.state)
        return self._error(404, "No such batch") if status == 404 else Answer(status, body, reads=reads)

    def _delete(self, number: str) -> Answer:
        key = fold(number)
        if key not in self.state.customers:
            return self._error(404, "No such customer")
        theirs = [one for documents in self.state.documents.values() for one in documents]
        if any(fold(one["customerNo"]) == key for one in theirs):
            return self._error(422, "The customer has documents")
        del self.state.customers[key]
        return Answer(200, {"status": "PROCESSED", "result": "DELETED", "message": "DELETED"})

    def _error(self, status: int, message: str, errors: list[Json] | None = None) -> Answer:
        match self.state.dialect["error_body"]:
            case "message":
                return Answer(status, {"message": message})
            case "problem":
                kind = {"Content-Type": "application/problem+json"}
                return Answer(status, {"title": "Error", "status": status, "detail": message}, headers=kind)
            case "text":
                return Answer(status, message, headers={"Content-Type": "text/plain; charset=utf-8"})
            case "html":
                page = f"<html><title>{status}</title><body>proxy</body></html>"
                return Answer(status, page, headers={"Content-Type": "text/html"})
            case "empty":
                return Answer(status, "")
            case _:
                told = {"status": "FAILED", "result": "REJECTED", "message": message, "errors": errors or []}
                return Answer(status, told)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None

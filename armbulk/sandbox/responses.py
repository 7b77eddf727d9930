"""Calls and answers: one call, its response, and what an error answer looks like with each behaviour."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.json_types import Json

TOKEN_PATH = "/token"  # noqa: S105 - a path
HEALTH_PATH = "/arm/v1/health"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call, completely read."""

    method: str
    path: str
    """As on the wire, percent-encoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def _do_nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """An endpoint's answer, the records it read, and what to record once the answer is sent."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    on_sent: Callable[[], object] = _do_nothing

    def add_headers(self, headers: Mapping[str, str]) -> Self:
        """Return the same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, slots=True)
class Job:
    """A parsed call: how many records it would write, and how to run it."""

    run: Callable[[], ApiResponse]
    writes: int = 0


class NotJson(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """The body is not JSON."""


def read_json(body: bytes) -> Any:
    """Parse a body as strict JSON; NotJson for anything else."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotJson from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def json_response(
    status: int, body: Json | None, *, reads: int = 0, on_sent: Callable[[], object] = _do_nothing
) -> ApiResponse:
    """Return a JSON answer; None makes an empty body."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return ApiResponse(status, content, {"Content-Type": "application/json"}, reads, on_sent=on_sent)


def html_response(status: int, title: str) -> ApiResponse:
    """Return a web page, as a proxy or a login form answers."""
    html = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return ApiResponse(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


def error_response(
    behaviour: ServerBehaviour, status: int, message: str, errors: list[Json] | None = None
) -> ApiResponse:
    """Return an error answer in the form that `behaviour.error_body` names.

    Args:
        behaviour: Decides the form.
        status: The HTTP status.
        message: What is wrong, in one sentence.
        errors: The same by field, as `{"field", "message"}`. The forms without a list of errors carry them in the
            message.
    """
    if errors and behaviour.error_body != "default":
        message = summarise_errors(errors)
    match behaviour.error_body:
        case "message":
            return json_response(status, {"message": message})
        case "problem":
            problem = json.dumps({"type": "about:blank", "title": "Error", "status": status, "detail": message})
            return ApiResponse(status, problem.encode(), {"Content-Type": "application/problem+json"})
        case "text":
            return ApiResponse(status, message.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        case "html":
            return html_response(status, f"{status} Error")
        case "empty":
            return ApiResponse(status)
    return json_response(status, {"status": "FAILED", "result": "REJECTED", "message": message, "errors": errors or []})


def summarise_errors(errors: list[Json]) -> str:
    """Return errors by field as one sentence."""
    return "; ".join(": ".join(filter(None, (error["field"], error["message"]))) for error in errors)

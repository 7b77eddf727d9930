"""What is asked and what is said: a call, its answer, and what errors look like in each dialect."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.json_types import Json


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call, read whole."""

    method: str
    path: str
    """As on the wire, percent-encoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What an endpoint says, what it read for it, and what is remembered once it is really said."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    then: Callable[[], object] = nothing


@dataclass(frozen=True, slots=True)
class Job:
    """A call that is understood: what it would write, and how to do it."""

    do: Callable[[], ApiResponse]
    writes: int = 0


class NotJson(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """The body is not JSON."""


def read_json(body: bytes) -> Any:
    """Read a body as strict JSON."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotJson from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def said(status: int, body: Json | None, *, reads: int = 0, then: Callable[[], object] = nothing) -> ApiResponse:
    """Answer with JSON, or with an empty body."""
    told = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return ApiResponse(status, told, {"Content-Type": "application/json"}, reads, then=then)


def page(status: int, title: str) -> ApiResponse:
    """Answer with a web page, as a proxy or a login form does."""
    html = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return ApiResponse(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


def error(dialect: ServerBehaviour, status: int, message: str, errors: list[Json] | None = None) -> ApiResponse:
    """Answer that something is wrong, in the dialect's form."""
    match dialect.error_body:
        case "message":
            return said(status, {"message": message})
        case "problem":
            told = json.dumps({"type": "about:blank", "title": "Error", "status": status, "detail": message})
            return ApiResponse(status, told.encode(), {"Content-Type": "application/problem+json"})
        case "text":
            return ApiResponse(status, message.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        case "html":
            return page(status, f"{status} Error")
        case "empty":
            return ApiResponse(status)
    return said(status, {"status": "FAILED", "result": "REJECTED", "message": message, "errors": errors or []})

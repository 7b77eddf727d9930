"""Who may call: this computer's browser, with the key. Everything else is refused before a page sees it."""

from collections.abc import Mapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from armbulk.web.tokens import KEY_PARAMETER, AccessTokens

COOKIE_SECONDS = 400 * 24 * 3600
"""How long a browser keeps the cookie; more is not allowed."""

OPEN_PATHS = ("/static/",)
"""What needs no key: style and scripts contain no data."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""The headers of every answer."""

_SAFE_METHODS = {"GET", "HEAD"}
_METHODS = {*_SAFE_METHODS, "POST"}


class AccessGuard:
    """Refuses other hosts, other origins and callers without the key; sets the cookie and the headers of safety.

    The host must be that of the printed address (another name that a DNS server points at this computer is refused). A
    changing request must name this page as its origin. The form token is verified where the form is read
    (`forms.read_form`).
    """

    def __init__(self, app: ASGIApp, tokens: AccessTokens, port: int) -> None:
        self._app, self._tokens = app, tokens
        self._hosts = ([f"127.0.0.1:{port}"], [f"localhost:{port}"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            return
        refusal = self._find_refusal(scope)
        app: ASGIApp = self._app if refusal is None else refusal
        await app(scope, receive, _with_headers(send, is_static=scope["path"].startswith(OPEN_PATHS)))

    def _find_refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that may not reach a page; None: it may."""
        headers = Headers(scope=scope)
        if scope["method"] not in _METHODS:
            return PlainTextResponse("Method not allowed", 405)
        if headers.getlist("host") not in self._hosts:
            return PlainTextResponse("Wrong host", 421)
        if not self._is_own_origin(scope["method"], headers):
            return PlainTextResponse("Wrong origin", 403)
        return None if scope["path"].startswith(OPEN_PATHS) else self._find_missing_key(scope, headers)

    def _find_missing_key(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request without the cookie: the key becomes the cookie; None: it has the cookie."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if KEY_PARAMETER in query and scope["method"] in _SAFE_METHODS:
            return self._take_key(scope["path"], query)
        if self._tokens.is_cookie(self._read_cookie(headers)):
            return None
        if headers.get("sec-fetch-site") == "cross-site" and scope["method"] == "GET":  # SameSite kept the cookie back
            return _load_again(scope["path"], query)
        return _no_key()

    def _is_own_origin(self, method: str, headers: Headers) -> bool:
        """Whether a request comes from a page of this server, or from a person who opens one."""
        if method not in _SAFE_METHODS:
            return headers.getlist("origin") == [f"http://{headers['host']}"]
        return headers.get("sec-fetch-site", "none") in {"none", "same-origin"} or _is_navigation(headers)

    def _read_cookie(self, headers: Headers) -> str:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._tokens.cookie_name)
        except CookieError:
            return ""
        return morsel.value if morsel is not None else ""

    def _take_key(self, path: str, query: dict[str, str]) -> Response:
        """Turn the key of an address into a cookie, and leave an address without it: it stays in no history."""
        if not self._tokens.is_key(query.pop(KEY_PARAMETER)):
            return _no_key()
        response = _load_again(path, query)
        response.set_cookie(
            self._tokens.cookie_name,
            self._tokens.cookie,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            path="/",
        )
        return response


def _load_again(path: str, query: Mapping[str, str]) -> Response:
    """Return a page that loads an address of this server from itself: only then a browser sends the strict cookie.

    A redirect would not do: the browser looks at where the first link was, such as a file or an e-mail.
    """
    address = escape(_local_path(path) + (f"?{urlencode(query)}" if query else ""), quote=True)
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={address}">'
        f'<link rel="icon" href="/static/icon.svg"><title>armbulk</title><a href="{address}">armbulk</a>'
    )


def _local_path(path: str) -> str:
    """Return a path that no browser takes for another host, such as //host."""
    return "/" + path.lstrip("/\\")


def _is_navigation(headers: Headers) -> bool:
    """Whether a person follows a link to a page; a page of another host cannot read what it shows."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _no_key() -> Response:
    text = (
        "This page needs the address with its key, which `armbulk web` prints.\n"
        "Siden trenger adressen med nøkkelen, som `armbulk web` skriver ut.\n"
    )
    return PlainTextResponse(text, 403)


def _with_headers(send: Send, *, is_static: bool) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers["cache-control"] = "no-cache" if is_static else "no-store"
        await send(message)

    return send_with_headers

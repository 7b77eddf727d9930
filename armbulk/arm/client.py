"""ARM over HTTP: the only place that knows httpx. Failures come back as values that say what they prove."""

import json
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import httpx
import truststore

from armbulk._version import __version__
from armbulk.arm.responses import Response, TransportError
from armbulk.clock import Clock
from armbulk.errors import LoginError, ServerError, SettingsError

MAX_RESPONSE_BYTES = 64 * 1024 * 1024
"""An answer longer than this is cut off: it cannot be one of ARM's."""

DEADLINE = 120.0
"""Seconds a whole call may take."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This machine: the only place plain http goes to, and never through a proxy, which would read the token."""

_SHORTEST = 8
"""A shorter token or secret is none: its characters stand in ordinary words."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Login:
    """Where and how to log in: a ready token, or client credentials at `token_url`."""

    token: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca_file: str = ""  # certificates to trust besides the system's, as some networks need

    @property
    def by_client(self) -> bool:
        """Whether tokens are fetched, with a client secret; otherwise one is given ready."""
        return bool(self.token_url and self.client_id)


class ArmClient:
    """One client of ARM at one base URL, with one login.

    Every call goes out on a connection of its own, is never redirected, and asks for an uncompressed answer. A 401
    renews the token once and repeats the call: ARM turns such calls away before it does anything.
    """

    def __init__(
        self, base_url: str, client_no: str, login: Login, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Remember where ARM is; nothing is sent yet."""
        self._base = f"{base_url.rstrip('/')}/clients/{quote(client_no, safe='')}"
        self._login = login
        self._clock = clock
        self._token = login.token
        self._renew_at = float("inf") if login.token else 0.0
        self._http = httpx.Client(
            transport=transport,
            mounts={f"all://[{host}]" if ":" in host else f"all://{host}": None for host in LOOPBACK},
            verify=_trust(base_url, login),
            follow_redirects=False,
            timeout=httpx.Timeout(60.0, connect=15.0),
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
                "User-Agent": f"armbulk/{__version__}",
            },
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def login(self) -> None:
        """Make sure there is a token that is good for a while; LoginError or ServerError if there cannot be."""
        if self._clock.now() >= self._renew_at:
            self._fetch_token()

    def send_batch(self, resource: str, method: str, body: bytes) -> Response:
        """POST or PUT a batch body to `{resource}/batches`."""
        return self._call(method, f"/{resource}/batches", body)

    def get_batch(self, uuid: str) -> Response:
        """GET one batch; the uuid goes out verbatim."""
        return self._call("GET", f"/batches/{quote(uuid, safe='')}")

    def get_document(self, document_no: str) -> Response:
        """GET one document by its number."""
        return self._call("GET", f"/documents/{quote(document_no, safe='')}")

    def get_customer(self, customer_no: str) -> Response:
        """GET one customer by the number."""
        return self._call("GET", f"/customers/{quote(customer_no, safe='')}")

    def list_page(self, resource: str, asked: Mapping[str, str]) -> Response:
        """GET one page of a list; the address is always built here, never taken from an answer."""
        return self._call("GET", f"/{resource}?{urlencode(asked)}")

    def ask_time(self) -> Response:
        """Ask the server for nothing but its Date: not a call to the API, and without the token."""
        parts = urlsplit(self._base)
        return self._whole(self._http.build_request("HEAD", f"{parts.scheme}://{parts.netloc}/"))

    def _call(self, method: str, path: str, body: bytes | None = None) -> Response:
        self.login()
        reply = self._exchange(method, self._base + path, body)
        if reply.status != 401 or not self._login.client_secret:
            return reply
        self._fetch_token()
        again = self._exchange(method, self._base + path, body)
        return replace(again, requests=2)

    def _exchange(self, method: str, url: str, body: bytes | None) -> Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        reply = self._whole(self._http.build_request(method, url, content=body, headers=headers))
        return replace(reply, body=_covered(reply.body, (self._token, self._login.token, self._login.client_secret)))

    def _whole(self, request: httpx.Request) -> Response:
        """Carry one request out and read its whole answer, within bounds."""
        left = self._clock.monotonic()
        deadline = left + DEADLINE
        try:
            with self._streamed(request) as response:
                body = bytearray()
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > MAX_RESPONSE_BYTES:
                        return Response(error=TransportError.BROKEN, reason="the answer was longer than 64 MiB")
                    if self._clock.monotonic() > deadline:
                        return Response(error=TransportError.BROKEN, reason="the answer took longer than two minutes")
                headers = {k.lower(): v for k, v in response.headers.items()}
                back = self._clock.monotonic()
                return Response(response.status_code, bytes(body), headers, left=left, back=back)
        except _NOT_SENT as error:
            return Response(error=TransportError.NOT_SENT, reason=_reason(error))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, ValueError) as error:
            return Response(
                error=TransportError.BROKEN, reason=_reason(error)
            )  # the latter: headers that httpx trips over

    @contextmanager
    def _streamed(self, request: httpx.Request) -> Iterator[httpx.Response]:
        response = self._http.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _fetch_token(self) -> None:
        login = self._login
        if not (login.token_url and login.client_id and login.client_secret):
            raise LoginError(
                "login-refused",
                "ARM does not accept the token",
                "Set ARMBULK_TOKEN anew, or ARMBULK_TOKEN_URL, ARMBULK_CLIENT_ID and ARMBULK_CLIENT_SECRET",
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        reply = self._whole(self._http.build_request("POST", login.token_url, data=form))
        if reply.error is not None or reply.status >= 500:
            raise unreachable_error(reply, "the login service")
        self._take(reply)

    def _take(self, reply: Response) -> None:
        try:
            answer = json.loads(reply.body) if reply.status == 200 else {}
            token = answer.get("access_token")
        except (ValueError, AttributeError):
            answer, token = {}, None
        if not isinstance(token, str) or not is_header_safe(token):
            raise LoginError(
                "login-refused",
                f"The login service refused the credentials (it answered {reply.status})",
                "Check ARMBULK_CLIENT_ID, ARMBULK_CLIENT_SECRET and ARMBULK_TOKEN_URL",
            )
        self._token = token
        life = re.fullmatch(r"\d{1,9}(\.\d+)?", str(answer.get("expires_in", "")))
        seconds = float(life.group()) if life else 3600.0
        self._renew_at = self._clock.now() + max(seconds - 60.0, seconds / 2)


def is_header_safe(token: str) -> bool:
    """Whether a token can stand in a header: visible ASCII, no blanks, no line breaks."""
    return re.fullmatch(r"[\x21-\x7e]+", token) is not None


def _covered(body: bytes, secrets: Iterable[str]) -> bytes:
    """Take secrets out of an answer that quotes them: what ARM says goes into workbooks, the store and terminals."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            for form in {secret, quote_plus(secret), json.dumps(secret)[1:-1]}:
                body = body.replace(form.encode(), "…".encode())
    return body


def _trust(base_url: str, login: Login) -> ssl.SSLContext | bool:
    """TLS 1.2 or newer, with the certificates this machine trusts; there is no way to switch it off."""
    if not any(url.startswith("https:") for url in (base_url, login.token_url)):
        return True
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if login.ca_file:
        try:
            context.load_verify_locations(cafile=login.ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsError(
                "ca-file-wrong", f"{login.ca_file} is not a file of certificates (PEM)", "Check ARMBULK_CA_FILE"
            ) from None
    return context


def unreachable_error(reply: Response, what: str = "ARM") -> ServerError:
    """Say that `what` cannot be reached, or answers nonsense."""
    why = reply.reason or f"it answered {reply.status}"
    return ServerError("unreachable", f"{what} cannot be reached: {why}", "Check the network and ARMBULK_BASE_URL")


def _reason(error: Exception) -> str:
    """Name the fault without quoting the request, which holds personal data and the token."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate" in str(error).lower():
        return "its certificate is not trusted (your network may answer in its place; see --ca-file)"
    names: dict[type[Exception], str] = {
        httpx.ConnectError: "no connection",
        httpx.ConnectTimeout: "no connection in time",
        httpx.ReadTimeout: "no answer in time",
        httpx.RemoteProtocolError: "the connection was closed without a whole answer",
        httpx.ReadError: "the connection broke while reading the answer",
        httpx.WriteError: "the connection broke while sending",
        httpx.ProxyError: "the proxy refused the connection",
        httpx.InvalidURL: "the answer redirects to an address that is none",
    }
    return names.get(type(error), type(error).__name__)

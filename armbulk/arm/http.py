"""HTTP to ARM, with the login: the only module that knows httpx. A failed exchange is a value, not an exception."""

import json
import logging
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote, quote_plus, urlsplit

import httpx
import truststore

from armbulk._version import __version__
from armbulk.arm.credentials import LOOPBACK, Login, is_header_safe, read_token_life
from armbulk.arm.deadline import Deadline
from armbulk.arm.json_body import parse_json
from armbulk.clock import Clock
from armbulk.errors import LoginError, ServerError, SettingsError
from armbulk.i18n import Text, _
from armbulk.model import failure_reasons
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import Response, TransportError
from armbulk.model.system import MAX_CALL_SECONDS
from armbulk.retry import failure_backoff

_log = logging.getLogger(__name__)

MAX_RESPONSE_BYTES = 64 * 1024 * 1024
"""A longer answer is cut off: it cannot be one of ARM's."""

_TOKEN_RETRY_SECONDS, _MAX_TOKEN_RETRY_SECONDS = 2.0, 60.0
_TOKEN_BUSY = frozenset({408, 429})
_NO_SUCH_ADDRESS = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE})
"""Other answers than 5xx of the login service that do not concern the credentials."""

_MIN_SECRET_CHARS = 8
"""A shorter text is no secret: its characters occur in ordinary words."""

_REASONS: dict[type[Exception], Text] = {
    httpx.ConnectError: failure_reasons.NO_CONNECTION,
    httpx.ConnectTimeout: failure_reasons.CONNECT_TIMEOUT,
    httpx.PoolTimeout: failure_reasons.CONNECT_TIMEOUT,
    httpx.ReadTimeout: failure_reasons.READ_TIMEOUT,
    httpx.WriteTimeout: failure_reasons.WRITE_TIMEOUT,
    httpx.RemoteProtocolError: failure_reasons.CLOSED_EARLY,
    httpx.ReadError: failure_reasons.LOST_WHILE_READING,
    httpx.WriteError: failure_reasons.LOST_WHILE_SENDING,
    httpx.ProxyError: failure_reasons.PROXY_REFUSED,
    httpx.InvalidURL: failure_reasons.WRONG_REDIRECT,
}

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class HttpClient:
    """HTTP calls for one client number at one base URL, with one login.

    Every call goes out on a connection of its own, is never redirected, and asks for an uncompressed answer. A 401
    renews the token once and repeats a call that only reads; a call that writes is never repeated here.
    """

    def __init__(
        self,
        base_url: str,
        client_no: str,
        login: Login,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        max_seconds: float = MAX_CALL_SECONDS,
        on_progress: Callable[[Progress], None] | None = lambda _: None,
    ) -> None:
        """Prepare the calls, each of which takes at most `max_seconds`; nothing is sent yet.

        `on_progress` is called before a failed token call is made again; with None it is made once.
        """
        self._base = f"{base_url.rstrip('/')}/clients/{quote(client_no, safe='')}"
        self._login = login
        self._clock = clock
        self._max_seconds = max_seconds
        self._on_progress = on_progress
        self._token = login.token
        self._renew_at = float("inf") if login.token else 0.0
        self._http = httpx.Client(
            transport=transport,
            mounts={f"all://[{host}]" if ":" in host else f"all://{host}": None for host in LOOPBACK},
            verify=_trusted_certificates(base_url, login),
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
        """Close the connections."""
        self._http.close()

    def login(self) -> None:
        """Make sure there is a token that is valid for a while; LoginError or ServerError when there cannot be."""
        if self._clock.now() >= self._renew_at:
            self._fetch_token()

    def ask_time(self) -> Response:
        """Return the answer to a HEAD of the server's root, for its Date: no call to the API, and without the token."""
        parts = urlsplit(self._base)
        return self._exchange(self._http.build_request("HEAD", f"{parts.scheme}://{parts.netloc}/"))

    def ask_health(self) -> Response:
        """Return the answer to a GET of `health` under the API's root, without the token (path inferred)."""
        return self._exchange(self._http.build_request("GET", f"{self._base.rpartition('/clients/')[0]}/health"))

    def renew_login(self) -> bool:
        """Fetch another token, after ARM has refused this one; False when there is nothing to fetch one with.

        Raises:
            LoginError: the login service refuses the credentials.
            ServerError: the login service cannot be reached.
        """
        if not self._login.client_secret:
            return False
        self._fetch_token()
        return True

    def submit(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Make one call that writes, with the token at hand; `path` is below the client number.

        It never raises and never goes twice, so that nothing comes between what is sent and what is recorded of it.
        """
        return self._call_once(method, path, body)

    def call(self, method: str, path: str) -> Response:
        """Make one call that reads; `path` is below the client number.

        Raises:
            LoginError: there is no valid token, and none can be fetched.
            ServerError: the login service cannot be reached.
        """
        self.login()
        response = self._call_once(method, path)
        if response.status != 401 or not self.renew_login():
            return response
        return replace(self._call_once(method, path), requests=2)

    def _call_once(self, method: str, path: str, body: bytes | None = None) -> Response:
        began = self._clock.monotonic()
        headers = {"Authorization": f"Bearer {self._token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = self._exchange(self._http.build_request(method, self._base + path, content=body, headers=headers))
        _log.debug(
            "Call ended",
            extra={
                "call": re.split(r"[/?]", path.lstrip("/"), maxsplit=1)[0],  # the rest may have customer numbers
                "method": method,
                "status": response.status,
                "error": response.error and response.error.name.lower(),
                "bytes": len(response.body),
                "seconds": self._clock.monotonic() - began,
            },
        )
        secrets = (self._token, self._login.token, self._login.client_secret)
        return replace(response, body=_remove_secrets(response.body, secrets))

    def _exchange(self, request: httpx.Request) -> Response:
        """Send one request and read its whole answer, within bounds of size and time."""
        with Deadline(self._max_seconds) as deadline:
            request.extensions = {**request.extensions, "trace": deadline.trace}
            response = self._read_answer(request)
            if deadline.is_over:  # what was read until then may look whole, without being it
                return Response(error=response.error or TransportError.BROKEN, reason=failure_reasons.TOO_SLOW)
        return response

    def _read_answer(self, request: httpx.Request) -> Response:
        sent_at = self._clock.monotonic()
        try:
            with self._stream(request) as answer:
                body = bytearray()
                for chunk in answer.iter_raw():
                    body += chunk
                    if len(body) > MAX_RESPONSE_BYTES:
                        return Response(error=TransportError.BROKEN, reason=failure_reasons.TOO_LARGE)
                    if self._clock.monotonic() > sent_at + self._max_seconds:
                        return Response(error=TransportError.BROKEN, reason=failure_reasons.TOO_SLOW)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                received_at = self._clock.monotonic()
                return Response(answer.status_code, bytes(body), headers, sent_at=sent_at, received_at=received_at)
        except _NOT_SENT as error:
            return Response(error=TransportError.NOT_SENT, reason=_describe(error))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, ValueError) as error:
            # ValueError: headers that httpx cannot read
            return Response(error=TransportError.BROKEN, reason=_describe(error))

    @contextmanager
    def _stream(self, request: httpx.Request) -> Iterator[httpx.Response]:
        answer = self._http.send(request, stream=True)
        try:
            yield answer
        finally:
            answer.close()

    def _fetch_token(self) -> None:
        login = self._login
        if not (login.token_url and login.client_id and login.client_secret):
            raise LoginError(
                "login-refused",
                _("ARM rejected the token"),
                _("Enter a new token with `armbulk login`, or set ARMBULK_TOKEN"),
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        failures, backoff = 0, failure_backoff(_TOKEN_RETRY_SECONDS)
        while True:
            asked_at = self._clock.now()
            response = self._exchange(self._http.build_request("POST", login.token_url, data=form))
            _log.info("Token requested", extra={"status": response.status})
            if not _may_pass(response):
                break
            failures += 1
            if self._on_progress is not None and not backoff.is_exhausted(failures):
                self._wait_to_retry(response, backoff.delay(failures), self._on_progress)
            if self._on_progress is None or backoff.is_exhausted(failures) or self._clock.interrupted:
                raise _no_token_error(response)
        if response.error is not None:
            raise _no_token_error(response)
        self._use_token(response, asked_at)

    def _wait_to_retry(self, response: Response, delay: float, on_progress: Callable[[Progress], None]) -> None:
        """Wait before another token call, for as long as the login service asks for when that is short."""
        now = self._clock.now()
        named = response.retry_after_seconds(now)
        seconds = delay if named is None else min(max(named, delay), _MAX_TOKEN_RETRY_SECONDS)
        reason = _("login service: {failure}", failure=response.failure)
        on_progress(Progress("retrying", phase=Phase.WAIT, why=WaitReason.RETRY, until=now + seconds, reason=reason))
        self._clock.sleep(seconds)

    def _use_token(self, response: Response, asked_at: float) -> None:
        """Take the token out of the login service's answer (RFC 6749, 5.1), and renew it before it expires.

        Its life counts from the request: how long the answer took is not known of its parts.
        """
        body = parse_json(response.body) if response.status == 200 else None
        answer = body if isinstance(body, dict) else {}
        token = answer.get("access_token")
        if not isinstance(token, str) or not is_header_safe(token):
            raise _bad_answer_error(response.status)
        seconds = read_token_life(answer, response.date_sample)
        if asked_at + seconds <= self._clock.now():
            raise LoginError(
                "token-expired",
                _(
                    "The login service returned a token that has already expired (it was valid for {seconds} seconds)",
                    seconds=round(seconds),
                ),
                _("Check the date and time of this computer. If they are right, ask Amili to check the login service."),
            )
        self._token = token
        self._renew_at = asked_at + max(seconds - 60.0, seconds / 2)


def _no_token_error(response: Response) -> ServerError:
    return ServerError(
        "unreachable",
        _("The login service is unreachable: {failure}", failure=response.failure),
        _("Check the network, and the address of the login service (or ARMBULK_TOKEN_URL). More: `armbulk doctor`"),
    )


def _may_pass(response: Response) -> bool:
    """Whether the login service may answer otherwise a little later."""
    if response.error is not None:
        lasting = {failure_reasons.WRONG_REDIRECT, failure_reasons.UNTRUSTED, failure_reasons.NO_TLS}
        return response.reason not in lasting
    return response.status >= 500 or response.status in _TOKEN_BUSY


def _remove_secrets(body: bytes, secrets: Iterable[str]) -> bytes:
    """An answer may quote secrets, and ARM's words go into workbooks, the store and terminals."""
    for secret in secrets:
        if len(secret) >= _MIN_SECRET_CHARS:
            for form in {secret, quote_plus(secret), json.dumps(secret)[1:-1]}:
                body = body.replace(form.encode(), "…".encode())
    return body


def _trusted_certificates(base_url: str, login: Login) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the certificates this machine trusts; there is no way to switch it off."""
    if not any(url.startswith("https:") for url in (base_url, login.token_url)):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loopback alone: it trusts no certificate, and loads none
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if login.ca_file:
        try:
            context.load_verify_locations(cafile=login.ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsError(
                "ca-file-wrong",
                _("{ca_file} is not a file with CA certificates (PEM)", ca_file=login.ca_file),
                _("Check --ca-file or ARMBULK_CA_FILE"),
            ) from None
    return context


def _describe(error: Exception) -> Text:
    """What went wrong, without quoting the request: it has personal data and the token."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate" in str(error).lower():
        return failure_reasons.UNTRUSTED
    if "[SSL" in str(error):
        return failure_reasons.NO_TLS
    return _REASONS.get(type(error), failure_reasons.UNREADABLE_ANSWER)


def _bad_answer_error(status: int) -> LoginError:
    """Return the error for an answer of the login service without a token."""
    if status in _NO_SUCH_ADDRESS:
        return LoginError(
            "no-token",
            _("There is no login service at this address (HTTP {status})", status=status),
            _("Check the address of the login service (`armbulk login`)"),
        )
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return LoginError(
            "login-refused",
            _("The login service rejected the credentials (HTTP {status})", status=status),
            _("Check the client ID, the client secret and the address of the login service (`armbulk login`)"),
        )
    return LoginError(
        "no-token",
        _("The login service returned no valid token (HTTP {status})", status=status),
        _("Check the address of the login service (`armbulk login`). A proxy in your network may have answered."),
    )

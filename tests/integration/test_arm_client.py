"""The HTTP client: trusted certificates, redirects, limits of size and time."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from armbulk.arm.client import ArmClient
from armbulk.arm.credentials import Login
from armbulk.arm.http import MAX_RESPONSE_BYTES, HttpClient
from armbulk.arm.submit_results import read_submit_response
from armbulk.clock import SystemClock
from armbulk.errors import ArmbulkError, SettingsError
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import SubmitVerdict


@contextmanager
def server(answer: Any = (200, {}, b"{}"), context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[str]]]:
    """A small server on loopback: its address, and the Authorization header of each request it got."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    http.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{http.server_port}", seen
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def post(base: str, **login: str) -> Response:
    """Post a batch."""
    arm = ArmClient(HttpClient(base, "2218", Login("secret-token", **login), SystemClock()))
    try:
        return arm.submit_batch("documents", "POST", "user", []).response
    finally:
        arm.close()


def tls(authority: trustme.CA, name: str = "localhost", **given: Any) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **given).configure_cert(context)
    return context


@pytest.mark.promise("P19")
@pytest.mark.parametrize("kind", ["unknown authority", "another host", "expired"])
def test_who_is_not_trusted_sees_nothing(tmp_path: Path, kind: str) -> None:
    """An untrusted, expired or wrong certificate is refused before any header is sent."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    yesterday = datetime.now(tz=UTC) - timedelta(days=1)
    given = {"not_after": yesterday, "not_before": yesterday - timedelta(days=9)} if kind == "expired" else {}
    context = tls(authority, "other.example" if kind == "another host" else "localhost", **given)
    trusted = {} if kind == "unknown authority" else {"ca_file": str(tmp_path / "ca.pem")}
    with server(context=context) as (base, seen):
        reply = post(base, **trusted)
    assert reply.error is TransportError.NOT_SENT
    assert "certificate" in reply.reason
    assert seen == []


def test_a_certificate_the_user_names_is_trusted(tmp_path: Path) -> None:
    """Certificates in `ca_file` are trusted in addition to those of the machine."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with server(context=tls(authority)) as (base, seen):
        assert post(base, ca_file=str(tmp_path / "ca.pem")).status == 200
    assert seen == ["Bearer secret-token"]


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    """A `ca_file` without certificates is a settings error."""
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(SettingsError, match=name):
            HttpClient("https://localhost", "1", Login("t", ca_file=str(tmp_path / name)), SystemClock())


WHERE = (
    "{other}/x",
    "//{host}/x",
    "http://user@{host}/x",
    "\\\\{host}\\x",
    "http:{host}/x",
    "http://{host}\\@elsewhere.invalid/",
    "{other}/arm/v1/clients/2218/documents/batches",
    "/arm/v1/clients/9999/documents/batches",
)


@pytest.mark.first_cases(24)
@pytest.mark.promise("P17")
@pytest.mark.parametrize("call", ["POST", "GET", "token"])
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_never_follows_a_redirect(status: int, where: str, call: str) -> None:
    """Redirects are not followed: the other address receives nothing, and a POST is unconfirmed."""
    with server() as (other, seen):
        location = where.format(other=other, host=other.removeprefix("http://"))
        with server((status, {"Location": location}, b"")) as (base, asked):
            if call == "POST":
                assert read_submit_response(post(base)).verdict is SubmitVerdict.IN_DOUBT
            elif call == "GET":
                reply = HttpClient(base, "1", Login("t"), SystemClock()).call("GET", "/documents/1")
                assert reply.status == status or reply.error is TransportError.BROKEN
            else:
                with pytest.raises(ArmbulkError):
                    HttpClient(base, "1", Login("", f"{base}/token", "id", "secret"), SystemClock()).login()
            assert len(asked) == 1
    assert seen == []


class Endless(httpx.SyncByteStream):
    """An answer that never ends."""

    def __init__(self) -> None:
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        """Send on and on."""
        while True:
            self.sent += 1 << 20
            yield bytes(1 << 20)


class Given(httpx.BaseTransport):
    """Answers with one response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        del request
        return self.response


@pytest.mark.promise("P20")
def test_an_endless_answer_is_cut_off() -> None:
    """Reading stops after 64 MiB; the result of a POST is then unconfirmed."""
    body = Endless()
    http = HttpClient("http://127.0.0.1", "1", Login("t"), SystemClock(), Given(httpx.Response(200, stream=body)))
    reply = http.submit("POST", "/documents/batches", b"{}")
    assert reply.error is TransportError.BROKEN
    assert body.sent <= MAX_RESPONSE_BYTES + (2 << 20)
    assert read_submit_response(reply).verdict is SubmitVerdict.IN_DOUBT


class Slow(httpx.SyncByteStream):
    """An answer of one byte a second."""

    def __init__(self, clock: "Ticking") -> None:
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        """One byte, one second."""
        for _ in range(1_000):
            self.clock.at += 1.0
            yield b"x"


class Ticking(SystemClock):
    """A clock that a test moves."""

    at = 0.0

    def monotonic(self) -> float:
        """The test's time."""
        return self.at


@pytest.mark.promise("P20")
def test_a_trickling_answer_is_given_up() -> None:
    """A call ends after two minutes, however slowly the response arrives."""
    clock = Ticking()
    http = HttpClient("http://127.0.0.1", "1", Login("t"), clock, Given(httpx.Response(200, stream=Slow(clock))))
    assert http.call("GET", "/batches/x").error is TransportError.BROKEN
    assert clock.at < 130


@pytest.mark.promise("P20")
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"batchUuid": ' + b"9" * 5_000 + b"}",
        b'{"batchUuid": NaN}',
        b'{"batchUuid": null}',
        b'{"batchUuid": ["0f8fad5b-d9cb-469f-a165-70867728950e"]}',
        b'{"batchUuid": ""}',
        b"\xff\xfe{",
        b"<html>log in</html>",
        b"",
    ],
)
def test_nonsense_proves_nothing(body: bytes) -> None:
    """A broken response to a POST leaves it unconfirmed, and nothing crashes."""
    assert read_submit_response(Response(200, body)).verdict is SubmitVerdict.IN_DOUBT
    assert read_submit_response(Response(500, body)).verdict is SubmitVerdict.IN_DOUBT


def test_nobody_listens() -> None:
    """A refused connection proves that nothing was sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}").error is TransportError.NOT_SENT

"""Tokens, secrets and bodies go to ARM's own address only, encrypted."""

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from support.hostile_server import Asked, Hostile, answer, serving
from support.journey import FakeClock, write_files

from armbulk.arm.client import ArmClient
from armbulk.arm.credentials import Login, is_header_safe
from armbulk.arm.http import HttpClient
from armbulk.arm.submit_results import read_submit_response
from armbulk.cli import cli
from armbulk.clock import Clock, SystemClock
from armbulk.errors import ArmbulkError, SettingsError
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import OpenRecord, SubmitVerdict
from armbulk.settings.load import check_address, load_profile

TOKEN = "canary-token-8Kd"  # noqa: S105 - a canary
SECRET = 'canary secret/"+ø'  # noqa: S105 - a canary with what forms and JSON write otherwise


@contextmanager
def ear() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine at which no one should call: its number, and what came, a connection each."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                with caller:
                    caller.settimeout(0.5)
                    try:
                        heard.append(caller.recv(65_536))
                    except OSError:
                        heard.append(b"")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield door.getsockname()[1], heard
        finally:
            door.shutdown(socket.SHUT_RDWR)
    thread.join()


def arm_at(base_url: str, token_url: str = "", clock: Clock | None = None, **login: str) -> ArmClient:
    """ARM with a ready token, or with a client's secret."""
    by_client = Login("", token_url, "client", SECRET, **login)
    login_used = by_client if token_url else Login(TOKEN, **login)
    return ArmClient(HttpClient(base_url, "2218", login_used, clock or SystemClock()))


RECORD = OpenRecord(1, "F1", '"canary-body"', "IN", "1", "2026-11-01", "125", "NOK")

CALLS: dict[str, Callable[[ArmClient], Response]] = {
    "POST": lambda arm: arm.submit_batch("documents", "POST", "user", [RECORD]).response,
    "PUT": lambda arm: arm.submit_batch("customers", "PUT", "user", [RECORD]).response,
    "GET": lambda arm: arm.look_up_document(RECORD.expected).response,
    "list": lambda arm: arm.read_page("documents", {"pagesize": "5"}).response,
}

HINTS: dict[str, Callable[[str], bytes]] = {
    "300 with choices": lambda other: answer(300, {"location": other}, Location=other),
    "305 use a proxy": lambda other: answer(305, Location=other),
    "200 with a Location": lambda other: answer(200, {}, Location=other, Content_Location=other),
    "201 with a Location": lambda other: answer(201, {"href": other}, Location=other),
    "202 with links": lambda other: answer(202, {"_links": {"next": {"href": other}}}, Link=f"<{other}>; rel=next"),
    "200 that refreshes": lambda other: answer(200, b"<meta http-equiv=refresh>", Refresh=f"0; url={other}"),
    "200 with another service": lambda other: answer(200, {}, Alt_Svc=f'h2="{other.removeprefix("http://")}"; ma=9'),
    "200 with its next page there": lambda other: answer(200, {"nextPage": other, "documents": []}),
    "200 with a batch there": lambda other: answer(200, {"batchUuid": f"{other}/b", "callbackUrl": other}),
    "401 that names a realm": lambda other: answer(401, {}, WWW_Authenticate=f'Bearer realm="{other}"'),
    "407 that names a proxy": lambda other: answer(407, {}, Proxy_Authenticate=f'Basic realm="{other}"'),
    "421 misdirected": lambda other: answer(421, {}, Location=other),
    "503 that sends elsewhere": lambda other: answer(503, {}, Location=other, Retry_After="1"),
}


@pytest.mark.first_cases(13)
@pytest.mark.promise("P17")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("hint", HINTS)
def test_no_answer_sends_armbulk_elsewhere(hint: str, call: str) -> None:
    """No response can make armbulk connect to another address."""
    with ear() as (port, heard):
        said = HINTS[hint](f"http://127.0.0.1:{port}/arm/v1")
        every = dict.fromkeys(("post", "customers", "document", "list", "other"), (said,))
        with serving(Hostile(every, lambda: 1.8e9)) as there:
            CALLS[call](arm_at(there.base_url))
            assert len(there.asked) == 1
    assert heard == []


@pytest.mark.promise("P17")
@pytest.mark.parametrize("hint", HINTS)
def test_no_answer_sends_a_clients_secret_elsewhere(hint: str) -> None:
    """The client secret is sent to the token address (again where that is busy), never to another address."""
    with ear() as (port, heard):
        with serving(Hostile({"other": (HINTS[hint](f"http://127.0.0.1:{port}/"),)}, lambda: 1.8e9)) as there:
            with pytest.raises(ArmbulkError) as refused:
                arm_at("http://127.0.0.1:1", f"{there.base_url}/token", clock=FakeClock()).login()
            assert {asked.path for asked in there.asked} == {"/arm/v1/token"}
            assert len(there.asked) == (5 if hint.startswith("503") else 1)
        assert SECRET not in refused.value.message + refused.value.hint
    assert heard == []


@pytest.mark.promise("P17")
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_plain_http_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Calls to this machine do not go through a proxy from the environment."""
    with ear() as (port, heard):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        with serving(Hostile({"document": (answer(200, {}),)}, lambda: 1.8e9)) as there:
            for base in (there.base_url, there.base_url.replace("127.0.0.1", "localhost")):
                assert CALLS["GET"](arm_at(base)).status == 200
    assert heard == []


@pytest.mark.promise("P17", "P19")
def test_a_proxy_of_https_sees_neither_token_nor_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """An https proxy is only asked to open a tunnel; if it refuses, no token and no body has been sent."""
    with ear() as (port, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert CALLS["POST"](arm_at("https://arm.example/arm/v1")).error is TransportError.NOT_SENT or heard
    assert len(heard) == 1
    assert heard[0].startswith(b"CONNECT arm.example:443 ")
    assert not [word for word in (TOKEN.encode(), b"canary-body", b"Authorization") if word in heard[0]]


@pytest.mark.promise("P18")
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
def test_a_secret_that_is_quoted_back_is_taken_out(status: int) -> None:
    """A response that repeats the token or the client secret is stored and shown without them."""

    def echo(asked: Asked) -> bytes:
        if asked.path.endswith("/token"):
            return answer(200, {"access_token": TOKEN})
        quoted = {"message": f"{dict(asked.headers)} {SECRET}", "form": httpx.QueryParams(s=SECRET).__str__()}
        return answer(status, quoted)

    with serving(Hostile({"post": (echo,), "other": (echo,)}, lambda: 1.8e9)) as there:
        arm = arm_at(there.base_url, f"{there.base_url}/token")
        arm.login()
        reply = CALLS["POST"](arm)
    assert reply.status == status
    posted = read_submit_response(reply)
    for said in (reply.body.decode(), posted.message, repr(reply)):
        assert TOKEN not in said
        assert "canary secret" not in said
        assert "canary+secret" not in said
    assert b"authorization" in reply.body


# ── TLS ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def tls_ear(context: ssl.SSLContext) -> Iterator[tuple[str, list[bytes]]]:
    """A server behind TLS: its address, and what came through the encryption."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                try:
                    caller.settimeout(5)
                    with context.wrap_socket(caller, server_side=True) as safe:
                        heard.append(safe.recv(65_536))
                        safe.sendall(answer(200, {}))
                except OSError:
                    caller.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{door.getsockname()[1]}", heard
        finally:
            door.shutdown(socket.SHUT_RDWR)
    thread.join()


def _serving(authority: trustme.CA, **given: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", **given).configure_cert(context)
    return context


def _old(version: ssl.TLSVersion) -> Callable[[trustme.CA], ssl.SSLContext]:
    def made(authority: trustme.CA) -> ssl.SSLContext:
        context = _serving(authority)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what this is about
            context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    return made


def _sha1(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server whose certificate is trusted, but signed with SHA-1: libraries make none now, so one is re-signed."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    signer: Any = authority._private_key
    leaf = x509.load_pem_x509_certificate(authority.issue_cert("localhost").cert_chain_pems[0].bytes())
    builder = x509.CertificateBuilder(
        leaf.issuer, leaf.subject, key.public_key(), leaf.serial_number, leaf.not_valid_before_utc,
        leaf.not_valid_after_utc, list(leaf.extensions),
    )  # fmt: skip
    modern = builder.sign(signer, hashes.SHA256())
    sha256, sha1 = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    body = modern.tbs_certificate_bytes.replace(sha256, sha1)
    old = modern.public_bytes(serialization.Encoding.DER).replace(modern.tbs_certificate_bytes, body)
    old = old.replace(sha256, sha1).replace(
        modern.signature,
        signer.sign(body, padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303 - what this is about
    )
    (folder / "leaf.pem").write_text(ssl.DER_cert_to_PEM_cert(old), encoding="ascii")
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "leaf.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    authority.cert_pem.write_to_path(str(folder / "sha1-ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    return context, folder / "sha1-ca.pem"


def _lax(authority: Path) -> ssl.SSLContext:
    """A caller that takes what armbulk must not: it shows that the server would have answered."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_verify_locations(authority)
    return context


def _refused(context: ssl.SSLContext, ca_file: Path) -> None:
    """A server that others may well speak to receives nothing of armbulk."""
    with tls_ear(context) as (base, heard):
        reply = CALLS["POST"](arm_at(base, ca_file=str(ca_file)))
        assert heard == []
        assert reply.error is TransportError.NOT_SENT
        assert read_submit_response(reply).verdict is SubmitVerdict.NOT_SENT
        with pytest.raises(ArmbulkError):
            arm_at("http://127.0.0.1:1", f"{base}/token", ca_file=str(ca_file)).login()
        assert heard == []
        assert httpx.get(base, verify=_lax(ca_file)).status_code == 200


@pytest.mark.promise("P19")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=lambda one: one.name)
def test_old_tls_is_refused(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """TLS 1.0 and 1.1 are refused before any header is sent, even if the certificate is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    _refused(_old(version)(authority), tmp_path / "ca.pem")


@pytest.mark.promise("P19")
def test_a_certificate_signed_with_sha1_is_refused(tmp_path: Path) -> None:
    """A certificate with a SHA-1 signature is refused, even if it is trusted."""
    _refused(*_sha1(tmp_path))


INSECURE = [
    "http://arm.example/arm/v1",
    "http://10.0.0.1/arm/v1",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://127.1.2.3/",
    "ftp://arm.example/",
    "arm.example/arm/v1",
    "//arm.example/",
    "https://",
    "https://user:word@arm.example/",
    "http://user:word@127.0.0.1/",
    "https://arm.example/?token=1",
    "https://arm.example/#x",
    "https://arm.example:99999/",
    "https://[::1/",
    "https://arm.example\\@evil.example/",
    "https://arm.example/ x",
    "https://arm.example/\nx",
]


@pytest.mark.promise("P17", "P19")
@pytest.mark.parametrize("url", INSECURE)
@pytest.mark.parametrize("name", ["ARMBULK_BASE_URL", "ARMBULK_TOKEN_URL"])
def test_addresses_that_are_not_encrypted_are_refused(tmp_path: Path, url: str, name: str) -> None:
    """Plain http is for this machine only; a password, a query or odd characters in an address are refused."""
    with pytest.raises(SettingsError) as refused:
        load_profile({"ARMBULK_HOME": str(tmp_path), name: url})
    assert "word" not in refused.value.message + refused.value.hint


def test_this_machine_may_be_called_plainly() -> None:
    """Plain http is accepted for 127.0.0.1, localhost and ::1."""
    for host in ("127.0.0.1:8080", "localhost", "[::1]:1"):
        assert check_address(f"http://{host}/arm/v1/") == f"http://{host}/arm/v1"


@pytest.mark.promise("P26")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://arm.example/arm/v1", "https://ARM.example:443/arm/v1/"),
        ("http://127.0.0.1/arm", "http://127.0.0.1:80/arm"),
    ],
)
def test_one_address_said_in_two_ways_is_one(tmp_path: Path, one: str, other: str) -> None:
    """A client's documents and usage are kept together however its address is written."""
    said = [load_profile({"ARMBULK_HOME": str(tmp_path), "ARMBULK_BASE_URL": url, "ARMBULK_CLIENT_NO": no}).account
            for url, no in ((one, "2218"), (other, " 2218 "))]  # fmt: skip
    assert said[0] == said[1]


@pytest.mark.parametrize("token", ["two words", "tøken", "a\r\nX-Other: 1", "\x7f", ""])
def test_a_token_that_is_none_never_leaves(tmp_path: Path, token: str) -> None:
    """A token that cannot be a header is refused before anything is sent, without being quoted."""
    assert not is_header_safe(token)
    env = {"ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1", "ARMBULK_CLIENT_NO": "2218", "ARMBULK_TOKEN": token}
    done = CliRunner().invoke(cli, ["import", *write_files(tmp_path), "--yes"], env=env)
    assert done.exit_code == 5, done.output
    assert not token or token not in done.output
    given = Hostile({"other": (answer(200, {"access_token": token}),)}, lambda: 1.8e9)
    with serving(given) as there, pytest.raises(ArmbulkError) as refused:
        arm_at("http://127.0.0.1:1", f"{there.base_url}/token").login()
    assert not token or token not in refused.value.message

"""A call ends at its deadline, whatever the server drips."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from armbulk.arm.credentials import Login
from armbulk.arm.http import HttpClient
from armbulk.clock import SystemClock
from armbulk.model.response import TransportError

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "nothing": (b"", b""),
    "the status line": (b"", b"H"),
    "interim answers": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a header": (OK + b"X-Long: ", b"a"),
    "headers": (OK, b"X: y\r\n"),
    "a body": (OK + b"Content-Length: 100000\r\n\r\n", b"a"),
    "a body without an end": (OK + b"\r\n", b"a"),
    "chunks": (CHUNKED, b"1\r\na\r\n"),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
}


@contextmanager
def dripping(head: bytes, piece: bytes) -> Iterator[str]:
    """A server that sends `head`, and `piece` for ever."""
    over = threading.Event()

    def serve(server: socket.socket) -> None:
        with suppress(OSError), server.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(head)
            while not over.wait(0.02):
                connection.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.mark.promise("P20")
@pytest.mark.parametrize("drip", DRIPS)
def test_a_call_ends_at_its_deadline(drip: str) -> None:
    """A server that never ends its answer costs no more than the deadline; what it sent until then proves nothing."""
    began = time.monotonic()
    with dripping(*DRIPS[drip]) as address:
        http = HttpClient(address, "1", Login("t"), SystemClock(), max_seconds=0.15)
        response = http.call("GET", "/batches/x")
        http.close()
    assert response.error is TransportError.BROKEN
    assert "longer" in response.reason
    assert time.monotonic() - began < 5

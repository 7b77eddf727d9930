"""armbulk as it is, but for a hook at every commit of the store and every phase of an exchange, which may kill it.

`python killing.py AT COUNT WORDS…`: at the AT-th point the process kills itself with SIGKILL (0: never); the number of
points passed is written to the file COUNT.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine.default import DefaultDialect

from armbulk.cli import main

AT, COUNT = int(sys.argv[1]), Path(sys.argv[2])
passed = 0


def point() -> None:
    """A place to die."""
    global passed  # noqa: PLW0603 - one count for the whole process
    passed += 1
    if passed == AT:
        os.kill(os.getpid(), signal.SIGKILL)


class Watched(httpx.SyncByteStream):
    """A body with points before its first and after its last byte."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        point()
        yield from self._inner
        point()

    def close(self) -> None:
        """Close what is watched."""
        if hasattr(self._inner, "close"):
            self._inner.close()


def hook() -> None:
    """Put the points in."""
    commit, exchange = DefaultDialect.do_commit, httpx.HTTPTransport.handle_request

    def committed(self: Any, connection: Any) -> None:
        point()
        commit(self, connection)
        point()

    def exchanged(self: Any, request: httpx.Request) -> httpx.Response:
        point()  # nothing has left
        request.stream = Watched(request.stream)  # the head has left, the body has left
        response = exchange(self, request)
        point()  # the answer's head is there
        response.stream = Watched(response.stream)  # its body
        return response

    DefaultDialect.do_commit = committed  # type: ignore[method-assign]
    httpx.HTTPTransport.handle_request = exchanged  # type: ignore[method-assign]


if __name__ == "__main__":
    hook()
    sys.argv = ["armbulk", *sys.argv[3:]]
    try:
        main()
    finally:
        COUNT.write_text(str(passed))

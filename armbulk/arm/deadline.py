"""One deadline for a whole exchange: connection, head, interim answers, body and trailers.

Timeouts of single reads end nothing that sends a byte now and then. At the deadline the connection is shut down, so
that whatever waits for it ends.
"""

import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")
_SENDING = ".send_request_headers.started"


class Deadline:
    """The deadline of one exchange; a context manager. `trace` is called by httpx with each step of the exchange."""

    def __init__(self, seconds: float) -> None:
        """Give the exchange so many seconds from now on."""
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.name = "armbulk-deadline"

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    @property
    def is_over(self) -> bool:
        """Whether the deadline ended the exchange."""
        return self._is_over

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection; ConnectTimeout instead of sending anything after the deadline."""
        with self._lock:
            if event.endswith(_CONNECTED):
                self._socket = info["return_value"].get_extra_info("socket")
            if self._is_over and event.endswith((*_CONNECTED, _SENDING)):
                raise httpx.ConnectTimeout("the deadline is over")

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._socket is not None:
                try:
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # below TLS, which would wait for the server
                except OSError:
                    return  # closed already

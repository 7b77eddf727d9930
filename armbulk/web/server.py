"""The server of the pages: on 127.0.0.1 only, in a thread of its own."""

import os
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import uvicorn

from armbulk.errors import UsageError, describe_os_error
from armbulk.i18n import _
from armbulk.web.application import build_app
from armbulk.web.tokens import KEY_PARAMETER, AccessTokens

if TYPE_CHECKING:
    from armbulk.web.workspace import Workspace

DEFAULT_PORT = 8477
"""Where the page is, so that bookmarks work."""

_MORE_PORTS = 20
_GRACE_SECONDS = 2
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that is taken, before anything is served."""

    socket: socket.socket
    port: int


def open_port(port: int | None) -> Listener:
    """Take a port of 127.0.0.1.

    Args:
        port: the port; None: the usual one, or the next that is free.

    Raises:
        UsageError: it cannot be used.
    """
    candidates = [port] if port is not None else [*range(DEFAULT_PORT, DEFAULT_PORT + _MORE_PORTS), 0]
    error: OSError | None = None
    for candidate in candidates:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere this would let two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", candidate))
            listener.listen()  # two servers may bind a port that both may use again; only one can listen
        except OSError as reason:
            listener.close()
            error = reason
        else:
            return Listener(listener, listener.getsockname()[1])
    reason_text = describe_os_error(error) if error is not None else ""
    message = _("Port {port} cannot be used: {reason}", port=candidates[0], reason=reason_text)
    raise UsageError("web-port", message, _("Use another --port. Without --port a free one is used"))


class PageServer:
    """The pages, used in a `with`.

    Attributes:
        address: Its address, without the key.
    """

    def __init__(self, workspace: "Workspace", listener: Listener, key: str) -> None:
        self._workspace, self._listener, self._key = workspace, listener, key
        app = build_app(workspace, AccessTokens(key, listener.port), listener.port)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener.socket],), name="armbulk-web", daemon=True
        )

    @property
    def address(self) -> str:
        """The address without the key."""
        return f"http://127.0.0.1:{self._listener.port}/"

    @property
    def address_with_key(self) -> str:
        """The address that opens the page in any browser of this computer."""
        return f"{self.address}?{KEY_PARAMETER}={self._key}"

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop: each run stops after its current call, and can be resumed."""
        self._workspace.jobs.stop(_STOP_SECONDS)
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._listener.socket.close()

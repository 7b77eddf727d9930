"""The stand-in ARM as a real HTTP server on 127.0.0.1, in a thread of its own."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from armbulk.sandbox.app import App
from armbulk.sandbox.auth import CLIENT_ID, SECRET
from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.faults import InjectedFault
from armbulk.sandbox.lists import ArmLists
from armbulk.sandbox.meters import Meters
from armbulk.sandbox.state import SandboxState

CLIENT_NO = 2218
"""The client of ARM's published samples."""

_TICK = 0.01
_MOMENT = 0.5
_PATIENCE = 10.0


class Sandbox:
    """A stand-in ARM; use it in a `with`. `state` shows what it knows and what was asked of it."""

    def __init__(  # noqa: PLR0913 - its switches
        self,
        *,
        port: int = 0,
        size: str = "S",
        client_no: int = CLIENT_NO,
        dialect: Mapping[str, str] | None = None,
        faults: Sequence[str] = (),
        delay: float = 0.0,
        clock: Callable[[], float] = time.time,
        limits: Mapping[str, int] | None = None,
        customers: Sequence[Mapping[str, object]] = (),
        books: ArmLists | None = None,
    ) -> None:
        """Prepare the server; ValueError for an unknown size, limit, dialect or fault.

        `port` 0 takes a free one. `delay` is how many seconds of `clock` a batch waits to be processed. `customers`
        are known from the start; `books` are the ledger that stands there to be read.
        """
        self._port, self._size = port, size
        self.state = SandboxState(
            client_no, clock, ServerBehaviour.of(dialect or {}), delay, Meters(size, clock, limits)
        )
        if books is not None:
            self.state.keep_books(books)
        for one in customers:
            self.state.seed(one)
        self._faults = [InjectedFault.parse(text) for text in faults]
        self._transports: dict[object, asyncio.Transport] = {}
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def add_fault(self, text: str) -> None:
        """Fail on purpose from now on."""
        self._faults.append(InjectedFault.parse(text))

    @property
    def base_url(self) -> str:
        """Where ARM's API is."""
        return f"{self._origin()}/arm/v1"

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"{self._origin()}/token"

    @property
    def settings(self) -> dict[str, str]:
        """The environment in which armbulk uses this server."""
        return {
            "ARMBULK_BASE_URL": self.base_url,
            "ARMBULK_CLIENT_NO": str(self.state.client_no),
            "ARMBULK_TOKEN_URL": self.token_url,
            "ARMBULK_CLIENT_ID": CLIENT_ID,
            "ARMBULK_CLIENT_SECRET": SECRET,
            "ARMBULK_USER_ID": "sandbox",
            "ARMBULK_CLIENT_SIZE": self._size,
        }

    def __enter__(self) -> Self:
        """Start serving."""
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._stop()

    def serve_forever(self) -> None:
        """Serve until Ctrl-C, in a `with` or without one."""
        started_here = self._thread is None
        thread = self._thread or self._start()
        try:
            while thread.is_alive():
                thread.join(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            if started_here:
                self._stop()

    def _start(self) -> threading.Thread:
        bound = self._bound()
        app = App(self.state, self._faults, self._sever)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_protocol(self._transports),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
        )
        server = self._server = _Server(config)
        thread = self._thread = threading.Thread(target=server.run, args=([bound],), name="arm-sandbox", daemon=True)
        thread.start()
        deadline = time.monotonic() + _PATIENCE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.001)
        return thread

    def _stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_PATIENCE)
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    def _origin(self) -> str:
        self._bound()
        return f"http://127.0.0.1:{self._port}"

    def _bound(self) -> socket.socket:
        if self._socket is None:
            # asyncio turns Nagle off for sockets that say TCP; with it every answer would take 40 ms more
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            try:
                if os.name == "posix":  # elsewhere this would let two servers share a port
                    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind(("127.0.0.1", self._port))
            except OSError:
                made.close()
                raise
            self._socket, self._port = made, made.getsockname()[1]
        return self._socket

    def _sever(self, scope: Scope) -> None:
        transport = self._transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()


class _Server(uvicorn.Server):
    """Looks often whether it should stop."""

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        while not self.should_exit:  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(_TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the door and every connection; calls under way get a moment, then they are dropped."""
        del sockets  # closed by whoever opened them
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        left = _MOMENT
        while (self.server_state.connections or self.server_state.tasks) and left > 0:
            await asyncio.sleep(_TICK)
            left -= _TICK
        for task in self.server_state.tasks:
            task.cancel()


def _protocol(transports: dict[object, asyncio.Transport]) -> type[asyncio.Protocol]:
    """Make a protocol that remembers its connections by caller, so that a fault can close one."""

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            transports[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return Remembering

"""The sandbox as a real HTTP server on 127.0.0.1, in a thread of its own."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Self

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from armbulk.sandbox.app import App
from armbulk.sandbox.auth import CLIENT_ID, SECRET
from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.faults import InjectedFault
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.lists import ArmLists
from armbulk.sandbox.meters import Meters
from armbulk.sandbox.records import create_document, save_customer
from armbulk.sandbox.responses import TOKEN_PATH
from armbulk.sandbox.state import SandboxState

CLIENT_NO = 2218
"""The client of ARM's published samples."""

_TICK_SECONDS = 0.001
_GRACE_SECONDS = 0.5
_MAX_START_SECONDS = 10.0
_MAX_STOP_SECONDS = 10.0


class Sandbox:
    """A sandbox, used in a `with`. `state` shows its records and the calls it received."""

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
        lists: ArmLists | None = None,
    ) -> None:
        """Prepare the server.

        Args:
            port: The TCP port; 0 takes a free one.
            size: The client size, which sets the limits.
            client_no: The client number.
            dialect: Switches of `ServerBehaviour`, by name.
            faults: Faults to inject, as written on the command line.
            delay: Seconds of `clock` until a batch is processed.
            clock: Returns the server's time.
            limits: Limits that replace those of `size`.
            customers: Customers that exist from the start.
            lists: The ledger that can be read from the start.

        Raises:
            ValueError: A size, limit, switch or fault is unknown.
        """
        self._port, self._size = port, size
        self.state = SandboxState(
            client_no, clock, ServerBehaviour.of(dialect or {}), delay, Meters(size, clock, limits)
        )
        if lists is not None:
            self.state.load_lists(lists)
        for customer in customers:
            self.state.add_customer(customer)
        self._faults = [InjectedFault.parse(text) for text in faults]
        self._transports: dict[object, asyncio.Transport] = {}
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def add_fault(self, text: str) -> None:
        """Inject a fault from now on."""
        self._faults.append(InjectedFault.parse(text))

    def put_customer(self, customer: Mapping[str, object], *, create: bool = True) -> tuple[int, Json]:
        """Create or change a customer without a call, and return ARM's (status, answer)."""
        return save_customer(self.state, customer, create=create)

    def post_document(self, document: Mapping[str, object]) -> tuple[int, Json]:
        """Create a document without a call, and return ARM's (status, answer)."""
        return create_document(self.state, document, self.state.clock())

    @property
    def base_url(self) -> str:
        """The address of ARM's API."""
        return f"{self._origin()}/arm/v1"

    @property
    def token_url(self) -> str:
        """The address that issues tokens."""
        return f"{self._origin()}{TOKEN_PATH}"

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables that make armbulk use this server."""
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
        """Serve until Ctrl-C, inside or outside a `with`."""
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
        listener = self._bind()
        app = App(self.state, self._faults, self._close_connection)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_tracking_protocol(self._transports),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
        )
        server = self._server = _Server(config)
        thread = self._thread = threading.Thread(target=server.run, args=([listener],), name="arm-sandbox", daemon=True)
        thread.start()
        deadline = time.monotonic() + _MAX_START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.001)
        return thread

    def _stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join(_MAX_STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    def open_port(self) -> None:
        """Reserve the port before the server starts; OSError when that is not possible."""
        self._bind()

    def _origin(self) -> str:
        self._bind()
        return f"http://127.0.0.1:{self._port}"

    def _bind(self) -> socket.socket:
        if self._socket is None:
            # asyncio turns Nagle off for sockets whose protocol is TCP; with Nagle an answer takes 40 ms more
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            try:
                if os.name == "posix":  # elsewhere this would let two servers share a port
                    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", self._port))
            except OSError:
                listener.close()
                raise
            self._socket, self._port = listener, listener.getsockname()[1]
        return self._socket

    def _close_connection(self, scope: Scope) -> None:
        transport = self._transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()


class _Server(uvicorn.Server):
    """A uvicorn server that stops at once, and does nothing while no one calls."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `main_loop`; called from another thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Serve until `stop` is called."""
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listener and every connection; calls in progress get half a second."""
        del sockets  # closed by whoever opened them
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        remaining = _GRACE_SECONDS
        while (self.server_state.connections or self.server_state.tasks) and remaining > 0:
            await asyncio.sleep(_TICK_SECONDS)
            remaining -= _TICK_SECONDS
        for task in self.server_state.tasks:
            task.cancel()


def _tracking_protocol(transports: dict[object, asyncio.Transport]) -> type[asyncio.Protocol]:
    """Return a protocol class that keeps its connections by caller in `transports`, so that a fault can close one."""

    class TrackingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # Transport, where the base class says BaseTransport
            transports[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return TrackingProtocol

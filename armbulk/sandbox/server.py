"""The stand-in ARM as a real HTTP server on 127.0.0.1, in a thread of its own."""

import asyncio
import copy
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from armbulk.sandbox.app import CLIENT_ID, SECRET, App
from armbulk.sandbox.dialects import dialect as chosen
from armbulk.sandbox.faults import fault
from armbulk.sandbox.meters import Meters
from armbulk.sandbox.state import State, fold


class Sandbox:
    """A stand-in ARM; use it in a `with`. `state` shows what it knows and what was asked of it."""

    def __init__(  # noqa: PLR0913 - its switches
        self,
        *,
        port: int = 0,
        size: str = "S",
        client_no: int = 2218,
        dialect: Mapping[str, str] | None = None,
        faults: Sequence[str] = (),
        delay: float = 0.0,
        clock: Callable[[], float] = time.time,
        limits: Mapping[str, int] | None = None,
        customers: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Prepare the server; ValueError for an unknown size, dialect or fault. `delay`: seconds a batch takes."""
        self._port, self._size = port, size
        meters = Meters(size, clock, limits)
        self.state = State(client_no, clock, chosen(dialect or {}), delay, meters)
        for one in customers:
            self.state.customers[fold(one["customerNo"])] = copy.deepcopy(dict(one))
        self._faults = [fault(text) for text in faults]
        self._transports: dict[Any, asyncio.Transport] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def add_fault(self, text: str) -> None:
        """Fail on purpose from now on."""
        self._faults.append(fault(text))

    @property
    def base_url(self) -> str:
        """Where ARM's API is."""
        return f"http://127.0.0.1:{self._port}/arm/v1"

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"http://127.0.0.1:{self._port}/token"

    @property
    def settings(self) -> dict[str, str]:
        """The environment that lets armbulk use this server."""
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
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self._port = self._socket.getsockname()[1]
        transports = self._transports

        class Protocol(H11Protocol):
            """Remembers its transport, so that a fault can break the connection."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                """A caller has come."""
                transports[transport.get_extra_info("peername")] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                """A caller has gone."""
                transports.pop(self.transport.get_extra_info("peername"), None)
                super().connection_lost(exc)

        app = App(self.state, self._faults, self._break)
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.002)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    def _break(self, scope: Scope) -> None:
        transport = self._transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()

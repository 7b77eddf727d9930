"""Plan and send customers and documents to a sandbox in another process, and tell the time of HTTP from our own.

`all` sends everything, `half` stops in the middle, `resume` continues such a run and stops before its first call.
The connection to the sandbox is in the environment, as `armbulk` takes it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

import armbulk
from armbulk.app.session import Session
from armbulk.clock import SystemClock
from benchmarks.data.sandbox_process import LIMITS_FILE
from benchmarks.processes import STARTED


class MeasuringClock(SystemClock):
    """The machine's clock, which adds up how long it waited.

    Attributes:
        waited: Seconds.
    """

    waited = 0.0

    def sleep(self, seconds: float) -> None:
        """Wait."""
        began = time.perf_counter()
        super().sleep(seconds)
        self.waited += time.perf_counter() - began


class MeasuringTransport(httpx.HTTPTransport):
    """HTTP that adds up the seconds of its calls.

    Attributes:
        seconds: From the beginning of a request to the end of its response, for all calls.
        batches: How many batches were sent.
        first: When the first call began (monotonic); None: there was none.
        on_call: Called with the number of batches before each call.
    """

    on_call: Callable[[int], None]

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.batches = 0
        self.first: float | None = None
        self.on_call = lambda _: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and read its response."""
        began = time.monotonic()
        self.first = self.first or began
        self.on_call(self.batches)
        self.batches += request.method in {"POST", "PUT"} and request.url.path.endswith("/batches")
        response = super().handle_request(request)
        content = response.read()
        self.seconds += time.monotonic() - began
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(content))


def send(session: Session, transport: MeasuringTransport, files: list[str]) -> dict[str, object]:
    """Check, plan and send the files; return what it took without checking."""
    checked = session.check(*files)
    began, cpu = time.monotonic(), time.process_time()
    plan = session.plan(checked, first_import=True)
    planned = time.monotonic()
    result = session.send(plan)
    ended = time.monotonic()
    outcomes = result.to_json()["outcomes"]
    clock = session.clock
    assert isinstance(clock, MeasuringClock)
    return {
        "created": outcomes["created"],
        "batches": transport.batches,
        "planning": planned - began,
        "sending": ended - planned,
        "http": transport.seconds,
        "waited": clock.waited,
        "cpu": time.process_time() - cpu,
    }


def resume(session: Session, transport: MeasuringTransport) -> dict[str, object]:
    """Continue a run until its first call; return the seconds since the process started."""
    transport.on_call = lambda _: session.interrupt()
    session.resume()
    assert transport.first is not None
    return {"seconds_to_first_call": transport.first - float(os.environ[STARTED])}


def main() -> None:
    """Do what the first argument names."""
    action, *files = sys.argv[1:]
    limits = Path(os.environ["ARMBULK_HOME"]) / "limits.toml"
    limits.parent.mkdir(parents=True, exist_ok=True)
    limits.write_text(LIMITS_FILE, encoding="utf-8")
    transport = MeasuringTransport()
    with armbulk.connect(aup_file=limits, clock=MeasuringClock(), transport=transport) as session:
        if action == "half":
            batches = int(files.pop(0)) // 2
            transport.on_call = lambda sent: session.interrupt() if sent >= batches else None
        figures = resume(session, transport) if action == "resume" else send(session, transport, files)
    store = sum(path.stat().st_size for path in Path(os.environ["ARMBULK_HOME"]).glob("armbulk.db*"))
    print(json.dumps({**figures, "store_bytes": store}))


if __name__ == "__main__":
    main()

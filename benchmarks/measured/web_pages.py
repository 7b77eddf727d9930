"""Serve the pages of `armbulk web` and call them as a browser does; print what each takes, as the browser sees it.

Arguments: files to choose. The connection to a sandbox is in the environment: the records of the files are sent to it,
and the page of that run is measured.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from armbulk.app.connect import connect
from armbulk.web.start import WebRequest, serve
from benchmarks.data.sandbox_process import LIMITS_FILE

_CALLS = 20


class Caller:
    """A browser with the key."""

    def __init__(self, address: str, address_with_key: str) -> None:
        origin = address.rstrip("/")
        self.http = httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=600, follow_redirects=True)
        self.http.get(address_with_key)
        self.token = ""

    def open_start(self) -> None:
        """Open the first page, and take note of the token of its forms."""
        match = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.http.get("/").text)
        assert match is not None
        self.token = match[1]

    def choose(self, files: list[str]) -> str:
        """Choose files, and wait until their problems are shown; return the page's address."""
        parts = [("files", (Path(file).name, Path(file).read_bytes())) for file in files]
        page = self.http.post("/imports", data={"csrf": self.token}, files=parts)
        while match := re.search(r'data-events="([^"]+)"', page.text):
            with self.http.stream("GET", match[1]) as events:
                for line in events.iter_lines():
                    if line == "event: ended":
                        break
            page = self.http.get(page.url.path)
        page.raise_for_status()
        return str(page.url.path)


def measure(action: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def read_memory() -> float:
    """Return the memory of this process now, in MB; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def main() -> None:
    """Measure the first page, a check, a page of its table, and the page of a run."""
    files = sys.argv[1:]
    limits = Path(os.environ["ARMBULK_HOME"]).parent / "limits.toml"
    limits.write_text(LIMITS_FILE, encoding="utf-8")
    with connect(None, aup_file=limits) as session:
        result = session.send(session.plan(session.check(*files), first_import=True))
        run, records = result.run, result.result.items.height
        with serve(WebRequest({}, limits), session) as server:
            caller = Caller(server.address, server.address_with_key)
            first = measure(caller.open_start)
            addresses: list[str] = []
            checked = measure(lambda: addresses.append(caller.choose(files)))
            table = min(measure(lambda: caller.http.get(addresses[0])) for _ in range(3))
            pages = [measure(lambda: caller.http.get(f"/runs/{run}").raise_for_status()) for _ in range(3)]
            before = read_memory()
            for _ in range(_CALLS):
                for path in ("/", addresses[0], f"/runs/{run}"):
                    caller.http.get(path)
            after = read_memory()
    print(
        json.dumps(
            {
                "records": records,
                "seconds_first_page": first,
                "seconds_check": checked,
                "ms_check_page": table * 1000,
                "ms_run_page": min(pages) * 1000,
                "memory_growth": after / before if before else 1.0,
            }
        )
    )


if __name__ == "__main__":
    main()

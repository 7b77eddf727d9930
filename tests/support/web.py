"""The pages of `armbulk web` over loopback HTTP, as a browser with the key calls them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from armbulk.app.connect import connect
from armbulk.sandbox import Sandbox
from armbulk.web.start import WebRequest, serve
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from armbulk.web.server import PageServer

WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Browser:
    """A caller with the key: it keeps cookies, and sends the token of the last page.

    Attributes:
        http: The client.
        token: The token of forms.
    """

    http: httpx.Client
    token: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page, and follow where it leads."""
        return self.http.get(path, **options)

    def post(self, path: str, values: Mapping[str, Any] | None = None, files: Sequence[Path] = ()) -> httpx.Response:
        """Send a form with its token and its files, and follow where it leads."""
        parts = [("files", (file.name, file.read_bytes())) for file in files] or None
        return self.http.post(path, data={"csrf": self.token, **(values or {})}, files=parts)

    def wait(self, response: httpx.Response) -> httpx.Response:
        """Follow the work that a page shows until it is over or asks something, and load the page again."""
        while (match := re.search(r'data-events="([^"]+)"', response.text)) and '/answer"' not in response.text:
            with self.http.stream("GET", match[1]) as events:
                for line in events.iter_lines():
                    if line == "event: ended":
                        break
            response = self.http.get(response.url)
        return response

    def check(self, *files: Path) -> httpx.Response:
        """Choose files on the first page, and wait until they are checked."""
        return self.wait(self.post("/imports", files=files))


@contextmanager
def open_pages(settings: Mapping[str, str], **options: Any) -> Iterator[PageServer]:
    """Serve the pages with settings, by their environment names."""
    with connect(None, settings=settings) as session, serve(WebRequest(settings, **options), session) as server:
        yield server


def name_settings(arm: Sandbox, home: Path) -> dict[str, str]:
    """Return the settings of a sandbox, with all that is kept in a folder of the test."""
    return {**arm.settings, "ARMBULK_HOME": str(home / "data"), "ARMBULK_GUARD_FOLDER": str(home / "guard")}


@contextmanager
def open_sandbox_pages(home: Path, **options: Any) -> Iterator[PageServer]:
    """Serve the pages with a sandbox of its own, whose options these are."""
    with Sandbox(**options) as arm, open_pages(name_settings(arm, home)) as server:
        yield server


@contextmanager
def open_browser(server: PageServer, lang: str = "en") -> Iterator[Browser]:
    """Yield a caller that has opened the address with its key."""
    with open_address(server.address_with_key, lang) as browser:
        yield browser


@contextmanager
def open_address(address: str, lang: str = "en") -> Iterator[Browser]:
    """Yield a caller that has opened an address with its key."""
    base = address.partition("?")[0]
    headers = {"Origin": base.rstrip("/")}
    with httpx.Client(base_url=base, headers=headers, timeout=WAIT_SECONDS, follow_redirects=True) as http:
        http.get(address).raise_for_status()
        http.cookies.set("armbulk_lang", lang, domain="127.0.0.1", path="/")
        page = http.get("/").text
        token = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        assert token is not None
        yield Browser(http, token[1])


@contextmanager
def started_server(settings: Mapping[str, str]) -> Iterator[str]:
    """Yield the address with the key of pages in a process of their own, which is killed at the end."""
    words = [sys.executable, "-m", "armbulk", "web", "--no-browser", "--port", str(find_free_port())]
    environ = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if match := re.search(r"http://\S+key=\S+", line):
                    break
            else:
                raise AssertionError("".join(lines))
            yield match[0]
        finally:
            process.kill()


def find_free_port() -> int:
    """Return a port of this computer that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until something is so; fail when it never is."""
    until = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)

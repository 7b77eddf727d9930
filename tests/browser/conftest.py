"""A real browser: Chromium of this computer, driven by Playwright, against the pages with a sandbox.

Without Playwright or Chromium the tests are left out, and say so; with CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from support.web import name_settings, open_pages

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from armbulk.web.server import PageServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
ARGUMENTS = [
    "--no-sandbox",  # a container's root has no user namespaces
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 30_000
LOOPBACK = "127.0.0.1"


@dataclass
class Visitor:
    """A person's browser at the pages.

    Attributes:
        page: The tab.
        server: The pages.
        problems: What the console complained about, and requests that left loopback.
    """

    page: Page
    server: PageServer
    problems: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> None:
        """Open a page."""
        self.page.goto(self.server.address.rstrip("/") + path)

    def note_message(self, message: ConsoleMessage) -> None:
        """Take note of an error in the console."""
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def note_request(self, request: Request) -> None:
        """Take note of a request to another computer."""
        if urlsplit(request.url).hostname != LOOPBACK:
            self.problems.append(f"request: {request.url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    program = os.environ.get("ARMBULK_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everywhere
    except ImportError:
        leave_out("Playwright is not installed: `make browser` installs it")
    if program is None:
        leave_out("no Chromium was found: install the package chromium, or name one in ARMBULK_BROWSER")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def leave_out(reason: str) -> None:
    """Leave a test out; on a server for tests that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"The tests in a browser did not run: {reason}")
    pytest.skip(reason)


Visit = "Callable[..., AbstractContextManager[Visitor]]"


@pytest.fixture
def visit(chromium: Browser) -> Callable[..., AbstractContextManager[Visitor]]:
    """What opens the pages of a server in a browser of its own; at the end there must be no problem."""

    @contextmanager
    def opened(server: PageServer, lang: str = "en", *, width: int = 1200, **options: Any) -> Iterator[Visitor]:
        context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=True, **options)
        context.set_default_timeout(WAIT_MS)
        visitor = Visitor(context.new_page(), server)
        visitor.page.on("console", visitor.note_message)
        visitor.page.on("pageerror", lambda error: visitor.problems.append(f"script: {error}"))
        visitor.page.on("request", visitor.note_request)
        context.add_cookies([{"name": "armbulk_lang", "value": lang, "domain": LOOPBACK, "path": "/"}])
        visitor.page.goto(server.address_with_key)
        visitor.page.wait_for_selector("main")
        yield visitor
        context.close()
        assert visitor.problems == []

    return opened


@pytest.fixture
def serve_pages(tmp_path: Path) -> Callable[..., AbstractContextManager[tuple[PageServer, Sandbox]]]:
    """What serves the pages with a sandbox of its own, which may have faults."""

    @contextmanager
    def serving(**options: Any) -> Iterator[tuple[PageServer, Sandbox]]:
        with Sandbox(**options) as arm:
            settings = {**name_settings(arm, tmp_path), "ARMBULK_POLL_SECONDS": "0.1"}
            with open_pages(settings) as server:
                yield server, arm

    return serving

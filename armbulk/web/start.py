"""Start the page: settings, key, port and server, and the browser."""

import os
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from armbulk.app.drafts import KEEP_DAYS, open_drafts
from armbulk.app.saved_exports import open_saved_exports
from armbulk.app.web_key import read_web_key
from armbulk.web.routes.start import prepare_first_page
from armbulk.web.server import PageServer, open_port
from armbulk.web.workspace import WebSettings, Workspace

if TYPE_CHECKING:
    from armbulk.app.drafts import Drafts
    from armbulk.app.saved_exports import SavedExports
    from armbulk.app.session import Session

_DOOR = "open-in-browser.html"

TIDY_SECONDS = 3600.0
"""How often what is old is deleted."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """How the page is started.

    Attributes:
        settings: Settings of the command line, by their environment names.
        aup_file: A file with limits that replace the built-in ones.
        profile: The profile that is chosen first; None: the default.
        port: Its port; None: the usual one, or the next that is free.
        new_key: Whether there is a new key.
        demo: Whether ARM is a sandbox in this process, with sample files.
        keep_days: Days that files are kept after a draft was last changed.
    """

    settings: Mapping[str, str]
    aup_file: Path | None = None
    profile: str | None = None
    port: int | None = None
    new_key: bool = False
    demo: bool = False
    keep_days: int = KEEP_DAYS


@contextmanager
def serve(request: WebRequest, session: "Session") -> Iterator[PageServer]:
    """Serve the pages; at the end every run stops after its current call, and can be resumed.

    Args:
        request: How.
        session: Of the settings the page is started with: its clock, folder and language.

    Raises:
        UsageError: The port cannot be used.
        FileError: The key cannot be kept.
    """
    with ExitStack() as stack:
        listener = open_port(request.port)
        stack.callback(listener.socket.close)
        home, lang = session.profile.home, session.profile.lang
        settings = WebSettings(request.settings, request.aup_file, request.profile, lang)
        if request.demo:
            from armbulk.app.web_demo import run_web_demo

            demo = stack.enter_context(run_web_demo(session.clock, lang))
            home, settings = demo.home, WebSettings(demo.settings, request.aup_file, None, lang, demo.samples)
        drafts = open_drafts(home, session.clock)
        exports = open_saved_exports(home, session.clock)
        with suppress(OSError):
            (session.profile.home / _DOOR).unlink(missing_ok=True)  # of a server that was killed
        stack.enter_context(_tidied((drafts, exports), timedelta(days=request.keep_days)))
        key = read_web_key(home, renew=request.new_key)
        workspace = Workspace(settings, drafts, exports)
        prepare_first_page(workspace)
        yield stack.enter_context(PageServer(workspace, listener, key))


@contextmanager
def _tidied(kept: "Sequence[Drafts | SavedExports]", keep: timedelta) -> Iterator[None]:
    """Delete what is old now, and each hour: a server may run for weeks."""
    ended = threading.Event()

    def tidy() -> None:
        while not ended.wait(TIDY_SECONDS):
            for each in kept:
                each.delete_old(keep)

    for each in kept:
        each.delete_old(keep)
    threading.Thread(target=tidy, name="armbulk-tidy", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


@contextmanager
def opened_browser(
    server: PageServer, home: Path, open_address: Callable[[str], bool] = webbrowser.open
) -> Iterator[None]:
    """Open the page in the default browser, and remove at the end the file that leads there.

    The browser opens a file that only its owner can read: in the list of processes everybody could read the key.
    """
    door = home / _DOOR
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        door.unlink(missing_ok=True)
        address = escape(server.address_with_key, quote=True)
        with os.fdopen(os.open(door, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(
                f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={address}">'
                f'<title>armbulk</title><a href="{address}">armbulk</a>\n'
            )
        with suppress(webbrowser.Error):
            open_address(door.as_uri())
    try:
        yield
    finally:
        door.unlink(missing_ok=True)

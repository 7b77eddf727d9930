"""Who may use the pages: this computer's browser with the key, and only by forms of its own pages."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import httpx
import pytest
from support.web import Browser, open_browser, open_pages, open_sandbox_pages

from armbulk.web.routes import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armbulk.web.server import PageServer

CHANGING_PATHS = [page.path for page in PAGES if page.method == "POST"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The pages, with a sandbox."""
    with open_sandbox_pages(tmp_path_factory.mktemp("home")) as pages:
        yield pages


@pytest.fixture
def browser(server: PageServer) -> Iterator[Browser]:
    """A browser with the key."""
    with open_browser(server) as caller:
        yield caller


def test_no_page_opens_without_the_key(server: PageServer) -> None:
    """Without the cookie every page is refused, with the first word about the key; style and scripts are not."""
    with httpx.Client(base_url=server.address) as http:
        refused = http.get("/")
        assert refused.status_code == 403
        assert "armbulk web" in refused.text
        assert http.get("/?key=wrong").status_code == 403
        assert http.get("/runs/1").status_code == 403
        assert http.get("/static/style.css").status_code == 200


def test_the_key_becomes_a_cookie_and_leaves_the_address(server: PageServer) -> None:
    """The page behind the key leads to the same address without it; the cookie is strict and named after the port."""
    with httpx.Client() as http:
        answer = http.get(f"{server.address}runs?key={server.address_with_key.partition('key=')[2]}&page=2")
    cookie = answer.headers["set-cookie"]
    assert re.match(rf"armbulk_{server.address.rsplit(':')[-1].strip('/')}=[0-9a-f]{{64}};", cookie)
    assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "url=/runs?page=2" in answer.text
    assert server.address_with_key.partition("key=")[2] not in answer.text + cookie


def test_the_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """The key is the same after a restart, unless a new one is asked for; its file is its owner's."""
    settings = {"ARMBULK_HOME": str(tmp_path / "data")}
    addresses = []
    for options in ({}, {}, {"new_key": True}):
        with open_pages(settings, **options) as pages:
            addresses.append(pages.address_with_key.partition("key=")[2])
    assert addresses[0] == addresses[1] != addresses[2]
    assert stat.S_IMODE((tmp_path / "data" / "web-key").stat().st_mode) == 0o600


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1", "127.0.0.1:1", "localhost.attacker.example:80", ""])
def test_another_host_is_refused(browser: Browser, host: str) -> None:
    """A name that another DNS server points at this computer opens nothing, even with the cookie."""
    assert browser.get("/", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize("path", CHANGING_PATHS)
@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1:1", None])
def test_a_changing_request_of_another_origin_is_refused(browser: Browser, path: str, origin: str | None) -> None:
    """With the cookie and the token, but from another page or from nowhere."""
    request = browser.http.build_request("POST", path, data={"csrf": browser.token})
    del request.headers["origin"]
    if origin is not None:
        request.headers["origin"] = origin
    assert browser.http.send(request).status_code == 403


@pytest.mark.parametrize("path", CHANGING_PATHS)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ø"])
def test_a_changing_request_without_the_token_is_refused(browser: Browser, path: str, token: str | None) -> None:
    """With the cookie and the origin, but a token that is missing or wrong."""
    data = {} if token is None else {"csrf": token}
    assert browser.http.post(path, data={"name": "value", **data}).status_code == 403


def test_a_link_of_another_page_opens_the_page_from_itself(server: PageServer) -> None:
    """A browser sends the strict cookie only when a page of the server itself leads there."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    with httpx.Client(base_url=server.address) as http:
        answer = http.get("/runs?page=2", headers=headers)
        assert (answer.status_code, "url=/runs?page=2" in answer.text) == (200, True)
        assert http.get("/runs", headers={**headers, "Sec-Fetch-Dest": "iframe"}).status_code == 403
        assert "url=/attacker.example/" in http.get(f"{server.address}/attacker.example/", headers=headers).text


def test_every_answer_forbids_what_a_page_does_not_need(browser: Browser) -> None:
    """Neither scripts nor styles inside a page, no frame around it, no guess of a type, and nothing is kept."""
    for path in ("/", "/runs", "/nothing-here", "/static/app.js"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
        assert headers["cache-control"] in {"no-store", "no-cache"}
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_inside(browser: Browser) -> None:
    """The policy would forbid it: scripts and styles are files."""
    for path in ("/", "/runs"):
        page = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.parametrize("path", ["/nowhere", "/runs/zzz"])
def test_an_address_without_a_page_leads_back(browser: Browser, path: str) -> None:
    """A mistyped or old address shows a page in the language of the person, with the menu."""
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "To the start page" in answer.text

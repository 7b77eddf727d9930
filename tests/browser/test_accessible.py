"""Each page in both themes and widths: axe-core finds nothing serious, and nothing is wider than the window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import Visitor

    from armbulk.sandbox import Sandbox
    from armbulk.web.server import PageServer

WINDOWS = [
    pytest.param("en", 1200, "light", id="wide-light"),
    pytest.param("nb", 360, "dark", id="narrow-dark"),
]


def find_barriers(visitor: Visitor) -> list[str]:
    """What axe-core finds on the page that is serious or critical, and whether the page is wider than the window."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - comes with the browser

    found = Axe().run(visitor.page).response["violations"]
    barriers = [
        f"{visitor.page.url}: {each['id']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
    wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*barriers, *([f"{visitor.page.url}: {wide} px wider than the window"] if wide > 1 else [])]


def list_links(visitor: Visitor) -> list[str]:
    """The pages that the menu leads to."""
    links = visitor.page.eval_on_selector_all("header nav a", "links => links.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(links))


@pytest.mark.parametrize(("lang", "width", "theme"), WINDOWS)
def test_pages_have_no_barriers(
    visit: Callable[..., AbstractContextManager[Visitor]],
    serve_pages: Callable[..., AbstractContextManager[tuple[PageServer, Sandbox]]],
    lang: str,
    width: int,
    theme: str,
) -> None:
    """The pages of the menu, and those of an import with errors: check, columns, plan."""
    barriers: list[str] = []
    with serve_pages() as (server, _arm), visit(server, lang, width=width, color_scheme=theme) as visitor:
        paths = list_links(visitor)
        assert {"/", "/runs", "/migrate"} <= set(paths)
        for path in paths:
            visitor.open(path)
            barriers += find_barriers(visitor)
        visitor.open()
        visitor.page.set_input_files("form[data-drop] input[type=file]", ROOT / "samples" / "with-errors.xlsx")
        visitor.page.wait_for_url(re.compile(r"/imports/\w+/check"))
        visitor.page.wait_for_selector("main .notice")
        barriers += find_barriers(visitor)
        address = visitor.page.url
        for step in ("columns", "plan"):
            visitor.page.goto(address.replace("/check", f"/{step}"))
            visitor.page.wait_for_selector("main h1")
            barriers += find_barriers(visitor)
    assert barriers == []

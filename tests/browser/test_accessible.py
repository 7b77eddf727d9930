"""Each page in both themes and widths: axe-core finds nothing serious, and nothing is wider than the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Visitor

PATHS = ("/", "/runs")


def find_barriers(visitor: Visitor) -> list[str]:
    """What axe-core finds on the page that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - comes with the browser

    found = Axe().run(visitor.page).response["violations"]
    return [
        f"{visitor.page.url}: {each['id']}: {node['html'][:120]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]

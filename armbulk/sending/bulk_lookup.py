"""All that ARM holds of a kind, by its list: where that is whole, and cheaper than a look at each record."""

import json
from functools import partial
from typing import Any

from armbulk.arm.pages import Page, read_page
from armbulk.arm.responses import Response
from armbulk.errors import LoginError
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient

LARGEST_PAGE = 1_000
CAP = 10_000
WORTH = 50
"""Records a list may hold for each record to be looked up; beyond, looking each up takes less of the meters."""


def fetch_all(
    metered: RateLimitedClient, endpoint: str, ahead: int, run_id: int
) -> list[dict[str, Any]] | RateLimited | CallFailed | None:
    """Read the list page by page; None where it is not whole, not to be had, or not worth it for `ahead` records."""
    most = min(LARGEST_PAGE, metered.limits.capacity("hour", "reads", "look"))
    first = _page(metered, endpoint, {"pagesize": str(most), "maximumcount": str(CAP)}, most, run_id)
    if not isinstance(first, Page):
        return first
    total = first.total
    if total is None or total >= (first.max_records or CAP) or total > most + WORTH * ahead:
        return None
    records = list(first.records)
    number = 1
    while len(records) < total and first.query:
        number += 1
        page = _page(metered, endpoint, {"query": first.query, "pageno": str(number)}, most, run_id)
        if isinstance(page, RateLimited | CallFailed):
            return page
        if page is None or not page.records:
            return None
        records += page.records
    different = {json.dumps(one, sort_keys=True, default=str) for one in records}
    return records if len(records) == len(different) == total else None


def _page(
    metered: RateLimitedClient, endpoint: str, asked: dict[str, str], most: int, run_id: int
) -> Page | RateLimited | CallFailed | None:
    """One page; None where ARM has no such list."""
    if metered.clock.interrupted:
        return RateLimited(metered.clock.now())
    count = lambda reply: len(page.records) if (page := read_page(reply)) else 0  # noqa: E731 - one word
    try:
        found = metered.get(partial(metered.arm.list_page, endpoint, asked), most, count, run_id)
    except LoginError:
        return None  # the list may be closed to this login while single records are not
    if isinstance(found, CallFailed) and found.response.error is None:
        return None
    return read_page(found) if isinstance(found, Response) else found

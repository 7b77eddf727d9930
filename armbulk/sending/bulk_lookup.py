"""Read all records of a kind from their list, when the list is complete and cheaper than single look-ups."""

import json
import math
from functools import partial
from typing import Any

from armbulk.errors import LoginError
from armbulk.model.outcome import ApiUsage
from armbulk.model.page import Page
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient

MAX_PAGE_RECORDS = 1_000
MAX_LIST_RECORDS = 10_000
MAX_LISTED_PER_LOOKUP = 50
"""Records a list may have for each record to be looked up; looking up a longer list's records takes less quota."""


def fetch_all(
    client: RateLimitedClient, endpoint: str, lookups: int, run_id: int
) -> list[dict[str, Any]] | Interruption | None:
    """Read a list page by page, if the quota has room for all its pages at once.

    Returns:
        All records, each once; None when the list is not complete, has changed while it was read, is not available, is
        longer than is worth reading in place of so many `lookups`, or than the quota ever allows at once; or why the
        list has to be read later.
    """
    page_size = min(MAX_PAGE_RECORDS, client.limits.capacity("hour", "reads", Priority.NORMAL))
    params = {"pagesize": str(page_size), "maximumcount": str(MAX_LIST_RECORDS)}
    first = _read_page(client, endpoint, params, page_size, run_id)
    if not isinstance(first, Page):
        return first
    total = first.total
    if total is None or not is_worth_reading(total, lookups, page_size, first.max_records or MAX_LIST_RECORDS):
        return None
    records = list(first.records)
    later = _wait_for_room(client, total, len(records), page_size)
    if later is not None:
        return None if math.isinf(later.retry_at) else later
    number = 1
    while len(records) < total and first.query:
        number += 1
        params = {"query": first.query, "pageno": str(number)}
        page = _read_page(client, endpoint, params, page_size, run_id)
        if isinstance(page, RateLimited | CallFailed):
            return page
        if page is None or not page.records or page.total not in {None, total}:
            return None
        records += page.records
    distinct = {json.dumps(record, sort_keys=True, default=str) for record in records}
    return records if len(records) == len(distinct) == total else None


def _wait_for_room(client: RateLimitedClient, total: int, read: int, page_size: int) -> RateLimited | None:
    """Return when there is room for a whole list, if there is none for the rest of it now.

    A list begins again after a wait. So all its pages must fit then: otherwise the first page would use up what
    becomes free, again and again.
    """
    if total <= read or not read:
        return None
    now, last_page = client.clock.now(), page_size  # each page reserves a full one
    rest = ApiUsage(math.ceil((total - read) / read), total - read + last_page, 0)
    if client.find_room(rest, Priority.NORMAL) <= now:
        return None
    return RateLimited(client.find_room(rest + ApiUsage(1, read, 0), Priority.NORMAL))


def is_worth_reading(total: int, lookups: int, page_size: int, max_records: int = MAX_LIST_RECORDS) -> bool:
    """Return whether ARM returns a list completely, and its reading takes less quota than so many look-ups."""
    return total < max_records and total <= page_size + MAX_LISTED_PER_LOOKUP * lookups


def _read_page(
    client: RateLimitedClient, endpoint: str, params: dict[str, str], page_size: int, run_id: int
) -> Page | Interruption | None:
    """One page; None when ARM has no such list."""
    if client.clock.interrupted:
        return RateLimited(client.clock.now())
    call = partial(client.system.read_page, endpoint, params)
    try:
        result = client.get(call, page_size, lambda page: len(page.records) if page else 0, run_id, Priority.NORMAL)
    except LoginError:
        return None  # this login may read single records, but not the list
    if isinstance(result, RateLimited):
        return result
    if isinstance(result, CallFailed):
        return None if result.response.error is None else result
    return result.content

"""A page of one of ARM's lists: its records, and what its summary says of the whole (api.md, listing and paging)."""

import re
from dataclasses import dataclass
from typing import Any

from armbulk.core.answers import Reply, parse

_QUERY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_IN_ADDRESS = re.compile(r"[?&]query=([A-Za-z0-9_-]{1,200})(?:[&#]|$)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `total`: records in the whole list, None where ARM does not say; `most`: the list's cap, likewise.

    `number` and `size`: which page it is and how many records one holds, as ARM says.
    """

    records: tuple[dict[str, Any], ...]
    total: int | None
    most: int | None
    pages: int | None
    query: str  # "" where ARM names none that can be used
    number: int | None = None
    size: int | None = None


def read_page(reply: Reply) -> Page | None:
    """Read the answer to a list call; None when it is none: the records are the only array beside `summary`."""
    body = parse(reply.body) if reply.fault is None and reply.status == 200 else None
    if isinstance(body, list):
        return _page(body, {})
    if not isinstance(body, dict):
        return None
    summary: Any = next((value for name, value in body.items() if name.lower() == "summary"), {})
    arrays = [value for value in body.values() if isinstance(value, list)]
    if len(arrays) != 1 or not isinstance(summary, dict):
        return None
    return _page(arrays[0], {name.lower(): value for name, value in summary.items()})


def _page(records: list[Any], summary: dict[str, Any]) -> Page | None:
    if not all(isinstance(one, dict) for one in records):
        return None
    said = ("totalcount", "maximumcount", "totalpages", "pageno", "pagesizelimit")
    total, most, pages, number, size = (_whole(summary.get(name)) for name in said)
    return Page(tuple(records), total, most, pages, _query(summary), number, size)


def _query(summary: dict[str, Any]) -> str:
    """The stored query's id, from the summary or out of the address of a page; the address itself is never used."""
    query = summary.get("queryid")
    if isinstance(query, str) and _QUERY.fullmatch(query):
        return query
    for name in ("nextpage", "lastpage"):
        address = summary.get(name)
        found = _IN_ADDRESS.search(address) if isinstance(address, str) else None
        if found:
            return found[1]
    return ""


def _whole(value: Any) -> int | None:
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return value if sound else None

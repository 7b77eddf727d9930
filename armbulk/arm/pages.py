"""A page of one of ARM's lists: its records, and what its summary says of the whole (api.md, listing and paging)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from armbulk.arm.responses import Response, parse_json

_QUERY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_DIGITS = re.compile(r"[0-9]{1,12}(\.0+)?")
_BESIDE = frozenset({"warnings", "errors", "messages", "links"})
"""Arrays that may stand beside the records."""

_IN_ADDRESS = re.compile(r"[?&]query=([A-Za-z0-9_-]{1,200})(?:[&#]|$)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `total`: records in the whole list, None where ARM does not say; `most`: the list's cap, likewise.

    `number` and `size`: which page it is and how many records one holds, as ARM says.
    """

    records: tuple[dict[str, Any], ...]
    total: int | None
    max_records: int | None
    pages: int | None
    query: str  # "" where ARM names none that can be used
    number: int | None = None
    size: int | None = None


def read_page(reply: Response, wrapper: str = "") -> Page | None:
    """Read the answer to a list call; None when it is none.

    The records are the array called `wrapper`, else the only one beside `summary`, else the only one of objects.
    """
    body = parse_json(reply.body) if reply.error is None and reply.status == 200 else None
    if isinstance(body, list):
        return _page(body, {})
    if not isinstance(body, dict):
        return None
    low = {name.lower(): value for name, value in body.items()}
    summary, records = low.get("summary", {}), _records(low, wrapper.lower())
    if records is None or not isinstance(summary, dict):
        return None
    return _page(records, {name.lower(): value for name, value in summary.items()})


def _records(body: dict[str, Any], wrapper: str) -> list[Any] | None:
    """The array that holds the records, if one can be told from the others."""
    arrays = {name: value for name, value in body.items() if isinstance(value, list)}
    if wrapper in arrays:
        return arrays[wrapper]
    some = [value for name, value in arrays.items() if name not in _BESIDE]
    objects = [value for value in some if value and all(isinstance(one, dict) for one in value)]
    for found in (list(arrays.values()), some, objects):
        if len(found) == 1:
            return found[0]
    return None


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
    """A number of records, also where it is written as text or with decimals; None for what is no such number."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value.strip().split(".")[0])
    elif isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return value if sound else None

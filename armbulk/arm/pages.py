"""Read one page of ARM's lists (ARM documentation, listing and paging): its records, and what its summary says."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from armbulk.arm.json_body import lower_names, parse_json
from armbulk.arm.uniform_records import split_uniform_records
from armbulk.model.page import Page
from armbulk.model.record_texts import UniformRecords
from armbulk.model.response import Response

_QUERY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_COUNT = re.compile(r"[0-9]{1,12}(\.0+)?")
_OTHER_ARRAYS = frozenset({"warnings", "errors", "messages", "links"})
"""Arrays that may stand beside the records."""

_QUERY_IN_ADDRESS = re.compile(r"[?&]query=([A-Za-z0-9_-]{1,200})(?:[&#]|$)")
_COUNTS = ("totalcount", "maximumcount", "totalpages", "pageno", "pagesizelimit")


def read_page(response: Response, json_array: str = "") -> Page | None:
    """Return the page in the answer to a list call; None when the answer is not one.

    The records are the array called `json_array`, else the only one beside `summary`, else the only one of objects.
    """
    if response.error is not None or response.status != 200:
        return None
    rest, uniform = split_uniform_records(response.body) or (response.body, None)
    body = parse_json(rest)
    if isinstance(body, list):
        return _build_page(uniform or body, {})
    if not isinstance(body, dict):
        return None
    members = lower_names(body)
    summary, records = members.get("summary", {}), _find_records(members, json_array.lower())
    if records is None or not isinstance(summary, dict):
        return None
    return _build_page(uniform or records, lower_names(summary))  # the rest has no other array


def _find_records(body: dict[str, Any], json_array: str) -> list[Any] | None:
    """The array of the records, if it can be identified."""
    arrays = {name: value for name, value in body.items() if isinstance(value, list)}
    if json_array in arrays:
        return arrays[json_array]
    candidates = [value for name, value in arrays.items() if name not in _OTHER_ARRAYS]
    objects = [value for value in candidates if value and all(isinstance(record, dict) for record in value)]
    for choice in (list(arrays.values()), candidates, objects):
        if len(choice) == 1:
            return choice[0]
    return None


def _build_page(records: Sequence[Any], summary: dict[str, Any]) -> Page | None:
    if not isinstance(records, UniformRecords):
        if not all(isinstance(record, dict) for record in records):
            return None
        records = tuple(records)
    total, max_records, pages, number, size = (_parse_count(summary.get(name)) for name in _COUNTS)
    return Page(records, total, max_records, pages, _find_query(summary), number, size)


def _find_query(summary: dict[str, Any]) -> str:
    """The stored query's id, from the summary or from the address of a page; the address itself is never used."""
    query = summary.get("queryid")
    if isinstance(query, str) and _QUERY.fullmatch(query):
        return query
    for name in ("nextpage", "lastpage"):
        address = summary.get(name)
        match = _QUERY_IN_ADDRESS.search(address) if isinstance(address, str) else None
        if match:
            return match[1]
    return ""


def _parse_count(value: Any) -> int | None:
    """A number of records, also when it is written as text or with decimals; None for any other value."""
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        value = int(value.strip().split(".")[0])
    elif isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return value if is_count else None

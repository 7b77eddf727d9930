"""Reading: single records, and listings page by page."""

import math
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain

from armbulk.sandbox.created_items import make_ar_item
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold_key
from armbulk.sandbox.rows import RowFilter, RowMatches
from armbulk.sandbox.state import Query, SandboxState

MAX_RECORDS = 10_000
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 100, 1_000
MIN_PAGE_SIZE, SMALL_PAGE_SIZE = 5, 10
"""A page size below the first becomes the second."""

QUERY_SECONDS = 900.0

FILTERS: dict[str, dict[str, str]] = {
    "customers": {
        "customerno": "customerNo",
        "accountno": "accountNo",
        "organizationno": "organizationNo",
        "name": "name",
        "customercategory": "customerCategory",
    },
    "documents": {
        "customerno": "customerNo",
        "accountno": "accountNo",
        "documentno": "documentNo",
        "documenttype": "documentType",
    },
    "glitems": {"glyear": "glYear", "glperiod": "glPeriod", "glaccountno": "glAccountNo", "voucherno": "voucherNo"},
    "aritems": {"customerno": "customerNo", "accountno": "accountNo", "documentno": "documentNo"},
    "glmovements": {"glyear": "glYear", "glperiod": "glPeriod", "glaccountno": "glAccountNo"},
    "documentbundles": {"customerno": "customerNo"},
    "logitems": {"customerno": "customerNo", "accountno": "accountNo"},
    "codes": {"codetype": "codeType"},
    "clientconfigs": {"configkey": "configKey"},
    "insights/adbintervals": {},
}
"""Query parameters of each listing, and the key whose value must be equal to theirs (without regard to case)."""

DATE_KEYS = {
    "glitems": "voucherDate",
    "aritems": "voucherDate",
    "documents": "documentDate",
    "documentbundles": "createdTime",
    "logitems": "createdTime",
}
"""The key that `fromdate` and `todate` (both inclusive) are compared with."""

WRAPPERS = {
    "glitems": "glItems",
    "aritems": "arItems",
    "glmovements": "glMovements",
    "documentbundles": "documentBundles",
    "logitems": "logItems",
    "clientconfigs": "clientConfigs",
    "insights/adbintervals": "adbIntervals",
}
"""The key of a listing's records, where it differs from the path."""


class QueryRefused(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """A listing cannot be answered: (status, message)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def find_documents(state: SandboxState, number: str) -> list[Json]:
    """Return the visible documents with a number."""
    rows = state.lists.by_path["documents"]
    listed = [rows[index] for index in rows.find(RowFilter({"documentNo": fold_key(number)}))]
    created = state.documents.get(fold_key(number), [])
    return listed + [document for document in created if _is_visible(state, document)]


def _is_visible(state: SandboxState, document: Json) -> bool:
    created = state.created.get(document.get("referenceNo", 0), 0.0)  # a test may have put it there
    return state.clock() >= created + float(state.behaviour.visibility)


def find_item(state: SandboxState, resource: str, item_id: str) -> Json | None:
    """Return a GL item or AR item by its id, whose second last part is the number by which items are ordered."""
    key, order_key = ("glItemId", "voucherNo") if resource == "glitems" else ("arItemId", "referenceNo")
    parts = item_id.split("-")
    number = parts[-2] if len(parts) > 2 else ""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    listed = state.lists.by_path[resource].find_numbered(order_key, int(number))
    items = chain(listed, _list_created_records(state, resource))
    item = next((item for item in items if fold_key(item[key]) == fold_key(item_id)), None)
    return None if item is None else _apply_change(state, item)


def _apply_change(state: SandboxState, item: Json) -> Json:
    """Return an item with what was changed of it."""
    changes = state.item_changes.get(fold_key(item.get("arItemId", "")))
    return item | changes if changes else item


def remove_lines(document: Json) -> Json:
    """Return a document without its lines, as a call without `expand` gets it."""
    return {name: value for name, value in document.items() if name != "documentLines"}


def count_reads(records: Iterable[Json]) -> int:
    """Return how many records are read: the records, and the lines they are shown with."""
    return sum(1 + len(record.get("documentLines") or []) for record in records)


def open_query(state: SandboxState, resource: str, params: Mapping[str, str]) -> tuple[str, Query]:
    """Return (queryId, query): a stored one, or a new one that is not stored yet; QueryRefused if it has expired."""
    if "query" not in params:
        return secrets.token_urlsafe(16), _new_query(state, resource, params)
    stored = state.queries.get(params["query"])
    if stored is None or stored.resource != resource or state.clock() > stored.created_at + QUERY_SECONDS:
        raise QueryRefused(404, "The query is not known, or too old")
    return params["query"], stored


def _new_query(state: SandboxState, resource: str, params: Mapping[str, str]) -> Query:
    page_size = _read_number(state, params, "pagesize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    page_size = SMALL_PAGE_SIZE if page_size < MIN_PAGE_SIZE else page_size
    max_records = _read_number(state, params, "maximumcount", MAX_RECORDS, MAX_RECORDS)
    max_records = min(max(1, math.ceil(max_records / page_size)) * page_size, MAX_RECORDS)
    row_filter = RowFilter() if state.behaviour.list_filters == "ignored" else _read_filter(resource, params)
    matches = _find_matches(state, resource, row_filter)
    return Query(state.clock(), resource, row_filter, bool(params.get("expand")), page_size, max_records, matches)


def _read_filter(resource: str, params: Mapping[str, str]) -> RowFilter:
    """Return the filter of a listing's parameters; unknown parameters are ignored."""
    equal = {key: fold_key(params[name]) for name, key in FILTERS[resource].items() if params.get(name)}
    if resource not in DATE_KEYS:
        return RowFilter(equal)
    open_only = resource == "aritems" and params.get("openonly", "").casefold() == "true"
    return RowFilter(equal, DATE_KEYS[resource], params.get("fromdate", ""), params.get("todate", ""), open_only)


def _read_number(state: SandboxState, params: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    text = params.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise QueryRefused(400, f"{name} must be a whole number")
    if int(text) > maximum and state.behaviour.over_cap == "400":
        raise QueryRefused(400, f"{name} must not exceed {maximum}")
    return min(int(text), maximum)


def _find_matches(state: SandboxState, resource: str, row_filter: RowFilter) -> RowMatches:
    """Return the matching records of the lists, then those created through the API (copies: they may change)."""
    rows = state.lists.by_path[resource]
    indexes = rows.find(row_filter)
    if resource == "customers" and (state.customers or state.deleted_customers):
        number_at = rows.value_of("customerNo")
        indexes = [index for index in indexes if not state.is_replaced(str(number_at(index)))]
    created = (dict(record) for record in _list_created_records(state, resource) if row_filter.matches(record))
    return RowMatches(rows, indexes, list(created))


def _list_created_records(state: SandboxState, resource: str) -> Iterable[Json]:
    match resource:
        case "customers":
            return state.customers.values()
        case "documents":
            return _list_visible_documents(state)
        case "documentbundles":
            bundles = (_claim_keys(state, document, "documentBundleId") for document in _list_visible_documents(state))
            return (bundle | {"status": "PROCESSED"} for bundle in bundles)
        case "logitems":
            return (_make_log_item(_claim_keys(state, document)) for document in _list_visible_documents(state))
        case "aritems":
            return (make_ar_item(document, _created_time(state, document)) for document in _list_posted(state))
    return ()


def _list_posted(state: SandboxState) -> Iterable[Json]:
    """Return the documents that have an AR item by now; with `ar_items=absent` there are none."""
    return _list_visible_documents(state) if state.behaviour.ar_items == "present" else ()


def _claim_keys(state: SandboxState, document: Json, *more: str) -> Json:
    """Return the keys by which other lists refer to a document that was created through the API."""
    names = ("clientNo", "accountNo", "referenceNo", "customerNo", "documentNo", *more)
    return {name: document.get(name, "") for name in names} | {"createdTime": _created_time(state, document)}


def _created_time(state: SandboxState, document: Json) -> str:
    created_at = datetime.fromtimestamp(state.created.get(document.get("referenceNo", 0), 0.0), UTC)
    return created_at.isoformat(timespec="milliseconds")


def _make_log_item(claim: Json) -> Json:
    item_id = f"{claim['accountNo']}-{claim['referenceNo']}"
    return {**claim, "logItemId": item_id, "logType": "IMPORTED", "description": "Document received"}


def _list_visible_documents(state: SandboxState) -> Iterable[Json]:
    """Return the documents that were created through the API and are visible by now."""
    created = (document for documents in state.documents.values() for document in documents)
    return (document for document in created if _is_visible(state, document))


def read_page(
    state: SandboxState, query_id: str, query: Query, params: Mapping[str, str], host: str
) -> tuple[Json, int]:
    """Return one page of a listing: (body, records read); QueryRefused if there is none."""
    is_live = state.behaviour.list_query == "live"
    matches = _find_matches(state, query.resource, query.row_filter) if is_live else query.matches
    if not matches and state.behaviour.list_empty == "404":
        raise QueryRefused(404, "Nothing was found")
    number = max(1, _read_number(state, params, "pageno", 1, MAX_RECORDS))
    served = min(len(matches), query.max_records)
    shown = matches.slice((number - 1) * query.page_size, min(number * query.page_size, served))
    if query.resource == "documents" and not query.expand:
        shown = [remove_lines(document) for document in shown]
    if query.resource == "aritems" and state.item_changes:
        shown = [_apply_change(state, item) for item in shown]
    pages = max(1, math.ceil(served / query.page_size))
    summary: Json = {
        "pageNo": number,
        "currentPageSize": len(shown),
        "pageSizeLimit": query.page_size,
        "totalPages": pages,
        "totalCount": len(matches) if state.behaviour.list_total == "true" else served,
        "maximumCount": query.max_records,
    }
    address = f"{_origin(state, host)}/arm/v1/clients/{state.client_no}/{query.resource}?query={query_id}&pageno="
    if number < pages:
        summary["nextPage"] = f"{address}{number + 1}"
    elif state.behaviour.list_end != "absent":
        summary["nextPage"] = {"null": None, "empty": "", "same": f"{address}{number}"}[state.behaviour.list_end]
    summary |= {"lastPage": f"{address}{pages}", "queryId": query_id}
    return {"summary": summary, WRAPPERS.get(query.resource, query.resource): shown}, count_reads(shown)


def _origin(state: SandboxState, host: str) -> str:
    match state.behaviour.next_page_host:
        case "other":
            return "https://arm.elsewhere.invalid"
        case "http":
            return f"http://{host.replace('127.0.0.1', 'localhost')}"
    return f"http://{host}"

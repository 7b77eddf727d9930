"""What is read: single records, and listings page by page."""

import math
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold
from armbulk.sandbox.rows import RowFilter, RowMatches
from armbulk.sandbox.state import Query, SandboxState

CAP = 10_000
SMALLEST_PAGE, SMALL_PAGE, PAGE, PAGE_CAP = 5, 10, 100, 1_000
QUERY_LIFE = 900.0

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
"""Query parameters of each listing, and the key whose whole value they are compared with (case does not count)."""

DATED = {
    "glitems": "voucherDate",
    "aritems": "voucherDate",
    "documents": "documentDate",
    "documentbundles": "createdTime",
    "logitems": "createdTime",
}
"""The key that `fromdate` and `todate` (both included) are compared with."""

WRAPPERS = {
    "glitems": "glItems",
    "aritems": "arItems",
    "glmovements": "glMovements",
    "documentbundles": "documentBundles",
    "logitems": "logItems",
    "clientconfigs": "clientConfigs",
    "insights/adbintervals": "adbIntervals",
}
"""The key of a listing's records, where it is not its path."""


class QueryRefused(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """A listing cannot be answered: (status, message)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def find_documents(state: SandboxState, number: str) -> list[Json]:
    """Find the documents with a number, once they are visible."""
    rows = state.books.lists["documents"]
    stood = [rows[place] for place in rows.find(RowFilter({"documentNo": fold(number)}))]
    return stood + [one for one in state.documents.get(fold(number), []) if _visible(state, one)]


def _visible(state: SandboxState, document: Json) -> bool:
    created = state.created.get(document.get("referenceNo", 0), 0.0)  # a test may have put it there
    return state.clock() >= created + float(state.dialect.visibility)


def find_posted(state: SandboxState, resource: str, number: str) -> Json | None:
    """Find one GL item or AR item by its id, in which the number by which items stand in order is the second last."""
    key, name = ("glItemId", "voucherNo") if resource == "glitems" else ("arItemId", "referenceNo")
    pieces = number.split("-")
    told = pieces[-2] if len(pieces) > 2 else ""
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        return None
    found = state.books.lists[resource].numbered(name, int(told))
    return next((one for one in found if fold(one[key]) == fold(number)), None)


def bare(document: Json) -> Json:
    """Leave out a document's lines, as when `expand` does not ask for them."""
    return {name: value for name, value in document.items() if name != "documentLines"}


def weight(shown: Iterable[Json]) -> int:
    """How many records are read with these: their lines count too, where they are shown."""
    return sum(1 + len(one.get("documentLines") or []) for one in shown)


def listing(state: SandboxState, resource: str, asked: Mapping[str, str]) -> tuple[str, Query]:
    """Make a new stored query, or find the one asked for: (queryId, query). Nothing is stored yet."""
    if "query" not in asked:
        return secrets.token_urlsafe(16), _new_query(state, resource, asked)
    stored = state.queries.get(asked["query"])
    if stored is None or stored.resource != resource or state.clock() > stored.at + QUERY_LIFE:
        raise QueryRefused(404, "The query is not known, or too old")
    return asked["query"], stored


def _new_query(state: SandboxState, resource: str, asked: Mapping[str, str]) -> Query:
    size = _number(state, asked, "pagesize", PAGE, PAGE_CAP)
    size = SMALL_PAGE if size < SMALLEST_PAGE else size
    most = _number(state, asked, "maximumcount", CAP, CAP)
    most = min(max(1, math.ceil(most / size)) * size, CAP)
    sought = RowFilter() if state.dialect.list_filters == "ignored" else _sought(resource, asked)
    expand = bool(asked.get("expand"))
    return Query(state.clock(), resource, sought, expand, size, most, _hits(state, resource, sought))


def _sought(resource: str, asked: Mapping[str, str]) -> RowFilter:
    """What a listing is narrowed by; what it does not know is ignored."""
    equal = {key: fold(asked[name]) for name, key in FILTERS[resource].items() if asked.get(name)}
    if resource not in DATED:
        return RowFilter(equal)
    open_only = resource == "aritems" and asked.get("openonly", "").casefold() == "true"
    return RowFilter(equal, DATED[resource], asked.get("fromdate", ""), asked.get("todate", ""), open_only)


def _number(state: SandboxState, asked: Mapping[str, str], name: str, default: int, cap: int) -> int:
    text = asked.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise QueryRefused(400, f"{name} must be a whole number")
    if int(text) > cap and state.dialect.over_cap == "400":
        raise QueryRefused(400, f"{name} must not exceed {cap}")
    return min(int(text), cap)


def _hits(state: SandboxState, resource: str, sought: RowFilter) -> RowMatches:
    """Find what stands in the books, then what came by the API: that is copied, for it may change."""
    rows = state.books.lists[resource]
    places = rows.find(sought)
    if resource == "customers" and (state.customers or state.gone):
        number = rows.value("customerNo")
        places = [place for place in places if not state.replaced(str(number(place)))]
    return RowMatches(rows, places, [dict(one) for one in _came(state, resource) if sought.fits(one)])


def _came(state: SandboxState, resource: str) -> Iterable[Json]:
    match resource:
        case "customers":
            return state.customers.values()
        case "documents":
            return _seen(state)
        case "documentbundles":
            return (_told(state, one, "documentBundleId") | {"status": "PROCESSED"} for one in _seen(state))
        case "logitems":
            return (_logged(_told(state, one)) for one in _seen(state))
    return ()


def _told(state: SandboxState, document: Json, *more: str) -> Json:
    """What other lists tell of a document that came by the API."""
    at = datetime.fromtimestamp(state.created.get(document.get("referenceNo", 0), 0.0), UTC)
    names = ("clientNo", "accountNo", "referenceNo", "customerNo", "documentNo", *more)
    return {name: document.get(name, "") for name in names} | {"createdTime": at.isoformat(timespec="milliseconds")}


def _logged(told: Json) -> Json:
    number = f"{told['accountNo']}-{told['referenceNo']}"
    return {**told, "logItemId": number, "logType": "IMPORTED", "description": "Document received"}


def _seen(state: SandboxState) -> Iterable[Json]:
    """Documents that were created and are visible by now."""
    return (one for found in state.documents.values() for one in found if _visible(state, one))


def page(state: SandboxState, query_id: str, query: Query, asked: Mapping[str, str], host: str) -> tuple[Json, int]:
    """Answer one page of a listing: (body, records read)."""
    hits = _hits(state, query.resource, query.sought) if state.dialect.list_query == "live" else query.hits
    if not hits and state.dialect.list_empty == "404":
        raise QueryRefused(404, "Nothing was found")
    number = max(1, _number(state, asked, "pageno", 1, CAP))
    served = min(len(hits), query.most)
    shown = hits.cut((number - 1) * query.size, min(number * query.size, served))
    if query.resource == "documents" and not query.expand:
        shown = [bare(one) for one in shown]
    pages = max(1, math.ceil(served / query.size))
    summary: Json = {
        "pageNo": number,
        "currentPageSize": len(shown),
        "pageSizeLimit": query.size,
        "totalPages": pages,
        "totalCount": len(hits) if state.dialect.list_total == "true" else served,
        "maximumCount": query.most,
    }
    address = f"{_origin(state, host)}/arm/v1/clients/{state.client_no}/{query.resource}?query={query_id}&pageno="
    if number < pages:
        summary["nextPage"] = f"{address}{number + 1}"
    elif state.dialect.list_end != "absent":
        summary["nextPage"] = {"null": None, "empty": "", "same": f"{address}{number}"}[state.dialect.list_end]
    summary |= {"lastPage": f"{address}{pages}", "queryId": query_id}
    return {"summary": summary, WRAPPERS.get(query.resource, query.resource): shown}, weight(shown)


def _origin(state: SandboxState, host: str) -> str:
    match state.dialect.next_page_host:
        case "other":
            return "https://arm.elsewhere.invalid"
        case "http":
            return f"http://{host.replace('127.0.0.1', 'localhost')}"
    return f"http://{host}"

"""What is read: single records, and listings page by page."""

import math
import secrets
from collections.abc import Mapping, Sequence

from armbulk.sandbox.keys import fold
from armbulk.sandbox.shapes import Json
from armbulk.sandbox.state import Query, State

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
    "documents": {"customerno": "customerNo", "accountno": "accountNo", "documentno": "documentNo"},
    "glitems": {"glyear": "glYear", "glperiod": "glPeriod", "glaccountno": "glAccountNo", "voucherno": "voucherNo"},
    "aritems": {"customerno": "customerNo", "accountno": "accountNo", "documentno": "documentNo"},
    "glmovements": {"glyear": "glYear", "glperiod": "glPeriod", "glaccountno": "glAccountNo"},
}
"""Query parameters of a listing, and the key whose whole value they are compared with (case does not count)."""

DATED = {"glitems": "voucherDate", "aritems": "voucherDate"}
"""The key that `fromdate` and `todate` (both included) are compared with."""

WRAPPERS = {"glitems": "glItems", "aritems": "arItems", "glmovements": "glMovements"}
"""The key of a listing's records, where it is not its path."""


class Refused(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """A listing cannot be answered: (status, message)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def find_documents(state: State, number: str) -> list[Json]:
    """Find the documents with a number, once they are visible."""
    return [one for one in state.documents.get(fold(number), []) if _visible(state, one)]


def _visible(state: State, document: Json) -> bool:
    created = state.created.get(document.get("referenceNo", 0), 0.0)  # a test may have put it there
    return state.clock() >= created + float(state.dialect.visibility)


def find_posted(state: State, resource: str, number: str) -> Json | None:
    """Find one GL item or AR item by its id."""
    key = "glItemId" if resource == "glitems" else "arItemId"
    return next((one for one in _records(state, resource) if fold(one[key]) == fold(number)), None)


def bare(document: Json) -> Json:
    """Leave out a document's lines, as when `expand` does not ask for them."""
    return {name: value for name, value in document.items() if name != "documentLines"}


def listing(state: State, resource: str, asked: Mapping[str, str]) -> tuple[str, Query]:
    """Make a new stored query, or find the one asked for: (queryId, query). Nothing is stored yet."""
    if "query" not in asked:
        return secrets.token_urlsafe(16), _new_query(state, resource, asked)
    stored = state.queries.get(asked["query"])
    if stored is None or stored.resource != resource or state.clock() > stored.at + QUERY_LIFE:
        raise Refused(404, "The query is not known, or too old")
    return asked["query"], stored


def _new_query(state: State, resource: str, asked: Mapping[str, str]) -> Query:
    size = _number(state, asked, "pagesize", PAGE, PAGE_CAP)
    size = SMALL_PAGE if size < SMALLEST_PAGE else size
    most = _number(state, asked, "maximumcount", CAP, CAP)
    most = min(max(1, math.ceil(most / size)) * size, CAP)
    names = (*FILTERS[resource], *(("fromdate", "todate") if resource in DATED else ()), "openonly")
    filters = {name: asked[name] for name in names if asked.get(name)}
    return Query(state.clock(), resource, filters, size, most, [dict(one) for one in _hits(state, resource, filters)])


def _number(state: State, asked: Mapping[str, str], name: str, default: int, cap: int) -> int:
    text = asked.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused(400, f"{name} must be a whole number")
    if int(text) > cap and state.dialect.over_cap == "400":
        raise Refused(400, f"{name} must not exceed {cap}")
    return min(int(text), cap)


def _hits(state: State, resource: str, filters: Mapping[str, str]) -> list[Json]:
    if state.dialect.list_filters == "ignored":
        filters = {}
    return [one for one in _records(state, resource) if _fits(one, resource, filters)]


def _records(state: State, resource: str) -> Sequence[Json]:
    match resource:
        case "customers":
            return list(state.customers.values())
        case "documents":
            return [bare(one) for found in state.documents.values() for one in found if _visible(state, one)]
        case "glitems":
            return state.books.gl_items
        case "aritems":
            return state.books.ar_items
    return state.books.gl_movements


def _fits(record: Json, resource: str, filters: Mapping[str, str]) -> bool:
    for name, said in filters.items():
        if name in FILTERS[resource]:
            if fold(record.get(FILTERS[resource][name], "")) != fold(said):
                return False
        elif name == "openonly":
            if said.casefold() == "true" and not record.get("currencyBalance"):
                return False
        elif (record[DATED[resource]] < said) if name == "fromdate" else (record[DATED[resource]] > said):
            return False
    return True


def page(state: State, query_id: str, query: Query, asked: Mapping[str, str], host: str) -> tuple[Json, int]:
    """Answer one page of a listing: (body, records read)."""
    hits = _hits(state, query.resource, query.filters) if state.dialect.list_query == "live" else query.hits
    if not hits and state.dialect.list_empty == "404":
        raise Refused(404, "Nothing was found")
    number = max(1, _number(state, asked, "pageno", 1, CAP))
    served = hits[: query.most]
    shown = served[(number - 1) * query.size : number * query.size]
    pages = max(1, math.ceil(len(served) / query.size))
    summary: Json = {
        "pageNo": number,
        "currentPageSize": len(shown),
        "pageSizeLimit": query.size,
        "totalPages": pages,
        "totalCount": len(hits) if state.dialect.list_total == "true" else len(served),
        "maximumCount": query.most,
    }
    address = f"{_origin(state, host)}/arm/v1/clients/{state.client_no}/{query.resource}?query={query_id}&pageno="
    if number < pages:
        summary["nextPage"] = f"{address}{number + 1}"
    elif state.dialect.list_end != "absent":
        summary["nextPage"] = {"null": None, "empty": "", "same": f"{address}{number}"}[state.dialect.list_end]
    summary |= {"lastPage": f"{address}{pages}", "queryId": query_id}
    return {"summary": summary, WRAPPERS.get(query.resource, query.resource): shown}, len(shown)


def _origin(state: State, host: str) -> str:
    match state.dialect.next_page_host:
        case "other":
            return "https://arm.elsewhere.invalid"
        case "http":
            return f"http://{host.replace('127.0.0.1', 'localhost')}"
    return f"http://{host}"

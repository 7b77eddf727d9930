"""What is read: batches as they stand, and listings page by page."""

import math
from typing import Any

from armbulk.sandbox.state import Batch, Json, State, fold

CAP = 10_000
PAGE, PAGE_CAP = 100, 1_000
QUERY_LIFE = 900.0
_FILTERS = {
    "customerno": "customerNo",
    "accountno": "accountNo",
    "organizationno": "organizationNo",
    "name": "name",
    "customercategory": "customerCategory",
}


def batch_answer(batch: Batch, state: State) -> tuple[int, Any, int]:
    """The answer to GET batches/{uuid}: (status, body, records read)."""
    batch.looked += 1
    if batch.answers is None:
        return _pending(batch, state)
    answers = [_identified(one, place, state) for place, one in enumerate(batch.answers)]
    failed = any(one["status"] == "FAILED" for one in answers)
    style = state.dialect["failures"]
    if failed and style == "whole":
        return 200, {"batchUuid": batch.uuid, "status": "FAILED", "message": "The batch was rejected"}, 0
    status = 206 if failed and style.startswith("206") else 200
    word = "PROCESSED"
    if style == "206_first" and batch.looked == 1 and len(answers) > 1:
        answers, status, word = answers[: len(answers) // 2], 206, "PROCESSING"
    if state.dialect["item_order"] == "reverse":
        answers = answers[::-1]
    key = state.dialect["items_key"]
    key = batch.resource if key == "documents" else key
    head = {"batchUuid": batch.uuid, "status": word, "clientNo": state.client_no}
    return status, {**head, key: answers}, len(answers)


def _pending(batch: Batch, state: State) -> tuple[int, Any, int]:
    word = "QUEUED" if batch.looked == 1 else "PROCESSING"
    style = state.dialect["batch_pending"]
    if style == "empty":
        return 202, None, 0
    if style == "404" and batch.looked == 1:
        return 404, None, 0
    return (200 if style == "200" else 202), {"batchUuid": batch.uuid, "status": word}, 0


def _identified(answer: Json, place: int, state: State) -> Json:
    style = state.dialect["item_identity"]
    if style == "keys":
        return answer
    bare = {name: value for name, value in answer.items() if name not in {"documentNo", "customerNo"}}
    return {**bare, "index": place} if style == "index" else bare


def list_customers(state: State, query: dict[str, str], base: str) -> tuple[int, Json, int]:
    """GET customers: (status, body, records read)."""
    return _list(state, query, base, "customers", list(state.customers.values()))


def list_documents(state: State, query: dict[str, str], base: str) -> tuple[int, Json, int]:
    """GET documents: (status, body, records read)."""
    state.process()
    return _list(state, query, base, "documents", [one for found in state.documents.values() for one in found])


def _list(state: State, query: dict[str, str], base: str, name: str, records: list[Json]) -> tuple[int, Json, int]:
    if "query" in query:
        stored = state.queries.get(query["query"])
        if stored is None or stored[0] < state.clock() - QUERY_LIFE:
            return 404, {}, 0
        query_id, (_, hits, size, most) = query["query"], stored
    else:
        asked = {field: query[key] for key, field in _FILTERS.items() if query.get(key)}
        hits = [one for one in records if all(fold(one.get(field)) == fold(v) for field, v in asked.items())]
        size, most = _bounds(query)
        hits = hits[:most] if len(hits) > most else hits
        if not hits and state.dialect["list_empty"] == "404":
            return 404, {}, 0
        query_id = state.store_query(hits, size, most)
    page = max(1, int(query.get("pageno", "1")))
    shown = hits[(page - 1) * size : page * size]
    pages = max(1, math.ceil(len(hits) / size))
    summary: Json = {
        "pageNo": page,
        "currentPageSize": len(shown),
        "pageSizeLimit": size,
        "totalPages": pages,
        "totalCount": len(hits),
        "maximumCount": most,
    }
    host = {"other": "https://elsewhere.invalid", "http": base.replace("127.0.0.1", "localhost")}
    place = f"{host.get(state.dialect['next_page_host'], base)}/arm/v1/clients/{state.client_no}/{name}"
    end = {"null": None, "empty": "", "same": f"{place}?query={query_id}&pageno={page}"}
    if page < pages:
        summary["nextPage"] = f"{place}?query={query_id}&pageno={page + 1}"
    elif state.dialect["list_end"] != "absent":
        summary["nextPage"] = end[state.dialect["list_end"]]
    summary |= {"lastPage": f"{place}?query={query_id}&pageno={pages}", "queryId": query_id}
    return 200, {"summary": summary, name: shown}, len(shown)


def _bounds(query: dict[str, str]) -> tuple[int, int]:
    """Page size (below 5 becomes 10, capped) and most records (rounded up to whole pages, capped)."""
    size = int(query.get("pagesize") or PAGE)
    size = 10 if size < 5 else min(size, PAGE_CAP)
    most = int(query.get("maximumcount") or CAP)
    return size, min(math.ceil(most / size) * size, CAP)

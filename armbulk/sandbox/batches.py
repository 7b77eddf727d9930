"""Batches: accepted at once, processed when their time has come, and told about from then on."""

import uuid
from copy import deepcopy
from typing import Any

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.records import create_document, save_customer
from armbulk.sandbox.state import SandboxBatch, SandboxState

MOST_ASKED_UNSEEN = 1
"""With `batch_pending=404`, so many looks at a new batch find nothing."""


def accept(state: SandboxState, resource: str, method: str, records: list[Any]) -> Json:
    """Store a batch, and say its number."""
    now = state.clock()
    batch = SandboxBatch(str(uuid.uuid4()), resource, method, records, now, now + state.delay)
    state.batches[batch.uuid] = batch
    said = {"batchUuid": batch.uuid, "status": "QUEUED", "message": "QUEUED", "clientNo": state.client_no}
    where = state.dialect.batch_uuid_in
    return _extra(state, said if where == "top" else {"status": "QUEUED", "message": "QUEUED", where: said})


def process(state: SandboxState) -> None:
    """Process what is due, in the order in which it came."""
    now = state.clock()
    for batch in state.batches.values():
        if batch.answers is None and batch.ready_at <= now:
            _process(state, batch)


def _process(state: SandboxState, batch: SandboxBatch) -> None:
    whole = state.dialect.failures == "whole"
    before = deepcopy((state.customers, state.documents, state.created)) if whole else None
    batch.answers = [_one(state, batch, record) for record in batch.records]
    wrong = [one for one in batch.answers if one["status"] == "FAILED"]
    if before and wrong:
        state.customers, state.documents, state.created = before
        batch.rejected = f"The batch was rejected: {wrong[0]['message']}"


def _one(state: SandboxState, batch: SandboxBatch, record: Any) -> Json:
    if batch.resource == "documents":
        return create_document(state, record, batch.ready_at)[1]
    return save_customer(state, record, create=batch.method == "POST")[1]


def told(state: SandboxState, batch: SandboxBatch) -> tuple[int, Json | None, int]:
    """Answer a GET of a batch: (status, body, records read); nothing changes until it is `seen`."""
    if state.dialect.batch_pending == "404" and batch.asked < MOST_ASKED_UNSEEN:
        return 404, None, 0
    if batch.answers is None:
        return _pending(state, batch)
    if batch.rejected:
        body = {"batchUuid": batch.uuid, "status": "FAILED", "message": batch.rejected, "clientNo": state.client_no}
        return 200, _extra(state, body), 0
    return _done(state, batch, batch.answers)


def seen(batch: SandboxBatch) -> None:
    """Remember that a batch was told about."""
    batch.asked += 1
    batch.looked += batch.answers is not None


def _pending(state: SandboxState, batch: SandboxBatch) -> tuple[int, Json | None, int]:
    style = state.dialect.batch_pending
    if style == "empty":
        return 202, None, 0
    halfway = (batch.accepted_at + batch.ready_at) / 2
    word = "QUEUED" if state.clock() < halfway else "PROCESSING"
    return (200 if style == "200" else 202), _extra(state, {"batchUuid": batch.uuid, "status": word}), 0


def _done(state: SandboxState, batch: SandboxBatch, answers: list[Json]) -> tuple[int, Json, int]:
    style, word = state.dialect.failures, "PROCESSED"
    status = 206 if style != "200" and any(one["status"] == "FAILED" for one in answers) else 200
    items = [_identified(state, one, place) for place, one in enumerate(answers)]
    if style == "206_first" and batch.looked == 0 and len(items) > 1:
        items, status, word = items[: len(items) // 2], 206, "PROCESSING"
    if state.dialect.item_order == "reverse":
        items.reverse()
    key = batch.resource if state.dialect.items_key == "documents" else state.dialect.items_key
    body = {"batchUuid": batch.uuid, "status": word, "clientNo": state.client_no, key: items}
    return status, _extra(state, body), len(items)


def _identified(state: SandboxState, answer: Json, place: int) -> Json:
    style = state.dialect.item_identity
    if style == "keys":
        return answer
    bare = {name: value for name, value in answer.items() if name not in {"documentNo", "customerNo"}}
    return {"index": place, **bare} if style == "index" else bare


def _extra(state: SandboxState, body: Json) -> Json:
    if state.dialect.extra_keys == "no":
        return body
    return {**body, "traceId": "00-4bf92f35", "links": [{"rel": "self", "href": "about:blank"}], "counts": {"all": 0}}

"""Batches: accepted at once, processed when they are due, and reported from then on."""

import uuid
from copy import deepcopy
from typing import Any

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.records import create_document, save_customer
from armbulk.sandbox.responses import summarise_errors
from armbulk.sandbox.state import SandboxBatch, SandboxState

UNKNOWN_POLLS = 1
"""With `batch_pending=404`, how many polls of a new batch answer 404."""


def accept_batch(state: SandboxState, resource: str, method: str, records: list[Any]) -> Json:
    """Store a batch and return the answer with its number."""
    now = state.clock()
    batch = SandboxBatch(str(uuid.uuid4()), resource, method, records, now, now + state.delay)
    state.batches[batch.uuid] = batch
    receipt = {"batchUuid": batch.uuid, "status": "QUEUED", "message": "QUEUED", "clientNo": state.client_no}
    parent = state.behaviour.batch_uuid_in
    return _add_extra_keys(
        state, receipt if parent == "top" else {"status": "QUEUED", "message": "QUEUED", parent: receipt}
    )


def process_due(state: SandboxState) -> None:
    """Process the batches that are due, in the order in which they came."""
    now = state.clock()
    for batch in state.batches.values():
        if batch.answers is None and batch.due_at <= now:
            _process(state, batch)


def _process(state: SandboxState, batch: SandboxBatch) -> None:
    all_or_nothing = state.behaviour.failures == "whole"
    before = deepcopy((state.customers, state.documents, state.created)) if all_or_nothing else None
    batch.answers = [_process_record(state, batch, record) for record in batch.records]
    failures = [answer for answer in batch.answers if answer["status"] == "FAILED"]
    if before and failures:
        state.customers, state.documents, state.created = before
        batch.rejected = f"The batch was rejected: {summarise_errors(failures[0]['errors'])}"


def _process_record(state: SandboxState, batch: SandboxBatch, record: Any) -> Json:
    if batch.resource == "documents":
        return create_document(state, record, batch.due_at)[1]
    return save_customer(state, record, create=batch.method == "POST")[1]


def read_batch(state: SandboxState, batch: SandboxBatch) -> tuple[int, Json | None, int]:
    """Return what a GET of a batch answers: (status, body, records read). `record_poll` counts it once it is sent."""
    if state.behaviour.batch_pending == "404" and batch.polls < UNKNOWN_POLLS:
        return 404, None, 0
    if batch.answers is None:
        return _read_pending(state, batch)
    if batch.rejected:
        body = {"batchUuid": batch.uuid, "status": "FAILED", "message": batch.rejected, "clientNo": state.client_no}
        return 200, _add_extra_keys(state, body), 0
    return _read_processed(state, batch, batch.answers)


def record_poll(batch: SandboxBatch) -> None:
    """Count one answered GET of a batch."""
    batch.polls += 1
    batch.polls_when_done += batch.answers is not None


def _read_pending(state: SandboxState, batch: SandboxBatch) -> tuple[int, Json | None, int]:
    style = state.behaviour.batch_pending
    if style == "empty":
        return 202, None, 0
    halfway = (batch.accepted_at + batch.due_at) / 2
    status = "QUEUED" if state.clock() < halfway else "PROCESSING"
    return (200 if style == "200" else 202), _add_extra_keys(state, {"batchUuid": batch.uuid, "status": status}), 0


def _read_processed(state: SandboxState, batch: SandboxBatch, answers: list[Json]) -> tuple[int, Json, int]:
    style, status = state.behaviour.failures, "PROCESSED"
    http_status = 206 if style != "200" and any(answer["status"] == "FAILED" for answer in answers) else 200
    items = [_identify_item(state, answer, index) for index, answer in enumerate(answers)]
    if style == "206_first" and batch.polls_when_done == 0 and len(items) > 1:
        items, http_status, status = items[: len(items) // 2], 206, "PROCESSING"
    if state.behaviour.item_order == "reverse":
        items.reverse()
    key = batch.resource if state.behaviour.items_key == "documents" else state.behaviour.items_key
    body = {"batchUuid": batch.uuid, "status": status, "clientNo": state.client_no, key: items}
    return http_status, _add_extra_keys(state, body), len(items)


def _identify_item(state: SandboxState, answer: Json, index: int) -> Json:
    style = state.behaviour.item_identity
    if style == "keys":
        return answer
    keyless = {name: value for name, value in answer.items() if name not in {"documentNo", "customerNo"}}
    return {"index": index, **keyless} if style == "index" else keyless


def _add_extra_keys(state: SandboxState, body: Json) -> Json:
    if state.behaviour.extra_keys == "no":
        return body
    return {**body, "traceId": "00-4bf92f35", "links": [{"rel": "self", "href": "about:blank"}], "counts": {"all": 0}}

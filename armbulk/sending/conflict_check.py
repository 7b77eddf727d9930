"""Before customers are changed: what ARM holds of them now, against what was exported and what the user wants.

What is there already is not sent; what somebody else has changed meanwhile is a conflict, shown and not sent; an
address, which ARM changes as a whole, is completed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from armbulk.arm.batch_results import RecordResult
from armbulk.arm.responses import Response, parse_json
from armbulk.model.batch_state import BatchState
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import CHANGED_AT_ARM, Outcome
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.sending.merge import as_wanted, merge
from armbulk.store import Batch, OpenRecord, Run

FEW = 20
"""Customers up to which each is looked up by itself."""

FRESH = 900.0
"""Seconds for which a list of what ARM holds is good: people change things meanwhile."""


@dataclass(slots=True)
class ConflictCheck:
    """Looks at the customers of one run before they are changed."""

    metered: RateLimitedClient
    run: Run
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    listed_at: float | None = None
    looked: set[int] = field(default_factory=set)

    def look(self, batch: Batch) -> RateLimited | CallFailed | None:
        """Compare a batch's customers; None when each was, and what is not to be sent is set aside."""
        waiting = self._open(batch)
        if not waiting:
            return None
        stopped = self._list()
        for record in waiting if stopped is None else ():
            stopped = self._compare(batch, record)
            if stopped is not None:
                break
        return stopped

    def _open(self, batch: Batch) -> list[OpenRecord]:
        return [one for one in self.metered.store.open_records(batch.id)
                if one.base is not None and one.no not in self.looked]  # fmt: skip

    def _list(self) -> RateLimited | CallFailed | None:
        """Take in ARM's list where many are to be compared; what it does not show is looked up."""
        now = self.metered.clock.now()
        if self.listed_at is not None and now - self.listed_at < FRESH:
            return None
        self.listed, self.listed_at = {}, now
        batches = self.metered.store.batches(self.run.id, still_open=True)
        ahead = sum(len(self._open(one)) for one in batches if one.state is BatchState.PLANNED)
        if ahead <= FEW:
            return None
        found = fetch_all(self.metered, "customers", ahead, self.run.id)
        if isinstance(found, RateLimited | CallFailed):
            self.listed_at = None
            return found
        self.listed = {normalise_key_text(str(one.get("customerNo") or "")): one for one in found or ()}
        return None

    def _compare(self, batch: Batch, record: OpenRecord) -> RateLimited | CallFailed | None:
        present = self.listed.get(normalise_key_text(record.key))
        if present is None:
            found = self._single(record)
            if not isinstance(found, dict | None):
                return found
            present = found
        if present is not None:
            self._decide(batch, record, present)
        self.looked.add(record.no)  # what ARM does not know goes as it is: ARM says so in its own words
        return None

    def _decide(self, batch: Batch, record: OpenRecord, present: dict[str, Any]) -> None:
        store, resource = self.metered.store, RESOURCES[batch.resource]
        if self.run.options.get("overwrite"):
            payload = as_wanted(record.payload, present, resource)
        else:
            merged = merge(record.payload, json.loads(record.base or "{}"), present, resource)
            if merged.conflicts:
                told = "; ".join(one.told for one in merged.conflicts)
                store.exclude_record(batch.id, RecordResult(record.no, Outcome.CONFLICT, f"{CHANGED_AT_ARM} {told}"))
                return
            payload = merged.payload
        if payload is None:
            store.exclude_record(batch.id, RecordResult(record.no, Outcome.UNCHANGED, "ARM holds this already"))
        elif payload != record.payload:
            store.replace_payload(batch.id, record.no, payload)

    def _single(self, record: OpenRecord) -> dict[str, Any] | RateLimited | CallFailed | None:
        """Look one customer up; None where ARM does not know it."""
        if self.metered.clock.interrupted:
            return RateLimited(self.metered.clock.now())
        found = self.metered.get(partial(self.metered.arm.get_customer, record.key), 1, run_id=self.run.id)
        if not isinstance(found, Response):
            return found
        body = parse_json(found.body) if found.status == 200 else None
        held = list(_customers(body, normalise_key_text(record.key)))
        if held:
            return held[0]
        if found.status == 404:
            return None
        return CallFailed(replace(found, reason="its answer to the look-up of a customer cannot be read"))


def _customers(body: Any, key: str) -> Iterator[dict[str, Any]]:
    """The customer of that number in an answer, whatever it is wrapped in."""
    if isinstance(body, dict) and normalise_key_text(str(body.get("customerNo") or "")) == key:
        yield body
        return
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for one in inner:
        yield from _customers(one, key)

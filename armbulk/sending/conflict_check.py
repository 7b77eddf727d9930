"""Before customers are changed: compare what was exported, what the user wants, and what ARM has now.

A change that ARM has already is not sent. A field that somebody else has changed meanwhile is a conflict: it is shown,
and not sent. A group of fields that ARM replaces as a whole is completed.
"""

import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from armbulk.model.batch_state import BatchState
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import CHANGED_AT_ARM, Outcome
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.sending.merge import merge
from armbulk.store import Batch, Run

MAX_SINGLE_LOOKUPS = 20
"""Up to so many customers are looked up one by one; for more the list is read."""

MAX_LIST_AGE_SECONDS = 900.0
"""How long a list is used: people change customers meanwhile."""

NOT_AT_ARM = "not sent: ARM has no customer with this number (any more)"

_CUSTOMERS = RESOURCES["customers"]
_NUMBER = _CUSTOMERS.field(_CUSTOMERS.key).path


@dataclass(slots=True)
class ConflictCheck:
    """Compares the customers of one run before they are changed.

    Attributes:
        client: the calls.
        run: the run.
        listed: ARM's list by compared customer number.
        listed_at: when it was read (epoch seconds); None: not yet.
        checked: numbers of the records that were compared.
    """

    client: RateLimitedClient
    run: Run
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    listed_at: float | None = None
    checked: set[int] = field(default_factory=set)

    def check(self, batch: Batch) -> Interruption | None:
        """Compare a batch's customers and set aside those that are not to be sent; None when all were compared."""
        records = self._unchecked(batch)
        if not records:
            return None
        interruption = self._read_list()
        for record in records if interruption is None else ():
            interruption = self._compare(batch, record)
            if interruption is not None:
                break
        return interruption

    def _unchecked(self, batch: Batch) -> list[OpenRecord]:
        records = self.client.store.open_records(batch.id)
        return [record for record in records if record.base is not None and record.no not in self.checked]

    def _read_list(self) -> Interruption | None:
        """Read ARM's list when many customers are to be compared; those it lacks are looked up one by one."""
        now = self.client.clock.now()
        if self.listed_at is not None and now - self.listed_at < MAX_LIST_AGE_SECONDS:
            return None
        self.listed, self.listed_at = {}, now
        batches = self.client.store.batches(self.run.id, still_open=True)
        lookups = sum(len(self._unchecked(batch)) for batch in batches if batch.state is BatchState.PLANNED)
        if lookups <= MAX_SINGLE_LOOKUPS:
            return None
        customers = fetch_all(self.client, "customers", lookups, self.run.id)
        if isinstance(customers, RateLimited | CallFailed):
            self.listed_at = None
            return customers
        self.listed = {normalise_key_text(str(customer.get(_NUMBER) or "")): customer for customer in customers or ()}
        return None

    def _compare(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        current = self.listed.get(normalise_key_text(record.key))
        if current is None:
            lookup = self._look_up(record)
            if isinstance(lookup, RateLimited | CallFailed):
                return lookup
            current = lookup
        if current is None:
            self.client.store.exclude_record(batch.id, RecordResult(record.no, Outcome.CONFLICT, NOT_AT_ARM))
        else:
            self._decide(batch, record, current)
        self.checked.add(record.no)
        return None

    def _decide(self, batch: Batch, record: OpenRecord, current: dict[str, Any]) -> None:
        """Send the rest of the change, or set the record aside."""
        store = self.client.store
        base = {} if self.run.options.get("overwrite") else json.loads(record.base or "{}")
        merged = merge(record.payload, base, current, _CUSTOMERS)
        if merged.conflicts:
            message = "; ".join(conflict.description for conflict in merged.conflicts)
            result = RecordResult(record.no, Outcome.CONFLICT, f"{CHANGED_AT_ARM} {message}")
            store.exclude_record(batch.id, result)
            return
        payload = merged.payload
        if payload is None:
            store.exclude_record(batch.id, RecordResult(record.no, Outcome.UNCHANGED, "ARM holds this already"))
        elif payload != record.payload:
            store.replace_payload(batch.id, record.no, payload)

    def _look_up(self, record: OpenRecord) -> dict[str, Any] | Interruption | None:
        """Look one customer up; None when ARM does not have it."""
        if self.client.clock.interrupted:
            return RateLimited(self.client.clock.now())
        call = partial(self.client.system.look_up_customer, record.key)
        result = self.client.get(call, run_id=self.run.id)
        if isinstance(result, RateLimited | CallFailed):
            return result
        if result.content is not None or result.response.status == 404:
            return result.content
        reason = "its answer to the look-up of a customer cannot be read"
        return CallFailed(replace(result.response, reason=reason))

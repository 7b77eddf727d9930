"""Before customers are sent: compare them with what ARM has now.

What ARM has already is not sent. A change (PUT) is compared with what was exported: a field that somebody else has
changed meanwhile is a conflict. A new customer (POST) that ARM has already, with values that were not sent from here,
is a conflict too. A group of fields that ARM replaces as a whole is completed.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from armbulk.model.batch_state import BatchState
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import ALREADY_IN_ARM, NOT_IN_ARM
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.items import NEW_AT_ARM
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.customer_decision import CustomerDecision, decide_change, decide_new
from armbulk.sending.customer_reader import MAX_LIST_AGE_SECONDS, CustomerReader
from armbulk.sending.merge import CustomerComparison, compare
from armbulk.sending.run_progress import RunProgress
from armbulk.store import Batch, Run

_CUSTOMERS = RESOURCES["customers"]


@dataclass(slots=True)
class SentCustomers:
    """What was sent from here of a client's customers, by hashes.

    Attributes:
        hasher: calculates them.
        fields: hash of the number → JSON of path → hash of the value.
    """

    hasher: CustomerHasher
    fields: dict[str, str]

    @classmethod
    def load(cls, client: RateLimitedClient) -> "SentCustomers":
        """Return what the store has."""
        rows = client.store.sent_customers(client.account).select("customer", "fields").iter_rows()
        return cls(CustomerHasher(client.store.hash_salt()), dict(rows))

    def compare(self, customer_no: str, payload: str, current: dict[str, Any]) -> CustomerComparison:
        """Compare a new customer with what ARM has."""
        hashes = json.loads(self.fields.get(self.hasher.hash_key(customer_no), "{}"))
        return compare(
            payload, current, _CUSTOMERS, lambda path, text: hashes.get(path) == self.hasher.hash_value(path, text)
        )


@dataclass(slots=True)
class ConflictCheck:
    """Compares the customers of one run before they are sent.

    Attributes:
        client: the calls.
        run: the run.
        progress: reports each customer that was compared.
        reader: reads customers in ARM.
        sent: what was sent from here; None: not loaded yet.
        checked: numbers of the records that were compared.
    """

    client: RateLimitedClient
    run: Run
    progress: RunProgress
    reader: CustomerReader = field(init=False)
    sent: SentCustomers | None = None
    checked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin without a list."""
        self.reader = CustomerReader(self.client, self.run.id)

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

    def forget(self, batch: Batch) -> None:
        """Compare a batch's customers again before it goes: it has waited meanwhile."""
        self.checked -= {record.no for record in self.client.store.open_records(batch.id)}

    def _unchecked(self, batch: Batch) -> list[OpenRecord]:
        records = self.client.store.open_records(batch.id)
        if batch.method == "PUT":
            is_wanted = [record.base is not None for record in records]
        else:
            asks = bool(self.run.options.get("compare_customers"))
            read_at = self.run.options.get("customers_read") or 0.0
            is_recent = abs(self.client.clock.now() - read_at) < MAX_LIST_AGE_SECONDS
            is_wanted = [asks and not (is_recent and record.base == NEW_AT_ARM) for record in records]
        return [
            record
            for record, wanted in zip(records, is_wanted, strict=True)
            if wanted and record.no not in self.checked
        ]

    def _read_list(self) -> Interruption | None:
        if self.reader.is_fresh:
            return None
        batches = self.client.store.batches(self.run.id, still_open=True)
        planned = [batch for batch in batches if batch.resource == "customers" and batch.state is BatchState.PLANNED]
        look_ups = sum(len(self._unchecked(batch)) for batch in planned)
        self.progress.expect_look_ups(look_ups)
        interruption = self.reader.read_list(look_ups)
        for check in self.reader.checks:
            self.client.store.save_list_check(self.run.id, check)
        self.reader.checks.clear()
        return interruption

    def _compare(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        current = self.reader.find(record.key, record.payload)
        if isinstance(current, RateLimited | CallFailed):
            return current
        if current is not None:
            self._decide(batch, record, current)
        elif batch.method == "PUT":
            self.client.store.exclude_record(batch.id, RecordResult(record.no, Outcome.CONFLICT, NOT_IN_ARM))
        self.checked.add(record.no)
        self.progress.add_look_ups()
        return None

    def _decide(self, batch: Batch, record: OpenRecord, current: dict[str, Any]) -> None:
        """Send what is to be sent, completed, or set the record aside."""
        store = self.client.store
        decision = self._decide_change(record, current) if batch.method == "PUT" else self._decide_new(record, current)
        if decision.conflict:
            store.exclude_record(batch.id, RecordResult(record.no, Outcome.CONFLICT, decision.conflict))
        elif decision.payload is None:
            store.exclude_record(batch.id, RecordResult(record.no, Outcome.UNCHANGED, ALREADY_IN_ARM))
        elif decision.payload != record.payload:
            store.replace_payload(batch.id, record.no, decision.payload)

    def _decide_change(self, record: OpenRecord, current: dict[str, Any]) -> CustomerDecision:
        return decide_change(record.payload, record.base, current, overwrite=bool(self.run.options.get("overwrite")))

    def _decide_new(self, record: OpenRecord, current: dict[str, Any]) -> CustomerDecision:
        """Decide about a new customer that ARM has already."""
        self.sent = self.sent or SentCustomers.load(self.client)
        comparison = self.sent.compare(record.key, record.payload, current)
        return decide_new(comparison, record.base, overwrite=bool(self.run.options.get("overwrite")))

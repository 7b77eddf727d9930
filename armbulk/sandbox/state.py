"""What the sandbox has: customers, documents, batches, stored queries, and every call. All in memory."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import SAMPLE_ACCOUNT, fold_key, make_kid
from armbulk.sandbox.lists import ArmLists
from armbulk.sandbox.meters import Meters
from armbulk.sandbox.rows import RowFilter, RowMatches


@dataclass(slots=True)
class SandboxBatch:
    """An accepted batch; it is processed at `due_at`."""

    uuid: str
    resource: str
    method: str
    records: list[Any]
    accepted_at: float
    due_at: float
    answers: list[Json] | None = None
    rejected: str = ""
    """Why the batch was rejected as a whole; "" = it was not."""
    polls: int = 0
    """How many GETs of the batch were answered."""
    polls_when_done: int = 0
    """How many of them after it was processed."""


@dataclass(frozen=True, slots=True)
class Query:
    """A stored listing, for its later pages."""

    created_at: float
    resource: str
    row_filter: RowFilter
    expand: bool
    page_size: int
    max_records: int
    matches: RowMatches


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as the server saw it; status 0 = no answer left the server."""

    time: float
    method: str
    path: str
    status: int
    reads: int
    writes: int
    query: str = ""
    body: bytes = b""


@dataclass(slots=True)
class SandboxState:
    """Everything the server remembers; tests read it."""

    client_no: int
    clock: Callable[[], float]
    behaviour: ServerBehaviour
    delay: float
    meters: Meters
    customers: dict[str, Json] = field(default_factory=dict)
    """By folded customerNo, with the keys that ARM computes; customers of `lists` only once they were changed."""
    deleted_customers: set[str] = field(default_factory=set)
    """Deleted customers of `lists`, by folded customerNo."""
    documents: dict[str, list[Json]] = field(default_factory=dict)
    """By folded documentNo, in order of creation; more than one is a duplicate."""
    reservations: dict[str, Json] = field(default_factory=dict)
    """Payment reservations by folded paymentId."""
    item_changes: dict[str, Json] = field(default_factory=dict)
    """Members of AR items that were changed, by folded arItemId."""
    auto_postings: list[Json] = field(default_factory=list)
    """What was posted: sets without validateOnly."""
    created: dict[int, float] = field(default_factory=dict)
    """When a document was created, by its referenceNo."""
    batches: dict[str, SandboxBatch] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    requests: list[CallRecord] = field(default_factory=list)
    """Every call of the API, also those that were refused, failed on purpose or never answered."""
    logins: list[CallRecord] = field(default_factory=list)
    """Every call for a token, without its body: that has the secret."""
    tokens: dict[str, float] = field(default_factory=dict)
    """When each token expires."""
    lists: ArmLists = field(default_factory=ArmLists)
    """The ledger that can be read from the start."""
    next_account: int = 0
    next_reference: int = 0

    def usage(self) -> dict[str, int]:
        """Return the current usage by limit: `hour.requests`, `month.writes` and so on."""
        return self.meters.used()

    def peak(self) -> dict[str, int]:
        """Return the highest usage so far by limit."""
        return self.meters.peak()

    @property
    def refused_over_limit(self) -> int:
        """How many calls were refused because of a limit."""
        return self.meters.refused

    def new_customer(self, customer_no: str) -> Json:
        """Return the keys that ARM computes for a new customer."""
        account = SAMPLE_ACCOUNT + self.next_account
        self.next_account += 1
        return {
            "clientNo": self.client_no,
            "accountNo": account,
            "customerNo": customer_no,
            "customerKid": make_kid(self.client_no, account, 0),
            "balanceTotal": 0,
        }

    def load_lists(self, lists: ArmLists) -> None:
        """Take over a ledger; numbers issued from now on are above its own."""
        self.lists = lists
        self.next_account, self.next_reference = len(lists.customers), len(lists.ar_items)

    def find_customer(self, number: str) -> Json | None:
        """Return a customer as it is now; None if there is none."""
        key = fold_key(number)
        if key in self.customers or key in self.deleted_customers:
            return self.customers.get(key)
        rows = self.lists.by_path["customers"]
        return next((rows[index] for index in rows.find(RowFilter({"customerNo": key}))), None)

    def is_replaced(self, number: str) -> bool:
        """Return whether a customer of `lists` was changed or deleted."""
        key = fold_key(number)
        return key in self.customers or key in self.deleted_customers

    def delete_customer(self, key: str) -> None:
        """Delete a customer, by folded customerNo."""
        self.customers.pop(key, None)
        self.deleted_customers.add(key)

    def has_document(self, key: str) -> bool:
        """Return whether there is a document with a (folded) number."""
        return key in self.documents or bool(self.lists.by_path["documents"].find(RowFilter({"documentNo": key})))

    def has_documents_of(self, key: str) -> bool:
        """Return whether a customer has documents or AR items, by folded customerNo."""
        created = (document for documents in self.documents.values() for document in documents)
        if any(fold_key(document.get("customerNo", "")) == key for document in created):
            return True
        return any(self.lists.by_path[path].find(RowFilter({"customerNo": key})) for path in ("documents", "aritems"))

    def add_customer(self, customer: Mapping[str, object]) -> None:
        """Add a customer without a call; keys that ARM computes are added where they are missing."""
        record = deepcopy(dict(customer))
        number = str(record["customerNo"])
        self.customers[fold_key(number)] = {**self.new_customer(number), **record}

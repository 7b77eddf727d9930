"""What the stand-in ARM knows: customers, documents, batches, stored queries, and every call it saw. All in memory."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from armbulk.sandbox.dialects import ServerBehaviour
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import FIRST_ACCOUNT, fold, kid
from armbulk.sandbox.lists import ArmLists
from armbulk.sandbox.meters import Meters
from armbulk.sandbox.records import create_document, save_customer
from armbulk.sandbox.rows import RowFilter, RowMatches


@dataclass(slots=True)
class SandboxBatch:
    """A batch as accepted: processed when its time has come."""

    uuid: str
    resource: str
    method: str
    records: list[Any]
    accepted_at: float
    ready_at: float
    answers: list[Json] | None = None
    rejected: str = ""
    """Why the batch was rejected as a whole; "" = it was not."""
    looked: int = 0
    """How often it was asked for after it was done."""
    asked: int = 0
    """How often it was asked for at all."""


@dataclass(frozen=True, slots=True)
class Query:
    """A stored listing, for its later pages."""

    at: float
    resource: str
    sought: RowFilter
    expand: bool
    size: int
    most: int
    hits: RowMatches


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
    """Everything the server remembers; tests look at it."""

    client_no: int
    clock: Callable[[], float]
    dialect: ServerBehaviour
    delay: float
    meters: Meters
    customers: dict[str, Json] = field(default_factory=dict)
    """By folded customerNo, with what ARM itself works out; those of the books only once they were changed."""
    gone: set[str] = field(default_factory=set)
    """Customers of the books that were deleted, by folded customerNo."""
    documents: dict[str, list[Json]] = field(default_factory=dict)
    """By folded documentNo, in order of creation; more than one is a duplicate."""
    created: dict[int, float] = field(default_factory=dict)
    """When a document was created, by its referenceNo."""
    batches: dict[str, SandboxBatch] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    requests: list[CallRecord] = field(default_factory=list)
    """Every call of the API, also those that were refused, struck by a fault or never answered."""
    logins: list[CallRecord] = field(default_factory=list)
    """Every call for a token (without its body: it holds the secret)."""
    tokens: dict[str, float] = field(default_factory=dict)
    """Until when a token is good."""
    books: ArmLists = field(default_factory=ArmLists)
    """The ledger that is there to be read."""
    accounts: int = 0
    references: int = 0

    def usage(self) -> dict[str, int]:
        """What counts now against each limit: `hour.requests`, `month.writes` and so on."""
        return self.meters.used()

    def peak(self) -> dict[str, int]:
        """The most that ever counted against each limit."""
        return self.meters.peak()

    @property
    def refused_over_limit(self) -> int:
        """How many calls were refused for a limit."""
        return self.meters.refused

    def new_customer(self, customer_no: str) -> Json:
        """Open an account: what ARM itself knows of a new customer."""
        account = FIRST_ACCOUNT + self.accounts
        self.accounts += 1
        return {
            "clientNo": self.client_no,
            "accountNo": account,
            "customerNo": customer_no,
            "customerKid": kid(self.client_no, account, 0),
            "balanceTotal": 0,
        }

    def keep_books(self, books: ArmLists) -> None:
        """Take over a ledger: numbers that are given out from now on lie above its own."""
        self.books = books
        self.accounts, self.references = len(books.customers), len(books.ar_items)

    def customer(self, number: str) -> Json | None:
        """Find a customer, changed or as in the books."""
        key = fold(number)
        if key in self.customers or key in self.gone:
            return self.customers.get(key)
        rows = self.books.lists["customers"]
        return next((rows[place] for place in rows.find(RowFilter({"customerNo": key}))), None)

    def replaced(self, number: str) -> bool:
        """Whether a customer no longer is as in the books."""
        key = fold(number)
        return key in self.customers or key in self.gone

    def forget_customer(self, key: str) -> None:
        """Delete a customer, wherever it is."""
        self.customers.pop(key, None)
        self.gone.add(key)

    def has_document(self, key: str) -> bool:
        """Whether there is a document with a (folded) number."""
        return key in self.documents or bool(self.books.lists["documents"].find(RowFilter({"documentNo": key})))

    def billed(self, key: str) -> bool:
        """Whether there is a document of a customer, by folded customerNo."""
        came = (one for found in self.documents.values() for one in found)
        if any(fold(one.get("customerNo", "")) == key for one in came):
            return True
        return bool(self.books.lists["documents"].find(RowFilter({"customerNo": key})))

    def seed(self, customer: Mapping[str, object]) -> None:
        """Know a customer from the start; what ARM works out is added where it is missing."""
        given = deepcopy(dict(customer))
        number = str(given["customerNo"])
        self.customers[fold(number)] = {**self.new_customer(number), **given}

    def put_customer(self, given: Any, *, create: bool = True) -> tuple[int, Json]:
        """Create or change a customer behind the API's back: (status, answer)."""
        return save_customer(self, given, create=create)

    def post_document(self, given: Any) -> tuple[int, Json]:
        """Create a document behind the API's back: (status, answer)."""
        return create_document(self, given, self.clock())

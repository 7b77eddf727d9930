"""What the stand-in ARM knows: customers, documents, batches, stored queries. All in memory."""

import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from armbulk.sandbox.meters import Meters
from armbulk.sandbox.shapes import COMPUTED, CUSTOMER, DOCUMENT, REQUIRED, faults

Json = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """A batch as accepted: processed when its time has come."""

    uuid: str
    resource: str
    method: str
    records: list[Any]
    ready_at: float
    answers: list[Json] | None = None
    looked: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the server saw it."""

    time: float
    method: str
    path: str
    status: int
    reads: int
    writes: int


@dataclass(slots=True)
class State:
    """Everything the server remembers; tests look at it."""

    client_no: int
    clock: Callable[[], float]
    dialect: Mapping[str, str]
    delay: float
    meters: Meters
    customers: dict[str, Json] = field(default_factory=dict)
    documents: dict[str, list[Json]] = field(default_factory=dict)
    created: dict[str, float] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    queries: dict[str, tuple[float, list[Json], int, int]] = field(default_factory=dict)
    requests: list[Call] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    number: int = 35000

    def usage(self) -> dict[str, int]:
        """What counts now, by `window.meter`."""
        return self.meters.used()

    def peak(self) -> dict[str, int]:
        """The most that ever counted, by `window.meter`."""
        return dict(self.meters.peak)

    @property
    def refused_over_limit(self) -> int:
        """How many calls were refused for a limit."""
        return self.meters.refused

    def next(self) -> int:
        """A new number."""
        self.number += 1
        return self.number

    # ── customers ───────────────────────────────────────────────────────────────────────────────────────────────

    def put_customer(self, given: Any, *, create: bool) -> tuple[int, Json]:
        """Create or change a customer: (status, answer)."""
        wrong = _wrong(given, "customer", CUSTOMER)
        if wrong:
            return 422, _failed(given, wrong)
        key = fold(given["customerNo"])
        stored = self.customers.get(key)
        if stored is None and not create:
            return int(self.dialect["put_unknown"]), _failed(given, [], "Customer not found")
        if stored is None:
            missing = [name for name in REQUIRED["customer"] if not given.get(name)]
            if missing:
                return 422, _failed(given, [{"field": name, "message": f"{name} is required"} for name in missing])
            stored = self.customers[key] = self._new_customer()
            result, status = "CREATED", 201
        else:
            result, status = "UPDATED", int(self.dialect["post_existing"]) if create else 200
        change(stored, given)
        warnings = sanitise(stored, "emailAddressDocument")
        return status, self._answer(result, stored, warnings)

    def _new_customer(self) -> Json:
        account = 500000 + len(self.customers) + 1
        kid = f"500{self.client_no:04d}{account}0000000"
        return {"clientNo": self.client_no, "accountNo": account, "customerKid": kid + mod10(kid), "balanceTotal": 0}

    # ── documents ───────────────────────────────────────────────────────────────────────────────────────────────

    def post_document(self, given: Any) -> tuple[int, Json]:
        """Create a document: (status, answer)."""
        wrong = _wrong(given, "document", DOCUMENT)
        if not wrong:
            missing = [name for name in REQUIRED["document"] if not given.get(name)]
            wrong = [{"field": name, "message": f"{name} is required"} for name in missing]
        if wrong:
            return 422, _failed(given, wrong)
        key = fold(given["documentNo"])
        if key in self.documents and self.dialect["duplicate"] == "refuse":
            return 422, _failed(given, [{"field": "documentNo", "message": "Document already exists"}])
        customer = self.customers.get(fold(given["customerNo"]))
        if customer is None:
            status = 404 if self.dialect["unknown_customer"] == "404" else 422
            return status, _failed(given, [{"field": "customerNo", "message": "Customer not found"}])
        stored = {**given, "referenceNo": self.next(), "documentBundleId": 432000 + self.number}
        if not stored.get("kid"):
            kid = f"500{self.client_no:04d}{customer['accountNo']}{stored['referenceNo']:07d}"
            stored["kid"] = kid + mod10(kid)
        warnings = sanitise(stored, "emailAddress")
        self.documents.setdefault(key, []).append(stored)
        self.created[key] = self.clock()
        return 201, self._answer("CREATED", {**customer, **stored}, warnings)

    def find_document(self, number: str) -> list[Json]:
        """The documents with a number, once they are visible."""
        self.process()
        key = fold(number)
        if self.clock() < self.created.get(key, 0.0) + float(self.dialect["visibility"]):
            return []
        return self.documents.get(key, [])

    def _answer(self, result: str, stored: Json, warnings: list[Json]) -> Json:
        answer: Json = {"status": "PROCESSED", "result": result, "message": result}
        names = ("clientNo", "accountNo", "referenceNo", "documentBundleId", "customerNo", "documentNo")
        answer.update({name: stored[name] for name in names if name in stored})
        if self.dialect["warnings"] == "list" or warnings:
            answer["warnings"] = warnings
        elif self.dialect["warnings"] == "null":
            answer["warnings"] = None
        return answer

    # ── batches ─────────────────────────────────────────────────────────────────────────────────────────────────

    def accept(self, resource: str, method: str, records: list[Any]) -> Batch:
        """Store a batch; it is processed after the delay."""
        batch = Batch(str(uuid.uuid4()), resource, method, records, self.clock() + self.delay)
        self.batches[batch.uuid] = batch
        return batch

    def process(self) -> None:
        """Process what is due, in the order in which it came."""
        for batch in self.batches.values():
            if batch.answers is None and batch.ready_at <= self.clock():
                batch.answers = [self._one(batch, record) for record in batch.records]

    def _one(self, batch: Batch, record: Any) -> Json:
        if batch.resource == "documents":
            return self.post_document(record)[1]
        return self.put_customer(record, create=batch.method == "POST")[1]

    def store_query(self, hits: list[Json], page_size: int, most: int) -> str:
        """Keep the hits of a listing for its later pages."""
        query = secrets.token_urlsafe(16)
        self.queries[query] = (self.clock(), hits, page_size, most)
        return query


def fold(value: Any) -> str:
    """A value as ARM compares it: case does not count."""
    return str(value).strip().casefold()


def change(stored: Json, given: Json) -> None:
    """PUT semantics: an absent or null key leaves the value; the address changes as a whole; arrays are replaced."""
    for name, value in given.items():
        if value is None or name in COMPUTED:
            continue
        if name == "postalAddress":
            stored[name] = {**dict.fromkeys(CUSTOMER[name], ""), **value}
        elif isinstance(value, dict):
            stored[name] = {**stored.get(name, {}), **{k: v for k, v in value.items() if v is not None}}
        else:
            stored[name] = value


def sanitise(stored: Json, name: str) -> list[Json]:
    """Take blanks out of e-mail addresses, and say so in ARM's own words (and at its length)."""
    warnings = []
    for place, address in enumerate(stored.get(name) or []):
        clean = re.sub(r"\s", "", address)
        if clean != address:
            stored[name][place] = clean
            message = f"Email address {address} was sanitized: {clean} was saved"
            warnings.append({"field": "EmailAddressDocument", "message": message[:78]})
    return warnings


def mod10(digits: str) -> str:
    """The check digit of a KID."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        weighted = int(digit) * (2 if place % 2 == 0 else 1)
        total += weighted // 10 + weighted % 10
    return str(-total % 10)


def _wrong(given: Any, kind: str, shape: Json) -> list[Json]:
    if not isinstance(given, dict):
        return [{"field": kind, "message": f"{kind} must be an object"}]
    wrong: list[Json] = list(faults(given, shape))
    key = f"{kind}No"
    if not wrong and not given.get(key):
        wrong.append({"field": key, "message": f"{key} is required"})
    return wrong


def _failed(given: Any, errors: list[Json], message: str = "") -> Json:
    answer: Json = {"status": "FAILED", "result": "REJECTED"}
    answer["message"] = message or (errors[0]["message"] if errors else "Rejected")
    if isinstance(given, dict):
        answer.update({name: given[name] for name in ("customerNo", "documentNo") if name in given})
    return {**answer, "errors": errors}

"""Read a run's accepted records back from ARM, one by one or from lists, and compare them with what was sent.

Nothing is sent. What was observed is stored at once: an interrupted reading continues.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import polars as pl

from armbulk.errors import ServerError
from armbulk.i18n import _
from armbulk.model.fields import MASK
from armbulk.model.keys import normalise_key_text
from armbulk.model.lookup import (
    NO_LOOKUP_STATUSES,
    ComparedField,
    DocumentLookup,
    ExpectedDocument,
    LookupResult,
    expect_document,
)
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Progress
from armbulk.model.record_messages import (
    CUSTOMER_REMOVED,
    FIELD_NAMES,
    LOOKUP_ANSWERED,
    LOOKUP_UNCLEAR,
    NOT_SHOWN,
    NUMBER_REMOVED,
    SEVERAL_IN_ARM,
)
from armbulk.model.response import ApiResult, Response
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimitedClient
from armbulk.retry import lookup_backoff
from armbulk.sending.bulk_lookup import MAX_PAGE_RECORDS
from armbulk.sending.customer_reader import CustomerReader
from armbulk.sending.run_progress import RunProgress
from armbulk.store import READ_BACK_SCHEMA
from armbulk.waiting import CallRepeater, create_lookup_waiter

MAX_REPEATS = 3
"""How often a document is looked up again that was accepted a short time ago and is not found."""

_VALUES = {
    "number": "number",
    "type": "doc_type",
    "customer": "customer",
    "date": "date",
    "currency": "currency",
    "amount": "amount",
}
"""Compared field → column of READ_BACK_SCHEMA."""

_STRICT = frozenset({"number", "customer"})
"""Fields that differ where only leading zeros or blanks differ."""


@dataclass(slots=True)
class ReadBack:
    """Reads the accepted records of one run.

    Attributes:
        client: the calls.
        run_id: the run.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called with each step.
    """

    client: RateLimitedClient
    run_id: int
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None
    _calls: CallRepeater = field(init=False)
    _progress: RunProgress = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the waits."""
        hint = _("What was read is kept. Continue with: armbulk verify {run}", run=self.run_id)
        waiter = create_lookup_waiter(self.client, self.pause, self.on_progress, hint, waits=self.waits)
        self._calls = CallRepeater(waiter)
        self._progress = RunProgress(self.client, 0, self.on_progress)

    def expect(self, records: int) -> None:
        """Set how many records are to be looked up."""
        self._progress.expect_look_ups(records)

    def compare_listed(
        self,
        documents: pl.DataFrame,
        listed: Iterable[Mapping[str, Any]],
        usage: ApiUsage,
        repeated: Iterable[Mapping[str, Any]] = (),
    ) -> list[int]:
        """Compare documents with those of ARM's list, and store what is certain.

        Args:
            documents: accepted documents (`store.ITEM_SCHEMA`).
            listed: records of the list.
            usage: what reading the list used of the quota.
            repeated: records that were read more than once; the list shows each once. ARM may have several.

        Returns:
            The numbers (`no`) of the documents of which the list does not show enough: they are to be looked up.
        """
        expected = {no: expect_document(row) for no, row in _rows(documents)}
        by_number: dict[str, list[int]] = {}
        for no, document in expected.items():
            by_number.setdefault(normalise_key_text(document.document_no), []).append(no)
        records: dict[int, list[Mapping[str, Any]]] = {}
        for record in listed:
            for no in by_number.get(normalise_key_text(str(record.get("documentNo") or "")), ()):
                records.setdefault(no, []).append(record)
        several = {normalise_key_text(str(record.get("documentNo") or "")) for record in repeated}
        unsure = {no for number in several for no in by_number.get(number, ())}
        rows, left = [], sorted(unsure)
        for no in expected.keys() - unsure:
            document = expected[no]
            lookup = self.client.system.compare_document(document, records.get(no, []))
            row = describe_document(no, document, lookup)
            is_compared = row["result"] in {LookupResult.EQUAL.value, LookupResult.DIFFERENT.value}
            if is_compared or row["message"] == str(CUSTOMER_REMOVED):
                rows.append(row)
            else:
                left.append(no)
        self._save(rows, usage)
        return left

    def look_up_documents(self, documents: pl.DataFrame, *, repeats: int = 0) -> None:
        """Look documents up by their numbers; those that are not found up to `repeats` times again, a little later."""
        rows = list(_rows(documents))
        for attempt in range(repeats + 1):
            missing = []
            for no, row in rows:
                if self._look_up_document(no, expect_document(row)) is LookupResult.ABSENT:
                    missing.append((no, row))
                if attempt == 0:
                    self._progress.add_look_ups()
            rows = missing
            if not rows or attempt == repeats:
                return
            self._calls.waiter.sleep(self.client.clock.now() + lookup_backoff(self.pause).delay(attempt + 1))

    def _look_up_document(self, no: int, expected: ExpectedDocument) -> LookupResult:
        call = partial(self.client.system.look_up_document, expected)
        result = self._calls.repeat(lambda: self._get(call))
        row = describe_document(no, expected, result.content)
        self._save([row], ApiUsage(result.response.requests, 1))
        return LookupResult(row["result"])

    def check_customers(self, customers: pl.DataFrame) -> None:
        """Make sure that ARM has customers, by its list where many are needed."""
        reader = CustomerReader(self.client)
        self._calls.repeat(lambda: reader.read_list(customers.height))
        rows, left = [], []
        for no, row in _rows(customers):
            if normalise_key_text(row["key"]) in reader.listed:
                rows.append(_customer_row(no, row, LookupResult.EQUAL))
            else:
                left.append((no, row))
        if rows:
            pages = math.ceil(len(reader.listed) / MAX_PAGE_RECORDS)
            self._save(rows, ApiUsage(pages, len(reader.listed)))
            self._progress.add_look_ups(len(rows))
        for no, row in left:
            self._check_customer(no, row)
            self._progress.add_look_ups()

    def _check_customer(self, no: int, row: Mapping[str, Any]) -> None:
        if MASK in row["key"]:
            self._save([_customer_row(no, row, LookupResult.UNKNOWN, NUMBER_REMOVED)], ApiUsage())
            return
        call = partial(self.client.system.look_up_customer, row["key"])
        result = self._calls.repeat(lambda: self._get(call))
        message = None
        if result.content:
            verdict = LookupResult.EQUAL
        elif result.content is not None or result.response.is_not_found:
            verdict = LookupResult.ABSENT
        else:
            verdict, message = LookupResult.UNKNOWN, LOOKUP_ANSWERED.fill(status=result.response.status)
        self._save([_customer_row(no, row, verdict, message)], ApiUsage(result.response.requests, 1))

    def _get(self, call: Callable[[], ApiResult[Any]]) -> ApiResult[Any] | Interruption:
        result = self.client.get(call, priority=Priority.NORMAL)
        if isinstance(result, CallFailed):
            return result
        if isinstance(result, ApiResult) and result.response.status in NO_LOOKUP_STATUSES:
            raise _no_lookups_error(result.response)
        return result

    def _save(self, rows: list[dict[str, Any]], usage: ApiUsage) -> None:
        self.client.store.save_read_back(self.run_id, pl.DataFrame(rows, schema=READ_BACK_SCHEMA), usage)


def describe_document(no: int, expected: ExpectedDocument, lookup: DocumentLookup) -> dict[str, Any]:
    """Return the row (READ_BACK_SCHEMA) of a document that was read back.

    Every value that was sent has to be shown by ARM; otherwise the document is not compared.
    """
    row: dict[str, Any] = {**dict.fromkeys(READ_BACK_SCHEMA), "no": no, "documents": 0, "message": None}
    if not lookup.documents:
        result = lookup.result if lookup.result is LookupResult.ABSENT else LookupResult.UNKNOWN
        return {**row, "result": result.value, "message": str(lookup.message)}
    is_removed = MASK in expected.customer
    fields = {each.name: each for each in lookup.documents[0] if each.name != "customer" or not is_removed}
    sent = {
        "number": expected.document_no,
        "type": expected.doc_type,
        "customer": "" if is_removed else expected.customer,
        "date": expected.date,
        "currency": expected.currency,
        "amount": expected.amount or "",
    }
    problem = _find_problem(fields, sent)
    if problem is not None:
        return {**row, "result": LookupResult.UNKNOWN.value, "message": str(problem)}
    values = {name: _value_in_arm(compared, sent[name]) for name, compared in fields.items()}
    row |= {_VALUES[name]: value for name, value in values.items()}
    is_equal = all(_is_same(name, values[name], sent[name]) for name in values)
    count = len(lookup.documents)
    if is_removed and is_equal and count == 1:
        return {
            **row,
            **dict.fromkeys(_VALUES.values()),
            "result": LookupResult.UNKNOWN.value,
            "message": str(CUSTOMER_REMOVED),
        }
    if count > 1:
        row |= {
            "amount": _add_amounts(lookup, values),
            "message": str(SEVERAL_IN_ARM.fill(count=count, number=expected.document_no)),
        }
    verdict = LookupResult.EQUAL if is_equal and count == 1 else LookupResult.DIFFERENT
    return {**row, "documents": count, "result": verdict.value}


def _find_problem(fields: Mapping[str, ComparedField], sent: Mapping[str, str]) -> str | None:
    """Why a document cannot be compared: ARM does not show a value, or writes it so that it cannot be read."""
    for name, value in sent.items():
        if value and name not in fields:
            return NOT_SHOWN.fill(field=FIELD_NAMES[name])
        if value and not fields[name].is_same and not fields[name].text:
            return LOOKUP_UNCLEAR
    return None


def _value_in_arm(compared: ComparedField, sent: str) -> str:
    """ARM's value; the one that was sent where it is the same."""
    if compared.name in _STRICT:
        return normalise_key_text(sent) if compared.text == normalise_key_text(sent) else compared.text
    return sent if compared.is_same else compared.text


def _is_same(name: str, there: str, sent: str) -> bool:
    return there == (normalise_key_text(sent) if name in _STRICT else sent)


def _add_amounts(lookup: DocumentLookup, values: Mapping[str, str]) -> str | None:
    """The sum of the amounts of documents with one number; that of the first where another cannot be read."""
    amounts = [
        Decimal(compared.here if compared.is_same else compared.text)
        for document in lookup.documents
        for compared in document
        if compared.name == "amount" and (compared.is_same or compared.text)
    ]
    return f"{sum(amounts):f}" if len(amounts) == len(lookup.documents) else values.get("amount")


def _customer_row(no: int, row: Mapping[str, Any], result: LookupResult, message: str | None = None) -> dict[str, Any]:
    is_there = result is LookupResult.EQUAL
    number = row["key_norm"] if is_there else None
    return {
        **dict.fromkeys(READ_BACK_SCHEMA),
        "no": no,
        "result": result.value,
        "documents": int(is_there),
        "message": None if message is None else str(message),
        "number": number,
    }


def _rows(records: pl.DataFrame) -> Iterable[tuple[int, dict[str, Any]]]:
    return ((row["no"], row) for row in records.iter_rows(named=True))


def _no_lookups_error(response: Response) -> ServerError:
    return ServerError(
        "cannot-look-up",
        _("ARM does not allow look-ups of single records (status {status})", status=response.status),
        _("The import is not affected. Compare the control totals with a list from ARM"),
    )

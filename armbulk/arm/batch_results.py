"""Reading what ARM says of a batch and of a single document, whatever its dialect.

Items are matched to records by their key, then by index or position only where the counts agree. A word
that is not known to mean success is never taken for one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.arm.responses import Response, notes_of, parse_json, words_of
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome

CREATED = frozenset({"created", "inserted", "createdwithwarnings", "createdwithwarning"})
UPDATED = frozenset({"updated", "changed", "modified", "updatedwithwarnings", "updatedwithwarning"})
UNCHANGED = frozenset({"unchanged", "nochange", "notmodified"})
FAILED = frozenset(
    {"failed", "failure", "rejected", "error", "invalid", "batchrejected", "refused", "declined", "notcreated", "false"}
)
PENDING = frozenset({"queued", "processing", "pending", "accepted", "received", "inprogress", "running", "waiting"})
NEUTRAL = frozenset({"processed", "ok", "success", "succeeded", "completed", "done", "finished", "true"})

_KEYS = {"documents": "documentno", "customers": "customerno"}
_REFERENCES = {"documents": "referenceno", "customers": "accountno"}
_INDEXES = ("index", "itemindex", "objectindex", "position", "sequenceno", "itemno")
SPLITTABLE = frozenset({400, 422})
"""Refusals of a whole batch that may be the fault of single records in it."""
_ARRAYS = ("documents", "customers", "items", "results", "responses")
_NO_ITEMS = frozenset({"warnings", "errors"})
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What ARM says of one record. `message` is ARM's own words."""

    no: int
    outcome: Outcome
    message: str = ""
    warnings: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What one look at a batch gave.

    `results` has one Result per record with an outcome; `pending` tells that ARM still works on it; `strange`
    quotes items that belong to no record sent; `items` counts what was returned (records read).
    """

    pending: bool
    results: tuple[RecordResult, ...] = ()
    strange: tuple[str, ...] = ()
    items: int = 0
    message: str = ""


def read_batch(reply: Response, resource: str, sent: Sequence[tuple[int, str]]) -> BatchStatus:
    """Read the answer to GET batches/{uuid}; `sent` is (record number, key) in the order of the body."""
    body = parse_json(reply.body)
    items = list(_items(body))
    word = _fold(_low(body).get("status"))
    if not items:
        return _without_items(reply, body, word, sent)
    matched, strange = _match(items, resource, sent)
    read = [_result(no, found, resource) for no, found in matched.items()]
    results = tuple(sorted((one for one in read if one is not None), key=lambda one: one.no))
    pending = reply.status == 202 or word in PENDING or len(read) > len(results)
    return BatchStatus(pending, results, tuple(strange), len(items), words_of(body))


def rejected_records(reply: Response, resource: str, sent: Sequence[tuple[int, str]]) -> list[RecordResult]:
    """The records that the refusal of a whole batch itself names as rejected."""
    if reply.status not in SPLITTABLE:
        return []
    read = read_batch(reply, resource, sent)
    items = [one for one in read.results if read.items and one.outcome is Outcome.REJECTED]
    if items:
        return items
    by_key = {normalise_key_text(key): no for no, key in sent}
    errors = _low(parse_json(reply.body)).get("errors")
    named = [(_key(one, resource), one) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    said = {
        by_key[normalise_key_text(key)]: notes_of([one])[:1]
        for key, one in named
        if key and normalise_key_text(key) in by_key
    }
    return [RecordResult(no, Outcome.REJECTED, "".join(words)) for no, words in said.items()]


def count_records(reply: Response) -> int:
    """How many records the answer to a look at a batch holds; never counted as none."""
    return max(read_batch(reply, "documents", ()).items, 1)


def client_no_of(reply: Response) -> str:
    """The client number an answer says it is for; "" where it says none."""
    said = _low(parse_json(reply.body)).get("clientno")
    return str(said).strip() if isinstance(said, (str, int)) and not isinstance(said, bool) else ""


def _without_items(reply: Response, body: Any, word: str, sent: Sequence[tuple[int, str]]) -> BatchStatus:
    if reply.status in {200, 206} and word in FAILED:
        said = words_of(body) or "ARM rejected the whole batch"
        return BatchStatus(pending=False, results=tuple(RecordResult(no, Outcome.REJECTED, said) for no, _ in sent))
    return BatchStatus(pending=reply.status == 202 or word in PENDING or body is None, message=words_of(body))


def _items(body: Any, depth: int = 0, group: str = "") -> Iterator[dict[str, Any]]:
    """Every object in every array of the answer that is not a list of warnings or errors."""
    if depth > _DEEPEST:
        return
    if isinstance(body, list):
        for entry in body:
            if isinstance(entry, dict):
                yield {**entry, "#group": group}
    elif isinstance(body, dict):
        for name, value in body.items():
            if name.lower() not in _NO_ITEMS:
                yield from _items(value, depth + 1, name.lower())


def _match(
    items: Sequence[dict[str, Any]], resource: str, sent: Sequence[tuple[int, str]]
) -> tuple[dict[int, list[dict[str, Any]]], list[str]]:
    by_key = {normalise_key_text(key): no for no, key in sent}
    matched: dict[int, list[dict[str, Any]]] = {}
    strange: list[str] = []
    unnamed: list[dict[str, Any]] = []
    for item in items:
        key = _key(item, resource)
        if key is None:
            unnamed.append(item)
        elif (no := by_key.get(normalise_key_text(key))) is not None:
            matched.setdefault(no, []).append(item)
        else:
            strange.append(f"ARM answered for {key!r}, which was not sent in this batch")
    by_place = _by_place(_one_array(unnamed, len(sent)), sent) if sent and len(unnamed) == len(items) else {}
    if unnamed and not by_place:
        strange.append(f"{len(unnamed)} items of ARM's answer name no record")
    return matched or {no: [item] for no, item in by_place.items()}, strange


def _one_array(unnamed: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The items of the one array that may answer `most` records: by its name, else because no other has so many."""
    arrays: dict[str, list[dict[str, Any]]] = {}
    for item in unnamed:
        arrays.setdefault(str(item["#group"]), []).append(item)
    fitting = [found for found in arrays.values() if len(found) == most]
    known = [arrays[name] for name in _ARRAYS if len(arrays.get(name, ())) == most]
    chosen = known or fitting
    return chosen[0] if len(chosen) == 1 else []


def _by_place(items: Sequence[dict[str, Any]], sent: Sequence[tuple[int, str]]) -> dict[int, dict[str, Any]]:
    if not items:
        return {}
    places = [_index(item) for item in items]
    if all(place is None for place in places):
        return {no: item for (no, _), item in zip(sent, items, strict=True)}
    for first in (0, 1):
        if sorted(p for p in places if p is not None) == list(range(first, first + len(sent))):
            return {sent[p - first][0]: item for p, item in zip(places, items, strict=True) if p is not None}
    return {}


def _result(no: int, items: Sequence[dict[str, Any]], resource: str) -> RecordResult | None:
    """One record's result; None while ARM still works on it."""
    verdicts = {_verdict(item, resource) for item in items}
    low = _low(items[-1])
    said = words_of(items[-1])
    if verdicts == {None}:
        return None
    if len(verdicts) > 1:
        return RecordResult(no, Outcome.CONFLICT, f"ARM gave {len(items)} different answers: {said}")
    outcome = verdicts.pop()
    assert outcome is not None  # noqa: S101 - the only None was ruled out above
    warnings = tuple(notes_of(low.get("warnings")))
    if _fold(said) == outcome.value:
        said = ""  # "CREATED" says nothing that the outcome does not
    if outcome is Outcome.IN_DOUBT:
        said = (
            f"ARM answered with words armbulk does not know: {low.get('status')} / {low.get('result')} {said}".strip()
        )
    return RecordResult(no, _warned(outcome, warnings), said, warnings, _reference(low, resource))


def _warned(outcome: Outcome, warnings: tuple[str, ...]) -> Outcome:
    with_warnings = {
        Outcome.CREATED: Outcome.CREATED_WITH_WARNINGS,
        Outcome.UPDATED: Outcome.UPDATED_WITH_WARNINGS,
    }
    return with_warnings.get(outcome, outcome) if warnings else outcome


def _verdict(item: Mapping[str, Any], resource: str) -> Outcome | None:
    low = _low(item)
    words = [_fold(low.get(name)) for name in ("result", "status", "outcome", "resulttype", "success")]
    codes = [low.get(name) for name in ("statuscode", "httpstatus", "code", "status")]
    said = [word for word in words if word and not word.isdigit()]
    said += [_code_word(code) for code in codes if _is_http(code)]
    known = {_class(word) for word in said}
    if Outcome.REJECTED in known:
        return Outcome.REJECTED if not known & {Outcome.CREATED, Outcome.UPDATED} else Outcome.IN_DOUBT
    if "unknown" in known:
        return Outcome.IN_DOUBT
    definite = [one for one in known if isinstance(one, Outcome)]
    if len(definite) == 1:
        return definite[0]
    if definite:
        return Outcome.IN_DOUBT
    if "pending" in known:
        return None
    return _silent(known, low, resource)


def _silent(known: set[Outcome | str], low: Mapping[str, Any], resource: str) -> Outcome:
    """No word says what happened: look at the list it stood in, its errors, and whether it says done at all."""
    group = str(low.get("#group", ""))
    if notes_of(low.get("errors")) or group in {"failed", "rejected"}:
        return Outcome.REJECTED
    done = "neutral" in known or group in {"succeeded", "created"}
    if not done:
        return Outcome.IN_DOUBT
    said = _class(_fold(low.get("message")))
    if isinstance(said, Outcome):
        return said
    return Outcome.CREATED if resource == "documents" else Outcome.UPDATED


def _class(word: str) -> Outcome | str:
    for words, meaning in (
        (CREATED, Outcome.CREATED),
        (UPDATED, Outcome.UPDATED),
        (UNCHANGED, Outcome.UNCHANGED),
        (FAILED, Outcome.REJECTED),
    ):
        if word in words:
            return meaning
    if word in PENDING:
        return "pending"
    return "neutral" if word in NEUTRAL else "unknown"


def _is_http(code: Any) -> bool:
    return str(code).isdigit() and 100 <= int(code) < 600


def _code_word(code: Any) -> str:
    number = int(code)
    if number == 201:
        return "created"
    if number == 202:
        return "pending"
    return "ok" if number < 300 else "failed"


def _reference(low: Mapping[str, Any], resource: str) -> str:
    value = low.get(_REFERENCES[resource])
    return "" if value is None else str(value)


def _key(item: Mapping[str, Any], resource: str) -> str | None:
    low = _low(item)
    inner = _low(low.get(resource[:-1]))
    for value in (low.get(_KEYS[resource]), inner.get(_KEYS[resource])):
        if isinstance(value, (str, int)) and str(value).strip():
            return str(value)
    return None


def _index(item: Mapping[str, Any]) -> int | None:
    low = _low(item)
    found = [low[name] for name in _INDEXES if isinstance(low.get(name), int)]
    return found[0] if found else None


def _low(body: Any) -> dict[str, Any]:
    """The object with lower-case keys; of an object that only wraps another (`data`, `batch`), both."""
    if not isinstance(body, dict):
        return {}
    low = {str(name).lower(): value for name, value in body.items()}
    for wrapper in ("data", "batch"):
        if isinstance(low.get(wrapper), dict):
            low = {**_low(low[wrapper]), **low}
    return low


def _fold(word: Any) -> str:
    return re.sub(r"[\s_-]", "", str(word)).lower() if isinstance(word, (str, bool, int)) else ""


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """What armbulk sent of a document: enough to recognise it at ARM."""

    document_no: str
    doc_type: str
    customer: str
    date: str
    amount: str | None
    currency: str


class LookupResult:
    """What looking a document up can show."""

    EQUAL = "found and equal"
    DIFFERENT = "found, but different"
    ABSENT = "not found"
    UNKNOWN = "no observation"


def read_document(reply: Response, fact: ExpectedDocument) -> tuple[str, str, str]:
    """Read GET documents/{documentno}: (a Look word, what to tell, ARM's reference)."""
    if reply.error is None and reply.status == 404:
        return LookupResult.ABSENT, "ARM does not know the document (yet)", ""
    body = parse_json(reply.body) if reply.error is None and reply.status == 200 else None
    found = list(_documents(body))
    if not found and isinstance(body, list | dict):
        return LookupResult.ABSENT, "ARM does not know the document (yet)", ""
    if not found:
        return LookupResult.UNKNOWN, reply.reason or f"ARM answered {reply.status} to the look-up", ""
    if len(found) > 1:
        return LookupResult.DIFFERENT, f"ARM holds {len(found)} documents with number {fact.document_no}", ""
    differences = _differences(found[0], fact)
    reference = _reference(_low(found[0]), "documents")
    if differences is None:
        return LookupResult.UNKNOWN, "ARM's answer to the look-up holds nothing to compare", reference
    if differences:
        return (
            LookupResult.DIFFERENT,
            "ARM holds another document with this number: " + "; ".join(differences),
            reference,
        )
    return LookupResult.EQUAL, "found at ARM after the answer was lost", reference


def holds_document(reply: Response, number: str) -> bool:
    """Whether an answer to a look-up shows a document of that number, with whatever else."""
    found = _documents(parse_json(reply.body)) if reply.status == 200 else ()
    named = [_low(one).get("documentno") for one in found]
    return any(
        isinstance(name, (str, int)) and normalise_key_text(str(name)) == normalise_key_text(number) for name in named
    )


def _documents(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, list):
        yield from (entry for entry in body if isinstance(entry, dict))
    elif isinstance(body, dict):
        low = {str(name).lower(): value for name, value in body.items()}
        inner = next((low[name] for name in ("document", "documents", "data") if name in low), None)
        if "documentno" in low or inner is None:
            yield body
        else:
            yield from _documents(inner)


def _differences(document: Mapping[str, Any], fact: ExpectedDocument) -> list[str] | None:
    """What differs from what was sent; None when nothing can be compared."""
    low = _low(document)
    amounts = _low(low.get("currencyamounts"))
    pairs = [
        ("document no", low.get("documentno"), fact.document_no),
        ("type", low.get("documenttype"), fact.doc_type),
        ("customer", low.get("customerno"), fact.customer),
        ("date", str(low.get("documentdate") or "")[:10] or None, fact.date),
        ("currency", low.get("currency"), fact.currency),
        ("amount incl. VAT", amounts.get("inclvat"), fact.amount),
    ]
    comparable = [(name, there, here) for name, there, here in pairs if there is not None and there != "" and here]
    if len(comparable) < 2:  # the number alone proves nothing
        return None
    return [f"{name} {there} there, {here} here" for name, there, here in comparable if not _same(there, here)]


def _same(there: Any, here: str) -> bool:
    if isinstance(there, (int, Decimal)) and not isinstance(there, bool):
        try:
            return Decimal(there) == Decimal(here)
        except InvalidOperation:
            return False
    return normalise_key_text(str(there)) == normalise_key_text(here)

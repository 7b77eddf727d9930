"""Read the status of a batch out of ARM's answer, whatever its dialect.

Items are matched to records by their key, or by the index that ARM gives them; never by position. Items that name no
record are outcomes only if there is one for each record sent and all report success, in any order.
An item's word is a success only when it is one of the known words for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from armbulk.arm.json_body import parse_json, unwrap
from armbulk.arm.messages import extract_message, extract_notes
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.model.plain_text import to_one_line
from armbulk.model.record_messages import (
    BATCH_REJECTED,
    DIFFERENT_ANSWERS,
    EXISTS_IN_ARM,
    REJECTED_WITHOUT_NAME,
    UNKNOWN_WORDS,
)
from armbulk.model.response import Response
from armbulk.model.submission import BatchStatus, RecordResult, SentKeys

CREATED_WORDS = frozenset({"created", "inserted", "createdwithwarnings", "createdwithwarning"})
UPDATED_WORDS = frozenset({"updated", "changed", "modified", "updatedwithwarnings", "updatedwithwarning"})
UNCHANGED_WORDS = frozenset({"unchanged", "nochange", "notmodified"})
FAILED_WORDS = frozenset(
    {"failed", "failure", "rejected", "error", "invalid", "batchrejected", "refused", "declined", "notcreated", "false"}
)
FAILED_BATCH_WORDS = FAILED_WORDS | {
    "cancelled",
    "canceled",
    "aborted",
    "rolledback",
    "batchfailed",
    "timedout",
    "expired",
}
"""What may be said of a batch as a whole, besides."""

PENDING_WORDS = frozenset(
    {"queued", "processing", "pending", "accepted", "received", "inprogress", "running", "waiting"}
)
NEUTRAL_WORDS = frozenset({"processed", "ok", "success", "succeeded", "completed", "done", "finished", "true"})

_KEY_NAMES = {"documents": "documentno", "customers": "customerno"}
_REFERENCE_NAMES = {"documents": "referenceno", "customers": "accountno"}
_INDEX_NAMES = ("index", "itemindex", "objectindex", "position", "sequenceno", "itemno")
_ITEM_ARRAYS = ("documents", "customers", "items", "results", "responses")
_NOTE_ARRAYS = frozenset({"warnings", "errors"})
_OUTCOME_NAMES = ("result", "status", "outcome", "resulttype", "success")
_STATUS_NAMES = ("statuscode", "httpstatus", "code", "status")
_WORKING_WORDS = frozenset({"queued", "processing", "pending", "inprogress", "running", "waiting"})
_EXISTS = re.compile(
    r"already\s+(?:been\s+)?(?:exist|registered|used|in use|created|imported)|exists already|duplicate\s+document"
    r"|(?:finnes|registrert|brukt|opprettet|er)\s+(?:allerede|fra før)"
    r"|allerede\s+(?:registrert|brukt|i bruk|opprettet)",
    re.IGNORECASE,
)
_DIGITS = re.compile("[0-9]+")
_HTTP_STATUS = re.compile("[1-5][0-9]{2}")
_AT_ARM = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})
_MAX_REFERENCE_CHARS = 100
_MAX_WORDS_CHARS = 500
_MAX_DEPTH = 4
ARRAY_NAME = "#array"
"""Where an item keeps the name of the array it came from."""

Item = dict[str, Any]


def read_batch(response: Response, resource: str, sent: SentKeys, uuid: str = "") -> BatchStatus:
    """Return the status in the answer to GET batches/{uuid}; `sent`: the records the batch was sent with."""
    body = parse_json(response.body)
    number = unwrap(body).get("batchuuid")
    if uuid and isinstance(number, str) and number and number.strip().lower() != uuid.lower():
        return BatchStatus(pending=True, client_nos=read_client_nos([body]), is_unusable=True)
    if body is None and response.status in {200, 206}:
        return BatchStatus(pending=True, is_unusable=True)
    items = list(_find_items(body))
    status = fold_word(unwrap(body).get("status"))
    client_nos = read_client_nos([body, *items])
    rejection = _read_rejection(response, body)
    if not items:
        pending = not rejection and (response.status == 202 or status in PENDING_WORDS or body is None)
        return BatchStatus(pending, message=extract_message(body), client_nos=client_nos, rejection=rejection)
    matched, unmatched, unnamed = _match_items(items, resource, sent)
    read = [read_record(no, record_items, resource) for no, record_items in matched.items()]
    read += [read_record(no, [item], resource) for (no, _), item in zip(sent, unnamed, strict=False)]
    results = [result for result in read if result is not None]
    pending = response.status == 202 or status in PENDING_WORDS or len(read) > len(results)
    if unnamed:
        results, reason = ([], "") if pending else _read_unnamed(results, resource)
        rejection = rejection or reason
    results.sort(key=lambda result: result.no)
    if resource == "documents" and (existing := [result for result in results if _says_that_it_exists(result)]):
        results = [result for result in results if result not in existing]
        rejection = rejection or to_one_line(f"{EXISTS_IN_ARM}: {existing[0].message}")
    return BatchStatus(
        pending, tuple(results), tuple(unmatched), len(items), extract_message(body), client_nos, rejection
    )


def _says_that_it_exists(result: RecordResult) -> bool:
    """Whether ARM rejected a document because it has one with this number: that may be the very same, sent just now."""
    return result.outcome is Outcome.REJECTED and _EXISTS.search(result.message) is not None


def read_client_nos(bodies: Iterable[Any]) -> frozenset[str]:
    """Return the client numbers that an answer and its records say they belong to; none where they say nothing."""
    numbers = (unwrap(body).get("clientno") for body in bodies)
    texts = (
        str(number) for number in numbers if isinstance(number, (str, int, Decimal)) and not isinstance(number, bool)
    )
    return frozenset(to_one_line(text, _MAX_REFERENCE_CHARS) for text in texts if text.strip())


def _read_rejection(response: Response, body: Any) -> str:
    """ARM's words when it says that the batch as a whole failed: no word on any one record in it; "" otherwise."""
    members = unwrap(body)
    words = {fold_word(members.get(name)) for name in _OUTCOME_NAMES}
    if response.status not in {200, 206} or not words & FAILED_BATCH_WORDS or words & PENDING_WORDS:
        return ""
    return extract_message(body) or BATCH_REJECTED


def _find_items(body: Any, depth: int = 0, array: str = "") -> Iterator[Item]:
    """Every object in every array of the answer that is not a list of warnings or errors."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(body, list):
        for entry in body:
            if isinstance(entry, dict):
                yield {**entry, ARRAY_NAME: array}
    elif isinstance(body, dict):
        for name, value in body.items():
            if name.lower() not in _NOTE_ARRAYS:
                yield from _find_items(value, depth + 1, name.lower())


def _match_items(
    items: Sequence[Item], resource: str, sent: SentKeys
) -> tuple[dict[int, list[Item]], list[str], list[Item]]:
    """Items by record number; descriptions of those that belong to no record; items for all records, without a name."""
    numbers = {normalise_key_text(key): no for no, key in sent}
    matched: dict[int, list[Item]] = {}
    unmatched: list[str] = []
    without_key: list[Item] = []
    for item in items:
        key = read_key(item, resource)
        if key is None:
            without_key.append(item)
        elif (no := numbers.get(normalise_key_text(key))) is not None:
            matched.setdefault(no, []).append(item)
        else:
            unmatched.append(f"ARM answered for {key[:_MAX_REFERENCE_CHARS]!r}, which was not sent in this batch")
    may_match = sent and len(without_key) == len(items)
    candidates = _choose_array(without_key, len(sent)) if may_match else []
    by_index = _match_by_index(candidates, sent)
    if by_index:
        return {no: [item] for no, item in by_index.items()}, unmatched, []
    if without_key:
        unmatched.append(f"{len(without_key)} items of ARM's answer name no record")
    has_index = any(_read_index(item) is not None for item in candidates)
    return matched, unmatched, [] if has_index else candidates


def _read_unnamed(known: Sequence[RecordResult], resource: str) -> tuple[list[RecordResult], str]:
    """The outcomes of records by as many items that name none of them, and why each has to be looked up ("": no need).

    If all items report success, each record has that outcome, without what belongs to one record. A rejection that
    names no record is none: to guess whose it is would free the number of a document that ARM has.
    """
    plain = {_without_warnings(result.outcome) for result in known}
    if resource == "customers" and len(plain) > 1 and plain <= _AT_ARM:
        plain = {Outcome.UPDATED}  # which of them are new is not said
    if Outcome.IN_DOUBT in plain:
        return [], ""
    messages = list(dict.fromkeys(result.message for result in known if result.message))
    if len(plain) > 1 or Outcome.REJECTED in plain:
        words = [result.message for result in known if result.outcome is Outcome.REJECTED and result.message]
        text = "; ".join(dict.fromkeys(words))
        return [], to_one_line(
            f"{REJECTED_WITHOUT_NAME}: {text}" if text else REJECTED_WITHOUT_NAME
        ) if Outcome.REJECTED in plain else ""
    outcome = plain.pop()
    warnings = tuple(dict.fromkeys(warning for result in known for warning in result.warnings))
    message = "; ".join(messages)
    return [RecordResult(result.no, _add_warnings(outcome, warnings), message, warnings) for result in known], ""


def _without_warnings(outcome: Outcome) -> Outcome:
    without = {
        Outcome.CREATED_WITH_WARNINGS: Outcome.CREATED,
        Outcome.UPDATED_WITH_WARNINGS: Outcome.UPDATED,
    }
    return without.get(outcome, outcome)


def _choose_array(items: Sequence[Item], count: int) -> list[Item]:
    """The items of the one array that may answer `count` records: by its name, else because only it has so many."""
    arrays: dict[str, list[Item]] = {}
    for item in items:
        arrays.setdefault(str(item[ARRAY_NAME]), []).append(item)
    fitting = {name: array for name, array in arrays.items() if len(array) == count}
    known = [fitting[name] for name in _ITEM_ARRAYS if name in fitting]
    choices = known or list(fitting.values())
    return choices[0] if len(choices) == 1 else []


def _match_by_index(items: Sequence[Item], sent: SentKeys) -> dict[int, Item]:
    """Items by record number, where each has another index and these count all records from 0 or 1."""
    indexes = [_read_index(item) for item in items]
    numbers = [index for index in indexes if index is not None]
    for first in (0, 1):
        if numbers and sorted(numbers) == list(range(first, first + len(sent))):
            return {sent[index - first][0]: item for index, item in zip(numbers, items, strict=True)}
    return {}


def read_record(no: int, items: Sequence[Item], resource: str) -> RecordResult | None:
    """Return one record's result; None while ARM still works on it.

    An item without a word, beside others with one, is a note on the record.
    """
    items = [item for item in items if read_words(unwrap(item))] or items
    outcomes = {_read_outcome(item, resource) for item in items}
    members = unwrap(items[-1])
    message = extract_message(items[-1])
    if None in outcomes:
        return None
    if len(outcomes) > 1:
        return RecordResult(no, Outcome.CONFLICT, f"{DIFFERENT_ANSWERS.fill(count=len(items))}: {message}")
    outcome = outcomes.pop()
    assert outcome is not None  # noqa: S101 - the only None was ruled out above
    warnings = tuple(extract_notes(members.get("warnings")))
    if fold_word(message) == outcome.value:
        message = ""  # "CREATED" says nothing that the outcome does not
    if outcome is Outcome.IN_DOUBT:
        words = f"{members.get('status')} / {members.get('result')} {message}"
        message = f"{UNKNOWN_WORDS}: {to_one_line(words, _MAX_WORDS_CHARS)}"
    return RecordResult(no, _add_warnings(outcome, warnings), message, warnings, read_reference(members, resource))


def _add_warnings(outcome: Outcome, warnings: tuple[str, ...]) -> Outcome:
    with_warnings = {
        Outcome.CREATED: Outcome.CREATED_WITH_WARNINGS,
        Outcome.UPDATED: Outcome.UPDATED_WITH_WARNINGS,
    }
    return with_warnings.get(outcome, outcome) if warnings else outcome


def _read_outcome(item: Item, resource: str) -> Outcome | None:
    """What all words and codes of an item say together; None: ARM still works on it."""
    members = unwrap(item)
    meanings = {classify_word(word) for word in read_words(members)}
    if Outcome.REJECTED in meanings:
        return Outcome.IN_DOUBT if _contradicts_rejection(meanings, members, resource) else Outcome.REJECTED
    if "unknown" in meanings:
        return Outcome.IN_DOUBT
    definite = [meaning for meaning in meanings if isinstance(meaning, Outcome)]
    if len(definite) == 1:
        return definite[0]
    if definite:
        return Outcome.IN_DOUBT
    if "pending" in meanings:
        return None
    return _infer_outcome(meanings, members, resource)


def _contradicts_rejection(meanings: set[Outcome | str], members: Mapping[str, Any], resource: str) -> bool:
    """Whether an item says that its record was rejected, and also has something that a rejected record cannot have."""
    codes = [members.get(name) for name in ("statuscode", "httpstatus")]
    return (
        bool(meanings & {Outcome.CREATED, Outcome.UPDATED})
        or fold_word(members.get("success")) == "true"
        or any(fold_word(members.get(name)) in _WORKING_WORDS for name in _OUTCOME_NAMES)
        or any(_is_http_status(code) and _word_for_status(code) != "failed" for code in codes)
        or (resource == "documents" and bool(members.get(_REFERENCE_NAMES[resource])))
    )


def read_words(members: Mapping[str, Any]) -> list[str]:
    """Return the words and codes by which an object (members by lower-case name) states an outcome."""
    words = [word for name in _OUTCOME_NAMES if (word := fold_word(members.get(name))) and not _DIGITS.fullmatch(word)]
    return words + [_word_for_status(members.get(name)) for name in _STATUS_NAMES if _is_http_status(members.get(name))]


def _infer_outcome(meanings: set[Outcome | str], members: Mapping[str, Any], resource: str) -> Outcome:
    """The outcome when no word names it: from the array the item was in, its errors, and whether it is done at all."""
    array = str(members.get(ARRAY_NAME, ""))
    if extract_notes(members.get("errors")) or array in {"failed", "rejected"}:
        return Outcome.REJECTED
    is_done = "neutral" in meanings or array in {"succeeded", "created"}
    if not is_done:
        return Outcome.IN_DOUBT
    meaning = classify_word(fold_word(members.get("message")))
    if isinstance(meaning, Outcome):
        return meaning
    return Outcome.CREATED if resource == "documents" else Outcome.UPDATED


def classify_word(word: str) -> Outcome | str:
    """Return what a word means: an outcome, "pending", "neutral" (done, without saying how) or "unknown"."""
    for words, outcome in (
        (CREATED_WORDS, Outcome.CREATED),
        (UPDATED_WORDS, Outcome.UPDATED),
        (UNCHANGED_WORDS, Outcome.UNCHANGED),
        (FAILED_WORDS, Outcome.REJECTED),
    ):
        if word in words:
            return outcome
    if word in PENDING_WORDS:
        return "pending"
    return "neutral" if word in NEUTRAL_WORDS else "unknown"


def _is_http_status(value: Any) -> bool:
    return isinstance(value, (str, int)) and _HTTP_STATUS.fullmatch(str(value)) is not None


def _word_for_status(status: Any) -> str:
    number = int(status)
    if number == 201:
        return "created"
    if number == 202:
        return "pending"
    return "ok" if number < 300 else "failed"


def read_reference(members: Mapping[str, Any], resource: str) -> str:
    """Return ARM's own reference of a record; "" when there is none."""
    value = members.get(_REFERENCE_NAMES[resource])
    return to_one_line(str(value), _MAX_REFERENCE_CHARS) if isinstance(value, (str, int, Decimal)) else ""


def read_key(item: Mapping[str, Any], resource: str) -> str | None:
    """Return the document or customer number of an item, or of the record inside it; None when it has none."""
    members = unwrap(item)
    inner = unwrap(members.get(resource[:-1]))
    for value in (members.get(_KEY_NAMES[resource]), inner.get(_KEY_NAMES[resource])):
        if isinstance(value, (str, int)) and str(value).strip():
            return str(value)
    return None


def _read_index(item: Item) -> int | None:
    members = unwrap(item)
    return next((members[name] for name in _INDEX_NAMES if isinstance(members.get(name), int)), None)


def fold_word(word: Any) -> str:
    """Return a word without case, blanks, hyphens and underscores; "" for anything but a text, number or boolean."""
    return re.sub(r"[\s_-]", "", str(word)).lower() if isinstance(word, (str, bool, int)) else ""

"""Signs in an answer to a submitted batch that ARM took it, or a part of it: they count more than the answer's status.

A batch number, a word of success, a record with its own word: each proves that sending the records again may create
them twice. Records are matched by key only. What is stated without doubt is an outcome; the rest has to be looked up.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from armbulk.arm.answer_words import (
    has_unknown_uuid,
    is_count,
    is_count_name,
    is_http_success,
    is_partial_word,
    judge_words,
    may_be_batch_number,
    may_be_reached,
    names_record,
    states_success,
)
from armbulk.arm.batch_results import ARRAY_NAME, Item, classify_word, fold_word, read_key, read_record, read_words
from armbulk.arm.json_body import lower_names, parse_damaged_json, unwrap
from armbulk.model import record_messages as messages
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.model.response import Response
from armbulk.model.submission import RecordResult, SentKeys

MAX_BYTES = 4 * 1024 * 1024
"""A longer answer is not searched: that would take minutes. It counts as a doubt."""

_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{7,127}")
_NO_UUID = re.compile(r"[0:.-]*")
_DOCUMENTED_NAME = "batchuuid"
_NUMBER_NAMES = frozenset(
    {"batchuuid", "batchid", "batchno", "batchnumber", "batchreference", "batchref", "batchguid", "batch"}
)
_NUMBER_NAMES_IN_BATCH = frozenset({"uuid", "id", "guid", "value", "number", "no", "#text"})
_NUMBER_LISTS = frozenset({"batchuuids", "batchids", "batches"})
_BATCH_NAMES = _NUMBER_NAMES | _NUMBER_LISTS
_HEADERS = frozenset({"batchuuid", "xbatchuuid", "batchid", "xbatchid"})
_ADDRESS_HEADERS = ("location", "content-location", "operation-location")
_HEADER_OF_WORK = re.compile("batch|job|operation|import|location|^link$")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_OTHER_BATCH = ("existing", "duplicate", "previous", "original", "conflict", "other", "earlier")
_BATCH_IN_ADDRESS = re.compile(r"/batches/([^/?#]+)/?(?:[?#].*)?", re.IGNORECASE)
_BATCH_ADDRESS_IN_TEXT = re.compile(r"/batches/[^/?#\s]*[0-9]", re.IGNORECASE)
_BATCH_IN_TEXT = re.compile(r"batch.{0,80}[0-9a-f]{8}(-[0-9a-f]{4}){3}-", re.IGNORECASE | re.DOTALL)
_NUMBER_IN_TEXT = re.compile(r"batch[_-]?(uuid|id|no|number|ref)", re.IGNORECASE)
_MAX_MESSAGE_CHARS = 10_000
_MAX_TEXT_BYTES = 1024 * 1024
"""A longer text is no error message: nobody knows what it says."""

_JSON_START = re.compile(r"""\{\s*(["'}]|$)|\[\s*([\]\[{"'0-9-]|true|false|null|$)""")
_COMPLAINT_ARRAYS = frozenset(
    {"errors", "warnings", "validationerrors", "modelstate", "violations", "problems", "faults"}
)
_COMPLAINT_NAMES = ("message", "error", "errors", "field", "property", "description", "detail", "reason")
_REFERENCE_NAMES = ("referenceno", "accountno", "documentbundleid", "documentuuid")
_INNER_NAMES = frozenset({"document", "customer", "data", "batch"})
_NOT_TAKEN_WORDS = frozenset({"valid", "skipped", "ignored", "notprocessed", "notattempted", "unprocessed"})
_CERTAIN = {
    "documents": frozenset({Outcome.CREATED, Outcome.CREATED_WITH_WARNINGS}),
    "customers": frozenset(
        {
            Outcome.CREATED,
            Outcome.CREATED_WITH_WARNINGS,
            Outcome.UPDATED,
            Outcome.UPDATED_WITH_WARNINGS,
            Outcome.UNCHANGED,
        }
    ),
}
_DEFINITE = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED})
_TAKEN_MEANINGS = _DEFINITE | {"pending", "neutral"}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an answer shows of the records that were sent.

    Attributes:
        uuid: the batch's number; "" when there is none that can be used.
        results: the records that the answer states as created, changed or rejected, by their key.
        doubt: what in the answer says that other records may have been taken, too; "" for nothing.
    """

    uuid: str = ""
    results: tuple[RecordResult, ...] = ()
    doubt: str = ""

    @property
    def taken(self) -> bool:
        """Whether anything shows that ARM took the batch or one of its records."""
        return bool(self.uuid or self.doubt) or any(result.outcome is not Outcome.REJECTED for result in self.results)


@dataclass(frozen=True, slots=True)
class _Member:
    """A value somewhere in a body.

    Attributes:
        name: its name.
        value: the value.
        path: the names around it.
        in_item: it is inside a record's own object.
        beside_complaint: its object describes a mistake.
    """

    name: str
    value: Any
    path: tuple[str, ...] = ()
    in_item: bool = False
    beside_complaint: bool = False

    @property
    def is_complaint(self) -> bool:
        return not _COMPLAINT_ARRAYS.isdisjoint((*self.path, self.name))

    @property
    def is_other_batch(self) -> bool:
        return any(word in name for name in (*self.path, self.name) for word in _OTHER_BATCH)


def find_acceptance(response: Response, resource: str, sent: SentKeys) -> Acceptance:
    """Return the signs of acceptance in an answer; `sent`: the records of the batch."""
    if len(response.body) > MAX_BYTES:
        return Acceptance(doubt=messages.TOO_LONG)
    body, is_readable = parse_damaged_json(response.body)
    members = list(_walk(body, resource, _number_records(sent)))
    uuid, doubts = _find_uuid(response, members)
    doubts += _find_header_numbers(response)
    results, reasons = _read_items(members, resource, sent)
    doubts += reasons + _find_words(members, resource, sent)
    if not is_readable and (reason := _doubt_unreadable(response)):
        doubts.append(reason)
    return Acceptance(uuid, results, doubts[0] if doubts else "")


def find_uuid(body: Any) -> str:
    """Return the batch number in a body, wherever it is; "" when there is no valid one, or more than one."""
    uuid, _ = _find_uuid(Response(), list(_walk(body, "documents", {})))
    return uuid


def _number_records(sent: SentKeys) -> dict[str, int]:
    """Record number by compared key, of the keys that only one record has."""
    keys = [normalise_key_text(key) for _, key in sent]
    counts = Counter(keys)
    return {key: no for key, (no, _) in zip(keys, sent, strict=True) if counts[key] == 1}


def _walk(body: Any, resource: str, numbers: Mapping[str, int]) -> Iterator[_Member]:
    """Every value of a body, JSON inside texts included."""
    stack = [_Member("", body)]
    while stack:
        member = stack.pop()
        yield member
        value, path = member.value, (*member.path, member.name)[-8:]
        if isinstance(value, str) and (text := _find_json(value)):
            inner, is_readable = parse_damaged_json(text)
            if is_readable:
                stack.append(_Member(member.name, inner, member.path, member.in_item))
        elif isinstance(value, list):
            stack += [_Member(member.name, entry, path, member.in_item) for entry in value]
        elif isinstance(value, dict):
            is_item = read_key(value, resource) is not None or normalise_key_text(member.name) in numbers
            complains = any(lower_names(value).get(name) for name in _COMPLAINT_NAMES)
            for name, inner in value.items():
                folded = name if normalise_key_text(name) in numbers else fold_word(name)
                stack.append(_Member(folded, inner, path, is_item and folded in _INNER_NAMES, complains))


def _find_json(text: str) -> bytes:
    """The JSON in a text, plain or in base64; b"" for any other text."""
    if text.lstrip()[:1] in {"{", "["}:
        return text.encode(errors="replace")
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return b""
    try:
        decoded = base64.b64decode(text, altchars=b"-_" if "-" in text or "_" in text else None)
    except ValueError:
        return b""
    return decoded if decoded.lstrip()[:1] in {b"{", b"["} else b""


# ── batch numbers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _find_uuid(response: Response, members: Sequence[_Member]) -> tuple[str, list[str]]:
    """The batch number of an answer ("": none that can be used), and what other numbers there are."""
    uuids: dict[str, set[str]] = {_DOCUMENTED_NAME: set(), "": set()}
    doubts: list[str] = []
    for name, value in [*_header_numbers(response), *_body_numbers(members)]:
        if value is None or (isinstance(value, str) and _NO_UUID.fullmatch(value.strip())):
            continue  # no number, or the number of nothing
        if isinstance(value, str) and _UUID.fullmatch(value) and name:
            uuids[name if name == _DOCUMENTED_NAME else ""].add(value)
        else:
            doubts.append(messages.BAD_BATCH_NUMBER)
    numbers = uuids[_DOCUMENTED_NAME] or uuids[""]
    if len(numbers) > 1:
        return "", [messages.SEVERAL_BATCHES, *doubts]
    return "".join(numbers), doubts


def _header_numbers(response: Response) -> Iterator[tuple[str, Any]]:
    for name, value in response.headers.items():
        if fold_word(name) in _HEADERS:
            yield fold_word(name), value
    for name in _ADDRESS_HEADERS:
        address = _BATCH_IN_ADDRESS.search(response.headers.get(name, ""))
        if address is not None:
            yield name, unquote(address[1])


def _find_header_numbers(response: Response) -> list[str]:
    """What headers that are not documented say of a batch, a job or an operation."""
    of_work = [value for name, value in response.headers.items() if _HEADER_OF_WORK.search(name)]
    has_number = any(has_unknown_uuid(unquote(value).partition("?")[0]) for value in of_work)
    has_number |= any(_BATCH_ADDRESS_IN_TEXT.search(value) for value in of_work)
    return [messages.MAYBE_BATCH_NUMBER] if has_number else []


def _body_numbers(members: Sequence[_Member]) -> Iterator[tuple[str, Any]]:
    """(name, value) of what may be a batch number; without a name it is not certain whose batch it is."""
    for member in members:
        parent = member.path[-1] if member.path else ""
        is_number = member.name in _NUMBER_NAMES or (member.name in _NUMBER_NAMES_IN_BATCH and parent in _BATCH_NAMES)
        if isinstance(member.value, dict | list):
            continue
        if member.name in _NUMBER_LISTS or (parent == member.name and is_number):
            yield "", member.value  # a list of numbers: which is ours is not said
        elif is_number and (member.name != "batch" or isinstance(member.value, str)):
            yield "" if member.is_other_batch else member.name, member.value
        elif member.name.endswith(("batchuuid", "batchid")):
            yield "", member.value


# ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_items(
    members: Sequence[_Member], resource: str, sent: SentKeys
) -> tuple[tuple[RecordResult, ...], list[str]]:
    """The outcomes that the answer states for single records, and why others may have been accepted."""
    numbers = _number_records(sent)
    items: dict[int, list[Item]] = {}
    doubts: list[str] = []
    for member in members:
        if not isinstance(member.value, dict) or member.is_complaint or member.in_item:
            continue
        key = read_key(member.value, resource)
        key = member.name if key is None and normalise_key_text(member.name) in numbers else key
        if key is None:
            continue
        no = numbers.get(normalise_key_text(key))
        if no is not None:
            items.setdefault(no, []).append({**member.value, ARRAY_NAME: member.name})
        elif _says_taken(unwrap(member.value)):
            doubts.append(messages.NAMES_OTHERS)
    read = [_read_certain(no, record_items, resource) for no, record_items in sorted(items.items())]
    doubts += [entry for entry in read if isinstance(entry, str) and entry]
    return tuple(entry for entry in read if isinstance(entry, RecordResult)), doubts


def _read_certain(no: int, items: Sequence[Item], resource: str) -> RecordResult | str:
    """A record's outcome if its items state it without doubt; else why it may have been taken ("": nothing says so)."""
    words = [word for item in items for word in read_words(unwrap(item))]
    meanings = {classify_word(word) for word in words}
    result = read_record(no, items, resource)
    if result is not None and result.outcome in _CERTAIN[resource] and meanings & _DEFINITE:
        return result
    if result is not None and result.outcome is Outcome.REJECTED and (Outcome.REJECTED in meanings or not words):
        return result
    if words and all(word in _NOT_TAKEN_WORDS for word in words):
        return ""
    if not words and all(_is_complaint(unwrap(item)) for item in items):
        return ""
    return messages.NO_CLEAR_RESULT


def _is_complaint(members: Mapping[str, Any]) -> bool:
    """Whether an object without a word of its own describes a mistake in a record, not a record."""
    has_reference = any(members.get(name) for name in _REFERENCE_NAMES)
    return not has_reference and not _says_taken(members) and any(members.get(name) for name in _COMPLAINT_NAMES)


# ── words and counts ────────────────────────────────────────────────────────────────────────────────────────────────


def _find_words(members: Sequence[_Member], resource: str, sent: SentKeys) -> list[str]:
    """What else in the answer says that records were taken: words, counts, lists of numbers, texts."""
    keys = {normalise_key_text(key) for _, key in sent}
    doubts: list[str] = []
    for member in members:
        value = member.value
        if isinstance(value, dict):
            if _shows_success(member, value, resource, keys):
                doubts.append(messages.SAYS_ACCEPTED)
        elif member.is_complaint or member.in_item:
            continue
        elif normalise_key_text(member.name) in keys and _is_answer_for_record(value):
            doubts.append(messages.NO_CLEAR_RESULT)
        elif isinstance(value, str):
            doubts += _judge_text(member, value, keys)
        elif (is_count_name(member.name) or may_be_reached(member.name)) and is_count(value):
            doubts.append(messages.COUNTS_ACCEPTED)
    return doubts


def _shows_success(member: _Member, value: dict[str, Any], resource: str, keys: set[str]) -> bool:
    """Whether an object says that a record, or the batch, was taken; as a record of its own it is read elsewhere."""
    members = lower_names(value)
    if member.is_complaint:
        return _meanings(members) & _DEFINITE != set() and Outcome.REJECTED not in _meanings(members)
    if member.in_item or read_key(value, resource) is not None:
        return False
    has_reference = any(members.get(name) for name in _REFERENCE_NAMES)
    if has_reference and not any(members.get(name) for name in _COMPLAINT_NAMES):
        return True
    return _says_taken(members) or (names_record(members, keys) and _says_taken({"status": members.get("code")}))


def _judge_text(member: _Member, text: str, keys: set[str]) -> list[str]:
    """What a text, alone or in an object, says of records that were taken."""
    text = text[:_MAX_MESSAGE_CHARS]
    if normalise_key_text(text) in keys:
        is_progress = is_count_name(member.name) or may_be_reached(member.name)
        return [messages.SAYS_ACCEPTED] if is_progress else []
    if is_count_name(member.name) and is_count(text):
        return [messages.COUNTS_ACCEPTED]
    if _BATCH_IN_TEXT.search(text) or _BATCH_ADDRESS_IN_TEXT.search(text) or states_success(text):
        return [messages.SAYS_ACCEPTED]
    if may_be_batch_number(member.name, text, beside_complaint=member.beside_complaint):
        return [messages.MAYBE_BATCH_NUMBER]
    return []


def _is_answer_for_record(value: Any) -> bool:
    """Whether a value beside a record's number is more than a complaint: a word of success, or a number of ARM's."""
    if isinstance(value, str):
        return classify_word(fold_word(value)) in _TAKEN_MEANINGS
    return isinstance(value, int) and not isinstance(value, bool)


def _meanings(members: Mapping[str, Any]) -> set[Outcome | str]:
    return {classify_word(word) for word in read_words(members)}


def _says_taken(members: Mapping[str, Any]) -> bool:
    """Whether an object's own words are those of a success, or of work in progress."""
    members = {name: value for name, value in members.items() if name != "code"}  # of an error, as often as not
    words = {fold_word(value): value for name, value in members.items() if _is_word_name(name)}
    if any(is_partial_word(word) or is_http_success(value) for word, value in words.items()):
        return True
    meanings = _meanings(members)
    meanings |= {classify_word(word) for word in words} - {"unknown"}
    message = fold_word(members.get("message"))
    if message and not meanings - {"unknown"}:
        meanings.add(classify_word(message))
    if Outcome.REJECTED in meanings:
        return bool(meanings & {Outcome.CREATED, Outcome.UPDATED})
    return bool(meanings & _TAKEN_MEANINGS)


def _is_word_name(name: str) -> bool:
    """Whether a member states how far something has come: `status`, `batchStatus`, `state`."""
    return fold_word(name).endswith(("status", "state", "result", "outcome"))


# ── what cannot be read ─────────────────────────────────────────────────────────────────────────────────────────────


def _doubt_unreadable(response: Response) -> str:
    """Why a body that is not JSON may hide a batch number; "" for an empty one, a text and a web page without any."""
    if len(response.body) > _MAX_TEXT_BYTES:
        return messages.TOO_LONG
    text = response.body.decode("utf-8", errors="replace").strip("\ufeff \t\r\n")
    start = text[:200].lower()
    is_page = start.startswith(("<!doctype html", "<html", "<head", "<body", "<!--", "<h1", "<center", "<p>", "<title"))
    if not text:
        return ""
    if response.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        return messages.COMPRESSED
    if _JSON_START.match(text) or (text[0] == '"' and not text.endswith('"')):
        return messages.DAMAGED_JSON
    if _BATCH_IN_TEXT.search(text) or _NUMBER_IN_TEXT.search(text):
        return messages.MENTIONS_BATCH_NUMBER
    if start.startswith("<") and not is_page and not text.endswith(">"):
        return messages.DAMAGED_XML
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text):
        return messages.NOT_TEXT
    return judge_words(text, is_page=is_page)

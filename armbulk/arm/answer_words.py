"""Texts and numbers in an answer that say, in words of any form, that records were taken. Pure.

They are not outcomes: a text that may speak of a success makes a refusal uncertain, no more.
"""

import re
from collections.abc import Container
from typing import Any

from armbulk.model.keys import normalise_key_text
from armbulk.model.record_messages import (
    MAYBE_BATCH_NUMBER,
    SAYS_ACCEPTED,
)

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
_ZERO_UUID = re.compile("[0-]+")
_CALL_NAMES = (
    "activity|app|call|class|client|correlation|diagnostic|error|event|exception|incident|instance|invocation|log|nonce"
    "|object|problem|ray|request|resource|session|span|subscription|support|tenant|ticket|timestamp|trace|transaction"
    "|type|user"
)
_CALL_NAME = re.compile(_CALL_NAMES)
_CALL_LABEL = re.compile(
    rf"\b(?:{_CALL_NAMES})[\w -]{{0,30}}(?:[:=#>]\s*|\s)[\"'(<\[]?(?:[0-9a-f]{{2}}-)?$", re.IGNORECASE
)
_LABEL_CHARS = 60

_TAKEN = (
    r"created|accepted|queued|stored|imported|inserted|saved|processed|registered|posted|booked"
    r"|opprettet|godtatt|lagret|importert|bokført|registrert"
)
_NEGATION = re.compile(
    r"\b(?:not|no|none|never|nothing|cannot|can|could|unable|fail\w*|must|should|may|only(?!\s+the\s+first\s+[1-9])|if|unless|until|when|0"
    r"|ikke|ingen|kan|må|(?:kun|bare)(?!\s+de\s+første)|hvis|feil\w*)\b",
    re.IGNORECASE,
)
_SENTENCE_CHARS, _NEGATION_AFTER_CHARS = 300, 15
_SENTENCE_END = re.compile(r"[.;:!?\n](?:\s|$)")
_PHRASES = re.compile(
    rf"\b(?:was|were|been|is|are|ble|er|blitt|being|successfully|partially|partly|delvis)\s+"
    rf"(?:successfully\s+|partially\s+|partly\s+|being\s+|delvis\s+){{0,4}}(?:{_TAKEN})\b"
    r"|\b(?:batch|batchen)\s+(?:was|has been|er|ble)\s+(?:received|mottatt)\b"
    r"|\bprocessing\s+continues\b|\bafter\s+[1-9][0-9]*\s+of\s+[0-9]+\s+(?:documents|records|customers|items)\b"
    rf"|\b[1-9][0-9]*\s+(?:(?:of|av)\s+[0-9]+\s+)?[^\W\d]+\s+(?:{_TAKEN}|received|mottatt)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(rf"(?:\w+\s+)?(?:{_TAKEN}|received)(?:\s+for\s+(?:\w+\s+)?processing)?\W*", re.IGNORECASE)
_TOKENS = re.compile(
    r"(?:^|^\S{0,60}[0-9]\S{0,60}[ ]|[>;,|\t=:\"])[ ]*"
    r"(?:created|accepted|queued|processed|processing|inserted|imported|stored|updated)[ ]*"
    r"(?:$|[<;,|\r\n\"]|=[ ]*[1-9])",
    re.IGNORECASE | re.MULTILINE,
)
_TAGS = re.compile("<[^>]*>")

_COUNTS = re.compile(
    "created|accepted|succe|inserted|imported|stored|queued|updated|written|saved|processed|posted|registered|added"
    "|rowsaffected|affectedrows"
)
_REACHED = re.compile("(?:last|next|resume|continue|stoppedat).*|.*(?:upto|until)")
_NO_COUNTS = re.compile("^un|not|fail|reject|error|invalid|skip|ignor|max|limit|unprocessed|unsaved|expected|last")
_OTHER_ENDS = ("at", "on", "by", "date", "time", "stamp", "id", "code", "reason", "url", "message", "text", "type")
_COUNT_TEXT = re.compile(r"\s*(?:true|yes|[1-9][0-9]{0,5}(?:\s*(?:of|av|/)\s*[0-9]+)?)\s*", re.IGNORECASE)
_MAX_COUNT = 100_000
_PARTIAL = re.compile("part(?:ial|ly)(?!.*valid).*|.*with(?:errors?|warnings?)")
_HTTP_SUCCESS = re.compile(r"\s*(?:HTTP/[0-9.]+\s+)?20[0-9]\b.*", re.DOTALL)


def has_unknown_uuid(text: str) -> bool:
    """Return whether a text has a UUID that it does not call the number of a call, an error or a user."""
    for match in _UUID.finditer(text):
        label = text[max(match.start() - _LABEL_CHARS, 0) : match.start()]
        if not _ZERO_UUID.fullmatch(match[0]) and not _CALL_LABEL.search(label):
            return True
    return False


def may_be_batch_number(name: str, text: str, *, beside_complaint: bool) -> bool:
    """Return whether a text that is nothing but a UUID may be the number of a batch.

    Args:
        name: of the member (folded).
        text: its value.
        beside_complaint: its object describes a mistake; `id` and `reference` are the mistake's own number then.
    """
    text = text.strip()
    if not _UUID.fullmatch(text) or _ZERO_UUID.fullmatch(text) or _CALL_NAME.search(name):
        return False
    return not (beside_complaint and name in {"id", "reference", "code"})


def states_success(text: str) -> bool:
    """Return whether a sentence of a text says that records were created, accepted or queued."""
    plain = " ".join(_TAGS.sub(" ", text).split())
    if _WHOLE.fullmatch(plain) and not _NEGATION.search(plain):
        return True
    for match in _PHRASES.finditer(plain):
        before = plain[max(match.start() - _SENTENCE_CHARS, 0) : match.start()]
        after = plain[match.end() : match.end() + _NEGATION_AFTER_CHARS]
        start = max((end.end() for end in _SENTENCE_END.finditer(before)), default=0)
        end = _SENTENCE_END.search(after)
        if not _NEGATION.search(before[start:]) and not _NEGATION.search(after[: end.start() if end else None]):
            return True
    return False


def lists_success(text: str) -> bool:
    """Return whether a field of a text (XML, CSV, lines `name: value`) is a word of success."""
    return _TOKENS.search(text) is not None


def judge_words(text: str, *, is_page: bool) -> str:
    """Return why the words of a body that is no JSON may be those of a success; "" for others."""
    if states_success(text) or (not is_page and lists_success(text)):
        return SAYS_ACCEPTED
    if has_unknown_uuid(text) and (not is_page or "batch" in text.lower()):
        return MAYBE_BATCH_NUMBER
    return ""


def is_count_name(name: str) -> bool:
    """Return whether a member (folded name) counts or lists what was taken."""
    return (
        _COUNTS.search(name) is not None and _NO_COUNTS.search(name) is None and not name.endswith(_OTHER_ENDS)
    ) or name == "ok"


def may_be_reached(name: str) -> bool:
    """Return whether a member (folded name) may say how far into the batch ARM came before it stopped."""
    return _REACHED.fullmatch(name) is not None and not name.endswith(("page", "at", "by", "time", "date"))


def is_count(value: Any) -> bool:
    """Return whether a value says "yes", or counts something."""
    if isinstance(value, str):
        return _COUNT_TEXT.fullmatch(value) is not None
    return value is True or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_COUNT)


def is_partial_word(word: str) -> bool:
    """Return whether a word (folded) says that a part was taken: `partiallyprocessed`, `completedwitherrors`."""
    return _PARTIAL.fullmatch(word) is not None


def is_http_success(value: Any) -> bool:
    """Return whether a text is the status line of a success: `HTTP/1.1 201 Created`, `201 Created`."""
    return isinstance(value, str) and _HTTP_SUCCESS.fullmatch(value) is not None


def names_record(members: dict[str, Any], keys: Container[str]) -> bool:
    """Return whether one of an object's own values is the number of a record that was sent (`keys`, as compared)."""
    values = [value for value in members.values() if isinstance(value, (str, int)) and not isinstance(value, bool)]
    return any(normalise_key_text(str(value)) in keys for value in values)

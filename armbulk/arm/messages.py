"""ARM's own words in an answer: messages, warnings and errors of any shape."""

import re
from typing import Any

from armbulk.arm.json_body import lower_names, parse_json
from armbulk.model.plain_text import to_one_line
from armbulk.model.record_messages import ANSWERED
from armbulk.model.response import Response

_MESSAGE_NAMES = ("message", "detail", "title", "error_description", "error")
_NOTE_NAMES = ("message", "description", "detail", "code")
_FIELD_NAMES = ("field", "property", "objectname")
_MAX_TEXT_CHARS = 500
_MAX_PAGE_BYTES = 16_384
"""How much of a web page is read for its title. ARM's own words are never cut: the result workbook has them all."""


def describe_refusal(response: Response) -> str:
    """Return what an error answer says, with its status: JSON, problem+json, plain text, an HTML page, or nothing."""
    body = parse_json(response.body)
    text = extract_message(body)
    if not text and body is None:
        text = _extract_text(response.body)
    answered = ANSWERED.fill(status=response.status)
    return f"{answered}: {text}" if text else answered


def extract_message(body: Any) -> str:
    """Return the message and the errors of a JSON answer as one line; "" when it has none."""
    return to_one_line(_extract_message(body))


def _extract_message(body: Any) -> str:
    if isinstance(body, str):
        return body.strip()
    members = lower_names(body)
    texts = [members.get(name) for name in _MESSAGE_NAMES]
    parts = [text.strip() for text in texts if isinstance(text, str) and text.strip()][:1]
    nested = members.get("error")
    if isinstance(nested, dict) and not parts:
        parts = [_extract_message(nested)]
    return "; ".join([*parts, *extract_notes(members.get("errors"))])


def extract_notes(notes: Any) -> list[str]:
    """Return warnings or errors of any shape as texts of one line: `field: message` where there is a field."""
    if isinstance(notes, dict):
        is_note = "message" in lower_names(notes)
        notes = [notes] if is_note else [{"field": name, "message": text} for name, text in notes.items()]
    if isinstance(notes, str):
        notes = [notes]
    texts = [_describe_note(note) for note in notes] if isinstance(notes, list) else []
    lines = [to_one_line(text) for text in texts]
    return [line for line in lines if line]


def _describe_note(note: Any) -> str:
    if isinstance(note, str):
        return note
    members = lower_names(note)
    message = next((members[name] for name in _NOTE_NAMES if members.get(name)), "")
    text = "; ".join(map(str, message)) if isinstance(message, list) else str(message)
    field = next((members[name] for name in _FIELD_NAMES if members.get(name)), "")
    return f"{field}: {text}" if field else text


def _extract_text(body: bytes) -> str:
    text = body[: 4 * _MAX_PAGE_BYTES].decode("utf-8", errors="replace").strip()
    if "<" in text and ">" in text:
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = f"a web page ({title.group(1).strip()})" if title else "a web page"
    return to_one_line(text, _MAX_TEXT_CHARS)

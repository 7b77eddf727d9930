"""Messages that are stored in English, in the user's language: those of records, and the gaps of an export."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from armbulk.i18n import Text, Words, _, format_amount, format_date, quote_text
from armbulk.model.failure_reasons import FAILURE_REASONS
from armbulk.model.gap_reasons import GAP_REASONS
from armbulk.model.old_messages import OLD_MESSAGES
from armbulk.model.record_messages import BLANK, FIELD_NAMES, MESSAGES
from armbulk.resources import EXPORTS, RESOURCES

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SEPARATOR = re.compile(r"\. |; |: ")
_MAX_SEPARATORS = 40
"""How many separators a part of a message may have inside its values."""

_ALL, _DAYS = _("all"), _("{first} to {last}")
_DAY_RANGE = re.compile(r"(…|\d{4}-\d\d-\d\d)(?: to (…|\d{4}-\d\d-\d\d))?")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
_FIELDS: dict[str, Text | Words] = {
    **{field.header.en: field.header for field in RESOURCES["customers"].fields},
    **{str(name): name for name in FIELD_NAMES.values()},
}
_QUOTED = ("current", "exported", "new")
_VALUE_FORMS = {
    **dict.fromkeys(("run", "count", "status"), r"\d+"),
    **dict.fromkeys(_QUOTED, rf'".*?"|{re.escape(BLANK)}|nothing'),
    "field": "|".join([*map(re.escape, sorted(_FIELDS, key=len, reverse=True)), r"\S+?"]),
}
"""Placeholder → pattern of its values; others are any text."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A message with placeholders: how its texts are recognised, and what it is now.

    Attributes:
        pattern: of the texts made from it.
        fragment: its longest fixed text.
        text: the message.
    """

    pattern: re.Pattern[str]
    fragment: str
    text: Text


def translate_message(message: str, lang: str) -> str:
    """Return a stored message in a language, part by part; ARM's own words in it stay as they are."""
    if message in _list_exact():
        return _list_exact()[message].text(lang)
    templates = [template for template in _list_templates() if template.fragment in message]
    if not templates and not any(text in message for text in _list_exact()):
        return message  # ARM's words alone, which are most of the messages
    texts: list[str] = []
    rest, separator = message, "start"
    while separator:
        text, separator, rest = _take_part(rest, templates, lang)
        texts += (text, separator)
    return "".join(texts)


def read_stored_text(message: str) -> Text:
    """Return a stored message of one part as the message that it was made from; any other text as it is."""
    if message in _list_exact():
        return _list_exact()[message]
    for template in _list_templates():
        match = template.pattern.fullmatch(message)
        if match:
            return template.text.fill(**match.groupdict())
    return quote_text(message)


def translate_window(window: str, lang: str) -> str:
    """Return the name of a partition (`Partition.describe`, with the list's name or without) in a language."""
    name, separator, rest = window.partition(": ")
    if separator and name in EXPORTS:
        return f"{EXPORTS[name].title.text(lang)}: {translate_window(rest, lang)}"
    if window == "all":
        return _ALL.text(lang)

    def write(match: re.Match[str]) -> str:
        first, last = (day if day in {"…", None} else format_date(day, lang) for day in match.groups())
        return first if last is None else _DAYS.fill(first=first, last=last).text(lang)

    return _DAY_RANGE.sub(write, window)


def _take_part(message: str, templates: Sequence[_Template], lang: str) -> tuple[str, str, str]:
    """Return the first part of a message, translated; the separator after it; and the rest."""
    parts = list(islice(_split(message), _MAX_SEPARATORS))
    for part, separator, rest in parts:
        text = _read_part(part, templates, lang)
        if text is not None:
            return text, separator, rest
    part, separator, rest = parts[0]
    names = [_FIELDS.get(name) for name in part.split(", ")]
    return ", ".join(name.text(lang) for name in names if name) if all(names) else part, separator, rest


def _split(message: str) -> Iterator[tuple[str, str, str]]:
    """Yield what may be the first part of a message, the shortest first; the separator after it; and the rest."""
    for match in _SEPARATOR.finditer(message):
        yield message[: match.start()], match[0], message[match.end() :]
    yield message, "", ""


def _read_part(part: str, templates: Sequence[_Template], lang: str) -> str | None:
    """Return a part of a message in a language; None when it is none of armbulk's messages."""
    if part in _list_exact():
        return _list_exact()[part].text(lang)
    for template in templates:
        match = template.pattern.fullmatch(part)
        if match:
            values = match.groupdict()
            field = values.get("field", "")
            texts = {name: _write_value(name, value, field, lang) for name, value in values.items()}
            return template.text.fill(**texts).text(lang)
    return None


def _write_value(name: str, value: str, field: str, lang: str) -> str:
    """Return the value of a placeholder as a language writes it; `field`: the field that it belongs to."""
    if name == "field":
        return _FIELDS[value].text(lang) if value in _FIELDS else value
    if value in {str(BLANK), "nothing", "none"}:
        return BLANK.text(lang)
    if name in _QUOTED and value.startswith('"'):
        return _('"{name}"', name=value[1:-1]).text(lang)
    if _ISO_DATE.fullmatch(value):
        return format_date(value, lang)
    is_amount = field == FIELD_NAMES["amount"] and _AMOUNT.fullmatch(value)
    return format_amount(value, lang) if is_amount else value


@cache
def _list_exact() -> dict[str, Text]:
    """The messages without placeholders, by their English text."""
    messages = {**OLD_MESSAGES, **{str(text): text for text in (*MESSAGES, *GAP_REASONS, *FAILURE_REASONS, BLANK)}}
    return {english: text for english, text in messages.items() if not _PLACEHOLDER.search(english)}


@cache
def _list_templates() -> tuple[_Template, ...]:
    """The messages with placeholders; what may be mistaken for another one comes before it."""
    messages = {**OLD_MESSAGES, **{str(text): text for text in (*MESSAGES, *GAP_REASONS)}}
    by_length = sorted(messages.items(), key=lambda item: -len(_PLACEHOLDER.sub("", item[0])))
    return tuple(_build_template(english, text) for english, text in by_length if _PLACEHOLDER.search(english))


def _build_template(english: str, text: Text) -> _Template:
    fragments = _PLACEHOLDER.split(english)
    pattern = ""
    for index, name in enumerate(fragments):
        pattern += f"(?P<{name}>{_VALUE_FORMS.get(name, '.+?')})" if index % 2 else re.escape(name)
    return _Template(re.compile(pattern, re.DOTALL), max(fragments[::2], key=len), text)

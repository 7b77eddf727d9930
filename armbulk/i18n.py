"""The languages of armbulk, and messages in each of them.

English is written in the code, and is the message's id in the catalogues of `locale/LANGUAGE/LC_MESSAGES/armbulk.po`
(`make messages` extracts, updates and compiles them). A language is a folder there.
"""

import gettext as _gettext
import os.path
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from decimal import Decimal

LOCALE_FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "locale")
ENGLISH, NORWEGIAN = "en", "nb"
_SAME_LANGUAGE = {"no": NORWEGIAN, "nn": NORWEGIAN}
_USUAL_NAMES = {NORWEGIAN: "no"}
_PACKED = "\x1f"  # the first character of a packed message
_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")


def _catalogue_path(lang: str) -> str:
    return os.path.join(LOCALE_FOLDER, lang, "LC_MESSAGES", "armbulk.mo")


@cache
def list_languages() -> tuple[str, ...]:
    """Return the languages of armbulk: English, and those that have a catalogue."""
    return (ENGLISH, *sorted(name for name in os.listdir(LOCALE_FOLDER) if os.path.isfile(_catalogue_path(name))))


def list_language_names() -> tuple[str, ...]:
    """Return the names people use for the languages of armbulk: those of its documentation, such as `no`."""
    return tuple(_USUAL_NAMES.get(lang, lang) for lang in list_languages())


def find_language(name: str) -> str | None:
    """Return the language that a name or a locale means (`nb`, `no`, `nn`, `nb_NO.UTF-8`); None if armbulk lacks it."""
    code = re.split(r"[._@-]", name.strip().lower(), maxsplit=1)[0]
    code = _SAME_LANGUAGE.get(code, code)
    return code if code in list_languages() else None


def choose_language(environ: Mapping[str, str]) -> str:
    """Return the language of a machine: that of ARMBULK_LANG, else of its locale, else English."""
    names = ("ARMBULK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    name = next((environ[name] for name in names if environ.get(name)), "")
    return find_language(name) or ENGLISH


class Text(str):
    """A message: English as a string, and the same in another language.

    `{name}` in a message is filled with a value; `{name:number}`, `{name:amount}`, `{name:date}` and `{name:time}` are
    written as the language writes them. A value that is a Text is translated, too. Joined to another string a Text is
    plain English: what people see is translated first.

    Attributes:
        message: the English message, with its placeholders.
        plural: its plural, chosen by the value `count`.
        values: name → value.
    """

    __slots__ = ("message", "plural", "values")

    message: str
    plural: str
    values: Mapping[str, object]

    def __new__(cls, message: str, values: Mapping[str, object] | None = None, plural: str = "") -> Self:
        """Make a message; without values its placeholders stay, and `fill` fills them."""
        values = values or {}
        chosen = _choose_plural(message, plural, values.get("count"))
        text = super().__new__(cls, _fill(chosen, values, ENGLISH) if values else chosen)
        text.message, text.plural, text.values = message, plural, values
        return text

    def fill(self, /, **values: object) -> "Text":
        """Return the message with values for its placeholders."""
        return Text(self.message, {**self.values, **values}, self.plural)

    def text(self, lang: str) -> str:
        """Return the message in a language; in English where the catalogue lacks it."""
        if lang == ENGLISH:
            return str(self)
        catalogue = _load_catalogue(lang)
        count = self.values.get("count", 1)
        if self.plural and isinstance(count, int):
            template = catalogue.ngettext(self.message, self.plural, count)
        else:
            template = catalogue.gettext(self.message) if self.message else ""
        return _fill(template, self.values, lang) if self.values else template

    def __getnewargs__(self) -> tuple[str, Mapping[str, object], str]:  # type: ignore[override] # more than of a str
        """What a copy is made of."""
        return self.message, self.values, self.plural


def _(message: str, /, **values: object) -> Text:
    """Return a message with its values. The name is that which tools for translation look for."""
    return Text(message, values)


def ngettext(singular: str, plural: str, /, **values: object) -> Text:
    """Return a message whose words follow the value `count`."""
    return Text(singular, values, plural)


def quote_text(text: str) -> Text:
    """Return a text that is the same in every language: ARM's own words, a name, a list of codes."""
    return Text("{text}", {"text": text})


def join_texts(*texts: str, separator: str = " ") -> Text:
    """Return several messages as one; each is translated on its own."""
    values = {f"text_{number}": text for number, text in enumerate(texts) if text}
    return Text(separator.join(f"{{{name}}}" for name in values), values)


def quote_names(names: "Sequence[str | Words]") -> list[Text]:
    """Return names in the quotation marks of the language."""
    return [_('"{name}"', name=name) for name in names]


def join_choices(choices: Sequence[str]) -> Text:
    """Return texts as one, with "or" before the last."""
    if len(choices) < 2:
        return join_texts(*choices)
    return _("{choices} or {last}", choices=join_texts(*choices[:-1], separator=", "), last=choices[-1])


def translate(text: str, lang: str) -> str:
    """Return a message in a language, and any other string as it is."""
    return text.text(lang) if isinstance(text, Text) else text


def pack_text(text: str) -> str:
    """Return a message with its values as a plain string, for a column of a frame; `unpack_text` reads it."""
    if not text or not isinstance(text, Text):
        return text
    import json

    return _PACKED + json.dumps(_to_data(text), ensure_ascii=False)


def unpack_text(packed: str) -> str:
    """Return the message that `pack_text` packed; any other string is returned as it is."""
    if not packed.startswith(_PACKED):
        return packed
    import json

    try:
        text = _from_data(json.loads(packed[1:]))
    except (ValueError, TypeError, AttributeError):  # a cell of a file may begin with this character
        return packed
    return text if isinstance(text, Text) else packed


def _to_data(value: object) -> object:
    if isinstance(value, Text):
        values = {name: _to_data(each) for name, each in value.values.items()}
        return [value.message, value.plural, values]
    if isinstance(value, Words):
        return value.by_lang
    return value if isinstance(value, str | int) else str(value)


def _from_data(data: object) -> object:
    if isinstance(data, list):
        message, plural, values = data
        return Text(message, {name: _from_data(each) for name, each in values.items()}, plural)
    return Words(**data) if isinstance(data, dict) else data


class Words:
    """A name in each language, as data: headers and titles of sheets. What a language lacks is English."""

    __slots__ = ("_by_lang",)

    def __init__(self, en: str, nb: str, **others: str) -> None:
        self._by_lang = {ENGLISH: en, NORWEGIAN: nb, **others}

    @property
    def by_lang(self) -> Mapping[str, str]:
        """Language → name."""
        return self._by_lang

    @property
    def en(self) -> str:
        """The English name."""
        return self._by_lang[ENGLISH]

    def text(self, lang: str) -> str:
        """Return the name in a language."""
        return self._by_lang.get(lang) or self.en

    def all(self) -> tuple[str, ...]:
        """Return the names in every language, English first."""
        return tuple(self._by_lang.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and self._by_lang == other._by_lang

    def __hash__(self) -> int:
        return hash(self.all())

    def __repr__(self) -> str:
        return f"Words({', '.join(map(repr, self.all()))})"


YES, NO = Words("yes", "ja"), Words("no", "nei")
"""How a yes/no value is written in files."""


def format_number(value: float | str, lang: str) -> str:
    """Return a whole number with a space between thousands, as both languages write it."""
    del lang
    return f"{int(value) if isinstance(value, str) else value:,}".replace(",", " ")


def format_amount(value: "Decimal | str", lang: str) -> str:
    """Return an amount with two decimals: `825 259.59`; in Norwegian `825 259,59`."""
    from decimal import Decimal

    text = f"{Decimal(value):,.2f}".replace(",", " ")
    return text if lang == ENGLISH else text.replace(".", ",")


def format_decimal(value: "Decimal | str", lang: str) -> str:
    """Return a number with the decimals it has: `1 250.125`; in Norwegian `1 250,125`."""
    from decimal import Decimal

    text = f"{Decimal(value):,f}".replace(",", " ")
    return text if lang == ENGLISH else text.replace(".", ",")


def format_date(value: date | str, lang: str) -> str:
    """Return a day: `2026-11-29`; in Norwegian `29.11.2026`."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day:%Y-%m-%d}" if lang == ENGLISH else f"{day:%d.%m.%Y}"


def format_moment(text: str, lang: str) -> str:
    """Return the text of a cell with a date as the language writes it, with its time if it has one; others as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return format_date(moment.date(), lang) + (f" {moment:%H:%M}" if len(text) > len("2026-11-29") else "")


def format_time(value: float | str | datetime, lang: str) -> str:
    """Return a local time with its minutes and zone: `2026-11-29 14:05 UTC+01:00`.

    `value`: epoch seconds, ISO 8601, or a datetime with a zone.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    moment = moment.astimezone()
    return f"{format_date(moment.date(), lang)} {moment:%H:%M} {_write_zone(moment)}"


def format_exact_time(value: float | datetime, lang: str) -> str:
    """Return a time with its seconds and its zone: `2026-11-29 14:05:12 UTC+01:00`; epoch seconds as local time."""
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC).astimezone()
    return f"{format_date(moment.date(), lang)} {moment:%H:%M:%S} {_write_zone(moment)}".rstrip()


def _write_zone(moment: datetime) -> str:
    offset = moment.utcoffset()
    return "" if offset is None else str(timezone(offset))


_FORMATS: dict[str, Callable[..., str]] = {
    "number": format_number, "amount": format_amount, "decimal": format_decimal, "date": format_date,
    "time": format_time, "moment": format_moment,
}  # fmt: skip


def _choose_plural(message: str, plural: str, count: object) -> str:
    return plural if plural and count not in (None, 1) else message


def _fill(template: str, values: Mapping[str, object], lang: str) -> str:
    """Fill the placeholders in one pass, so that braces inside a value stay as they are."""

    def write(match: re.Match[str]) -> str:
        name, form = match.groups()
        if name not in values:
            return match[0]
        value = values[name]
        if form:
            with suppress(ValueError, ArithmeticError):  # a report never fails because of one value
                return _FORMATS[form](value, lang)
        return value.text(lang) if isinstance(value, Text | Words) else str(value)

    return _PLACEHOLDER.sub(write, template)


@cache
def _load_catalogue(lang: str) -> _gettext.NullTranslations:
    return _gettext.translation("armbulk", LOCALE_FOLDER, [lang], fallback=True)


NO_TEXT = Text("")

"""What Excel says and allows when somebody fills in a cell of a template."""

from typing import Any, assert_never

from xlsxwriter.utility import xl_col_to_name

from armbulk.i18n import Words
from armbulk.model.fields import Field, FieldType

_TITLE, _TEXT = 32, 255  # the most characters Excel shows
_YES_OR_NO = (Words("yes", "ja"), Words("no", "nei"))
_COUNTRIES = ("NO", "SE", "DK", "FI", "IS", "DE", "GB", "NL", "PL", "US")
_SEEN: dict[str, tuple[str, ...]] = {
    "currency": ("NOK", "SEK", "DKK", "EUR", "USD", "GBP"),
    "country_code": _COUNTRIES,
    "ssn_country": _COUNTRIES,
    "language": ("no", "nb", "nn", "en", "sv", "da", "fi", "de"),
    "document_type": ("IN",),
    "line_type": ("PLH", "TXT"),
    "distribution_type": ("H", "M"),
}
"""Usual values of fields whose full list is not documented: offered, never demanded."""

_DECIMALS = {FieldType.AMOUNT: 2, FieldType.QUANTITY: 6}
_MOST = 999_999_999_999_999  # the digits Excel keeps
_W = {
    "required": Words("Required.", "Påkrevd."),
    "example": Words("Example", "Eksempel"),
    "yes_or_no": Words("Yes or no", "Ja eller nei"),
    "list": Words("Choose one of the list.", "Velg en fra listen."),
    "unusual": Words(
        "This is not one of the usual values. Keep it if you know that ARM takes it.",
        "Dette er ikke en av de vanlige verdiene. Behold den hvis du vet at ARM tar den.",
    ),
    "date": Words("Enter a date, for example 2025-02-27.", "Skriv en dato, for eksempel 27.02.2025."),
    "integer": Words("Enter a whole number without decimals.", "Skriv et heltall uten desimaler."),
}


class CodeLists:
    """The drop-down lists of one workbook: each stands once on the sheet of codes."""

    top = 2  # the row of their titles, counted from 0

    def __init__(self, sheet: str, lang: str) -> None:
        """Begin without lists."""
        self._sheet, self._lang = sheet, lang
        self._known: dict[tuple[str, ...], str] = {}

    def source(self, title: str, values: tuple[str, ...]) -> str:
        """Return where the list stands, as a formula; add it if it is new."""
        self._known.setdefault(values, title)
        letter = xl_col_to_name(list(self._known).index(values), col_abs=True)
        return f"='{self._sheet}'!{letter}${self.top + 2}:{letter}${self.top + 1 + len(values)}"

    def all(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each list with its title, in the order of their columns."""
        return [(title, values) for values, title in self._known.items()]


def said(one: Field, lang: str) -> dict[str, str]:
    """Say what belongs into the column, as Excel's input message."""
    parts = [one.help.text(lang)]
    if one.example:
        parts.append(f"{_W['example'].text(lang)}: {one.example}")
    if one.required:
        parts.append(_W["required"].text(lang))
    return {"input_title": _short(one.header.text(lang), _TITLE), "input_message": _short("\n".join(parts), _TEXT)}


def data_validation(one: Field, column: int, lang: str, lists: CodeLists) -> dict[str, Any]:
    """Say what may be entered below the header, as Excel's data validation."""
    allowed = _allowed(one, xl_col_to_name(column), lang, lists)
    return {**allowed, **said(one, lang), "error_title": _short(one.header.text(lang), _TITLE)}


def _allowed(one: Field, letter: str, lang: str, lists: CodeLists) -> dict[str, Any]:
    title = one.header.text(lang)
    if one.allowed_values:
        return _from_list(lists.source(title, one.allowed_values), "list", lang)
    if one.name in _SEEN:
        return {**_from_list(lists.source(title, _SEEN[one.name]), "unusual", lang), "error_type": "information"}
    match one.type:
        case FieldType.BOOLEAN:
            words = tuple(word.text(lang) for word in _YES_OR_NO)
            return _from_list(lists.source(_W["yes_or_no"].text(lang), words), "list", lang)
        case FieldType.DATE:
            least, most = "=DATE(1900,3,1)", "=DATE(2099,12,31)"
            return _between("date", least, most, _W["date"].text(lang))
        case FieldType.INTEGER:
            return _between("integer", -_MOST, _MOST, _W["integer"].text(lang))
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return _number(letter, _DECIMALS[one.type], lang)
        case FieldType.TEXT | FieldType.IDENTIFIER:
            return _length(one.max_length, lang) if one.max_length else {"validate": "any"}
        case FieldType.TEXT_LIST | FieldType.TIME:
            return {"validate": "any"}
        case _:
            assert_never(one.kind)


def _from_list(source: str, word: str, lang: str) -> dict[str, Any]:
    return {"validate": "list", "source": source, "error_message": _W[word].text(lang)}


def _between(kind: str, least: Any, most: Any, message: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": least, "maximum": most, "error_message": message}


def _number(letter: str, decimals: int, lang: str) -> dict[str, Any]:
    """A number with no more decimals than armbulk sends: it never rounds."""
    message = Words(
        f"Enter a number with at most {decimals} decimals.", f"Skriv et tall med høyst {decimals} desimaler."
    )
    formula = f"=AND(ISNUMBER({letter}2),ROUND({letter}2,{decimals})={letter}2)"
    return {"validate": "custom", "value": formula, "error_message": message.text(lang)}


def _length(most: int, lang: str) -> dict[str, Any]:
    message = Words(f"At most {most} characters.", f"Høyst {most} tegn.")
    return {"validate": "length", "criteria": "<=", "value": most, "error_message": message.text(lang)}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

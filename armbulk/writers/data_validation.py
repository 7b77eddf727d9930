"""What Excel shows and accepts when somebody fills in a cell of a template."""

from typing import Any, assert_never

from xlsxwriter.utility import xl_col_to_name

from armbulk.i18n import NO, YES, _
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import Field, FieldType

_MAX_TITLE_CHARS, _MAX_MESSAGE_CHARS = 32, 255  # Excel shows no more
_DECIMALS = {FieldType.AMOUNT: 2, FieldType.QUANTITY: 6}
_MAX_INTEGER = 10**EXCEL_EXACT_DIGITS - 1
_TEXTS = {
    "required": _("Required."),
    "example": _("Example"),
    "yes_or_no": _("Yes or no"),
    "list": _("Choose a value from the list."),
    "unusual": _("This is not one of the usual values. Keep it if you know that ARM accepts it."),
    "date": _("Enter a date, for example 2025-02-27."),
    "integer": _("Enter a whole number without decimals."),
}


class CodeLists:
    """The drop-down lists of a workbook: each is once on the sheet of codes, because Excel limits lists in a cell."""

    title_row = 2  # counted from 0

    def __init__(self, sheet: str, lang: str) -> None:
        """Begin without lists; `sheet` is the name of the sheet of codes."""
        self._sheet, self._lang = sheet, lang
        self._titles: dict[tuple[str, ...], str] = {}

    def add(self, title: str, values: tuple[str, ...]) -> str:
        """Add a list unless it is there; return its cells as a formula."""
        self._titles.setdefault(values, title)
        letter = xl_col_to_name(list(self._titles).index(values), col_abs=True)
        return f"='{self._sheet}'!{letter}${self.title_row + 2}:{letter}${self.title_row + 1 + len(values)}"

    def all(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each list with its title, in the order of their columns."""
        return [(title, values) for values, title in self._titles.items()]


def input_message(field: Field, lang: str) -> dict[str, str]:
    """Return xlsxwriter's options of the message Excel shows for a column."""
    parts = [field.help.text(lang)]
    if field.example:
        parts.append(f"{_TEXTS['example'].text(lang)}: {field.write_example(lang)}")
    if field.required:
        parts.append(_TEXTS["required"].text(lang))
    return {
        "input_title": _shorten(field.header.text(lang), _MAX_TITLE_CHARS),
        "input_message": _shorten("\n".join(parts), _MAX_MESSAGE_CHARS),
    }


def data_validation(field: Field, column: int, lang: str, lists: CodeLists) -> dict[str, Any]:
    """Return xlsxwriter's options of what a column accepts below its header."""
    allowed = _allowed_values(field, xl_col_to_name(column), lang, lists)
    return {
        **allowed,
        **input_message(field, lang),
        "error_title": _shorten(field.header.text(lang), _MAX_TITLE_CHARS),
    }


def _allowed_values(field: Field, letter: str, lang: str, lists: CodeLists) -> dict[str, Any]:
    title = field.header.text(lang)
    if field.allowed_values:
        return _from_list(lists.add(title, field.allowed_values), "list", lang)
    if field.usual_values:
        usual = _from_list(lists.add(title, field.usual_values), "unusual", lang)
        return {**usual, "error_type": "information"}
    match field.type:
        case FieldType.BOOLEAN:
            words = tuple(word.text(lang) for word in (YES, NO))
            return _from_list(lists.add(_TEXTS["yes_or_no"].text(lang), words), "list", lang)
        case FieldType.DATE:
            return _between("date", "=DATE(1900,3,1)", "=DATE(2099,12,31)", _TEXTS["date"].text(lang))
        case FieldType.INTEGER:
            return _between("integer", -_MAX_INTEGER, _MAX_INTEGER, _TEXTS["integer"].text(lang))
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return _number(letter, _DECIMALS[field.type], lang)
        case FieldType.TEXT | FieldType.IDENTIFIER:
            return _length(field.max_length, lang) if field.max_length else {"validate": "any"}
        case FieldType.TEXT_LIST | FieldType.TIME:
            return {"validate": "any"}
        case _:
            assert_never(field.type)


def _from_list(source: str, text: str, lang: str) -> dict[str, Any]:
    return {"validate": "list", "source": source, "error_message": _TEXTS[text].text(lang)}


def _between(value_type: str, minimum: Any, maximum: Any, message: str) -> dict[str, Any]:
    return {
        "validate": value_type,
        "criteria": "between",
        "minimum": minimum,
        "maximum": maximum,
        "error_message": message,
    }


def _number(letter: str, decimals: int, lang: str) -> dict[str, Any]:
    """A number with no more decimals than armbulk sends: it never rounds."""
    message = _("Enter a number with at most {decimals} decimals.", decimals=decimals)
    formula = f"=AND(ISNUMBER({letter}2),ROUND({letter}2,{decimals})={letter}2)"
    return {"validate": "custom", "value": formula, "error_message": message.text(lang)}


def _length(maximum: int, lang: str) -> dict[str, Any]:
    message = _("At most {maximum} characters.", maximum=maximum)
    return {"validate": "length", "criteria": "<=", "value": maximum, "error_message": message.text(lang)}


def _shorten(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"

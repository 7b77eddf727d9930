"""A workbook to fill in (xlsxwriter): typed columns, input messages, drop-downs, a guide. Same bytes every time."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, assert_never

import xlsxwriter

from armbulk.i18n import Words
from armbulk.mapping.headers import CODES, CODES_TITLE, GUIDE, GUIDE_TITLE
from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.writers import style
from armbulk.writers.data_validation import CodeLists, data_validation, said

_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_ROW = 1_048_575
_FILTER_ROWS = 1_000  # Excel widens a filter by itself when more is filled in
_NARROW, _NAME, _WIDE, _LINE = 11, 22, 34, 15.75
_FORMATS = {
    FieldType.DATE: "yyyy-mm-dd",
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QUANTITY: "General",  # as many decimals as there are; a format for six would leave a bare comma after 20
    FieldType.INTEGER: "0",
}
_YES = Words("yes", "ja")
_COLUMNS = (
    (Words("Sheet", "Ark"), 13),
    (Words("Column", "Kolonne"), 24),
    (Words("Column", "Kolonne"), 24),
    (Words("Required", "Påkrevd"), 11),
    (Words("Meaning", "Betydning"), 46),
    (Words("Meaning", "Betydning"), 46),
    (Words("Rules", "Regler"), 38),
    (Words("Rules", "Regler"), 38),
    (Words("Example", "Eksempel"), 27),
    (Words("In ARM", "I ARM"), 32),
)
_BOTH = {1: 0, 2: 1, 4: 0, 5: 1, 6: 0, 7: 1}  # guide column → which of the two languages it is in
_HOW = (
    Words(
        "Columns with a dark header are required; the others may stay empty or be deleted. Do not rename headers.",
        "Kolonner med mørk overskrift er påkrevd; de andre kan stå tomme eller slettes. Ikke endre overskriftene.",
    ),
    Words(
        "Click a cell to see what belongs there. Numbers, KID and accounts are text here: leading zeros stay.",
        "Klikk i en celle for å se hva som hører hjemme der. Nummer, KID og konto er tekst her: nuller foran blir.",
    ),
    Words(
        "Lines belong to the document whose number they bear. Several values in one cell are separated by ;",
        "Linjer hører til bilaget med samme nummer. Flere verdier i én celle skilles med ;",
    ),
    Words(
        "Then: armbulk check FILE finds every problem, and nothing leaves your machine.",
        "Deretter: armbulk check FIL finner alle feil, og ingenting forlater maskinen din.",
    ),
)


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A column as the guide explains it; pairs are in the template's language and in the other one."""

    sheet: str
    headers: tuple[str, str]
    required: bool
    meanings: tuple[str, str]
    rules: tuple[str, str]
    example: str
    path: str


def write_template(
    target: Path,
    resources: Sequence[Resource],
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    guide: Sequence[GuideRow],
    lang: str,
) -> list[str]:
    """Write one sheet per resource with `rows` in it, the guide and the codes; return the sheets' names."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"title": "armbulk", "created": _STAMP})
    formats = _formats(book)
    lists = CodeLists(CODES.text(lang), lang)
    for resource in resources:
        page = book.add_worksheet(resource.title.text(lang))
        _table(page, resource, lang, lists, formats)
        _fill(page, resource, rows[resource.name], lang, formats)
    _guide(book.add_worksheet(GUIDE.text(lang)), guide, lang, formats)
    _codes(book.add_worksheet(CODES.text(lang)), lists, lang, formats)
    names = [page.get_name() for page in book.worksheets()]
    book.close()
    return names


def columns_of(resource: Resource) -> list[Field]:
    """The fields a person may fill in."""
    return [one for one in resource.fields if one.role is not FieldRole.READ_ONLY]


def _formats(book: Any) -> dict[Any, Any]:
    base = {"font_name": style.FONT, "font_size": 11, "valign": "vcenter"}
    ink, paper = f"#{style.HEAD}", f"#{style.PALE}"
    line = {"border": 1, "border_color": f"#{style.RULE}"}
    told = {"valign": "top", "text_wrap": True, "num_format": "@", "bottom": 1, "bottom_color": f"#{style.RULE}"}
    made: dict[Any, dict[str, Any]] = {
        "required": {"bold": True, "font_color": f"#{style.INK}", "bg_color": ink, "indent": 1, **line},
        "optional": {"bold": True, "font_color": ink, "bg_color": paper, "indent": 1, **line},
        "title": {"bold": True, "font_size": 16, "font_color": ink},
        "how": {"font_color": ink},
        "told": told,
        "strong": {**told, "bold": True, "font_color": ink},
        "other": {**told, "font_color": f"#{style.MUTED}"},
        "code": {"num_format": "@", "indent": 1},
        **{kind: {"num_format": _FORMATS.get(kind, "@"), "indent": 0 if kind in _FORMATS else 1} for kind in FieldType},
    }
    return {name: book.add_format({**base, **own}) for name, own in made.items()}


def _table(page: Any, resource: Resource, lang: str, lists: CodeLists, formats: Mapping[Any, Any]) -> None:
    """An empty table: typed columns, and headers that say what belongs below."""
    columns = columns_of(resource)
    for at, one in enumerate(columns):
        header = one.header.text(lang)
        page.set_column(at, at, _width(one, header), formats[one.type])
        page.write_string(0, at, header, formats["required" if one.required else "optional"])
        page.data_validation(0, at, 0, at, {"validate": "any", **said(one, lang)})
        page.data_validation(1, at, _LAST_ROW, at, data_validation(one, at, lang, lists))
    page.set_row(0, 24)
    page.freeze_panes(1, 1 + next(at for at, one in enumerate(columns) if one.name == resource.key))
    page.autofilter(0, 0, _FILTER_ROWS, len(columns) - 1)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_tab_color(f"#{style.HEAD}")
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)


def _width(one: Field, header: str) -> float:
    room = _NARROW + 2 if one.type in _FORMATS else min(len(one.example) + 4, _WIDE)
    least = _NAME if one.type in {FieldType.TEXT, FieldType.TEXT_LIST} else _NARROW
    return max(least, len(header) + 6, room)  # a filter button takes the place of about three letters


def _fill(
    page: Any, resource: Resource, rows: Sequence[Mapping[str, str]], lang: str, formats: Mapping[Any, Any]
) -> None:
    for row, values in enumerate(rows, start=1):
        for at, one in enumerate(columns_of(resource)):
            if values.get(one.name):
                _value(page, row, at, one.type, values[one.name], lang, formats)


def _value(page: Any, row: int, at: int, kind: FieldType, text: str, lang: str, formats: Mapping[Any, Any]) -> None:
    match kind:
        case FieldType.DATE:
            page.write_datetime(row, at, date.fromisoformat(text), formats[kind])
        case FieldType.AMOUNT | FieldType.QUANTITY | FieldType.INTEGER:
            page.write_number(row, at, float(text), formats[kind])
        case FieldType.BOOLEAN:
            page.write_string(row, at, _YES.text(lang), formats[kind])
        case FieldType.TEXT | FieldType.IDENTIFIER | FieldType.TEXT_LIST | FieldType.TIME:
            page.write_string(row, at, text, formats[kind])
        case _:
            assert_never(kind)


def _guide(page: Any, guide: Sequence[GuideRow], lang: str, formats: Mapping[Any, Any]) -> None:
    page.hide_gridlines(2)
    page.set_row(0, 28)
    page.write_string(0, 0, GUIDE_TITLE.text(lang), formats["title"])
    for row, words in enumerate(_HOW, start=1):
        page.write_string(row, 0, words.text(lang), formats["how"])
    top = len(_HOW) + 2
    languages = (lang, "en" if lang == "no" else "no")
    for at, (words, width) in enumerate(_COLUMNS):
        page.set_column(at, at, width)
        page.write_string(top, at, words.text(languages[_BOTH.get(at, 0)]), formats["required"])
    page.set_row(top, 22)
    for row, one in enumerate(guide, start=top + 1):
        must = _YES.text(lang) if one.required else ""
        cells = (one.sheet, *one.headers, must, *one.meanings, *one.rules, one.example, one.path)
        for at, text in enumerate(cells):
            page.write_string(row, at, text, formats["strong" if at == 1 else "other" if _BOTH.get(at) else "told"])
        page.set_row(row, _LINE * max(_lines(text, width) for text, (_, width) in zip(cells, _COLUMNS, strict=True)))
    page.autofilter(top, 0, top + len(guide), len(_COLUMNS) - 1)
    page.freeze_panes(top + 1, 2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column so wide; not every program finds out by itself."""
    return max(1, len(textwrap.wrap(text, round(width * 1.1))))


def _codes(page: Any, lists: CodeLists, lang: str, formats: Mapping[Any, Any]) -> None:
    page.set_row(0, 28)
    page.write_string(0, 0, CODES_TITLE.text(lang), formats["title"])
    for at, (title, values) in enumerate(lists.all()):
        page.set_column(at, at, max(len(title), *map(len, values)) + 4)
        page.write_string(lists.top, at, title, formats["optional"])
        for row, value in enumerate(values, start=lists.top + 1):
            page.write_string(row, at, value, formats["code"])
    page.hide_gridlines(2)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

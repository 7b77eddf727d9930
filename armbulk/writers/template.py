"""A workbook to fill in (xlsxwriter): typed columns, input messages, drop-down lists, a guide."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, assert_never

import xlsxwriter

from armbulk.i18n import ENGLISH, NORWEGIAN, YES, _
from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.model.result_columns import CODES, CODES_TITLE, GUIDE, GUIDE_TITLE
from armbulk.writers import style
from armbulk.writers.data_validation import CodeLists, data_validation, input_message
from armbulk.writers.workbook_options import WORKBOOK_CREATED, date_format

_LAST_ROW = EXCEL_MAX_ROWS - 1
_FILTER_ROWS = 1_000  # Excel extends a filter automatically when more is filled in
_MIN_WIDTH, _MIN_TEXT_WIDTH, _MAX_WIDTH, _LINE_HEIGHT = 11, 22, 34, 15.75
_FORMATS = {
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QUANTITY: "General",  # as many decimals as there are; a format for six would leave a bare comma after 20
    FieldType.INTEGER: "0",
}
_NARROW_TYPES = {*_FORMATS, FieldType.DATE}
_GUIDE_COLUMNS = (
    (_("Sheet"), 13),
    (_("Column"), 24),
    (_("Column"), 24),
    (_("Required"), 11),
    (_("Meaning"), 46),
    (_("Meaning"), 46),
    (_("Rules"), 38),
    (_("Rules"), 38),
    (_("Example"), 27),
    (_("In ARM"), 32),
)
_GUIDE_LANGUAGE = {1: 0, 2: 1, 4: 0, 5: 1, 6: 0, 7: 1}  # column of the guide → 0: the template's language, 1: the other
_INSTRUCTIONS = (
    _("Columns with a dark header are required. The others can be left empty or deleted. Do not rename headers."),
    _(
        "Click a cell to see what to enter. Customer numbers, KID and account numbers are text, so "
        "leading zeros are kept."
    ),
    _("Lines belong to the document with the same number. Separate several values in one cell with ;"),
    _("When you are done, run: armbulk check FILE. It finds every problem and sends nothing."),
)


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A column of the template in the guide; pairs are in the template's language and in the other one.

    Attributes:
        sheet: the sheet it is on.
        headers: its header.
        required: whether it must be filled in.
        meanings: what it means.
        rules: what is accepted.
        example: an example.
        path: its path in ARM's JSON.
    """

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
    """Write a sheet for each resource with `rows` in it, the guide and the codes; return the sheets' names."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"title": "armbulk", "created": WORKBOOK_CREATED})
    formats = _create_formats(book, lang)
    lists = CodeLists(CODES.text(lang), lang)
    for resource in resources:
        page = book.add_worksheet(resource.title.text(lang))
        _write_table(page, resource, lang, lists, formats)
        _write_rows(page, resource, rows[resource.name], lang, formats)
    _write_guide(book.add_worksheet(GUIDE.text(lang)), guide, lang, formats)
    _write_codes(book.add_worksheet(CODES.text(lang)), lists, lang, formats)
    names = [page.get_name() for page in book.worksheets()]
    book.close()
    return names


def _columns_of(resource: Resource) -> list[Field]:
    """The fields a person may fill in."""
    return [field for field in resource.fields if field.role is not FieldRole.READ_ONLY]


def _create_formats(book: Any, lang: str) -> dict[Any, Any]:
    base = {"font_name": style.FONT, "font_size": 11, "valign": "vcenter"}
    dark, pale = f"#{style.HEAD}", f"#{style.PALE}"
    line = {"border": 1, "border_color": f"#{style.RULE}"}
    guide = {"valign": "top", "text_wrap": True, "num_format": "@", "bottom": 1, "bottom_color": f"#{style.RULE}"}
    formats: dict[Any, dict[str, Any]] = {
        "required": {"bold": True, "font_color": f"#{style.INK}", "bg_color": dark, "indent": 1, **line},
        "optional": {"bold": True, "font_color": dark, "bg_color": pale, "indent": 1, **line},
        "title": {"bold": True, "font_size": 16, "font_color": dark},
        "instruction": {"font_color": dark},
        "guide": guide,
        "guide column": {**guide, "bold": True, "font_color": dark},
        "guide other language": {**guide, "font_color": f"#{style.MUTED}"},
        "code": {"num_format": "@", "indent": 1},
    }
    for field_type in FieldType:
        number_format = date_format(lang) if field_type is FieldType.DATE else _FORMATS.get(field_type, "@")
        formats[field_type] = {"num_format": number_format, "indent": int(number_format == "@")}
    return {name: book.add_format({**base, **properties}) for name, properties in formats.items()}


def _write_table(page: Any, resource: Resource, lang: str, lists: CodeLists, formats: Mapping[Any, Any]) -> None:
    """Write an empty table: typed columns, and headers with an input message."""
    columns = _columns_of(resource)
    for index, column in enumerate(columns):
        header = column.header.text(lang)
        page.set_column(index, index, _choose_width(column, header), formats[column.type])
        page.write_string(0, index, header, formats["required" if column.required else "optional"])
        page.data_validation(0, index, 0, index, {"validate": "any", **input_message(column, lang)})
        page.data_validation(1, index, _LAST_ROW, index, data_validation(column, index, lang, lists))
    key = next(index for index, column in enumerate(columns) if column.name == resource.key)
    page.set_row(0, 24)
    page.freeze_panes(1, 1 + key)
    page.autofilter(0, 0, _FILTER_ROWS, len(columns) - 1)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_tab_color(f"#{style.HEAD}")
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)


def _choose_width(column: Field, header: str) -> float:
    values = _MIN_WIDTH + 2 if column.type in _NARROW_TYPES else min(len(column.example) + 4, _MAX_WIDTH)
    minimum = _MIN_TEXT_WIDTH if column.type in {FieldType.TEXT, FieldType.TEXT_LIST} else _MIN_WIDTH
    return max(minimum, len(header) + 6, values)  # a filter button is about three letters wide


def _write_rows(
    page: Any, resource: Resource, rows: Sequence[Mapping[str, str]], lang: str, formats: Mapping[Any, Any]
) -> None:
    for row, values in enumerate(rows, start=1):
        for index, column in enumerate(_columns_of(resource)):
            if values.get(column.name):
                _write_value(page, row, index, column.type, values[column.name], lang, formats)


def _write_value(
    page: Any, row: int, column: int, field_type: FieldType, text: str, lang: str, formats: Mapping[Any, Any]
) -> None:
    match field_type:
        case FieldType.DATE:
            page.write_datetime(row, column, date.fromisoformat(text), formats[field_type])
        case FieldType.AMOUNT | FieldType.QUANTITY | FieldType.INTEGER:
            page.write_number(row, column, float(text), formats[field_type])
        case FieldType.BOOLEAN:
            page.write_string(row, column, YES.text(lang), formats[field_type])
        case FieldType.TEXT | FieldType.IDENTIFIER | FieldType.TEXT_LIST | FieldType.TIME:
            page.write_string(row, column, text, formats[field_type])
        case _:
            assert_never(field_type)


def _write_guide(page: Any, guide: Sequence[GuideRow], lang: str, formats: Mapping[Any, Any]) -> None:
    page.hide_gridlines(2)
    page.set_row(0, 28)
    page.write_string(0, 0, GUIDE_TITLE.text(lang), formats["title"])
    for row, words in enumerate(_INSTRUCTIONS, start=1):
        page.write_string(row, 0, words.text(lang), formats["instruction"])
    top = len(_INSTRUCTIONS) + 2
    languages = (lang, NORWEGIAN if lang == ENGLISH else ENGLISH)
    for column, (words, width) in enumerate(_GUIDE_COLUMNS):
        page.set_column(column, column, width)
        page.write_string(top, column, words.text(languages[_GUIDE_LANGUAGE.get(column, 0)]), formats["required"])
    page.set_row(top, 22)
    for row, explained in enumerate(guide, start=top + 1):
        _write_guide_row(page, row, explained, lang, formats)
    page.autofilter(top, 0, top + len(guide), len(_GUIDE_COLUMNS) - 1)
    page.freeze_panes(top + 1, 2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _write_guide_row(page: Any, row: int, guide: GuideRow, lang: str, formats: Mapping[Any, Any]) -> None:
    required = YES.text(lang) if guide.required else ""
    cells = (guide.sheet, *guide.headers, required, *guide.meanings, *guide.rules, guide.example, guide.path)
    for column, text in enumerate(cells):
        other = "guide other language" if _GUIDE_LANGUAGE.get(column) else "guide"
        page.write_string(row, column, text, formats["guide column" if column == 1 else other])
    lines = max(_count_lines(text, width) for text, (_, width) in zip(cells, _GUIDE_COLUMNS, strict=True))
    page.set_row(row, _LINE_HEIGHT * lines)


def _count_lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of this width; not every program calculates row heights itself."""
    return max(1, len(textwrap.wrap(text, round(width * 1.1))))


def _write_codes(page: Any, lists: CodeLists, lang: str, formats: Mapping[Any, Any]) -> None:
    page.set_row(0, 28)
    page.write_string(0, 0, CODES_TITLE.text(lang), formats["title"])
    for column, (title, values) in enumerate(lists.all()):
        page.set_column(column, column, max(len(title), *map(len, values)) + 4)
        page.write_string(lists.title_row, column, title, formats["optional"])
        for row, value in enumerate(values, start=lists.title_row + 1):
            page.write_string(row, column, value, formats["code"])
    page.hide_gridlines(2)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

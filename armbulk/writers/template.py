"""A workbook to fill in (xlsxwriter): typed columns, input messages, drop-down lists, and what explains them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, assert_never

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from armbulk.i18n import NO, YES
from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.result_columns import CODES, GUIDE, START
from armbulk.writers import style
from armbulk.writers.data_validation import CodeLists, data_validation, input_message
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.template_formats import NUMBER_FORMATS, create_formats
from armbulk.writers.template_guide import GuideRow, write_codes, write_guide
from armbulk.writers.template_start import StartPage, write_start
from armbulk.writers.workbook_options import TEMPLATE_TITLE, WORKBOOK_CREATED, text_options

_LAST_ROW = EXCEL_MAX_ROWS - 1
_FILTER_ROWS = 1_000  # Excel extends a filter automatically when more is filled in
_MIN_WIDTH, _MAX_WIDTH = 11, 34
_MIN_WIDTHS = {FieldType.TEXT: 22, FieldType.TEXT_LIST: 30}
_NARROW_TYPES = {*NUMBER_FORMATS, FieldType.DATE}
_PRINTED_COLUMNS = 15  # more do not fit legibly on the width of a page
_PRINT_PERCENT = 75


@dataclass(frozen=True, slots=True)
class TemplateTable:
    """A sheet to fill in.

    Attributes:
        resource: what its rows are.
        columns: the fields that have a column.
        rows: field name → value, as ARM's JSON has it.
    """

    resource: Resource
    columns: tuple[Field, ...]
    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """The sheets of a template: the first, those to fill in, and the explanation of each column."""

    start: StartPage
    tables: Sequence[TemplateTable]
    guide: Sequence[GuideRow]


def write_template(target: Path, template: TemplateBook, lang: str) -> list[str]:
    """Write a template; return the names of its sheets."""
    book = xlsxwriter.Workbook(str(target), text_options(target))
    book.set_properties({"title": TEMPLATE_TITLE, "created": WORKBOOK_CREATED})
    formats = create_formats(book, lang)
    lists = CodeLists(CODES.text(lang), lang)
    write_start(book.add_worksheet(START.text(lang)), template.start, lang, formats)
    for table in template.tables:
        page = book.add_worksheet(table.resource.title.text(lang))
        write_table(page, table, lang, lists, formats)
        write_rows(page, table, lang, formats)
    write_guide(book.add_worksheet(GUIDE.text(lang)), template.guide, lang, formats)
    write_codes(book.add_worksheet(CODES.text(lang)), lists, lang, formats)
    names = [page.get_name() for page in book.worksheets()]
    book.close()
    return names


def write_table(page: Any, table: TemplateTable, lang: str, lists: CodeLists, formats: Mapping[Any, Any]) -> None:
    """Write an empty table: typed columns, and headers with an input message."""
    columns = table.columns
    last = xl_col_to_name(len(columns) - 1)
    for index, column in enumerate(columns):
        header = column.header.text(lang)
        page.set_column(index, index, _choose_width(column, header, lang), formats[column.type])
        page.write_string(0, index, header, formats["required" if column.required else "optional"])
        page.data_validation(0, index, 0, index, {"validate": "any", **input_message(column, lang)})
        page.data_validation(1, index, _LAST_ROW, index, data_validation(column, index, lang, lists))
        if column.required:
            missing = f"=AND(ISBLANK({xl_col_to_name(index)}2),COUNTA($A2:${last}2)>0)"
            marked = {"type": "formula", "criteria": missing, "format": formats["red"]}
            page.conditional_format(1, index, _LAST_ROW, index, marked)
    key = next(index for index, column in enumerate(columns) if column.name == table.resource.key)
    page.set_row(0, 24)
    page.freeze_panes(1, 1 + key)
    page.autofilter(0, 0, _FILTER_ROWS, len(columns) - 1)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_tab_color(f"#{style.HEAD}")
    page.hide_gridlines(0)  # printed, too
    page.repeat_rows(0)
    fits = len(columns) <= _PRINTED_COLUMNS
    set_up_page(page, lang, pages_across=int(fits))
    if not fits:
        page.set_print_scale(_PRINT_PERCENT)
        page.repeat_columns(0, key)
        page.print_across()


def _choose_width(column: Field, header: str, lang: str) -> float:
    values = _MIN_WIDTH + 2
    if column.type not in _NARROW_TYPES:
        values = min(len(column.find_example(lang)) + 4, _MAX_WIDTH)
    return max(
        _MIN_WIDTHS.get(column.type, _MIN_WIDTH), len(header) + 6, values
    )  # a filter button is about three letters wide


def write_rows(page: Any, table: TemplateTable, lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the rows of a table below its header."""
    for row, values in enumerate(table.rows, start=1):
        write_row(page, row, table.columns, values, lang, formats)


def write_row(
    page: Any, row: int, columns: Sequence[Field], values: Mapping[str, str], lang: str, formats: Mapping[Any, Any]
) -> None:
    """Write a row: field name → value, as ARM's JSON has it."""
    for index, column in enumerate(columns):
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
            page.write_string(row, column, (YES if text == "true" else NO).text(lang), formats[field_type])
        case FieldType.TEXT | FieldType.IDENTIFIER | FieldType.TEXT_LIST | FieldType.TIME:
            page.write_string(row, column, text, formats[field_type])
        case _:
            assert_never(field_type)

"""Formats and cells of the sheets of a report (xlsxwriter)."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

from armbulk.model.excel import EXCEL_EXACT_DIGITS, EXCEL_MAX_CELL_CHARS
from armbulk.writers.section import Link, ReportValue
from armbulk.writers.workbook_options import date_format

HEAD, INK, RULE = "#1F3A4D", "#FFFFFF", "#D0D5DA"
"""Colours of a header row, of the text on it, and of the lines of a table."""

COUNT_FORMAT = "#,##0"

_MUTED = "#66757F"
_BAD, _BAD_INK, _GOOD, _GOOD_INK = "#F8D3CF", "#9C1C10", "#DDF0DC", "#1E5B1C"
_UNDECIDED = "#FFF3C4"
_MARK = '"✗ "'
"""The symbol of a wrong row, in the format of its first cell: the value stays as it is, for filters and pivots."""

_AMOUNT_FORMAT = "#,##0.00"
_LINK = {"font_color": "#1F5FA8", "underline": 1, "indent": 1}


def create_formats(book: Any, lang: str) -> dict[str, Any]:
    """Add the formats of a report to a workbook; return them by name."""
    day = {"num_format": date_format(lang), "align": "left", "indent": 1}
    amount, count = {"num_format": _AMOUNT_FORMAT}, {"num_format": COUNT_FORMAT}
    bad = {"bg_color": _BAD, "font_color": _BAD_INK}
    total = {"bold": True, "top": 1, "top_color": HEAD, "bottom": 6, "bottom_color": HEAD}
    line = {"bottom": 1, "bottom_color": RULE}
    head = {"bold": True, "font_color": INK, "bg_color": HEAD, "valign": "vcenter", "text_wrap": True}
    text = {"num_format": "@"}
    wrapped = {**text, "text_wrap": True, "valign": "top"}
    formats = {
        "title": {"bold": True, "font_size": 16, "font_color": HEAD},
        "section": {"bold": True, "font_size": 12, "font_color": HEAD, "bottom": 1, "bottom_color": RULE},
        "section left": {"bottom": 1, "bottom_color": RULE, "font_color": _MUTED, "indent": 1, "valign": "bottom"},
        "section right": {
            "bottom": 1,
            "bottom_color": RULE,
            "font_color": _MUTED,
            "align": "right",
            "valign": "bottom",
        },
        "note": {"font_color": _MUTED, "italic": True, "text_wrap": True, "valign": "top"},
        "small": {"font_color": _MUTED, "align": "right"},
        "head": head,
        "head right": {**head, "align": "right"},
        "head indented": {**head, "indent": 1},
        "label": {**text, "valign": "top", "font_color": _MUTED},
        "line label": {**text, "font_color": _MUTED},
        "wrapped": wrapped,
        "left": {**count, "align": "left"},
        "is good": {**wrapped, "bold": True, "bg_color": _GOOD, "font_color": _GOOD_INK},
        "is bad": {**wrapped, **bad, "bold": True},
        "undecided": {**wrapped, "bold": True, "bg_color": _UNDECIDED},
        "line label bad": {**text, **bad},
        "symbol": {"align": "center", "bold": True, "font_color": _GOOD_INK},
        "symbol bad": {**bad, "align": "center", "bold": True},
        "remark": {"font_color": _MUTED, "indent": 1},
        "role": {"valign": "bottom", "font_color": _MUTED},
        "to sign": {"bottom": 1, "bottom_color": HEAD},
    }
    for name, base in (("text", text), ("amount", amount), ("count", count), ("date", day), ("link", _LINK)):
        formats |= {
            name: base,
            f"{name} row": {**base, **line},
            f"{name} bad": {**base, **line, **bad},
            f"{name} marked": {**base, **line, **bad, "num_format": f"{_MARK}{base.get('num_format', '@')}"},
            f"{name} total": {**base, **total},
        }
    return {name: book.add_format(properties) for name, properties in formats.items()}


def choose_format(value: ReportValue, formats: dict[str, Any], variant: str = "") -> Any:
    """Return the format of a value; `variant` is "", " row", " bad", " marked" (bad, with a symbol) or " total"."""
    types = ((Decimal, "amount"), (int, "count"), (date, "date"), (Link, "link"))
    name = next((name for value_type, name in types if isinstance(value, value_type)), "text")
    return formats[f"{name}{variant}"]


def write_value(page: Any, row: int, column: int, value: ReportValue, cell_format: Any) -> None:
    """Write a value; a number with more digits than Excel keeps is written as text."""
    if value is None:
        page.write_blank(row, column, None, cell_format)
    elif isinstance(value, str):
        page.write_string(row, column, replace_unprintable(value), cell_format)
    elif isinstance(value, Link):
        page.write_url(row, column, value.address, cell_format, replace_unprintable(value.text))
    elif isinstance(value, date):
        page.write_datetime(row, column, value, cell_format)
    elif isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > EXCEL_EXACT_DIGITS:
        page.write_string(row, column, format(value, "f"), cell_format)
    else:
        page.write_number(row, column, float(value), cell_format)


def replace_unprintable(text: str) -> str:
    """Return a text that fits into a cell: unprintable characters replaced by U+FFFD, cut at Excel's limit."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)[:EXCEL_MAX_CELL_CHARS]


def write_across(page: Any, row: int, columns: tuple[int, int], text: str, cell_format: Any, chars: float) -> None:
    """Write a text across columns (first, last), in a row high enough for all its lines of `chars` characters."""
    first, last = columns
    if last > first:
        page.merge_range(row, first, row, last, "", cell_format)
    page.write_string(row, first, replace_unprintable(text), cell_format)
    lines = max(1, math.ceil(len(text) / max(chars, 1)))
    if lines > 1:
        page.set_row(row, 15 * lines + 3)

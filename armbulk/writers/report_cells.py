"""Formats and cells of the sheets of a report (xlsxwriter)."""

from decimal import Decimal
from typing import Any

from armbulk.model.excel import EXCEL_EXACT_DIGITS, EXCEL_MAX_CELL_CHARS
from armbulk.writers.section import Value

HEAD, INK, RULE = "#1F3A4D", "#FFFFFF", "#D0D5DA"
"""Colours of a header row, of the text on it, and of the lines of a table."""

COUNT_FORMAT = "#,##0"

_MUTED = "#66757F"
_BAD, _BAD_INK, _GOOD, _GOOD_INK = "#F8D3CF", "#9C1C10", "#DDF0DC", "#1E5B1C"
_AMOUNT_FORMAT = "#,##0.00"


def create_formats(book: Any) -> dict[str, Any]:
    """Add the formats of a report to a workbook; return them by name."""
    amount, count = {"num_format": _AMOUNT_FORMAT}, {"num_format": COUNT_FORMAT}
    bad = {"bg_color": _BAD, "font_color": _BAD_INK}
    total = {"bold": True, "top": 1, "top_color": HEAD}
    head = {"bold": True, "font_color": INK, "bg_color": HEAD, "valign": "vcenter"}
    text = {"num_format": "@"}
    wrapped = {**text, "text_wrap": True, "valign": "top"}
    formats = {
        "title": {"bold": True, "font_size": 16, "font_color": HEAD},
        "section": {"bold": True, "font_size": 12, "font_color": HEAD, "bottom": 1, "bottom_color": RULE},
        "note": {"font_color": _MUTED, "italic": True},
        "small": {"font_color": _MUTED, "align": "right"},
        "head": head,
        "head right": {**head, "align": "right"},
        "label": {**text, "valign": "top", "font_color": _MUTED},
        "wrapped": wrapped,
        "left": {**count, "align": "left"},
        "is good": {**wrapped, "bold": True, "bg_color": _GOOD, "font_color": _GOOD_INK},
        "is bad": {**wrapped, **bad, "bold": True},
    }
    for name, base in (("text", text), ("amount", amount), ("count", count)):
        formats |= {name: base, f"{name} bad": {**base, **bad}, f"{name} total": {**base, **total}}
    return {name: book.add_format(properties) for name, properties in formats.items()}


def choose_format(value: Value, formats: dict[str, Any], variant: str = "") -> Any:
    """Return the format of a value; `variant` is "", " bad" or " total"."""
    name = "amount" if isinstance(value, Decimal) else "count" if isinstance(value, int) else "text"
    return formats[f"{name}{variant}"]


def write_value(page: Any, row: int, column: int, value: Value, cell_format: Any) -> None:
    """Write a value; a number with more digits than Excel keeps is written as text."""
    if value is None:
        page.write_blank(row, column, None, cell_format)
    elif isinstance(value, str):
        page.write_string(row, column, replace_unprintable(value), cell_format)
    elif isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > EXCEL_EXACT_DIGITS:
        page.write_string(row, column, format(value, "f"), cell_format)
    else:
        page.write_number(row, column, float(value), cell_format)


def replace_unprintable(text: str) -> str:
    """Return a text that fits into a cell: unprintable characters replaced by U+FFFD, cut at Excel's limit."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)[:EXCEL_MAX_CELL_CHARS]

"""The look of a template: fonts, colours and number formats."""

import textwrap
from typing import Any

from armbulk.model.fields import FieldType
from armbulk.writers import style
from armbulk.writers.workbook_options import date_format

NUMBER_FORMATS = {
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QUANTITY: "General",  # as many decimals as there are; a format for six would leave a bare comma after 20
    FieldType.INTEGER: "0",
}
LINE_HEIGHT = 15.75
"""Of a line of text, in points."""


def create_formats(book: Any, lang: str) -> dict[Any, Any]:
    """Return the formats of a template: one for each type of field, and those of its texts by name."""
    base = {"font_name": style.FONT, "font_size": 11, "valign": "vcenter"}
    dark, pale, rule = f"#{style.HEAD}", f"#{style.PALE}", f"#{style.RULE}"
    line = {"border": 1, "border_color": rule}
    wrapped = {"valign": "top", "text_wrap": True}
    guide = {**wrapped, "num_format": "@", "bottom": 1, "bottom_color": rule}
    formats: dict[Any, dict[str, Any]] = {
        "required": {"bold": True, "font_color": f"#{style.INK}", "bg_color": dark, "indent": 1, **line},
        "optional": {"bold": True, "font_color": dark, "bg_color": pale, "indent": 1, **line},
        "title": {"bold": True, "font_size": 16, "font_color": dark},
        "instruction": {"font_color": dark},
        "guide": guide,
        "guide column": {**guide, "bold": True, "font_color": dark},
        "guide other language": {**guide, "font_color": f"#{style.MUTED}"},
        "code": {"num_format": "@", "indent": 1},
        "heading": {"bold": True, "font_size": 13, "font_color": dark},
        "step": {"bold": True, "font_color": f"#{style.INK}", "bg_color": dark, "align": "center", "valign": "top"},
        "text": {**wrapped, "align": "left", "indent": 1},
        "line": {"indent": 1},
        "sheet": {"bold": True, "indent": 1},
        "bold": {"bold": True},
        "command": {"font_name": "Consolas", "bg_color": pale, "indent": 1, "num_format": "@"},
        "example": {"num_format": "@", "indent": 1, **line},
        "red": {"bg_color": f"#{style.RED}", **line},
        "yellow": {"bg_color": f"#{style.YELLOW}", **line},
        "green": {"bg_color": f"#{style.GREEN}", **line},
    }
    for field_type in FieldType:
        number_format = date_format(lang) if field_type is FieldType.DATE else NUMBER_FORMATS.get(field_type, "@")
        formats[field_type] = {"num_format": number_format, "indent": int(number_format == "@")}
    return {name: book.add_format({**base, **properties}) for name, properties in formats.items()}


def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; not every program calculates the heights of rows."""
    return max(1, len(textwrap.wrap(text, round(width * 1.1))))

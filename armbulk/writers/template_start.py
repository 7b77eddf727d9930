"""The first sheet of a template: what to do in five steps, which columns are required, what the colours mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armbulk.i18n import Text, _
from armbulk.model.result_columns import START_TITLE
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.template_formats import LINE_HEIGHT, count_lines

_NUMBER_WIDTH, _HEADER_WIDTH, _VALUE_WIDTH = 5, 19, 25
_BLOCKS = 3  # examples beside each other
_LAST = 2 * _BLOCKS  # the last column
_TEXT_WIDTH = _BLOCKS * (_HEADER_WIDTH + _VALUE_WIDTH)
_COMMAND_HEIGHT, _GAP_HEIGHT = 20, 5  # points
_COLOURS = (
    ("red", _("A required value is missing, or the value is wrong. The record is not sent until you correct it.")),
    ("yellow", _("A warning. Read it: the record is sent as it is.")),
    ("green", _("The record is in ARM. You see this in the result.")),
)


@dataclass(frozen=True, slots=True)
class StartStep:
    """A step: its name, what to do, and the command to type, if there is one."""

    title: Text
    text: Text
    command: str = ""


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """An example of a sheet's rows: its columns as (header, value), and which of them are required."""

    sheet: str
    cells: tuple[tuple[str, str], ...]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartPage:
    """What the first sheet says.

    Attributes:
        steps: what to do, in this order.
        notes: what else to know about this workbook.
        examples: of each sheet.
    """

    steps: Sequence[StartStep]
    notes: Sequence[Text]
    examples: Sequence[ExampleRow]


def write_start(page: Any, start: StartPage, lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the first sheet; it fits on one page."""
    page.hide_gridlines(2)
    page.set_column(0, 0, _NUMBER_WIDTH)
    for block in range(max(_BLOCKS, len(start.examples))):
        page.set_column(1 + 2 * block, 1 + 2 * block, _HEADER_WIDTH)
        page.set_column(2 + 2 * block, 2 + 2 * block, _VALUE_WIDTH)
    page.set_row(0, 30)
    page.write_string(0, 0, START_TITLE.text(lang), formats["title"])
    row = _write_steps(page, 2, start.steps, lang, formats)
    for note in start.notes:
        _write_text(page, row, note.text(lang), formats["text"])
        row += 1
    row = _write_required(page, row + 1, start.examples, lang, formats)
    row = _write_colours(page, row + 1, lang, formats)
    _write_examples(page, row + 1, start.examples, lang, formats)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    set_up_page(page, lang, pages_down=1)


def _write_steps(page: Any, row: int, steps: Sequence[StartStep], lang: str, formats: Mapping[Any, Any]) -> int:
    """Write the steps; return the next row."""
    for number, step in enumerate(steps, start=1):
        title, text = step.title.text(lang), step.text.text(lang)
        page.write_number(row, 0, number, formats["step"])
        _write_text(page, row, f"{title}. {text}", formats["text"])
        page.write_rich_string(row, 1, formats["bold"], f"{title}. ", text, formats["text"])
        row += 1
        if step.command:
            page.set_row(row, _COMMAND_HEIGHT)
            page.merge_range(row, 1, row, _LAST, step.command, formats["command"])
            row += 1
        page.set_row(row, _GAP_HEIGHT)
        row += 1
    return row


def _write_text(page: Any, row: int, text: str, text_format: Any) -> None:
    page.merge_range(row, 1, row, _LAST, text, text_format)
    page.set_row(row, LINE_HEIGHT * count_lines(text, _TEXT_WIDTH) + 3)


def _write_required(page: Any, row: int, examples: Sequence[ExampleRow], lang: str, formats: Mapping[Any, Any]) -> int:
    page.write_string(row, 0, _("Required columns").text(lang), formats["heading"])
    for example in examples:
        row += 1
        page.write_string(row, 1, example.sheet, formats["sheet"])
        page.write_string(row, 2, ", ".join(example.required), formats["line"])
    return row + 1


def _write_colours(page: Any, row: int, lang: str, formats: Mapping[Any, Any]) -> int:
    page.write_string(row, 0, _("Colours").text(lang), formats["heading"])
    for colour, meaning in _COLOURS:
        row += 1
        page.write_blank(row, 0, None, formats[colour])
        page.write_string(row, 1, meaning.text(lang), formats["line"])
    return row + 1


def _write_examples(page: Any, row: int, examples: Sequence[ExampleRow], lang: str, formats: Mapping[Any, Any]) -> None:
    """Write an example of each sheet, beside each other: header and value."""
    page.write_string(row, 0, _("Examples: one row of each sheet").text(lang), formats["heading"])
    for block, example in enumerate(examples):
        column = 1 + 2 * block
        page.write_string(row + 1, column, example.sheet, formats["sheet"])
        for below, (header, value) in enumerate(example.cells, start=row + 2):
            page.write_string(below, column, header, formats["required" if header in example.required else "optional"])
            page.write_string(below, column + 1, value, formats["example"])

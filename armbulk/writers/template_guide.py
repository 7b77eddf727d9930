"""The sheets of a template that explain its columns and list its codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from armbulk.i18n import ENGLISH, NORWEGIAN, Text, _
from armbulk.model.result_columns import CODES_TITLE, GUIDE_TITLE
from armbulk.writers.data_validation import CodeLists
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.template_formats import LINE_HEIGHT, count_lines

_COLUMNS = (
    (_("Sheet"), 12),
    (_("Column"), 23),
    (_("Use"), 15),
    (_("Meaning"), 44),
    (_("Rules"), 36),
    (_("Example"), 25),
    (_("In ARM"), 31),
    (_("Column"), 23),
    (_("Meaning"), 44),
    (_("Rules"), 36),
)
_OTHER_LANGUAGE = 7  # the columns from here on are in the other language, and are not printed
_INSTRUCTIONS = (
    _("Columns with a dark header are required. The others can be left empty or deleted. Do not rename headers."),
    _(
        "Click a cell to see what to enter. Customer numbers, KID and account numbers are text, so "
        "leading zeros are kept."
    ),
    _("Lines belong to the document with the same number. Separate several values in one cell with ;"),
)
REQUIRED, OPTIONAL, ONLY_FULL = _("required"), _("optional"), _("only with --full")
"""How a column is used: it must be filled in, it may be, or only the full template has it."""


@dataclass(frozen=True, slots=True)
class GuideRow:
    """A column in the guide; pairs are in the template's language and in the other one.

    Attributes:
        sheet: the sheet it is on.
        headers: its header.
        use: REQUIRED, OPTIONAL or ONLY_FULL.
        meanings: what it means.
        rules: what is accepted.
        example: an example.
        path: its path in ARM's JSON.
    """

    sheet: str
    headers: tuple[str, str]
    use: Text
    meanings: tuple[str, str]
    rules: tuple[str, str]
    example: str
    path: str


def write_guide(page: Any, guide: Sequence[GuideRow], lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the explanation of every column: in the template's language, and to its right in the other one."""
    page.hide_gridlines(2)
    page.set_row(0, 28)
    page.write_string(0, 0, GUIDE_TITLE.text(lang), formats["title"])
    for row, words in enumerate(_INSTRUCTIONS, start=1):
        page.write_string(row, 0, words.text(lang), formats["instruction"])
    top = len(_INSTRUCTIONS) + 2
    other = NORWEGIAN if lang == ENGLISH else ENGLISH
    for column, (words, width) in enumerate(_COLUMNS):
        page.set_column(column, column, width)
        page.write_string(top, column, words.text(other if column >= _OTHER_LANGUAGE else lang), formats["required"])
    page.set_row(top, 22)
    for row, explained in enumerate(guide, start=top + 1):
        _write_guide_row(page, row, explained, lang, formats)
    page.autofilter(top, 0, top + len(guide), len(_COLUMNS) - 1)
    page.freeze_panes(top + 1, 2)
    page.print_area(0, 0, top + len(guide), _OTHER_LANGUAGE - 1)
    page.repeat_rows(top)
    set_up_page(page, lang)


def _write_guide_row(page: Any, row: int, guide: GuideRow, lang: str, formats: Mapping[Any, Any]) -> None:
    headers, meanings, rules = guide.headers, guide.meanings, guide.rules
    cells = (
        *(guide.sheet, headers[0], guide.use.text(lang), meanings[0], rules[0], guide.example, guide.path),
        *(headers[1], meanings[1], rules[1]),
    )
    for column, text in enumerate(cells):
        other = "guide other language" if column >= _OTHER_LANGUAGE else "guide"
        page.write_string(row, column, text, formats["guide column" if column == 1 else other])
    lines = max(count_lines(text, width) for text, (_, width) in zip(cells, _COLUMNS, strict=True))
    page.set_row(row, LINE_HEIGHT * lines)


def write_codes(page: Any, lists: CodeLists, lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the values of the drop-down lists, a column each; row by row, as large workbooks are written."""
    page.set_row(0, 28)
    page.write_string(0, 0, CODES_TITLE.text(lang), formats["title"])
    for column, (title, values) in enumerate(lists.all()):
        page.set_column(column, column, max(len(title), *map(len, values)) + 4)
        page.write_string(lists.title_row, column, title, formats["optional"])
    rows = zip_longest(*(values for _title, values in lists.all()))
    for row, values in enumerate(rows, start=lists.title_row + 1):
        for column, value in enumerate(values):
            if value is not None:
                page.write_string(row, column, value, formats["code"])
    page.hide_gridlines(2)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    set_up_page(page, lang)

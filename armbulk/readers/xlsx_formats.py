"""The number formats of a workbook, as far as they change what a number means."""

import re
from dataclasses import dataclass, field

from armbulk.readers.amount_format import misleads, shows_other_amount
from armbulk.readers.number_pattern import NumberPattern, split_sections
from armbulk.readers.xlsx_values import convert_serial

Cell = tuple[str, str] | tuple[str, str, str]
"""The text and the kind of a cell; with what it looks like, where that is another text."""

BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""The numbers of the built-in formats that show a date or time."""

_BUILT_IN_PERCENTS = frozenset({9, 10})
_BUILT_IN_CODES = {
    **dict.fromkeys((5, 6, 7, 8), '"$"#,##0'), 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    **dict.fromkeys((42, 44), '"$"#,##0'), 48: "##0.0E+0",
}  # fmt: skip
"""The built-in formats that show a currency, an exponent or a fraction; their literals stand for the local ones."""


@dataclass(slots=True)
class NumberFormats:
    """The cell styles of a workbook that matter, by the style number in a cell.

    Attributes:
        dates: Styles that show a date or time.
        percents: Styles that show per cent.
        patterns: Styles that may show a whole number by other characters than its digits, or an amount as another one.
    """

    dates: set[str] = field(default_factory=set)
    percents: set[str] = field(default_factory=set)
    patterns: dict[str, NumberPattern] = field(default_factory=dict)

    def add(self, style: str, number: int, code: str) -> None:
        """Add a cell style with the number of its format; `code` is blank for Excel's built-in formats."""
        if not code:
            if number in BUILT_IN_DATES:
                self.dates.add(style)
            elif number in _BUILT_IN_PERCENTS:
                self.percents.add(style)
            elif number in _BUILT_IN_CODES:
                self.patterns[style] = NumberPattern(_BUILT_IN_CODES[number])
            return
        if is_date_format(code):
            self.dates.add(style)
        elif "%" in _strip_literals(_first_section(code)):
            self.percents.add(style)
        else:
            pattern = NumberPattern(code)
            if not pattern.is_plain or misleads(code, negative=True):
                self.patterns[style] = pattern

    def describe(self, style: str, plain: str, *, since_1904: bool) -> Cell:
        """Return the cell of a number (plain digits) with a style."""
        pattern = self.patterns.get(style)
        if style in self.dates:
            return convert_serial(plain, since_1904=since_1904)
        if style in self.percents:
            return plain, "percent"
        if pattern is None or not (plain.isdigit() or shows_other_amount(pattern.code, negative=plain[0] == "-")):
            return plain, "number"
        if not plain.isdigit():
            return plain, "disguised", pattern.code
        return describe_whole_number(plain, pattern.show(plain), pattern.code)


def describe_whole_number(plain: str, shown: str | None, code: str) -> Cell:
    """Return the cell of a whole number, by what is shown: None if it is its own digits, "" if that is unclear."""
    if shown is None or shown == plain:
        return plain, "number"
    if shown.isdigit() and shown.lstrip("0") == plain.lstrip("0"):
        return shown, "padded"
    return (plain, "formatted", shown) if shown else (plain, "disguised", code)


def is_date_format(code: str) -> bool:
    """Return whether a format shows a date or time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = _first_section(code)
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    symbols = _strip_literals(first)
    return bool(re.search(r"[dmyhs]", symbols, re.IGNORECASE)) and "general" not in symbols.lower()


def _first_section(code: str) -> str:
    return split_sections(code)[0]


def _strip_literals(section: str) -> str:
    """Return a section of a format without its quoted texts, escapes and brackets."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", section)

"""The number formats of a workbook, as far as they change what a number means."""

import re
from dataclasses import dataclass, field

from armbulk.readers.amount_format import misleads
from armbulk.readers.number_pattern import NumberPattern, split_sections

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

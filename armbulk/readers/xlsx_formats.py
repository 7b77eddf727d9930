"""The number formats of a workbook, as far as they change what a number means."""

import re
from dataclasses import dataclass, field

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILT_IN_PERCENTS = frozenset({9, 10})


@dataclass(slots=True)
class NumberFormats:
    """The cell styles of a workbook that matter, by the style number in a cell.

    Attributes:
        dates: Styles that show a date or time.
        percents: Styles that show per cent.
        widths: Styles that show leading zeros → how many digits they show.
    """

    dates: set[str] = field(default_factory=set)
    percents: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)

    def add(self, style: str, number: int, code: str | None) -> None:
        """Add a cell style with the number of its format; `code` is None for Excel's built-in formats."""
        if code is None:
            if number in _BUILT_IN_DATES:
                self.dates.add(style)
            elif number in _BUILT_IN_PERCENTS:
                self.percents.add(style)
            return
        first = _first_section(code)
        if is_date_format(code):
            self.dates.add(style)
        elif "%" in _strip_literals(first):
            self.percents.add(style)
        elif re.fullmatch(r"0{2,15}", first):
            self.widths[style] = len(first)


def is_date_format(code: str) -> bool:
    """Return whether a format shows a date or time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = _first_section(code)
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    symbols = _strip_literals(first)
    return bool(re.search(r"[dmyhs]", symbols, re.IGNORECASE)) and "general" not in symbols.lower()


def _first_section(code: str) -> str:
    return code.split(";", maxsplit=1)[0]


def _strip_literals(section: str) -> str:
    """Return a section of a format without its quoted texts, escapes and brackets."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", section)

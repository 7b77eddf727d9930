"""What cell formats make of a number: a date or time, a percentage, zeros in front."""

import re
from dataclasses import dataclass, field

_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILTIN_PERCENT = frozenset({9, 10})


@dataclass(slots=True)
class Formats:
    """The cell formats of a workbook that matter, by their number as it stands in a cell."""

    dates: set[str] = field(default_factory=set)
    percents: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)  # those that show zeros in front: how many digits

    def add(self, style: str, number: int, code: str | None) -> None:
        """Remember one cell format; `code` is null for Excel's built-in formats."""
        if code is None:
            if number in _BUILTIN_DATES:
                self.dates.add(style)
            elif number in _BUILTIN_PERCENT:
                self.percents.add(style)
            return
        first = code.split(";", maxsplit=1)[0]
        if is_date_format(code):
            self.dates.add(style)
        elif "%" in _bare(code):
            self.percents.add(style)
        elif re.fullmatch(r"0{2,15}", first):
            self.widths[style] = len(first)


def _bare(code: str) -> str:
    """A format code's first section, without what it prints as it stands."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", code.split(";", maxsplit=1)[0])


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = code.split(";", maxsplit=1)[0]
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    bare = _bare(code)
    return bool(re.search(r"[dmyhs]", bare, re.IGNORECASE)) and "general" not in bare.lower()

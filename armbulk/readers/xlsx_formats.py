"""The number formats of a workbook, as far as they change what a number means."""

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import lru_cache

from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.readers.amount_format import count_decimals, misleads, shows_other_amount
from armbulk.readers.number_pattern import NumberPattern, split_sections
from armbulk.readers.symbol_format import remove_symbol
from armbulk.readers.xlsx_values import convert_serial

_EXCEL_DIGITS = Context(prec=EXCEL_EXACT_DIGITS)

Cell = tuple[str, str] | tuple[str, str, str]
"""The text and the kind of a cell; with what it looks like, where that is another text."""

BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""The numbers of the built-in formats that show a date or time."""

_BUILT_IN_DECIMALS = {
    **dict.fromkeys((1, 3, 37, 38), "#,##0"), **dict.fromkeys((2, 4, 39, 40), "#,##0.00"),
}  # fmt: skip
"""The built-in formats of plain numbers, by how many decimals they show."""
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
        decimals: Styles that round what they show: (how many decimals, the format).
    """

    dates: set[str] = field(default_factory=set)
    percents: set[str] = field(default_factory=set)
    patterns: dict[str, NumberPattern] = field(default_factory=dict)
    decimals: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, style: str, number: int, code: str) -> None:
        """Add a cell style with the number of its format; `code` is blank for Excel's built-in formats."""
        code = remove_symbol(code)
        places = count_decimals(code or _BUILT_IN_DECIMALS.get(number, ""))
        if places is not None:
            self.decimals[style] = places, code or _BUILT_IN_DECIMALS[number]
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
        if "." in plain and style in self.decimals:
            places, code = self.decimals[style]
            if len(round_to_excel(plain).partition(".")[2]) > places:
                return plain, "disguised", code
        if pattern is None or not (plain.isdigit() or shows_other_amount(pattern.code, negative=plain[0] == "-")):
            return plain, "number"
        if not plain.isdigit():
            return plain, "disguised", pattern.code
        return describe_whole_number(plain, pattern.show(plain), pattern.code)


@lru_cache(maxsize=1 << 14)
def round_to_excel(plain: str) -> str:
    """Return a number with the digits that Excel keeps: 0.30000000000000004 is 0.3."""
    return (
        format(_EXCEL_DIGITS.create_decimal(Decimal(plain)).normalize(), "f")
        if len(plain) > EXCEL_EXACT_DIGITS
        else plain
    )


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

"""How a number format shows a whole number: the text a person sees in the cell, where the format proves it."""

import operator
import re
from decimal import Decimal

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<width>.)|\*(?P<fill>.)|\[\$(?P<symbol>[^\]-]*)[^\]]*\]'
    r"|\[(?P<bracket>[^\]]*)\]?|(?P<general>General|@)|(?P<digit>[0#?])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_SECTION = re.compile(r'(?:"[^"]*"?|\\.|[_*].|\[[^\]]*\]?|[^;])*', re.DOTALL)
_UNQUOTED = frozenset(" -+()$:!^&'~{}<>=\u00a0\u202f")  # characters that are shown without quotes
_BLANKS = re.compile("[\u00a0\u202f]")
_CHANGING_BRACKET = re.compile(r"dbnum|natnum", re.IGNORECASE)  # digits of another script
_CONDITION = re.compile(r"(?P<sign><=|>=|<>|<|>|=)(?P<limit>-?[0-9]{1,15}(?:\.[0-9]{1,15})?)")
_COMPARISONS = {
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_THOUSANDS = re.compile(r"[0#?]{1,3}( [0#?]{3})+")


def split_sections(code: str) -> list[str]:
    """Return the sections of a format code; a semicolon in quotes separates nothing."""
    sections: list[str] = []
    position = 0
    while match := _SECTION.match(code, position):
        sections.append(match.group())
        position = match.end() + 1
        if match.end() >= len(code):
            break
    return sections


class NumberPattern:
    """The number format of a cell style; `code` is as the file has it."""

    __slots__ = ("_sections", "code")

    def __init__(self, code: str) -> None:
        """Read a format code: sections for positive numbers, negative ones, zero and texts; or by conditions."""
        self.code = code
        self._sections = [_Section(section) for section in split_sections(code)[:3]]

    @property
    def is_plain(self) -> bool:
        """Whether every whole number is shown by its own digits, perhaps with thousands separators or decimals."""
        is_conditional = any(section.condition for section in self._sections)
        used = [section for index, section in enumerate(self._sections) if is_conditional or index != 1]
        return all(section.is_plain for section in used) and not (is_conditional and len(used) == 1)

    def show(self, digits: str) -> str | None:
        """Return what a whole number (digits only) looks like; None where it is its own digits, "" if unclear."""
        section = self._find_section(digits)
        if section is None:
            return ""
        return None if section.is_plain else section.show(digits)

    def _find_section(self, digits: str) -> "_Section | None":
        """Return the section for a whole number; None if no condition is met."""
        first, *others = self._sections
        if not any(section.condition for section in self._sections):
            return first if digits.strip("0") or len(others) < 2 else others[1]
        if first.condition is None:
            return None
        number = Decimal(digits)
        for section in (first, *others):
            is_rest = section is self._sections[-1] and section.condition is None
            if is_rest or section.applies_to(number):
                return section
        return None


class _Section:
    """One section of a number format.

    Attributes:
        is_plain: Whether it shows every whole number by its own digits.
        condition: The comparison and the number that it is for, such as `<=` 9999; None if it has no condition.
    """

    __slots__ = ("_is_clear", "_pieces", "_places", "condition", "is_plain")

    def __init__(self, section: str) -> None:
        self.condition: tuple[str, Decimal] | None = None
        self._pieces: list[str] = []  # literal texts, and 0, # or ? for a digit
        self._places: list[int] = []  # the indexes of the digits
        self._is_clear = True  # whether the format only puts literals and zeros around the digits
        has_separator = self._read(section)
        literals = [piece for index, piece in enumerate(self._pieces) if index not in set(self._places)]
        zeros = sum(self._pieces[index] == "0" for index in self._places)
        inner = _BLANKS.sub(" ", "".join(self._pieces)).strip()
        is_grouped = " " not in inner or bool(_THOUSANDS.fullmatch(inner))
        is_bare = not "".join(literals).strip() and zeros <= 1 and bool(self._places)
        self.is_plain = self._is_clear and is_bare and (has_separator or is_grouped)
        self._is_clear = self._is_clear and not has_separator and bool(self._places)

    def _read(self, section: str) -> bool:
        """Read the pieces; return whether the section separates thousands or shows decimals."""
        in_decimals = has_separator = False
        for match in _TOKEN.finditer(section):
            kind = str(match.lastgroup)
            text = match.group(kind)
            if kind in {"digit", "general"}:
                if not in_decimals:
                    self._places.append(len(self._pieces))
                    self._pieces.append(text if kind == "digit" else "#")
            elif kind in {"quoted", "escaped", "symbol"} or (kind == "other" and text in _UNQUOTED):
                self._pieces.append(text)
            elif kind == "width":
                self._pieces.append(" ")
            elif kind == "other" and text in ".,":
                has_separator = True
                in_decimals = in_decimals or text == "."
                self._is_clear = self._is_clear and (
                    text == "." or bool(re.match(r",+[0#?]", section[match.start() :]))
                )
            elif kind == "bracket":
                condition = _CONDITION.fullmatch(text)
                if condition:
                    self.condition = condition["sign"], Decimal(condition["limit"])
                self._is_clear = self._is_clear and not _CHANGING_BRACKET.search(text)
            else:  # what fills the cell, fractions, exponents, letters without quotes
                self._is_clear = self._is_clear and kind == "fill" and text == " "
        return has_separator

    def applies_to(self, number: Decimal) -> bool:
        """Return whether the section's condition is met; without one it is for negative numbers."""
        sign, limit = self.condition or ("<", Decimal(0))
        return bool(_COMPARISONS[sign](number, limit))

    def show(self, digits: str) -> str:
        """Return how a whole number is shown; "" if that cannot be known."""
        if not self._is_clear:
            return ""
        shown = list(self._pieces)
        left = digits.lstrip("0")
        for index in reversed(self._places):
            blank = {"0": "0", "?": " "}.get(self._pieces[index], "")
            if index == self._places[0]:
                shown[index] = left or blank
            else:
                left, shown[index] = left[:-1], left[-1:] or blank
        return "".join(shown).strip()

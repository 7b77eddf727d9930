"""Number formats that show another scale, sign or currency than the stored number."""

import re
from functools import lru_cache

from armbulk.readers.number_pattern import split_sections

_LITERAL = re.compile(r'"([^"]*)"?|\\(.)|\[\$([^\]-]*)[^\]]*\]')
_HIDDEN = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]?', re.DOTALL)
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_SCALES = re.compile(r"(?i)\b(?:tusen|thousands?|mill?|millioner|millions?|mrd|k|(?-i:M)|mnok|tnok)\b|%")
_COLOUR = re.compile(r"(?i)\[(?:red|rød|color ?\d+|farge ?\d+)\]")
_DECIMALS = re.compile(r"^[^.]*[0#?](?:\.([0#?]*))?[^0#?]*$")
_CURRENCIES = {"€": "EUR", "EUR": "EUR", "$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP", "SEK": "SEK", "DKK": "DKK",
               "NOK": "NOK"}  # fmt: skip


@lru_cache(maxsize=4096)
def misleads(code: str, *, negative: bool) -> bool:
    """Return whether a number format shows an amount with another scale, without its sign, or not at all."""
    sections = split_sections(code)
    has_own_section = negative and len(sections) > 1
    section = sections[1] if has_own_section else sections[0]
    literals, rest = _split(section)
    if section and not re.search("[0#?]|General|@", rest, re.IGNORECASE):
        return True
    is_hidden = not section and len(sections) > 1
    shows_minus = bool(re.search("[-\u2010-\u2015\u2212(]", literals))
    is_unsigned = has_own_section and not shows_minus and not _COLOUR.search(section)
    is_negated = not negative and literals.strip().startswith(("-", "\u2212"))
    return is_hidden or is_unsigned or is_negated or bool(_SCALED.search(rest) or _SCALES.search(literals))


@lru_cache(maxsize=4096)
def find_currency(code: str) -> str | None:
    """Return the currency that a number format shows, by its code; None for kr, which several have."""
    literals = _split(split_sections(code)[0])[0].upper()
    return next((name for sign, name in _CURRENCIES.items() if sign in literals), None)


@lru_cache(maxsize=4096)
def count_decimals(code: str) -> int | None:
    """Return how many decimals a number format shows; None where it shows all, or another form of number."""
    rest = _HIDDEN.sub("", split_sections(code)[0])
    match = _DECIMALS.match(rest)
    return len(match[1] or "") if match and not re.search("[eE/@]|General", rest) else None


def quote_shown(shown: str) -> str:
    """Return a format that shows such a text: what is shown of a whole number is judged like a format."""
    return "0" + "".join(f'"{piece}"' for piece in re.findall(r'[^0-9"]+', shown))


def shows_other_amount(code: str, *, negative: bool) -> bool:
    """Return whether a number format shows an amount otherwise, or in a currency of its own."""
    return misleads(code, negative=negative) or find_currency(code) is not None


def _split(section: str) -> tuple[str, str]:
    """Return the characters of a section that are shown as they are, and the section without the quoted ones."""
    rest = _HIDDEN.sub("", section)
    pieces = ["".join(match.groups("")) for match in _LITERAL.finditer(section)]
    return "".join(pieces) + "".join(character for character in rest if character in "-\u2013\u2212($€£"), rest

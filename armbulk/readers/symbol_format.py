"""Number formats with a symbol before the value: a result workbook marks the key cell of each row so.

The value stays as it is: only its format shows the symbol. A reader takes the symbol off, and the format is as before.
"""

import re
from functools import lru_cache

from armbulk.readers.number_pattern import split_sections

SYMBOLS = "✓!✗?"
"""The symbols that armbulk puts before a value."""

_BLANK = "\u00a0"  # a no-break space: people's own formats hardly have a symbol and such a space
_PREFIX = re.compile(f'"[{SYMBOLS}]{_BLANK}"')
_LEADING = re.compile(r"(?:\[(?!\$[^-\]]|h+\]|m+\]|s+\])[^\]]*\])*", re.IGNORECASE)  # colours, conditions, languages
_WELL_FORMED = re.compile(r"""(?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^"\\\[_*])*""", re.DOTALL)
_CONDITION = re.compile(r"\[[<>=]")
_MAX_CHARS = 255  # of a format in Excel
_ALL_SECTIONS = 4  # positive numbers, negative ones, zero, texts


@lru_cache(maxsize=4096)
def add_symbol(code: str, symbol: str) -> str | None:
    """Return a format that shows the same with a symbol before it; None for one that Excel would not take."""
    plain = split_sections(remove_symbol(code) or "General")
    if not all(_WELL_FORMED.fullmatch(section) for section in plain):
        return None
    sections = _complete(plain)
    prefix = f'"{symbol}{_BLANK}"'
    marked = ";".join(_insert(section, prefix) if section else "" for section in sections)
    return marked if len(marked) <= _MAX_CHARS else None


@lru_cache(maxsize=4096)
def remove_symbol(code: str) -> str:
    """Return a format without the symbol that `add_symbol` put before each section."""
    if not _PREFIX.search(code):
        return code
    sections = [_remove_prefix(section) for section in split_sections(code)]
    if len(sections) == _ALL_SECTIONS and sections[3] == "@" and not _CONDITION.search(code):
        sections = sections[:3]
        if sections[2] == sections[0]:
            sections = sections[: 1 if sections[1] == _insert(sections[0], "-") else 2]
    return ";".join(sections)


def remove_shown_symbol(shown: str) -> str:
    """Return what a cell shows without the symbol."""
    return shown[2:] if shown[1:2] == _BLANK and shown[0] in SYMBOLS else shown


def _complete(sections: list[str]) -> list[str]:
    """Return the sections with those for negative numbers, zero and texts, which are implied otherwise."""
    if any(_CONDITION.search(section) for section in sections) or "@" in sections[0]:
        return sections
    if len(sections) == 1:
        sections = [sections[0], _insert(sections[0], "-")]
    if len(sections) == 2:
        sections = [*sections, sections[0]]
    return sections if len(sections) >= _ALL_SECTIONS else [*sections, "@"]


def _insert(section: str, text: str) -> str:
    end = _end_of_brackets(section)
    return section[:end] + text + section[end:]


def _remove_prefix(section: str) -> str:
    end = _end_of_brackets(section)
    match = _PREFIX.match(section, end)
    return section[:end] + section[match.end() :] if match else section


def _end_of_brackets(section: str) -> int:
    match = _LEADING.match(section)
    return match.end() if match else 0

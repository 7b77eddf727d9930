"""How a mapping names a column of a sheet: by its header, and by its letter where the header is not enough.

`Beløp [F]` is column F, whose header is Beløp; `[F]` is column F without a header.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from armbulk.mapping.header_text import find_date_pattern, fold_header
from armbulk.mapping.own_sheets import is_outcome_header

_WITH_LETTER = re.compile(r"^(?P<header>.*?)\s*\[(?P<letter>[A-Z]{1,3})\]$", re.DOTALL)
_FINGERPRINT_CHARS = 16


def name_columns(headers: Mapping[str, str]) -> dict[str, str]:
    """Return letter → the name of the column in a mapping, of letter → header (blank: no header)."""
    counts = Counter(fold_header(text) for text in headers.values())
    is_unclear = {
        letter: not fold_header(text) or counts[fold_header(text)] > 1 or bool(_WITH_LETTER.match(text))
        for letter, text in headers.items()
    }
    return {letter: f"{text} [{letter}]".strip() if is_unclear[letter] else text for letter, text in headers.items()}


def find_columns(source: str, headers: Mapping[str, str], letters: Sequence[str]) -> list[str]:
    """Return the letters of the columns that a mapping names.

    Args:
        source: The name in the mapping.
        headers: Letter → header of the columns that have one.
        letters: The letters of the sheet.
    """
    named = _WITH_LETTER.match(source)
    if named and named["letter"] in letters:
        letter = named["letter"]
        if fold_header(headers.get(letter, "")) == fold_header(named["header"]):
            return [letter]
    return [letter for letter, text in headers.items() if fold_header(text) == fold_header(source)]


def fold_source(source: str) -> str:
    """Return the folded header of a name in a mapping, with or without a letter."""
    named = _WITH_LETTER.match(source)
    return fold_header(named["header"] if named else source)


def fingerprint_headers(headers: Sequence[str], *, in_order: bool = False) -> str:
    """Return what identifies a row of headers: the same for the next file of the same program, and for its result.

    The columns that armbulk adds to a result workbook do not count.

    Args:
        headers: The headers from left to right; blank: none.
        in_order: Whether their order counts.
    """
    names = [_identify(header) for header in headers if not is_outcome_header(header)]
    if in_order:
        text = "in order\n" + "\n".join(names).rstrip("\n")
    else:
        text = "\n".join(sorted(name for name in names if name))
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_CHARS]


def _identify(header: str) -> str:
    """Return a header as its column is known by: (dd.mm.yyyy) and (mm/dd/yyyy) are different columns."""
    pattern = find_date_pattern(header)
    return f"{fold_header(header)} {pattern}" if pattern else fold_header(header)


def needs_order(headers: Mapping[str, str], used: Sequence[str]) -> bool:
    """Return whether the columns are only known by their letters: two have the same header, or a used one has none.

    Args:
        headers: Letter → header; blank: none.
        used: The letters of the columns that are read.
    """
    counts = Counter(folded for text in headers.values() if (folded := fold_header(text)))
    return any(count > 1 for count in counts.values()) or not all(fold_header(headers[letter]) for letter in used)

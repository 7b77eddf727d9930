"""How a mapping names a column of a sheet: by its header, and by its letter where the header is not enough.

`Beløp [F]` is column F, whose header is Beløp; `[F]` is column F without a header.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from armbulk.mapping.headers import fold_header

_WITH_LETTER = re.compile(r"^(?P<header>.*?)\s*\[(?P<letter>[A-Z]{1,3})\]$", re.DOTALL)
_FINGERPRINT_CHARS = 16


def name_columns(headers: Mapping[str, str]) -> dict[str, str]:
    """Return letter → the name of the column in a mapping, of letter → header (blank: no header)."""
    counts = Counter(fold_header(text) for text in headers.values())
    return {
        letter: text if fold_header(text) and counts[fold_header(text)] == 1 else f"{text} [{letter}]".strip()
        for letter, text in headers.items()
    }


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


def fingerprint_headers(headers: Sequence[str]) -> str:
    """Return what identifies a row of headers, in any order: the same for the next file of the same program."""
    text = "\n".join(sorted(fold_header(header) for header in headers if header.strip()))
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_CHARS]

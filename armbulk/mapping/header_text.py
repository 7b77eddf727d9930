"""The text of a header as it is compared."""

import re
import unicodedata
from functools import lru_cache

from armbulk.mapping.header_units import spell_symbols

_SEPARATORS = re.compile(r"[\W_]+")
_DATE_PATTERN = re.compile(r"(?i)\s*[(\[]\s*(?:[dmyå]{1,4}[.\-/ ]?){2,3}\s*[)\]]\s*$")  # (dd.mm.åååå)


@lru_cache(maxsize=8192)
def fold_header(text: str) -> str:
    """Return a header as it is compared: without case, spaces, punctuation and invisible characters.

    A character with a meaning is a word: `Mva %` is a rate, `Mva` an amount. The pattern of a date is none.
    """
    plain = spell_symbols(_DATE_PATTERN.sub("", unicodedata.normalize("NFKC", text))).casefold()
    return _SEPARATORS.sub("", plain)


def find_date_pattern(text: str) -> str:
    """Return the pattern of dates at the end of a header, such as (dd.mm.yyyy), in small letters; "" without one."""
    pattern = _DATE_PATTERN.search(text)
    return pattern[0].strip().casefold() if pattern else ""

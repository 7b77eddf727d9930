"""How keys are compared: what looks like the same number to a person is one number, so that it never goes twice.

ARM does not tell capital from small letters (About page). Whether it tells the other forms apart is not documented:
taking two for one is seen and can be corrected, sending one document twice cannot.
"""

import unicodedata

import polars as pl

_UNSEEN = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
_UNSEEN_ORDS = [
    0xAD,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
]
_ALIKE = {"\u00df": "ss", "\u03c2": "\u03c3"}  # what case folding does besides lower case, in letters people use


def normalise_key(key: pl.Expr) -> pl.Expr:
    """Return the comparable form of a key column. Null stays null.

    NFKC (an accent is stored in one way; full-width digits, ligatures and no-break spaces are the plain ones), without
    what nobody sees, blanks around or doubled, and capital letters.
    """
    plain = key.str.replace_all(_UNSEEN, "").str.normalize("NFKC").str.to_lowercase().str.normalize("NFKC")
    bare = plain.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return bare.str.replace_many(list(_ALIKE), list(_ALIKE.values()))


def normalise_key_text(key: str) -> str:
    """Return the comparable form of one key; the same form as `normal` gives."""
    seen = key.translate(dict.fromkeys(_UNSEEN_ORDS))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).lower())
    return " ".join(plain.split()).translate({ord(one): two for one, two in _ALIKE.items()})

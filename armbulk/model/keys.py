"""How keys are compared: numbers that look the same to a person are the same, so that no document is sent twice.

ARM ignores upper and lower case (About page of its documentation). Whether it distinguishes the other forms is not
documented: taking two numbers for one is visible and can be corrected, sending one document twice cannot.
"""

import unicodedata

import polars as pl

_PLAIN = "^[!-~]+(?: [!-~]+)*$"
_INVISIBLE = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
_INVISIBLE_ORDS = [
    0xAD,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
]
_CASE_FOLDS = {
    "\u00df": "ss",
    "\u03c2": "\u03c3",
}  # what case folding changes in addition to case, in letters people use
_WITHOUT_INVISIBLE = dict.fromkeys(_INVISIBLE_ORDS)
_FOLDED = {ord(letter): fold for letter, fold in _CASE_FOLDS.items()}


def normalise_key(key: pl.Expr) -> pl.Expr:
    """Return the comparable form of a key column (String); null stays null.

    NFKC (accents are stored in one way; full-width digits, ligatures and no-break spaces become the plain ones), no
    invisible characters, no blanks at the ends or doubled, lower case.
    """
    return key.map_batches(_normalise_column, return_dtype=pl.String, is_elementwise=True)


def _normalise_column(keys: pl.Series) -> pl.Series:
    """Return the comparable forms; of plain ASCII it is the one in lower case."""
    lower = keys.str.to_lowercase()
    is_plain = keys.str.contains(_PLAIN)
    if is_plain.all():
        return lower
    others = (~is_plain).arg_true()
    return lower.scatter(others, normalise_with_care(keys.gather(others)))


def normalise_with_care(keys: pl.Series) -> pl.Series:
    """Return the comparable forms of keys with any characters."""
    lower = keys.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase().str.normalize("NFKC")
    stripped = lower.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return stripped.str.replace_many(list(_CASE_FOLDS), list(_CASE_FOLDS.values()))


def normalise_key_text(key: str) -> str:
    """Return the comparable form of one key, as `normalise_key` gives it."""
    if key.isascii():  # no accents, and nothing invisible
        return " ".join(key.lower().split())
    visible = key.translate(_WITHOUT_INVISIBLE)
    lower = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).lower())
    return " ".join(lower.split()).translate(_FOLDED)


def loosen_normalised_key(key: pl.Expr) -> pl.Expr:
    """Return `loosen_key` of a column of keys in their comparable form."""
    compact = key.str.replace_all(" ", "", literal=True)
    stripped = compact.str.strip_chars_start("0")
    return pl.when(stripped == "").then(compact.str.tail(1)).otherwise(stripped)


def loosen_key(key: str) -> str:
    """Return a key without blanks and leading zeros: two keys that differ in these alone may be one in ARM."""
    compact = "".join(normalise_key_text(key).split())
    return compact.lstrip("0") or compact[-1:]

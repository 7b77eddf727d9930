"""Formats that can be checked without other data, as expressions over a whole column.

Each function returns a Boolean expression that is true where a value is valid. Numbers are checked by their digits
alone: blanks, points and hyphens between them are ignored.

Sources: organisation numbers, account numbers and KID: the rules of Brønnøysundregistrene and Bits (modulus 10 and
11); national identity numbers: Skatteetaten, with the relaxed first check digit for numbers from 2032; IBAN: ISO 13616.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from armbulk.model.fields import MASK
from armbulk.resources.code_lists import COUNTRIES, CURRENCIES, LANGUAGES, PEPPOL_SCHEMES

SEPARATORS = r"[\s.\-]"
"""What people write between the digits of a number."""

_VAT_MARKS = r"(?i)^NO|MVA$"
WRITTEN_WITH_MORE = rf"{SEPARATORS}|{_VAT_MARKS}"
"""What people write in a number beside its digits: 983 123 457, NO 983 123 457 MVA, 8150.17.57329."""
_EMAIL = r"^[^\s@<>()\[\],;:\"\\]+@[^\s@.,;<>()\[\]\"\\]+(\.[^\s@.,;<>()\[\]\"\\]+)+$"
_IBAN_LENGTHS = {
    "NO": 15,
    "SE": 24,
    "DK": 18,
    "FI": 18,
    "IS": 26,
    "FO": 18,
    "GL": 18,
    "DE": 22,
    "GB": 22,
    "NL": 18,
    "FR": 27,
    "ES": 24,
    "IT": 27,
    "BE": 16,
    "AT": 20,
    "CH": 21,
    "PL": 28,
    "EE": 20,
    "LV": 21,
    "LT": 20,
}
_CHUNK_DIGITS, _PERSON_DIGITS = 4, 11


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """The code of the finding, and a function from a column to an expression that is true where a value is valid."""

    code: str
    is_valid: Callable[[pl.Expr], pl.Expr]


@cache
def _sum_table(weights: tuple[int, ...]) -> pl.Series:
    """Return Σ weight · digit of every number with as many digits; a weight of -2 adds the digits of the double."""
    size = len(weights)
    digits = [pl.int_range(10**size, eager=True) // 10 ** (size - 1 - position) % 10 for position in range(size)]
    doubled = pl.Series([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
    parts = [
        doubled.gather(digit) if weight < 0 else digit * weight for digit, weight in zip(digits, weights, strict=True)
    ]
    return sum(parts[1:], parts[0]).cast(pl.Int64)


def weighted_sum(number: pl.Expr, weights: Sequence[int]) -> pl.Expr:
    """Return Σ weight · digit of an Int64 column; the last weight belongs to the last digit, null stays null.

    Four digits at a time are looked up in a table, which is many times faster than one by one.
    """
    sums = []
    for end in range(len(weights), 0, -_CHUNK_DIGITS):
        chunk = tuple(weights[max(end - _CHUNK_DIGITS, 0) : end])
        digits = number // 10 ** (len(weights) - end) % 10 ** len(chunk)
        sums.append(pl.lit(_sum_table(chunk)).gather(digits.cast(pl.UInt32)).alias(f"sum{end}"))
    return pl.sum_horizontal(sums, ignore_nulls=False)


def _to_number(text: pl.Expr, length: int) -> pl.Expr:
    """Return the text as Int64 where it has exactly `length` digits and nothing else, else null."""
    return pl.when(text.str.contains(rf"^[0-9]{{{length}}}$")).then(text).cast(pl.Int64, strict=False)


def _strip_separators(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(SEPARATORS, "")


def _strip_vat_marks(text: pl.Expr) -> pl.Expr:
    return _strip_separators(text).str.replace_all(_VAT_MARKS, "")


def is_organisation_no(text: pl.Expr) -> pl.Expr:
    """Check a Norwegian organisation number: nine digits, modulus 11; NO before it and MVA after it are allowed."""
    return (weighted_sum(_to_number(_strip_vat_marks(text), 9), (3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0).fill_null(
        value=False
    )


def is_national_id(text: pl.Expr) -> pl.Expr:
    """Check a Norwegian national identity number: an existing date, and both check digits.

    D-numbers (day + 40), H-numbers (month + 40) and synthetic numbers (month + 65 or + 80) are valid. For numbers from
    2032 on, the remainder of the first check digit may be 0 to 3.
    """
    return text.map_batches(_are_national_ids, return_dtype=pl.Boolean)


def _are_national_ids(texts: pl.Series) -> pl.Series:
    frame = texts.to_frame("text").select(number=_to_number(_strip_separators(pl.col("text")), 11))
    if frame["number"].count() == 0:  # of most files: the check digits are not worth their fixed cost
        return _nowhere(texts)
    number = pl.col("number")
    first = weighted_sum(number // 10, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    second = weighted_sum(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11
    frame = frame.with_columns(
        day=number // 10**9, month=(number // 10**7) % 100, year=(number // 10**5) % 100, first=first, second=second
    )
    day, month, year = (pl.col(name) for name in ("day", "month", "year"))
    frame = frame.with_columns(
        pl.when(day > 40).then(day - 40).otherwise(day),
        month - pl.when(month > 80).then(80).when(month > 65).then(65).when(month > 40).then(40).otherwise(0),
    )
    last_day = pl.when(month == 2).then(29).when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31)
    is_leap_day_valid = (month != 2) | (day != 29) | (year % 4 == 0)
    is_date = month.is_between(1, 12) & (day >= 1) & (day <= last_day) & is_leap_day_valid
    is_valid = (pl.col("first") <= 3) & (pl.col("second") == 0) & is_date
    return frame.select(is_valid.fill_null(value=False).alias(texts.name)).to_series()


def _nowhere(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, [False], dtype=pl.Boolean).new_from_index(0, len(texts))


def is_bank_account(text: pl.Expr) -> pl.Expr:
    """Check a Norwegian account number, or an IBAN.

    Eleven digits, modulus 11; where the fifth and sixth are 00, the check digit may cover the last five digits alone;
    0000 may precede a postal giro number (modulus 10).
    """
    return text.map_batches(_are_bank_accounts, return_dtype=pl.Boolean)


def _are_bank_accounts(texts: pl.Series) -> pl.Series:
    bare, number = pl.col("bare"), pl.col("number")
    frame = texts.to_frame("text").select(bare=_strip_separators(pl.col("text")))
    frame = frame.with_columns(number=_to_number(bare, 11), has_country=bare.str.contains(r"^[A-Za-z]{2}"))
    regular = weighted_sum(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    short = (number // 10**5 % 100 == 0) & (weighted_sum(number % 10**5, (5, 4, 3, 2, 1)) % 11 == 0)
    giro = bare.str.starts_with("0000") & (weighted_sum(number, (1, *(-2, 1) * 5)) % 10 == 0)
    is_valid = (regular | short | giro).fill_null(value=False)
    if frame["has_country"].any():
        is_valid = pl.when(pl.col("has_country")).then(is_iban(bare)).otherwise(is_valid)
    return frame.select(is_valid.alias(texts.name)).to_series()


def is_iban(text: pl.Expr) -> pl.Expr:
    """Check an international bank account number: its country's length, and remainder 1 modulo 97."""
    bare = _strip_separators(text).str.to_uppercase()
    country = bare.str.slice(0, 2)
    length = country.replace_strict(_IBAN_LENGTHS, default=None, return_dtype=pl.Int64)
    has_form = bare.str.contains(r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$") & (
        length.is_null() | (bare.str.len_chars().cast(pl.Int64) == length)
    )
    letters = [chr(65 + n) for n in range(26)]
    rotated = pl.concat_str(bare.str.slice(4), bare.str.slice(0, 4))
    digits = pl.when(has_form).then(rotated).str.replace_many(letters, [str(10 + n) for n in range(26)]).str.zfill(70)
    remainders = [
        digits.str.slice(start, 10).cast(pl.Int64, strict=False) * pow(10, 60 - start, 97) for start in range(0, 70, 10)
    ]
    return (has_form & (pl.sum_horizontal(remainders) % 97 == 1)).fill_null(value=False)


def is_kid(text: pl.Expr) -> pl.Expr:
    """Check a KID: 2 to 25 digits, the last a check digit of modulus 10 or modulus 11 (where - means ten)."""
    return text.map_batches(_are_kids, return_dtype=pl.Boolean)


def _are_kids(texts: pl.Series) -> pl.Series:
    text, padded = pl.col("text"), pl.col("padded")
    frame = texts.to_frame("text").with_columns(has_form=text.str.contains(r"^[0-9]{1,24}[0-9-]$"))
    if not frame["has_form"].any():
        return _nowhere(texts)
    frame = frame.with_columns(
        padded=pl.when("has_form").then(text.str.replace("-", "0", literal=True)).str.zfill(26),
        ends_with_minus=text.str.ends_with("-"),
    )
    places = {"first": (0, 2), "second": (2, 12), "third": (14, 12)}
    frame = frame.with_columns(**{name: padded.str.slice(*part).cast(pl.Int64) for name, part in places.items()})
    parts = [(pl.col(name), size) for name, (_, size) in places.items()]
    remainder = _weighted_sum_of_parts(parts, [1, *(2 + position % 6 for position in range(25))]) % 11
    modulus_11 = pl.when("ends_with_minus").then(remainder == 1).otherwise(remainder == 0)
    modulus_10 = ~pl.col("ends_with_minus") & (_weighted_sum_of_parts(parts, [1, -2] * 13) % 10 == 0)
    is_valid = (pl.col("has_form") & (modulus_11 | modulus_10)).fill_null(value=False)
    return frame.select(is_valid.alias(texts.name)).to_series()


def _weighted_sum_of_parts(parts: Sequence[tuple[pl.Expr, int]], weights: Sequence[int]) -> pl.Expr:
    """Return Σ weight · digit over a number in parts (value, digits); the first weight belongs to the last digit."""
    sums = []
    for value, size in reversed(parts):
        part_weights, weights = weights[:size], weights[size:]
        sums.append(weighted_sum(value, part_weights[::-1]))
    return pl.sum_horizontal(sums, ignore_nulls=False)


def _is_in(codes: frozenset[str], text: pl.Expr) -> pl.Expr:
    return text.is_in(sorted(codes))


def are_emails(texts: pl.Expr) -> pl.Expr:
    """Check a list of e-mail addresses: every one must have the form of an address."""
    return texts.list.eval(pl.element().str.contains(_EMAIL)).list.all()


CHECK_FORMATS: dict[str, ValueFormat] = {
    "organisation-no": ValueFormat("organisation-no", is_organisation_no),
    "national-id": ValueFormat("national-id", is_national_id),
    "bank-account": ValueFormat("bank-account", is_bank_account),
    "kid": ValueFormat("kid", is_kid),
    "postal-code": ValueFormat("postal-code", lambda text: text.str.contains(r"^[0-9]{4}$")),
    "email": ValueFormat("email", are_emails),
    "country": ValueFormat("country-code", lambda text: _is_in(COUNTRIES, text.str.to_uppercase())),
    "currency": ValueFormat("currency-code", lambda text: _is_in(CURRENCIES, text.str.to_uppercase())),
    "language": ValueFormat("language-code", lambda text: _is_in(LANGUAGES, text.str.to_lowercase())),
    "peppol-scheme": ValueFormat("peppol-scheme", lambda text: _is_in(PEPPOL_SCHEMES, text)),
}
"""The formats that a field may name."""


_IN_ARM = {
    "organisation-no": _strip_vat_marks,
    "national-id": _strip_separators,
    "bank-account": _strip_separators,
}
"""Formats whose numbers ARM's examples have without separators, and what makes them so."""

FORMATS_WITH_SEPARATORS = frozenset(_IN_ARM)
"""Formats of numbers that people write with separators, and ARM without."""


def as_in_arm(text: pl.Expr, format_name: str) -> pl.Expr:
    """Return valid numbers as ARM has them: 983123457 for NO 983 123 457 MVA; null for a text that is not valid.

    ARM's documentation has 984842252 (organizationNo), 01819921764 (ssn) and 81501757329 (bankAccountNo). Which text is
    meant is certain by its check digit alone.
    """
    return pl.when(CHECK_FORMATS[format_name].is_valid(text)).then(_IN_ARM[format_name](text))


def has_format(value: pl.Expr, format_name: str, when: Sequence[tuple[str, tuple[str, ...]]]) -> pl.Expr:
    """Return whether `value` is valid or null, or its format does not apply.

    The format applies where each of the columns in `when` is null or has one of its values.
    """
    applies = [pl.col(name).str.to_uppercase().is_in(list(values)).fill_null(value=True) for name, values in when]
    return (
        CHECK_FORMATS[format_name].is_valid(value)
        | value.is_null()
        | ~pl.all_horizontal(applies or [pl.lit(value=True)])
    )


def mask_national_id(key: pl.Expr) -> pl.Expr:
    """Mask all but two digits of keys that are national identity numbers."""
    return key.map_batches(_mask_national_ids, return_dtype=pl.String)


def mask_national_id_texts(keys: Sequence[str | None]) -> list[str | None]:
    """Return the same of a few keys, at less fixed cost."""
    if all(key is None or len(key) < _PERSON_DIGITS for key in keys):
        return list(keys)
    return _mask_national_ids(pl.Series(keys, dtype=pl.String)).to_list()


def _mask_national_ids(keys: pl.Series) -> pl.Series:
    digits = keys.str.replace_all(r"[\s.-]", "")
    has_length = digits.str.contains(r"^\d{11}$").fill_null(value=False)
    if not has_length.any():  # of most files: the check digits are not worth their fixed cost
        return keys
    number = pl.lit(digits)
    masked = pl.concat_str(pl.lit(MASK * 9), number.str.slice(-2))
    is_person = pl.lit(has_length) & is_national_id(number)
    return pl.select(pl.when(is_person).then(masked).otherwise(pl.lit(keys)).alias(keys.name)).to_series()

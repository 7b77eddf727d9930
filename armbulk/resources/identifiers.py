"""Identifiers that can be checked by themselves, as expressions over a whole column.

Each form says whether a value that is there can be right; null counts as right. Numbers are judged by their digits
alone: blanks, points and hyphens people write between them do not count.

Sources: organisation and account numbers and KID: the rules Brønnøysundregistrene and Bits publish (modulus 10 and
11); national identity numbers: Skatteetaten, with the relaxed first check digit that holds for numbers from 2032;
IBAN: ISO 13616.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from armbulk.resources.codes import PEPPOL_SCHEMES, countries, currencies, languages

_BETWEEN = r"[ \u00a0.\-]"
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
_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """The code of the finding, and the expression that is true where a value has the form."""

    code: str
    ok: Callable[[pl.Expr], pl.Expr]


@cache
def _table(weights: tuple[int, ...]) -> pl.Series:
    """Σ weight times digit of every number of so many digits; a weight of -2 takes the digit sum of the double."""
    size = len(weights)
    digits = [pl.int_range(10**size, eager=True) // 10 ** (size - 1 - place) % 10 for place in range(size)]
    twice = pl.Series([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
    parts = [
        twice.gather(digit) if weight < 0 else digit * weight for digit, weight in zip(digits, weights, strict=True)
    ]
    return sum(parts[1:], parts[0]).cast(pl.Int64)


def weighted_sum(number: pl.Expr, weights: Sequence[int]) -> pl.Expr:
    """Σ weight times digit of an Int64 column, the last weight belonging to the last digit; null stays null.

    Four digits at a time are looked up: that is many times faster than one by one.
    """
    sums = []
    for end in range(len(weights), 0, -_AT_A_TIME):
        chunk = tuple(weights[max(end - _AT_A_TIME, 0) : end])
        piece = number // 10 ** (len(weights) - end) % 10 ** len(chunk)
        sums.append(pl.lit(_table(chunk)).gather(piece.cast(pl.UInt32)).alias(f"at{end}"))
    return pl.sum_horizontal(sums, ignore_nulls=False)


def _number(text: pl.Expr, length: int) -> pl.Expr:
    """The text as Int64 where it is exactly so many digits, else null."""
    return pl.when(text.str.contains(rf"^[0-9]{{{length}}}$")).then(text).cast(pl.Int64, strict=False)


def _bare(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_BETWEEN, "")


def organisation_no(text: pl.Expr) -> pl.Expr:
    """Norwegian organisation number: nine digits, modulus 11; as a VAT number with NO before or MVA behind."""
    bare = _bare(text).str.replace(r"(?i)^NO", "").str.replace(r"(?i)MVA$", "")
    return (weighted_sum(_number(bare, 9), (3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0).fill_null(value=False)


def national_id(text: pl.Expr) -> pl.Expr:
    """Norwegian national identity number: a date that exists, and both check digits.

    D-numbers (day + 40), H-numbers (month + 40) and synthetic numbers (month + 65 or + 80) are good too. For numbers
    from 2032 on the first check digit may leave 0 to 3.
    """
    number = _number(_bare(text), 11)
    first = weighted_sum(number // 10, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    second = weighted_sum(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11
    day, month, year = number // 10**9, (number // 10**7) % 100, (number // 10**5) % 100
    day = pl.when(day > 40).then(day - 40).otherwise(day)
    month = month - pl.when(month > 80).then(80).when(month > 65).then(65).when(month > 40).then(40).otherwise(0)
    longest = pl.when(month == 2).then(29).when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31)
    leap = (month != 2) | (day != 29) | (year % 4 == 0)
    dated = month.is_between(1, 12) & (day >= 1) & (day <= longest) & leap
    return ((first <= 3) & (second == 0) & dated).fill_null(value=False)


def bank_account(text: pl.Expr) -> pl.Expr:
    """Norwegian account number, or an IBAN.

    Eleven digits of modulus 11; where the fifth and sixth are 00 the last five alone may carry the check digit; 0000
    may stand before a postal giro number (modulus 10).
    """
    bare = _bare(text)
    number = _number(bare, 11)
    usual = weighted_sum(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    short = (number // 10**5 % 100 == 0) & (weighted_sum(number % 10**5, (5, 4, 3, 2, 1)) % 11 == 0)
    giro = bare.str.starts_with("0000") & (weighted_sum(number, (1, *(-2, 1) * 5)) % 10 == 0)
    return (
        pl.when(bare.str.contains(r"^[A-Za-z]{2}"))
        .then(iban(bare))
        .otherwise((usual | short | giro).fill_null(value=False))
    )


def iban(text: pl.Expr) -> pl.Expr:
    """International bank account number: its country's length, and 1 modulo 97."""
    bare = _bare(text).str.to_uppercase()
    country = bare.str.slice(0, 2)
    length = country.replace_strict(_IBAN_LENGTHS, default=None, return_dtype=pl.Int64)
    fits = bare.str.contains(r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$") & (
        length.is_null() | (bare.str.len_chars().cast(pl.Int64) == length)
    )
    letters = [chr(65 + n) for n in range(26)]
    turned = pl.concat_str(bare.str.slice(4), bare.str.slice(0, 4))
    digits = pl.when(fits).then(turned).str.replace_many(letters, [str(10 + n) for n in range(26)]).str.zfill(70)
    rests = [digits.str.slice(at, 10).cast(pl.Int64, strict=False) * pow(10, 60 - at, 97) for at in range(0, 70, 10)]
    return (fits & (pl.sum_horizontal(rests) % 97 == 1)).fill_null(value=False)


def kid(text: pl.Expr) -> pl.Expr:
    """KID: 2 to 25 digits, the last a check digit of modulus 10 or of modulus 11 (where - stands for ten)."""
    shaped = text.str.contains(r"^[0-9]{1,24}[0-9-]$")
    padded = pl.when(shaped).then(text.str.replace("-", "0", literal=True)).str.zfill(26)
    parts = [(padded.str.slice(start, size).cast(pl.Int64), size) for start, size in ((0, 2), (2, 12), (14, 12))]
    minus = text.str.ends_with("-")
    rest = _across(parts, [1, *(2 + place % 6 for place in range(25))]) % 11
    eleven = pl.when(minus).then(rest == 1).otherwise(rest == 0)
    return (shaped & (eleven | (~minus & (_across(parts, [1, -2] * 13) % 10 == 0)))).fill_null(value=False)


def _across(parts: Sequence[tuple[pl.Expr, int]], weights: Sequence[int]) -> pl.Expr:
    """Σ weight times digit over a number in parts (value, digits); the weights go from the right."""
    sums = []
    for value, size in reversed(parts):
        mine, weights = weights[:size], weights[size:]
        sums.append(weighted_sum(value, mine[::-1]))
    return pl.sum_horizontal(sums, ignore_nulls=False)


def _among(codes: Callable[[], frozenset[str]], *, upper: bool) -> Callable[[pl.Expr], pl.Expr]:
    def ok(text: pl.Expr) -> pl.Expr:
        shaped = text.str.to_uppercase() if upper else text.str.to_lowercase()
        return shaped.is_in(sorted(codes()))

    return ok


def _emails(texts: pl.Expr) -> pl.Expr:
    return texts.list.eval(pl.element().str.contains(_EMAIL)).list.all()


FORMATS: dict[str, ValueFormat] = {
    "organisation-no": ValueFormat("organisation-no", organisation_no),
    "national-id": ValueFormat("national-id", national_id),
    "bank-account": ValueFormat("bank-account", bank_account),
    "kid": ValueFormat("kid", kid),
    "postal-code": ValueFormat("postal-code", lambda text: text.str.contains(r"^[0-9]{4}$")),
    "email": ValueFormat("email", _emails),
    "country": ValueFormat("country-code", _among(countries, upper=True)),
    "currency": ValueFormat("currency-code", _among(currencies, upper=True)),
    "language": ValueFormat("language-code", _among(languages, upper=False)),
    "peppol-scheme": ValueFormat("peppol-scheme", lambda text: text.is_in(sorted(PEPPOL_SCHEMES))),
}
"""The forms a field may name."""


def format_errors(value: pl.Expr, form: str, where: Sequence[tuple[str, tuple[str, ...]]]) -> pl.Expr:
    """Whether `value` has its form; judged only where each column that `where` names is blank or one of its values."""
    applies = [pl.col(name).str.to_uppercase().is_in(list(allowed)).fill_null(value=True) for name, allowed in where]
    return FORMATS[form].ok(value) | value.is_null() | ~pl.all_horizontal(applies or [pl.lit(value=True)])

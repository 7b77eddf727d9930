"""The values of cells as text: numbers with every digit, dates in ISO form, escapes decoded."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

import polars as pl

MAX_DIGITS = 60
"""How long a number may be when written out; Excel stores 15 digits."""

BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE", "": ""}
"""How a part writes a boolean value."""

_MAX_NUMBER_CHARS = 1_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLAIN_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_OTHER_NUMBER = re.compile(r"\+?(-?(?:[0-9]+\.|[0-9]*\.?[0-9]+)(?:[eE][+-]?[0-9]{1,4})?)")
_ISO_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9:]{5,8})(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_MIDNIGHT = time.min
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the dates of a sheet have no time zone
_LAST_SERIAL = 2_958_466
_FALSE_LEAP_DAY = 60  # 29 February 1900, which Excel counts although it did not exist
_DAYS_TO_1904 = 1462


def unescape_text(text: str) -> str:
    """Return a text as Excel shows it: escapes such as _x000A_ decoded once, blanks around it stripped."""
    return (_ESCAPE.sub(_decode_escape, text) if "_x" in text else text).strip()


def unescape_texts(texts: pl.Series) -> pl.Series:
    """Return texts as `unescape_text` does."""
    return convert_some(texts, texts.str.contains(_ESCAPE.pattern), unescape_text).str.strip_chars()


def convert_some(texts: pl.Series, where: pl.Series, convert: Callable[[str], str]) -> pl.Series:
    """Return texts, of which those that are marked are converted; each different one is converted once."""
    different = texts.filter(where).unique().to_list()
    return texts.replace(different, [convert(text) for text in different]) if different else texts


def _decode_escape(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)  # a lone surrogate is no character


def to_plain_number(raw: str) -> str | None:
    """Return a number of the file as plain digits; None if it is none, "" if it is larger than any amount.

    Programs in Java write 5001 as 5001.0; Excel shows no zeros at the end of the decimals unless a format says so.
    """
    if len(raw) <= MAX_DIGITS and _PLAIN_NUMBER.fullmatch(raw):
        return _strip_decimal_zeros(raw)
    match = _OTHER_NUMBER.fullmatch(raw) if len(raw) <= _MAX_NUMBER_CHARS else None
    if match is None:
        return None
    number = Decimal(match[1])
    is_small = abs(number.adjusted()) < MAX_DIGITS and len(raw) < 100
    return _strip_decimal_zeros(format(number, "f")) if is_small else ""


def _strip_decimal_zeros(plain: str) -> str:
    if not plain.endswith("0") or "." not in plain:
        return plain
    stripped = plain.rstrip("0").rstrip(".")
    return stripped if stripped.strip("-0") else "0"


@lru_cache(maxsize=1 << 14)
def convert_serial(raw: str, *, since_1904: bool) -> tuple[str, str]:
    """Return Excel's day number (plain digits) as (ISO text, cell kind)."""
    days = Decimal(raw)
    day = int(days)
    seconds = round((days - day) * 86_400)
    if days < 0 or (day == _FALSE_LEAP_DAY and not since_1904) or day >= _LAST_SERIAL:
        return f"serial {raw}", "error"
    if day == 0 and not since_1904:
        return str(timedelta(seconds=seconds)).rjust(8, "0"), "time"
    if since_1904:
        day += _DAYS_TO_1904
    elif day < _FALSE_LEAP_DAY:
        day += 1
    try:
        moment = _EPOCH + timedelta(days=day, seconds=seconds)
    except OverflowError:
        return f"serial {raw}", "error"
    return (moment.isoformat(), "datetime") if seconds else (moment.date().isoformat(), "date")


def parse_iso_date(raw: str) -> tuple[str, str]:
    """Return a date cell with ISO text, as some programs write it, as (ISO text, cell kind).

    A sheet has no time zones: a zone is ignored, and the day and time are read as they are written.
    """
    match = _ISO_DATE.fullmatch(raw)
    if match is None:
        return raw[:40] or "#DATE", "error"
    day, clock = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}")
    except ValueError:
        return raw[:40], "error"
    moment = moment.replace(microsecond=0)
    return (moment.isoformat(), "datetime") if moment.time() != _MIDNIGHT else (moment.date().isoformat(), "date")

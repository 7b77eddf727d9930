"""Whether a value in ARM's answer is the value that was sent, however ARM writes it.

A value that may be read in several ways equals what was sent when one of them does. What cannot be read proves nothing.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.model.keys import loosen_key, normalise_key_text

_MAX_CHARS = 60
_TOO_MUCH = Decimal(10) ** 18
"""Amounts from here on cannot be added up exactly."""

_AMOUNT = re.compile(r"([+-]?)([0-9]+(?:[.,' ][0-9]{3})*)(?:([.,])([0-9]*))?")
_MICROSOFT_DATE = re.compile(r"/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)/")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[./-]?([0-9]{2})[./-]?([0-9]{2})(?:[T ].*)?")
_ZONES = (timedelta(hours=1), timedelta(hours=2))
"""Norway's time in winter and in summer: a day that begins there has another date in UTC."""


def is_same_amount(there: Any, here: str) -> bool | None:
    """Return whether two amounts are equal, as decimals; None when one of them cannot be read."""
    try:
        expected = Decimal(here)
    except InvalidOperation:
        return None
    readings = _read_amount(there)
    return expected in readings if readings else None


def is_same_date(there: Any, here: str) -> bool | None:
    """Return whether a date or time is the day `here` (ISO); None when it cannot be read."""
    readings = _read_date(there)
    return here in {str(day) for day in readings} if readings else None


def is_same_key(there: Any, here: str) -> bool | None:
    """Return whether two numbers of a document or customer are equal but for case, blanks and leading zeros."""
    text = _to_text(there)
    return loosen_key(text) == loosen_key(here) if text else None


def is_same_code(there: Any, here: str) -> bool | None:
    """Return whether two codes are equal but for case and blanks; None when one of them cannot be read."""
    text = _to_text(there)
    return normalise_key_text(text) == normalise_key_text(here) if text else None


def write_code(value: Any) -> str:
    """Return a code or number as it is compared; "" for a value that is neither a text nor a whole number."""
    return normalise_key_text(_to_text(value))


def write_amount(value: Any) -> str:
    """Return the digits of an amount, exactly; "" when it cannot be read, or in several ways, or is no sum of money."""
    texts = [f"{amount:f}" for amount in _read_amount(value) if abs(amount) < _TOO_MUCH]
    return texts[0] if len(texts) == 1 and len(texts[0]) <= _MAX_CHARS else ""


def write_date(value: Any) -> str:
    """Return a day (ISO); "" when it cannot be read, or in several ways."""
    readings = _read_date(value)
    return str(readings.pop()) if len(readings) == 1 else ""


def _to_text(value: Any) -> str:
    """A text or a whole number as text; "" for any other value."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    is_scalar = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value) if is_scalar else ""


def _read_amount(value: Any) -> set[Decimal]:
    """The amounts that a value may be: `1.234` is 1.234 or 1234."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return {Decimal(value)}
    text = value.translate({0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2212: "-"}).strip() if isinstance(value, str) else ""
    match = _AMOUNT.fullmatch(text) if len(text) <= _MAX_CHARS else None
    if match is None:
        return set()
    sign, whole, separator, decimals = match.groups()
    digits = re.sub("[^0-9]", "", whole)
    readings = {Decimal(f"{sign}{digits}.{decimals or '0'}")}
    groups = re.split("[.,]", whole)
    if not separator and len(groups) == 2:  # the only separator, before three digits
        readings.add(Decimal(f"{sign}{groups[0].replace(' ', '')}.{groups[1]}"))
    elif separator and separator in whole:  # 1.234.5 is not a number
        return set()
    return readings


def _read_date(value: Any) -> set[date]:
    """The days that a value may be: `01/02/2025` has two."""
    text = _to_text(value).strip()
    if len(text) > _MAX_CHARS:
        return set()
    if match := _DAY_FIRST.fullmatch(text):
        first, second, year = map(int, match.groups())
        return {*_build_dates(year, second, first), *(_build_dates(year, first, second) if "/" in text else ())}
    if match := _MICROSOFT_DATE.fullmatch(text):
        return _days_of(datetime(1970, 1, 1, tzinfo=UTC), int(match[1]) / 1000)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        days = _build_dates(year, month, day)
        with suppress(ValueError):
            time = datetime.fromisoformat(text)
            if time.tzinfo is not None:
                days |= _days_of(time, 0.0)
        return days
    return set()


def _build_dates(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)}
    except ValueError:
        return set()


def _days_of(time: datetime, seconds: float) -> set[date]:
    """The dates of an instant in UTC and in Norway."""
    try:
        instant = time.astimezone(UTC) + timedelta(seconds=seconds)
        return {instant.date(), *((instant + zone).date() for zone in _ZONES)}
    except (OverflowError, ValueError):
        return set()

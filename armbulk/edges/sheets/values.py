"""What stands in a cell, as text: numbers to the digit, days as ISO dates, escapes decoded."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_LONGEST_NUMBER = 60  # digits a number may be written out to; Excel keeps 15
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_EXPONENT = re.compile(r"-?[0-9]*\.?[0-9]+[eE][+-]?[0-9]{1,4}")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no time zone
_LAST_SERIAL = 2_958_466


def unescaped(text: str) -> str:
    """A text as Excel shows it: escapes such as _x000A_ decoded once, blanks around it taken off."""
    return (_ESCAPE.sub(_character, text) if "_x" in text else text).strip()


def _character(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none


def plain_number(raw: str) -> str | None:
    """A number of the file as plain digits: null when it is none, "" when it is larger than any amount."""
    if len(raw) <= _LONGEST_NUMBER and _NUMBER.fullmatch(raw):
        return raw
    if len(raw) > 1_000 or not (_EXPONENT.fullmatch(raw) or _NUMBER.fullmatch(raw)):
        return None
    number = Decimal(raw)
    return format(number, "f") if abs(number.adjusted()) < _LONGEST_NUMBER and len(raw) < 100 else ""


@lru_cache(maxsize=1 << 14)
def serial_date(raw: str, *, since_1904: bool) -> tuple[str, str]:
    """Turn Excel's day number (plain digits) into ISO text and its kind; 29 February 1900 never was."""
    days = Decimal(raw)
    whole = int(days)
    seconds = round((days - whole) * 86_400)
    if days < 0 or (whole == 60 and not since_1904) or whole >= _LAST_SERIAL:
        return f"serial {raw}", "error"
    if whole == 0 and not since_1904:
        return str(timedelta(seconds=seconds)), "time"
    if since_1904:
        whole += 1462
    elif whole < 60:
        whole += 1
    try:
        moment = _EPOCH + timedelta(days=whole, seconds=seconds)
    except OverflowError:
        return f"serial {raw}", "error"
    return (moment.isoformat(), "datetime") if seconds else (moment.date().isoformat(), "date")


def iso_date(raw: str) -> tuple[str, str]:
    """A date cell that holds ISO text, as some programs write it, and its kind."""
    try:
        if len(raw) == 10:
            return date.fromisoformat(raw).isoformat(), "date"
        return datetime.fromisoformat(raw).isoformat(), "datetime"
    except ValueError:
        return raw[:40] or "#DATE", "error"

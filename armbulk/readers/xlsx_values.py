"""What stands in a cell, as text: numbers to the digit, days as ISO dates, escapes decoded."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_LONGEST_NUMBER = 60  # digits a number may be written out to; Excel keeps 15
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_EXPONENT = re.compile(r"-?[0-9]*\.?[0-9]+[eE][+-]?[0-9]{1,4}")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no time zone
_LAST_SERIAL = 2_958_466


def unescape_text(text: str) -> str:
    """A text as Excel shows it: escapes such as _x000A_ decoded once, blanks around it taken off."""
    return (_ESCAPE.sub(_character, text) if "_x" in text else text).strip()


def _character(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none


def to_plain_number(raw: str) -> str | None:
    """A number of the file as plain digits: null when it is none, "" when it is larger than any amount."""
    if len(raw) <= _LONGEST_NUMBER and _NUMBER.fullmatch(raw):
        return raw
    if len(raw) > 1_000 or not (_EXPONENT.fullmatch(raw) or _NUMBER.fullmatch(raw)):
        return None
    number = Decimal(raw)
    return format(number, "f") if abs(number.adjusted()) < _LONGEST_NUMBER and len(raw) < 100 else ""


@lru_cache(maxsize=1 << 14)
def convert_serial(raw: str, *, since_1904: bool) -> tuple[str, str]:
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


def parse_iso_date(raw: str) -> tuple[str, str]:
    """A date cell that holds ISO text, as some programs write it, and its kind."""
    try:
        if len(raw) == 10:
            return date.fromisoformat(raw).isoformat(), "date"
        return datetime.fromisoformat(raw).isoformat(), "datetime"
    except ValueError:
        return raw[:40] or "#DATE", "error"


_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILTIN_PERCENT = frozenset({9, 10})


@dataclass(slots=True)
class NumberFormats:
    """The cell formats of a workbook that matter, by their number as it stands in a cell."""

    dates: set[str] = field(default_factory=set)
    percents: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)  # those that show zeros in front: how many digits

    def add(self, style: str, number: int, code: str | None) -> None:
        """Remember one cell format; `code` is null for Excel's built-in formats."""
        if code is None:
            if number in _BUILTIN_DATES:
                self.dates.add(style)
            elif number in _BUILTIN_PERCENT:
                self.percents.add(style)
            return
        first = code.split(";", maxsplit=1)[0]
        if is_date_format(code):
            self.dates.add(style)
        elif "%" in _bare(code):
            self.percents.add(style)
        elif re.fullmatch(r"0{2,15}", first):
            self.widths[style] = len(first)


def _bare(code: str) -> str:
    """A format code's first section, without what it prints as it stands."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", code.split(";", maxsplit=1)[0])


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = code.split(";", maxsplit=1)[0]
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    bare = _bare(code)
    return bool(re.search(r"[dmyhs]", bare, re.IGNORECASE)) and "general" not in bare.lower()

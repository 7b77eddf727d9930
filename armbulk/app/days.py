"""Days as people write them in options."""

import calendar
import re
from datetime import date

from armbulk.errors import UsageError
from armbulk.i18n import _

_YEAR_FIRST = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})[-./]([0-9]{4}|[0-9]{2})")
_HINT = _("Use YYYY-MM-DD or DD.MM.YYYY, for example 2025-02-01 or 01.02.2025")


def parse_day(text: str, order: str, option: str) -> date:
    """Return the day that a text names.

    Args:
        text: as typed: 2025-02-01, 20250201, 01.02.2025 or 1/2/2025.
        order: `dmy`, `mdy` or `ymd` of the settings; "" when it is not decided.
        option: the option it belongs to, for messages.

    Raises:
        UsageError: it names no day, or two.
    """
    text = text.strip()
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is not None:
        year, month, day = map(int, match.groups())
        return _build(text, option, year, month, day)
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        raise UsageError("day-wrong", _("{option}: '{text}' is not a valid date", option=option, text=text), _HINT)
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if len(match[4]) == 2 else 0
    if order == "mdy" and match[2] != ".":
        return _build(text, option, year, first, second)
    if order == "dmy" or match[2] == "." or first > 12 or first == second:
        return _build(text, option, year, second, first)
    if second > 12:
        return _build(text, option, year, first, second)
    raise UsageError(
        "day-unclear",
        _(
            "{option}: '{text}' is ambiguous: {day:date} or {other:date}",
            option=option,
            text=text,
            day=_build(text, option, year, second, first),
            other=_build(text, option, year, first, second),
        ),
        _("Use YYYY-MM-DD, or add --dates dmy (day first) or --dates mdy (month first)"),
    )


def _build(text: str, option: str, year: int, month: int, day: int) -> date:
    """The day; UsageError when the calendar does not have it."""
    if not 1 <= month <= 12:
        raise UsageError(
            "no-such-day",
            _(
                "{option}: '{text}' is not a valid date: there is no month {month}",
                option=option,
                text=text,
                month=month,
            ),
            _HINT,
        )
    if not 1900 <= year <= 2199:
        raise UsageError(
            "no-such-day", _("{option}: '{text}' is not between 1900 and 2199", option=option, text=text), _HINT
        )
    last, padded_month = calendar.monthrange(year, month)[1], f"{month:02d}"
    if not 1 <= day <= last:
        raise UsageError(
            "no-such-day",
            _(
                "{option}: '{text}' is not a valid date: {year}-{month} has {last} days",
                option=option,
                text=text,
                year=year,
                month=padded_month,
                last=last,
            ),
            _("The last day of the month is {day:date}", day=date(year, month, last)),
        )
    return date(year, month, day)

"""Durations and times of day as people read them while they wait."""

import math
from datetime import UTC, datetime

from armbulk.i18n import Text, _, quote_text

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def write_duration(seconds: float) -> Text:
    """Return a duration with one or two units: `12 s`, `5 min`, `2 h 10 min`, `3 d 4 h`; parts of a second count."""
    whole = math.ceil(seconds)
    if whole < 2 * _MINUTE:
        return _("{seconds} s", seconds=max(whole, 1))
    minutes = math.ceil(whole / _MINUTE)
    if minutes < _MINUTE:
        return _("{minutes} min", minutes=minutes)
    if whole < _DAY:
        return _("{hours} h {minutes} min", hours=minutes // _MINUTE, minutes=minutes % _MINUTE)
    hours = math.ceil(whole / _HOUR)
    return _("{days} d {hours} h", days=hours // 24, hours=hours % 24)


def write_clock(moment: float, now: float) -> Text:
    """Return a local time (epoch seconds): `11:05` on the same day, with its date otherwise."""
    end, start = (datetime.fromtimestamp(seconds, UTC).astimezone() for seconds in (moment, now))
    if end.date() == start.date():
        return quote_text(f"{end:%H:%M}")
    return Text("{time:time}", {"time": moment})

"""Days, months and times in words, for pages that people sign: `28 February 2025`, `28. februar 2025`."""

from datetime import UTC, date, datetime, timezone

from armbulk.i18n import Text, _

_MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"),
    _("October"), _("November"), _("December"),
)  # fmt: skip


def month_in_words(year: int, month: int) -> Text:
    """Return a month with its year: `February 2025`; `period 13, 2025` for a period that is no month."""
    if 1 <= month <= len(_MONTHS):
        return _("{month} {year}", month=_MONTHS[month - 1], year=str(year))
    return _("period {period}, {year}", period=str(month), year=str(year))


def day_in_words(day: date) -> Text:
    """Return a day: `28 February 2025`; in Norwegian `28. februar 2025`."""
    return _("{day} {month} {year}", day=str(day.day), month=_MONTHS[day.month - 1], year=str(day.year))


def time_in_words(value: float | datetime) -> Text:
    """Return a time with its minutes and zone: `28 February 2025, 14:05 (UTC+01:00)`; epoch seconds as local time."""
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC).astimezone()
    offset = moment.utcoffset()
    values = {"day": day_in_words(moment.date()), "hour": f"{moment:%H}", "minute": f"{moment:%M}"}
    if offset is None:
        return _("{day}, {hour}:{minute}", **values)
    return _("{day}, {hour}:{minute} ({zone})", **values, zone=str(timezone(offset)))

"""Days in words, so that no one takes the fourth of May for the fifth of April."""

from datetime import date

from armbulk.i18n import Text, _

_MONTHS = (
    _("{day} January {year}"), _("{day} February {year}"), _("{day} March {year}"), _("{day} April {year}"),
    _("{day} May {year}"), _("{day} June {year}"), _("{day} July {year}"), _("{day} August {year}"),
    _("{day} September {year}"), _("{day} October {year}"), _("{day} November {year}"), _("{day} December {year}"),
)  # fmt: skip


def write_day(day: date) -> Text:
    """Return a day with the name of its month: `4 May 2026`."""
    return _MONTHS[day.month - 1].fill(day=day.day, year=day.year)

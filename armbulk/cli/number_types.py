"""Numbers as values of options and arguments; what is wrong with one is reported in the language of the command."""

import click

from armbulk.cli.language import get_language
from armbulk.i18n import ENGLISH, Text, _

_NO_NUMBER = _("'{value}' is not a whole number")
_TOO_LARGE = _("'{value}' is more than {maximum}")
_TOO_SMALL = _("'{value}' is less than {minimum}")
_NO_SECONDS = _("'{value}' is not a number of seconds")


class WholeNumber(click.ParamType[int]):
    """A whole number, within bounds if there are any."""

    name = "whole number"

    def __init__(self, minimum: int | None = None, maximum: int | None = None) -> None:
        self._minimum, self._maximum = minimum, maximum

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; BadParameter for another value."""
        reason: Text | None = None
        try:
            number = int(value)
        except ValueError:
            number, reason = 0, _NO_NUMBER.fill(value=value)
        if reason is None and self._maximum is not None and number > self._maximum:
            reason = _TOO_LARGE.fill(value=value, maximum=self._maximum)
        if reason is None and self._minimum is not None and number < self._minimum:
            reason = _TOO_SMALL.fill(value=value, minimum=self._minimum)
        return number if reason is None else self.fail(reason.text(_language_of(ctx)), param, ctx)


class Seconds(click.ParamType[float]):
    """A number of seconds, which may have decimals."""

    name = "seconds"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; BadParameter for another value."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if 0 <= seconds < float("inf"):
            return seconds
        return self.fail(_NO_SECONDS.fill(value=value).text(_language_of(ctx)), param, ctx)


def _language_of(ctx: click.Context | None) -> str:
    ctx = ctx or click.get_current_context(silent=True)  # a question has no context of its own
    return get_language(ctx) if ctx else ENGLISH

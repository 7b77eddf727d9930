"""Options whose values, default and help are loaded when they are needed."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import click

from armbulk.cli.language import get_language
from armbulk.i18n import Text


class LazyChoice(click.Choice[str]):
    """A `click.Choice` whose values come from a function, so that importing a command stays cheap."""

    def __init__(self, load: Callable[[], Sequence[str]]) -> None:
        super().__init__(())
        del self.choices  # set by Choice; it would hide the property
        self._load = load

    @cached_property
    def choices(self) -> Sequence[str]:  # type: ignore[override] # an attribute of Choice
        """The values, loaded at first use."""
        return tuple(self._load())


class LazyOption(click.Option):
    """A `click.Option` whose help comes from a function, so that importing a command stays cheap."""

    def __init__(self, *args: Any, describe: Callable[[], Text], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._describe = describe

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help, loaded now."""
        kept, self.help = self.help, self._describe().text(get_language(ctx))
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = kept


class NamedArgument(click.Argument):
    """A `click.Argument` that errors call by its name; click calls it by its values, however many there are."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return the name for an error message."""
        del ctx
        return f"'{self.human_readable_name}'"

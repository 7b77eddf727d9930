"""Options whose values, default and help are loaded when they are needed."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from armbulk.cli.language import TranslatedCommand, get_language
from armbulk.cli.mistyped import MistypedWord
from armbulk.cli.word_choice import WordChoice
from armbulk.i18n import ENGLISH, Text, _, join_texts

if TYPE_CHECKING:
    from armbulk.model.resource_name import ResourceName

_RESOURCES = _("Resources (by this name, or by their title in English or Norwegian)")


class LazyChoice(WordChoice):
    """A `WordChoice` whose values come from a function, so that importing a command stays cheap."""

    def __init__(self, load: Callable[[], Sequence[str]]) -> None:
        super().__init__(())
        del self.choices  # set by Choice; it would hide the property
        self._load = load

    @cached_property
    def choices(self) -> Sequence[str]:  # type: ignore[override] # an attribute of Choice
        """The values, loaded at first use."""
        return tuple(self._load())


class ResourceChoice(LazyChoice):
    """A resource by its name, by its title in any language, or by another word for it."""

    name = "resource"

    def __init__(self, load: Callable[[], Sequence["ResourceName"]]) -> None:
        super().__init__(lambda: [known.name for known in load()])
        self._load_names = load

    @cached_property
    def names(self) -> Sequence["ResourceName"]:
        """What can be chosen, loaded at first use."""
        return self._load_names()

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return nothing: help lists the resources in a section of their own."""
        del param, ctx
        return None

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        """Return what can be chosen."""
        del param
        names = join_texts(*(known.described for known in self.names), separator=", ")
        return _("Use one of {names}.", names=names).text(get_language(ctx) if ctx else ENGLISH)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name of the resource; MistypedWord with the similar ones, then all, for another word."""
        from armbulk.model.resource_name import find_name, unknown_name_hint

        del param
        if ctx is not None and ctx.resilient_parsing:
            return value  # the words are only completed
        name = find_name(value, self.names)
        if name is None:
            raise MistypedWord(_("'{value}' is not a resource", value=value), unknown_name_hint(value, self.names), ctx)
        return name

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Return the names that begin as the incomplete word does, with their titles."""
        del param
        lang = get_language(ctx)
        return [
            CompletionItem(known.name, help=known.title.text(lang))
            for known in self.names
            if known.name.startswith(incomplete.lower())
        ]


class ResourceCommand(TranslatedCommand):
    """A command with a `ResourceChoice`: help lists the resources."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the resources with their titles, then the options."""
        lang = get_language(ctx)
        for param in self.params:
            if isinstance(param.type, ResourceChoice):
                with formatter.section(_RESOURCES.text(lang)):
                    formatter.write_dl([(known.name, known.title.text(lang)) for known in param.type.names])
        super().format_options(ctx, formatter)


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

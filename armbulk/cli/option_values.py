"""Values of options that were forgotten: the next word is another option, and would be taken for the value."""

from collections.abc import Sequence

import click

from armbulk.cli.language import get_language
from armbulk.i18n import _


def verify_option_values(command: click.Command, words: Sequence[str], context: click.Context) -> None:
    """Make sure that no option takes a word that begins with `--` as its value; UsageError otherwise.

    In one word (`--profile=--name`, `-o--name`) such a value is possible.

    Args:
        command: the command that is called.
        words: what follows its name.
        context: the command's context, for the message.
    """
    with_value = {name: option for option in _options_with_value(command) for name in option.opts}
    waiting, option_name = 0, ""
    for word in words:
        if waiting and word.startswith("--"):
            separator = "=" if option_name.startswith("--") else ""
            message = _(
                "{option} needs a value, but {word} follows. If {word} is the value, use {option}{separator}{word}",
                option=option_name,
                word=word,
                separator=separator,
            )
            raise click.UsageError(message.text(get_language(context)), context)
        if waiting:
            waiting -= 1
        elif word == "--":
            return  # no options follow
        else:
            option_name = _name_of_option(word, with_value)
            waiting = with_value[option_name].nargs if option_name else 0


def _options_with_value(command: click.Command) -> list[click.Option]:
    return [
        option
        for option in command.params
        if isinstance(option, click.Option) and not option.is_flag and not option.count
    ]


def _name_of_option(word: str, with_value: dict[str, click.Option]) -> str:
    """The option of a word whose value is the next word; "" when there is none.

    Of short options in one word the first with a value ends the word, or takes what is left of it.
    """
    if word in with_value:
        return word
    if not word.startswith("-") or word.startswith("--"):
        return ""
    names = [f"-{letter}" for letter in word[1:]]
    first = next((index for index, name in enumerate(names) if name in with_value), None)
    return names[first] if first is not None and first == len(names) - 1 else ""

"""How wrong usage of the command line is shown: what is wrong, and what to type."""

import re
from collections.abc import Callable, Sequence

import click

from armbulk.cli.language import translate_metavar
from armbulk.cli.mistyped import MistypedWord, unknown_command, unknown_option
from armbulk.cli.output import Reporter
from armbulk.errors import Exit
from armbulk.i18n import ENGLISH, NO_TEXT, Text, _, quote_names, quote_text


def show_usage_error(
    error: click.ClickException,
    lang: str,
    commands: Sequence[str],
    load_command: Callable[[str], click.Command | None],
    words: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """Show that a command was called wrongly; return the exit code.

    Args:
        error: What click found.
        lang: The language.
        commands: The names of all commands.
        load_command: Returns a command by its name.
        words: The words after `armbulk`.
        as_json: Whether to print one JSON object.
    """
    if isinstance(error, click.exceptions.NoSuchCommand) and error.ctx:
        error = unknown_command(error.command_name, commands, error.ctx, words)
    elif isinstance(error, click.NoSuchOption):
        error = unknown_option(error, load_command, commands)
    message, hint = _describe(error, lang)
    Reporter(lang, as_json).error("usage", message, hint, Exit.USAGE)
    return int(Exit.USAGE)


def _describe(error: click.ClickException, lang: str) -> tuple[Text, Text]:
    """Return what is wrong, and what to do."""
    if isinstance(error, MistypedWord):
        return error.text, error.hint
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument) and not error.param_hint:
        error.param_hint = translate_metavar(error.param.get_error_hint(error.ctx), lang)
    message = quote_text(_quote_words(" ".join(error.format_message().split()).rstrip("."), lang))
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return message, NO_TEXT
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    return message, _("Write `{usage}`. All options: `{command} --help`", usage=usage, command=context.command_path)


def _quote_words(message: str, lang: str) -> str:
    """Return a message of click with the quotation marks of the language: click writes 'FILES...' in all of them."""
    if lang == ENGLISH:
        return message
    return re.sub(r"(?<!\w)'([^']+)'(?!\w)", lambda quoted: quote_names([quoted[1]])[0].text(lang), message)

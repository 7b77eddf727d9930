"""The language of the command line: help, click's own words, and messages before the settings are read."""

import gettext
import inspect
import os
import re
from collections.abc import Sequence

import click

from armbulk.app.default_language import read_default_language
from armbulk.i18n import ENGLISH, LOCALE_FOLDER, Text, _, find_language, list_language_names

_META = "armbulk.lang"
_GENERAL = _("General options")
_ALSO_GENERAL = frozenset({"--yes", "--help", "--version"})
"""General options that not every command has, or that click adds."""

_METAVARS: dict[str, Text] = {
    text: text
    for text in (
        _("AMOUNT"),
        _("ARGS"),
        _("CODE"),
        _("COMMAND"),
        _("DATE"),
        _("FAULT"),
        _("FILE"),
        _("FILES"),
        _("FOLDER"),
        _("HEADER"),
        _("MINUTES"),
        _("NAME"),
        _("NO"),
        _("NUMBER"),
        _("OPTIONS"),
        _("RESOURCE"),
        _("ROW"),
        _("RUN"),
        _("SECONDS"),
        _("VALUE"),
        _("YYYY"),
    )
}


class LanguageType(click.ParamType[str]):
    """A language by any of its names: `no`, `nb`, `nn`, `nb_NO.UTF-8`, `en`."""

    name = "language"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return how the value is shown in help."""
        del param, ctx
        return f"[{'|'.join(list_language_names())}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return armbulk's own name of the language."""
        message = _("'{lang}' is not one of these: {languages}", lang=value, languages=", ".join(list_language_names()))
        return find_language(value) or self.fail(message.text(get_language(ctx) if ctx else ENGLISH), param, ctx)


class GeneralOption(click.Option):
    """An option that all commands have; help lists it last."""


def is_general(option: click.Option) -> bool:
    """Return whether help lists an option last, with those that all commands have."""
    return isinstance(option, GeneralOption) or bool(_ALSO_GENERAL.intersection(option.opts))


class TranslatedCommand(click.Command):
    """A command whose help is translated when it is shown."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language of the command line."""
        lang = get_language(ctx)
        options = [param for param in self.params if isinstance(param, click.Option)]
        described: list[click.Command | click.Option] = [self, *options]
        english = [(item.help, getattr(item, "metavar", None)) for item in described]
        for item in described:
            item.help = Text(inspect.cleandoc(item.help or "")).text(lang)
        for option in options:
            option.metavar = option.metavar and translate_metavar(option.metavar, lang)
        try:
            super().format_help(ctx, formatter)
        finally:
            for item, (text, metavar) in zip(described, english, strict=True):
                item.help = text
                if isinstance(item, click.Option):
                    item.metavar = metavar

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the command's own options, then those that all commands have."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        general = [option for option in options if is_general(option)]
        own = [option for option in options if option not in general]
        for title, members in ((gettext.gettext("Options"), own), (_GENERAL.text(get_language(ctx)), general)):
            records = [record for option in members if (record := option.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line; click's own in the language of the command line."""
        lang, pieces = get_language(ctx), super().collect_usage_pieces(ctx)
        return [translate_metavar(piece, lang) for piece in pieces]


def translate_metavar(metavar: str, lang: str) -> str:
    """Return the placeholder of a value in help (`NAME=VALUE`, `[RUN]`) in a language."""
    return re.sub(r"[A-Z]+", lambda word: _METAVARS[word[0]].text(lang) if word[0] in _METAVARS else word[0], metavar)


def get_language(ctx: click.Context) -> str:
    """Return the language in which help is shown."""
    lang: str = ctx.meta.get(_META, ENGLISH)
    return lang


def detect_language(words: Sequence[str]) -> str:
    """Return the language of the words of a command line, else of the environment."""
    return _find_option(words) or read_default_language()


def set_language(ctx: click.Context, words: Sequence[str]) -> None:
    """Choose the language of help and of click's own messages."""
    lang = detect_language(words)
    ctx.meta[_META] = lang
    os.environ["LANGUAGE"] = lang  # what gettext, and with it click, looks at
    gettext.bindtextdomain("armbulk", LOCALE_FOLDER)
    gettext.textdomain("armbulk")


def _find_option(words: Sequence[str]) -> str | None:
    """Return the language of the last `--lang` among the words, if it is known."""
    lang = None
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == "--lang" or word.startswith("--lang="):
            lang = find_language(word.partition("=")[2] or following) or lang
    return lang

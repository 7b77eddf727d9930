"""Words that the command line does not know: what was probably meant."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from armbulk.i18n import NO_TEXT, Text, _, join_choices, join_texts
from armbulk.model.command_line import quote_word

_OTHER_WORDS = {
    "check": ("validate", "verify", "kontroller", "kontroll", "sjekk", "valider"),
    "completion": ("complete", "fullføring"),
    "demo": ("try", "prøv"),
    "diff": ("compare", "difference", "changes", "sammenlign", "forskjell", "forskjeller", "endringer"),
    "doctor": ("diagnose", "status", "feilsøk"),
    "explain": ("why", "finding", "forklar", "hvorfor"),
    "export": ("download", "fetch", "get", "eksport", "eksporter", "hent"),
    "fields": ("columns", "headers", "felter", "kolonner"),
    "import": ("send", "upload", "innlesing", "importer", "les"),
    "login": ("signin", "auth", "config", "configure", "init", "logginn", "innlogging"),
    "logout": ("signout", "loggut"),
    "map": ("mapping", "match", "koble", "kobling", "tilordning"),
    "plan": ("price", "dry-run", "pris", "forhåndsvis"),
    "profiles": ("clients", "profiler", "klienter"),
    "purge": ("clean", "delete", "slett", "rydd"),
    "resolve": ("settle", "unconfirmed", "avklar", "ubekreftet"),
    "results": ("result", "resultat", "resultater"),
    "resume": ("continue", "retry", "fortsett"),
    "runs": ("history", "list", "historikk", "kjøringer"),
    "sandbox": ("server", "testserver"),
    "show": ("view", "vis"),
    "template": ("mal", "skjema"),
    "undo": ("revert", "rollback", "angre", "tilbakestill"),
    "usage": ("limits", "quota", "bruk", "forbruk", "kvote", "grenser"),
    "version": ("versjon",),
}
"""Command → words of English and Norwegian that a person may type for it. They are suggested, never run."""

_OTHER_OPTIONS = {
    "--from": ("--fra", "--start"),
    "--help": ("--hjelp",),
    "--lang": ("--language", "--språk", "--spraak"),
    "--profile": ("--client", "--klient"),
    "--to": ("--til", "--until", "--end"),
    "--year": ("--år", "--aar"),
    "--yes": ("--ja", "--force"),
    "-o": ("--output", "--out", "--file", "--fil", "--utfil"),
}
_FILE_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt"})


class MistypedWord(click.UsageError):
    """A word that is not known; `hint` says what is."""

    def __init__(self, message: Text, hint: Text = NO_TEXT, context: click.Context | None = None) -> None:
        super().__init__(message, context)
        self.text = message
        self.hint = hint


def unknown_command(word: str, commands: Sequence[str], context: click.Context) -> MistypedWord:
    """Return the error for a command that does not exist: with the commands, or lists to export, that it resembles."""
    from armbulk.app.choices import name_exports
    from armbulk.model.similar_words import find_similar

    see = _("All commands: `armbulk --help`")
    message = _("There is no command '{word}'", word=word)
    if word.lower() in {"help", "hjelp"}:
        return MistypedWord(message, see, context)
    if Path(word).suffix.lower() in _FILE_SUFFIXES:
        return MistypedWord(message, _("To check the file: `armbulk check {file}`", file=quote_word(word)), context)
    words = {name: (name, *_OTHER_WORDS.get(name, ())) for name in commands}
    words |= {f"export {each.name}": each.accepted for each in name_exports()}
    similar = find_similar(word, words)
    suggestion = _("Did you mean {name}?", name=join_choices([f"`armbulk {name}`" for name in similar]))
    return MistypedWord(message, join_texts(suggestion, see) if similar else see, context)


def unknown_option(
    error: click.NoSuchOption, load_command: Callable[[str], click.Command | None], commands: Sequence[str]
) -> MistypedWord:
    """Return the error for an option that does not exist: with those it resembles, else with commands that have it."""
    from armbulk.model.similar_words import find_similar

    word, context = error.option_name, error.ctx
    known = list_options(context.command) if context else []
    path = context.command_path if context else "armbulk"
    see = _("All options: `{command} --help`", command=path)
    message = _("There is no option {option} for `{command}`", option=word, command=path)
    if context and isinstance(context.command, click.Group):
        message = _("There is no option {option} before the command", option=word)
        shared = list_options(load_command(commands[0]))
        if word in shared:
            after = _("Write it after the command, for example: `armbulk check FILE {option}`", option=word)
            return MistypedWord(message, after, context)
    having = [name for name in commands if word in list_options(load_command(name))]
    if having:
        used_by = _("{option} is an option of {commands}.", option=word, commands=", ".join(having))
        return MistypedWord(message, join_texts(used_by, see), context)
    similar = find_similar(word, {name: (name, *_OTHER_OPTIONS.get(name, ())) for name in known})
    if similar:
        suggestion = _("Did you mean {name}?", name=join_choices(similar))
        return MistypedWord(message, join_texts(suggestion, see), context)
    return MistypedWord(message, see, context)


def list_options(command: click.Command | None) -> list[str]:
    """Return the spellings of a command's options, `--help` included."""
    options = [param for param in command.params if isinstance(param, click.Option)] if command else []
    return [spelling for option in options for spelling in (*option.opts, *option.secondary_opts)] + ["--help"]

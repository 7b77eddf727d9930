"""Words that the command line does not know: what was probably meant."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from armbulk.i18n import NO_TEXT, Text, _, join_choices, join_texts
from armbulk.model.command_line import quote_word

_OTHER_WORDS = {
    "check": ("validate", "kontroller", "kontroll", "sjekk", "valider", "test"),
    "check --fix": ("fix", "repair", "correct", "rett", "rett opp", "korriger", "fiks", "reparer"),
    "completion": ("complete", "fullføring", "autofullføring"),
    "delete": ("remove", "slett", "slette", "fjern"),
    "demo": ("try", "start", "example", "prøv", "eksempel", "prøvekjøring"),
    "diff": ("compare", "difference", "changes", "sammenlign", "forskjell", "forskjeller", "differanse", "endringer"),
    "doctor": ("diagnose", "status", "feilsøk", "feilsøking"),
    "evidence": ("proof", "prove", "bevis", "dokumentasjon", "kvittering"),
    "explain": ("why", "finding", "forklar", "hvorfor"),
    "export": ("download", "fetch", "get", "eksport", "eksporter", "hent", "last ned", "lastned", "uttrekk"),
    "fields": ("columns", "headers", "felter", "felt", "kolonner", "overskrifter"),
    "import": ("send", "upload", "innlesing", "importer", "les", "les inn", "lesinn", "last opp", "lastopp", "last"),
    "login": (
        "signin",
        "auth",
        "config",
        "configure",
        "init",
        "settings",
        "logg inn",
        "logginn",
        "innlogging",
        "oppsett",
        "innstillinger",
    ),
    "logout": ("signout", "logg ut", "loggut", "utlogging"),
    "map": ("mapping", "match", "convert", "koble", "kobling", "tilordne", "tilordning", "konverter"),
    "migrate": ("migration", "saf-t", "saft", "migrer", "migrering", "overfør", "overføring", "systembytte"),
    "plan": ("price", "dry-run", "preview", "pris", "kostnad", "planlegg", "forhåndsvis", "forhåndsvisning"),
    "profiles": ("clients", "profiler", "profil", "klienter", "klient"),
    "purge": ("clean", "slett", "rydd", "rydd opp", "rens", "fjern"),
    "resolve": ("settle", "unconfirmed", "avklar", "uavklart", "ubekreftet", "løs"),
    "results": ("result", "resultat", "resultater"),
    "resume": ("continue", "retry", "fortsett", "gjenoppta"),
    "runs": ("history", "list", "historikk", "kjøringer"),
    "sandbox": ("server", "testserver", "sandkasse"),
    "show": ("view", "vis", "kjøring"),
    "template": ("mal", "lag mal", "skjema", "lag", "maler"),
    "undo": ("revert", "rollback", "angre", "tilbakestill", "tilbakefør", "reverser"),
    "usage": ("limits", "quota", "bruk", "forbruk", "kvote", "grenser"),
    "verify": ("confirm", "verifiser", "bekreft", "etterkontroll"),
    "version": ("versjon",),
    "export ar-items": (
        *("saldo", "åpne poster", "restbeløp", "forfalt", "forfalte", "forfalte poster", "overdue"),
        *("purring", "purringer", "purre", "dunning", "reminders"),  # reminders are about open items
    ),
    "export close": ("avstem", "aldersfordelt saldo", "aldersfordeling"),
    "export codes": ("kodeliste",),
    "export documents": ("linjer", "fakturalinjer", "lines"),
}
"""Command → words of English and Norwegian that a person may type for it. They are suggested, never run."""

_DANGEROUS_COMMANDS = frozenset({"delete", "logout", "purge"})
_DANGEROUS_OPTIONS = frozenset(
    {"--first-import", "--give-up", "--mark-created", "--replace-input", "--resend", "--update", "--yes"}
)
"""What deletes, overwrites or confirms something is suggested for its meaning or a typing mistake, and for no other
word that resembles it."""

_NO_WORDS_AFTER = frozenset(
    {"demo", "doctor", "login", "logout", "profiles", "purge", "runs", "sandbox", "usage", "version"}
)
"""Commands that have options only: what was typed after another word for them is not a part of the suggestion."""

_RUN_WORDS = frozenset({"import", "run", "kjøring", "innlesing", "nr"})
"""Words between a command and the number of a run: angre import 5."""

_OTHER_OPTIONS = {
    "--as": ("--som",),
    "--columns": ("--kolonner",),
    "--dates": ("--datoer", "--datoformat"),
    "--decimal": ("--desimal", "--desimaltegn"),
    "--details": ("--detaljer",),
    "--dry-run": ("--prøvekjøring", "--tørrkjøring"),
    "--encoding": ("--tegnsett", "--koding"),
    "--examples": ("--eksempler",),
    "--expect-count": ("--forventet-antall",),
    "--expect-total": ("--forventet-sum", "--forventet-beløp"),
    "--explain": ("--forklar",),
    "--first-import": ("--første-import", "--førstegangsimport"),
    "--fix": ("--rett", "--fiks", "--korriger"),
    "--from": ("--fra", "--start"),
    "--full": ("--fullstendig", "--alle-kolonner"),
    "--give-up": ("--gi-opp",),
    "--help": ("--hjelp",),
    "--ignore-column": ("--utelat-kolonne", "--ignorer-kolonne"),
    "--lang": ("--language", "--språk", "--spraak"),
    "--limit": ("--grense", "--antall"),
    "--mapping": ("--kobling", "--tilordning"),
    "--mark-created": ("--merk-opprettet", "--opprettet"),
    "--no-wait": ("--vent-ikke", "--ikke-vent", "--uten-venting"),
    "--older-than": ("--eldre-enn",),
    "--period": ("--periode", "--måned"),
    "--profile": ("--client", "--klient", "--profil"),
    "--quiet": ("--stille",),
    "--resend": ("--send-på-nytt", "--send-igjen"),
    "--since": ("--siden",),
    "--skip-hidden": ("--hopp-over-skjulte",),
    "--skip-invalid": ("--hopp-over-feil",),
    "--sheet": ("--ark",),
    "--to": ("--til", "--until", "--end"),
    "--verify": ("--kontroller", "--etterkontroll"),
    "--where": ("--filter", "--hvor"),
    "--update": ("--oppdater",),
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


def unknown_command(
    word: str, commands: Sequence[str], context: click.Context, words: Sequence[str] = ()
) -> MistypedWord:
    """Return the error for a command that does not exist: with the command line that was probably meant.

    Args:
        word: What was typed in place of a command.
        commands: The names of all commands.
        context: The context of the error.
        words: The whole command line: what follows the word is a part of the suggestion.
    """
    see = _("All commands: `armbulk --help`")
    message = _("There is no command '{word}'", word=word)
    rest = _drop_shown(words[words.index(word) + 1 :]) if word in words else []
    if word.lower() in {"help", "hjelp"}:
        similar = _find_commands(rest[0], commands) if rest else []
        command = f"`armbulk {similar[0]} --help`" if similar else ""
        about = _("Help about the command: {name}", name=command)
        return MistypedWord(message, join_texts(about, see) if similar else see, context)
    if Path(word).suffix.lower() in _FILE_SUFFIXES:
        return MistypedWord(message, _("To check the file: `armbulk check {file}`", file=quote_word(word)), context)
    phrase = " ".join([word, *rest[:1]]).lower()
    if phrase != word.lower() and any(phrase in others for others in _OTHER_WORDS.values()):
        word, rest = phrase, rest[1:]
    similar = _find_commands(word, commands)
    after = _write_rest(similar[0], rest) if len(similar) == 1 else ""
    suggestion = _("Did you mean {name}?", name=join_choices([f"`armbulk {name}{after}`" for name in similar]))
    return MistypedWord(message, join_texts(suggestion, see) if similar else see, context)


def _drop_shown(words: Sequence[str]) -> list[str]:
    """Return words of a command line without the options that say how the error itself is shown."""
    kept = [word for word in words if word != "--json" and not word.startswith("--lang=")]
    if "--lang" in kept:
        position = kept.index("--lang")
        del kept[position : position + 2]
    return kept


def _write_rest(name: str, rest: Sequence[str]) -> str:
    """Return what was typed after a word, as it follows the command that the word means."""
    if name in _NO_WORDS_AFTER:
        return ""
    is_of_run = len(rest) > 1 and rest[0].lower() in _RUN_WORDS and rest[1].isdigit()
    return "".join(f" {quote_word(word)}" for word in (rest[1:] if is_of_run else rest))


def _find_commands(word: str, commands: Sequence[str]) -> list[str]:
    """Return the commands, or lists to export, that a word means or resembles: one that it means is the only one."""
    from armbulk.app.choices import name_exports
    from armbulk.model.similar_words import find_similar

    words: dict[str, tuple[str, ...]] = {name: (name,) for name in commands}
    words |= {f"export {each.name}": each.accepted for each in name_exports()}
    for name, others in _OTHER_WORDS.items():
        words[name] = (*words.get(name, ()), *others)
    meant = [name for name, others in words.items() if word.casefold() in {other.casefold() for other in others}]
    if set(meant) <= _DANGEROUS_COMMANDS and meant:
        return sorted(meant)
    known = {name: others for name, others in words.items() if "--" not in name}
    known |= {name: (name,) for name in _DANGEROUS_COMMANDS}
    return meant[:1] or find_similar(word, known, dangerous=_DANGEROUS_COMMANDS)


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
    similar = find_similar(
        word, {name: (name, *_OTHER_OPTIONS.get(name, ())) for name in known}, dangerous=_DANGEROUS_OPTIONS
    )
    if similar:
        suggestion = _("Did you mean {name}?", name=join_choices(similar))
        return MistypedWord(message, join_texts(suggestion, see), context)
    return MistypedWord(message, see, context)


def list_options(command: click.Command | None) -> list[str]:
    """Return the spellings of a command's options, `--help` included."""
    options = [param for param in command.params if isinstance(param, click.Option)] if command else []
    return [spelling for option in options for spelling in (*option.opts, *option.secondary_opts)] + ["--help"]

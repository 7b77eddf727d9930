"""Mistyped commands, options and resources: the answer names what was probably meant."""

import json

import pytest
from click.testing import CliRunner
from support.commands import call

from armbulk.cli import cli


def hint_of(*words: str) -> str:
    """What is suggested for wrong words, in English; the exit code is 2."""
    done = CliRunner().invoke(cli, [*words, "--json"], prog_name="armbulk")
    error = json.loads(done.stdout)
    assert (done.exit_code, error["error"]["code"]) == (2, "usage")
    return str(error["error"]["hint"])


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [
        ("exprot", "Did you mean `armbulk export`?"),
        ("eksporter", "Did you mean `armbulk export`?"),
        ("sjekk", "Did you mean `armbulk check`?"),
        ("innlesing x.xlsx", "Did you mean `armbulk import x.xlsx`?"),
        ("les inn x.xlsx", "Did you mean `armbulk import x.xlsx`?"),
        ("angre import 5", "Did you mean `armbulk undo 5`?"),
        ("rett x.xlsx -o y.xlsx", "Did you mean `armbulk check --fix x.xlsx -o y.xlsx`?"),
        ("logg inn", "Did you mean `armbulk login`?"),
        ("hent kunder", "Did you mean `armbulk export kunder`?"),
        ("hjelp importer", "Help about the command: `armbulk import --help`"),
        ("upload", "Did you mean `armbulk import`?"),
        ("close", "Did you mean `armbulk export close`?"),
        ("kunder", "Did you mean `armbulk export customers`?"),
        ("slett kunder", "Did you mean `armbulk delete` or `armbulk purge`?"),
        ("purringer", "Did you mean `armbulk export ar-items`?"),
        ("pruge", "Did you mean `armbulk purge`?"),
        ("migrer a.xml", "Did you mean `armbulk migrate a.xml`?"),
        ("resolve 1 --resnd", "Did you mean --resend?"),
        ("hjelp", "All commands: `armbulk --help`"),
        ("kunder.xlsx", "To check the file: `armbulk check kunder.xlsx`"),
        ("export customers --perod 2025-02", "Did you mean --period? All options: `armbulk export --help`"),
        ("export gl-items --fra 2025-02-01", "Did you mean --from?"),
        ("runs --sprak no", "Did you mean --lang?"),
        ("check x --datoer dmy", "Did you mean --dates?"),
        ("check x --skip-invalid", "--skip-invalid is an option of plan, import."),
        ("--profile x check", "Write it after the command, for example: `armbulk check FILE --profile`"),
        ("fields kundene", "Did you mean customers?"),
        ("export", "Write `armbulk export [OPTIONS] RESOURCE`."),
    ],
)
def test_what_was_probably_meant(words: str, suggestion: str) -> None:
    """In both languages; a word is never run as another."""
    assert hint_of(*words.split()).startswith(suggestion)


@pytest.mark.parametrize(
    "words",
    ["qqqqq", "runs --qqqqq", "fields qqqqq", "rente", "rentes", "resolve 1 --reset"],
)
def test_nothing_is_suggested_for_a_word_like_no_other(words: str) -> None:
    """The help, or everything that can be chosen, is named instead. What deletes or sends again is no guess."""
    assert "Did you mean" not in hint_of(*words.split())


def test_the_answer_is_short_and_norwegian() -> None:
    """Two lines on stderr: what is wrong, and what to type."""
    code, out, err = call("exprot", "--lang", "no")
    assert (code, out) == (2, "")
    said = "Feil: Kommandoen «exprot» finnes ikke\n  → Mente du `armbulk export`? Alle kommandoer: `armbulk --help`\n"
    assert err == said
    assert "Mente du `armbulk export close`?" in call("månedsavslutning", "--lang", "no")[2]


@pytest.mark.parametrize(
    ("lang", "titles"), [("en", ("Options:", "General options:")), ("no", ("Valg:", "Felles valg:"))]
)
def test_general_options_are_listed_last(lang: str, titles: tuple[str, str]) -> None:
    """A command's own options come first, then those of all commands with --yes and --help."""
    _, out, _ = call("import", "--help", "--lang", lang)
    own, general = (out.index(f"\n{title}\n") for title in titles)
    assert own < out.index("--skip-invalid") < out.index("--mapping") < general
    names = ("--yes", "--profile", "--log-file", "--help")
    assert [general, *(out.rindex(name) for name in names)] == sorted([general, *(out.rindex(name) for name in names)])
    assert call("usage", "--help", "--lang", lang)[1].count(titles[0]) == titles[1].count(titles[0])

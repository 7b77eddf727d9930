"""The language of the command line: its names, help, wrong usage, questions."""

import inspect
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.paths import SAMPLES

from armbulk.cli import cli
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.prompts import confirm
from armbulk.errors import FileError
from armbulk.i18n import Text
from armbulk.writers.atomic import verify_writable

COMMANDS = cli.list_commands(click.Context(cli))
NAMES = ("no", "nb", "nn", "nb_NO.UTF-8", "NO")


def run(*words: str, **env: str) -> tuple[int, str, str]:
    """Run a command: exit code, stdout and stderr, in one line each."""
    done = CliRunner().invoke(cli, list(words), env=env, prog_name="armbulk")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.stdout.split()), " ".join(done.stderr.split())


def _squeeze(text: str) -> str:
    """A text without blanks: help breaks its lines anywhere."""
    return "".join(text.replace("\b", "").split())


def test_armbulk_alone_prints_its_help() -> None:
    """Help goes to stdout, with exit code 0, in the language that was chosen."""
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Usage: armbulk [OPTIONS] COMMAND [ARGS]...")
    code, out, err = run("--lang", "no")
    assert (code, err) == (0, "")
    assert out.startswith("Bruk: armbulk [VALG] KOMMANDO [ARGUMENTER]...")


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("name", NAMES)
def test_norwegian_has_many_names(name: str, tmp_path: Path) -> None:
    """Each name is accepted before and after the command, in the environment, and in a profile."""
    help_text = run("check", "--help", "--lang", "nb")[1]
    assert "Bruk: armbulk check" in help_text
    assert run("--lang", name, "check", "--help")[1] == help_text
    assert run("check", "--help", f"--lang={name}")[1] == help_text
    assert run("check", "--help", ARMBULK_LANG=name)[1] == help_text
    file = str(SAMPLES / "customers.csv")
    found_nothing = run("check", file, "--lang", "nb")[1]
    assert "Ingen feil" in found_nothing
    assert run("--lang", name, "check", file)[1] == found_nothing
    assert run("check", file, ARMBULK_LANG=name)[1] == found_nothing
    (tmp_path / "config.toml").write_text(f'[profiles.norsk]\nlang = "{name}"\n', encoding="utf-8")
    assert run("check", file, "--profile", "norsk", ARMBULK_HOME=str(tmp_path), ARMBULK_LANG="")[1] == found_nothing


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_translated(command: str) -> None:
    """The help of the command and of each option is Norwegian, and English again afterwards."""
    loaded = cli.get_command(click.Context(cli), command)
    assert isinstance(loaded, TranslatedCommand)
    options = [option for option in loaded.params if isinstance(option, click.Option)]
    english = [inspect.cleandoc(text) for text in [loaded.help, *(option.help for option in options)] if text]
    help_text = run(command, "--help", "--lang", "no")[1]
    for text in english:
        translated = Text(text).text("nb")
        assert translated != text
        assert _squeeze(translated) in _squeeze(help_text)
    english_help = _squeeze(run(command, "--help")[1])
    assert [text for text in english if _squeeze(text) not in english_help] == []


def test_the_placeholders_of_help_are_translated() -> None:
    """Usage lines and options name files, runs and values in the language of the help, and English is unchanged."""
    norwegian = run("import", "--help", "--lang", "no")[1]
    for words in ("armbulk import [VALG] FILER...", "-o FIL ", "--profile NAVN ", "--ignore-column OVERSKRIFT "):
        assert words in norwegian
    assert "armbulk resume [VALG] [KJØRING]" in run("resume", "--help", "--lang", "no")[1]
    assert "--where NAVN=VERDI" in run("export", "--help", "--lang", "no")[1]
    english = run("import", "--help")[1]
    for words in ("armbulk import [OPTIONS] FILES...", "-o FILE ", "--profile NAME ", "--lang [en|no]"):
        assert words in english


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chek"], "Feil: Kommandoen «chek» finnes ikke"),
        (["check"], "Feil: Mangler argumentet «FILER...»"),
        (["check", "--nope"], "Feil: Valget --nope finnes ikke for «armbulk check»"),
        (
            ["check", "x", "--decimal", "q"],
            "Feil: Ugyldig verdi for «--decimal»: «q» kan ikke brukes her. Bruk «,» eller «.»",
        ),
        (["check", "x", "--profile", "--quiet"], "Feil: --profile krever en verdi, men etterfølges av --quiet."),
        (["export", "betalinger"], "Feil: «betalinger» er ikke en ressurs"),
        (["purge", "--older-than", "x"], "Feil: «x» er ikke en gyldig alder"),
    ],
)
def test_wrong_usage_is_explained_in_norwegian(words: list[str], message: str) -> None:
    """Click's own messages are translated, too; as JSON as well."""
    code, out, err = run("--lang", "no", *words)
    assert (code, out) == (2, "")
    assert message in err
    code, out, _ = run("--lang", "no", *words, "--json")
    assert json.loads(out)["error"]["message"].startswith(message.removeprefix("Feil: ")[:20])


def test_a_question_that_cannot_be_asked_is_an_error() -> None:
    """Without a terminal the question is shown with the option that answers it."""
    code, _, err = run("--lang", "no", "purge", "--older-than", "90d")
    assert code == 2
    assert "Dette spørsmålet kan ikke stilles her: Vil du slette" in err
    assert "--yes" in err


def test_an_unknown_language_is_refused() -> None:
    """The languages are listed."""
    code, _, err = run("--lang", "sv")
    assert code == 2
    assert "'sv' is not one of these: en, no" in err


@pytest.mark.parametrize("lang", ["en", "nb"])
@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [("j", True), ("JA", True), ("y", True), ("yes", True), ("n", False), ("nei", False), ("No", False), ("", None)],
)
def test_yes_and_no_are_understood_in_both_languages(
    lang: str, answer: str, *, default: bool, is_yes: bool | None
) -> None:
    """The answer is a word of either language; what is neither is asked again; Enter is the default."""

    @click.command()
    def ask() -> None:
        click.echo(confirm("OK?", lang, default=default))

    done = CliRunner().invoke(ask, input=f"x\n{answer}\n")
    assert done.stdout.split()[-1] == str(default if is_yes is None else is_yes)
    letters = {("en", True): "[Y/n]", ("en", False): "[y/N]", ("nb", True): "[J/n]", ("nb", False): "[j/N]"}
    assert done.stderr.count(letters[lang, default]) == 2


def test_a_config_that_cannot_be_read_is_called_so(tmp_path: Path) -> None:
    """The system's reason is shown; only a file that is no TOML is called so."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "config.toml").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "config.toml").write_text("x", encoding="utf-8")
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "config.toml").write_bytes(b"# \xe6\n")
    texts = {}
    for name in ("file", ".", "wrong", "latin"):
        for command in (["runs"], ["login", "--profile", "x"]):
            code, out, _ = run(*command, "--json", ARMBULK_HOME=str(tmp_path / name))
            error = json.loads(out)["error"]
            assert (code, error["code"]) == (5, "config-unreadable")
            texts[name] = error["message"] + error["hint"]
    assert [name for name, text in texts.items() if "TOML" in text] == ["wrong"]
    assert "Not a directory" in texts["file"]
    assert "Is a directory" in texts["."]
    assert "UTF-8" in texts["latin"]
    assert "Ikke en mappe" in run("runs", "--lang", "no", ARMBULK_HOME=str(tmp_path / "file"))[2]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is shown with its name, not as a dot."""
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError) as error:
        verify_writable(Path("result.xlsx"))
    assert error.value.message.startswith(f"{tmp_path / 'result.xlsx'} ")

"""An option without its value never takes the next option for it."""

import click
import pytest

from armbulk.cli import cli
from armbulk.cli.option_values import verify_option_values

_ROOT = click.Context(cli, info_name="armbulk")
_COMMANDS = {name: cli.get_command(_ROOT, name) for name in cli.list_commands(_ROOT)}
_OPTIONS = [
    (name, spelling)
    for name, command in _COMMANDS.items()
    for option in (command.params if command else ())
    if isinstance(option, click.Option) and not option.is_flag and not option.count
    for spelling in option.opts
]


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_option_that_takes_a_value(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the option and the word that follows it; the exit code is 2."""
    options = [spelling for command, spelling in _OPTIONS if command == name]
    assert "--profile" in options
    for spelling in options:
        with pytest.raises(SystemExit) as ended:
            cli.main([name, spelling, "--quiet"], "armbulk")
        error = capsys.readouterr().err
        assert ended.value.code == 2
        assert f"{spelling} needs a value, but --quiet follows" in error


@pytest.mark.parametrize("words", ["-vo --json", "FILE --profile acme --decimal --json", "--profile --json FILE"])
def test_wherever_the_option_is(words: str) -> None:
    """Behind short options without a value, and behind other values."""
    command = _COMMANDS["check"]
    assert command
    with pytest.raises(click.UsageError, match="but --json follows"):
        verify_option_values(command, words.split(), click.Context(command))


@pytest.mark.parametrize(
    "words",
    ["--expect-total -5", "--expect-total=-5 --json", "-o -5", "--profile=--json", "-o--json", "-vov --json",
     "-- --profile --json", "--json --quiet -v", "--profile acme --json", "FILE -- -o --json"],
)  # fmt: skip
def test_other_words_are_left_to_click(words: str) -> None:
    """A negative number is a value, so is what is in one word with its option."""
    command = _COMMANDS["import"]
    assert command
    verify_option_values(command, words.split(), click.Context(command))

"""The command line. Commands load when they are called, so that `armbulk --help` is instant."""

import io
import signal
import sys
from collections.abc import Sequence
from gettext import gettext
from importlib import import_module
from typing import Any

import click

from armbulk import __version__
from armbulk.cli.command import show_usage_error
from armbulk.cli.language import LanguageType, TranslatedCommand, get_language, set_language
from armbulk.cli.option_values import verify_option_values
from armbulk.errors import Exit
from armbulk.i18n import Text, _
from armbulk.stop_signals import STOP, stop_signals

_COMMANDS = {
    "demo": ("armbulk.cli.demo", "demo", "Try it: the samples go into a stand-in ARM on this machine."),
    "template": ("armbulk.cli.template", "template", "A workbook to fill in."),
    "fields": ("armbulk.cli.fields", "fields", "The columns armbulk knows, with their rules."),
    "map": ("armbulk.cli.mapping", "map_", "Which column of your file is which of ARM's; how a row becomes its JSON."),
    "check": ("armbulk.cli.check", "check", "Find every problem. Nothing leaves this machine."),
    "plan": ("armbulk.cli.plan", "plan", "What would be sent, what it costs, when it ends."),
    "import": ("armbulk.cli.imports", "import_", "Check, plan, confirm, send, and write the result workbook."),
    "resume": ("armbulk.cli.imports", "resume", "Carry an unfinished run on."),
    "resolve": ("armbulk.cli.resolve", "resolve", "Name what is in doubt, ask ARM again, decide."),
    "export": ("armbulk.cli.export", "export", "Data out, complete: to Excel, CSV, Parquet or JSON lines."),
    "results": ("armbulk.cli.runs", "results", "Write a run's result workbook again."),
    "runs": ("armbulk.cli.runs", "runs", "The runs so far."),
    "show": ("armbulk.cli.runs", "show", "One run in full."),
    "login": ("armbulk.cli.login", "login", "Store a client's settings, and its secret in the keyring."),
    "logout": ("armbulk.cli.login", "logout", "Take a profile's secret out of the keyring."),
    "profiles": ("armbulk.cli.login", "profiles", "The profiles, and whether each has a secret."),
    "purge": ("armbulk.cli.runs", "purge", "Take away what old runs left on this machine."),
    "usage": ("armbulk.cli.usage", "usage", "ARM's limits: used, reserved, left."),
    "sandbox": ("armbulk.cli.sandbox", "sandbox", "Run the stand-in ARM on 127.0.0.1."),
}


class _Commands(TranslatedCommand, click.Group):
    """Has the commands by name, and loads one when it is called."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - click's own signature
        **extra: Any,
    ) -> Any:
        """Run the command line; with --json wrong usage is one JSON object, too."""
        words = sys.argv[1:] if args is None else args
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            code = show_usage_error(error, as_json="--json" in words)
        except click.Abort:
            code = Exit.INTERRUPTED
        if standalone_mode:
            sys.exit(code)
        return code

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Choose the language before help or an error is shown."""
        set_language(ctx, args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a user needs them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called and its arguments; UsageError for an option without its value."""
        name, called, words = super().resolve_command(ctx, args)
        if called is not None:
            verify_option_values(called, words, click.Context(called, ctx, name))
        return name, called, words

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        lang = get_language(ctx)
        summaries = [(name, Text(summary).text(lang)) for name, (_, _, summary) in _COMMANDS.items()]
        with formatter.section(gettext("Commands")):
            formatter.write_dl(summaries)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=LanguageType(), help=_("Language of messages and workbooks."))
@click.version_option(__version__, prog_name="armbulk")
def cli(lang: str | None) -> None:
    """Spreadsheets in and out of ARM, Amili's accounts receivable service.

    \b
    Try it:    armbulk demo
    For real:  armbulk check FILE, then armbulk plan FILE, then armbulk import FILE
    """
    del lang  # each command reads it


def main() -> None:
    """Run the command line. A character that the console lacks never stops it; a signal stops it with exit code 130."""
    signals = stop_signals()
    try:
        for name in signals:
            signal.signal(name, STOP.stop_at_once)
        code = _run_command_line()
        STOP.is_over = True
    except KeyboardInterrupt:
        STOP.is_over = True
        code = Exit.INTERRUPTED
    for name in signals:
        signal.signal(name, signal.SIG_IGN)  # nothing is left to stop: the exit code stands
    # An interruption in text that was compiled (a dataclass, while its module loads) makes CPython end by SIGINT, even
    # if it was caught, unless other such text is executed afterwards.
    exec("")  # noqa: S102
    sys.exit(code)


def _run_command_line() -> str | int | None:
    """Run the command line; return what the process exits with."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    STOP.raise_if_requested()  # by a signal while this module was loaded
    try:
        code: int = cli(prog_name="armbulk", standalone_mode=False)
    except click.Abort:
        return Exit.INTERRUPTED
    except SystemExit as ended:  # every command ends so
        return ended.code
    return code

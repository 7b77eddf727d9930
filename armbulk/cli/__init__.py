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
from armbulk.cli import file_patterns
from armbulk.cli.language import (
    GeneralOption,
    LanguageType,
    TranslatedCommand,
    detect_language,
    get_language,
    set_language,
)
from armbulk.cli.option_values import verify_option_values
from armbulk.errors import Exit
from armbulk.i18n import _
from armbulk.stop_signals import STOP, stop_signals

_COMMANDS = {
    "demo": ("armbulk.cli.demo", "demo", _("Try armbulk with sample files and a test server on this computer.")),
    "web": ("armbulk.cli.web", "web", _("Use armbulk in your browser, on this computer.")),
    "template": ("armbulk.cli.template", "template", _("Create a workbook to fill in.")),
    "fields": ("armbulk.cli.fields", "fields", _("List the columns armbulk knows, with their rules.")),
    "map": ("armbulk.cli.mapping", "map_", _("Match your file's columns to ARM's fields.")),
    "check": ("armbulk.cli.check", "check", _("Find errors in your files. Nothing is sent.")),
    "explain": ("armbulk.cli.explain", "explain", _("Explain an error or a warning by its code.")),
    "plan": ("armbulk.cli.plan", "plan", _("Show what an import would send, and when it would finish.")),
    "diff": ("armbulk.cli.diff", "diff", _("Show what differs between your files and ARM. Nothing is sent.")),
    "import": ("armbulk.cli.imports", "import_", _("Check files, ask you to confirm, and send them to ARM.")),
    "migrate": (
        "armbulk.cli.migrate",
        "migrate",
        _("Turn SAF-T files or lists of open items into a workbook for review. Nothing is sent."),
    ),
    "resume": ("armbulk.cli.imports", "resume", _("Continue an interrupted import.")),
    "resolve": ("armbulk.cli.resolve", "resolve", _("Settle documents that ARM never confirmed.")),
    "export": ("armbulk.cli.export", "export", _("Export ARM data to Excel, CSV, Parquet or JSON Lines.")),
    "results": ("armbulk.cli.runs", "results", _("Write the result workbook of a run again.")),
    "verify": ("armbulk.cli.runs", "verify", _("Compare what ARM has with what a run sent.")),
    "undo": ("armbulk.cli.runs", "undo", _("Propose how to undo a run, for review.")),
    "delete": ("armbulk.cli.delete", "delete", _("Delete customers in ARM that a sheet names row by row.")),
    "reserve": ("armbulk.cli.reserve", "reserve", _("Reserve payments in ARM (experimental, off by default).")),
    "change": ("armbulk.cli.change", "change", _("Change due dates in ARM (experimental, off by default).")),
    "validate": (
        "armbulk.cli.validate",
        "validate",
        _("Have ARM validate auto postings (experimental, off by default)."),
    ),
    "evidence": (
        "armbulk.cli.evidence",
        "evidence",
        _("Prove what a run sent: one file with hashes, times and answers."),
    ),
    "runs": ("armbulk.cli.runs", "runs", _("List all runs.")),
    "show": ("armbulk.cli.runs", "show", _("Show one run.")),
    "login": ("armbulk.cli.login", "login", _("Save a client's settings, and its secret in the keyring.")),
    "logout": ("armbulk.cli.login", "logout", _("Delete a profile's secret from the keyring.")),
    "profiles": ("armbulk.cli.login", "profiles", _("List the profiles, and whether each has a saved secret.")),
    "purge": ("armbulk.cli.runs", "purge", _("Delete local data of old runs.")),
    "usage": ("armbulk.cli.usage", "usage", _("Show how much of your ARM limits is used and remaining.")),
    "codes": ("armbulk.cli.codes", "codes", _("Show ARM's codes, and keep them for checks and templates.")),
    "doctor": ("armbulk.cli.doctor", "doctor", _("Check this computer, the settings, the login and the connection.")),
    "completion": ("armbulk.cli.completion", "completion", _("Complete commands and options with Tab in your shell.")),
    "version": ("armbulk.cli.version", "version", _("Show the versions of armbulk, Python and the libraries.")),
    "sandbox": ("armbulk.cli.sandbox", "sandbox", _("Run the sandbox: a test server that behaves like ARM.")),
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
        words = sys.argv[1:] if args is None else list(args)
        if file_patterns.IS_WINDOWS:
            words = file_patterns.expand_patterns(words)
        try:
            code = super().main(
                words, prog_name, complete_var, standalone_mode=False, windows_expand_args=False, **extra
            )
        except click.ClickException as error:
            code = self._show_usage_error(error, words)
        except click.Abort:
            code = Exit.INTERRUPTED
        if standalone_mode:
            sys.exit(code)
        return code

    def _show_usage_error(self, error: click.ClickException, words: Sequence[str]) -> int:
        """Show that a command was called wrongly, with what was probably meant; return the exit code."""
        from armbulk.cli.usage_errors import show_usage_error

        lang, group = detect_language(words), click.Context(self)
        commands, as_json = list(_COMMANDS), "--json" in words
        return show_usage_error(
            error, lang, commands, lambda name: self.get_command(group, name), words, as_json=as_json
        )

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
        module, name, _summary = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called and its arguments; UsageError for an option without its value."""
        name, called, words = super().resolve_command(ctx, args)
        if called is not None and not ctx.resilient_parsing:  # a command line to complete may end anywhere
            verify_option_values(called, words, click.Context(called, ctx, name))
        return name, called, words

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, then the options."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        lang = get_language(ctx)
        summaries = [(name, summary.text(lang)) for name, (*_module, summary) in _COMMANDS.items()]
        with formatter.section(gettext("Commands")):
            formatter.write_dl(summaries)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.option("--lang", cls=GeneralOption, type=LanguageType(), help=_("Language of messages and workbooks."))
@click.version_option(__version__, prog_name="armbulk")
@click.pass_context
def cli(ctx: click.Context, lang: str | None) -> None:
    """Import customers and invoices into ARM, Amili's accounts receivable service, and export data from it.

    \b
    Try it:  armbulk demo
    Import:  armbulk check FILE
             armbulk plan FILE
             armbulk import FILE
    """
    del lang  # each command reads it
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


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

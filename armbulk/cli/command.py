"""What all commands share: settings, language, JSON, and errors shown as message, hint and exit code."""

import functools
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.choices import list_client_sizes
from armbulk.cli.argument_types import PROFILE
from armbulk.cli.language import GeneralOption, LanguageType
from armbulk.cli.prompts import confirm
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import ArmbulkError, Exit, Interrupted, QuestionError, UnknownColumnsError
from armbulk.i18n import Text, _
from armbulk.stop_signals import STOP, stop_signals

if TYPE_CHECKING:
    from armbulk.app.session import Session
    from armbulk.cli.output import Reporter


_general_option = functools.partial(click.option, cls=GeneralOption)

_SHARED_OPTIONS = (
    _general_option("--profile", type=PROFILE, metavar="NAME", help=_("The profile in config.toml to use.")),
    _general_option("--lang", type=LanguageType(), help=_("Language of messages and workbooks.")),
    _general_option("--json", "as_json", is_flag=True, help=_("Print one JSON object on stdout.")),
    _general_option("--quiet", is_flag=True, help=_("Print errors only.")),
    _general_option(
        "--size",
        type=WordChoice(list_client_sizes(), case_sensitive=False),
        help=_("Client size, which sets the limits."),
    ),
    _general_option(
        "--aup-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("File with limits to use instead of the built-in ones (TOML)."),
    ),
    _general_option("--ca-file", type=click.Path(), metavar="FILE", help=_("Extra CA certificates (PEM).")),
    _general_option(
        "--secret-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("File with the client secret or token (readable only by you)."),
    ),
    _general_option(
        "-v", "--verbose", count=True, help=_("Log each step to stderr; -vv also logs each request to ARM.")
    ),
    _general_option(
        "--log-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("Log everything to this file (readable only by you)."),
    ),
)


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command works with: the session of the client, and what shows its results."""

    session: "Session"
    reporter: "Reporter"

    @property
    def lang(self) -> str:
        """The language of messages and workbooks."""
        return self.reporter.lang

    @property
    def can_ask(self) -> bool:
        """Whether a person can answer at the terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.reporter.as_json

    @property
    def is_output_seen(self) -> bool:
        """Whether a person sees what is printed on stdout; otherwise it goes to a file or another program."""
        return sys.stdout.isatty()

    def ask(self, question: Text, *, yes: bool) -> bool:
        """Ask for a yes; without a terminal only `--yes` can answer."""
        if yes:
            return True
        if not self.can_ask:
            raise question_error(question, _("Use --yes to answer yes"))
        with self.reporter.suspended():
            return confirm(question.text(self.lang), self.lang)


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """The options of every command, as they were typed."""

    profile: str | None
    lang: str | None
    as_json: bool
    quiet: bool
    size: str | None
    aup_file: Path | None
    ca_file: str | None
    secret_file: Path | None
    verbose: int
    log_file: Path | None

    def settings(self) -> dict[str, str]:
        """Return those that are settings, by their environment names."""
        values = {
            "ARMBULK_CLIENT_SIZE": self.size,
            "ARMBULK_CA_FILE": self.ca_file,
            "ARMBULK_LANG": self.lang,
            "ARMBULK_SECRET_FILE": str(self.secret_file.absolute()) if self.secret_file else None,
            "ARMBULK_LOG": str(self.log_file.absolute()) if self.log_file else None,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class PlainContext:
    """What a command works with that needs no settings: the shared options, and what shows its results."""

    shared: SharedOptions
    reporter: "Reporter"


def command(function: Callable[..., Exit], *, new_profile: bool = False) -> Callable[..., None]:
    """Give a command the shared options and a CommandContext; turn errors into message, hint and exit code.

    With `new_profile` the named profile need not exist yet.
    """
    return _add_shared_options(function, functools.partial(_run_in_session, function, new_profile=new_profile))


def plain_command(function: Callable[..., Exit]) -> Callable[..., None]:
    """Give a command the shared options and a PlainContext: it works whatever is wrong with the settings."""

    def run(shared: SharedOptions, reporter: "Reporter", arguments: dict[str, Any]) -> Exit:
        return function(PlainContext(shared, reporter), **arguments)

    return _add_shared_options(function, run)


def _add_shared_options(
    function: Callable[..., Exit], run: Callable[[SharedOptions, "Reporter", dict[str, Any]], Exit]
) -> Callable[..., None]:
    """Return the command that parses the shared options and runs; `function` has its name and its help."""

    @functools.wraps(function)
    def wrapped(**arguments: Any) -> None:
        shared = SharedOptions(**{name: arguments.pop(name) for name in SharedOptions.__slots__})
        if shared.lang is None:  # it may stand before the command
            shared = replace(shared, lang=click.get_current_context().find_root().params.get("lang"))
        try:
            code = _run(shared, lambda reporter: run(shared, reporter, arguments))
        finally:
            STOP.is_requested = False  # another command may run in this process
        sys.exit(code)

    for add_option in reversed(_SHARED_OPTIONS):
        wrapped = add_option(wrapped)
    return wrapped


def _run_in_session(
    function: Callable[..., Exit],
    shared: SharedOptions,
    reporter: "Reporter",
    arguments: dict[str, Any],
    *,
    new_profile: bool,
) -> Exit:
    """Run a command with the session of its profile."""
    from armbulk.app.connect import connect
    from armbulk.app.logs import logged_command

    with connect(
        shared.profile, settings=shared.settings(), aup_file=shared.aup_file, new_profile=new_profile
    ) as session:
        reporter.lang = session.profile.lang
        with logged_command(session, function.__name__, shared.verbose) as ended:
            exit_code = function(CommandContext(session, reporter), **arguments)
            ended.exit_code = Exit.INTERRUPTED if STOP.is_requested else exit_code
        return ended.exit_code


def _run(shared: SharedOptions, run: Callable[["Reporter"], Exit]) -> int:
    """Run a command, and show the error that stops it; return the exit code."""
    from armbulk.app.default_language import read_default_language
    from armbulk.cli.output import Reporter

    reporter = Reporter(shared.lang or read_default_language(), shared.as_json, shared.quiet)
    try:
        STOP.raise_if_requested()  # by a signal while the command was loaded, where something swallowed the exception
        return int(run(reporter))
    except ArmbulkError as error:
        if STOP.is_requested:
            is_named = isinstance(error, Interrupted)
            message = error.message if is_named else _("Interrupted. {message}", message=error.message)
            reporter.error("interrupted", message, error.hint, Exit.INTERRUPTED)
            return int(Exit.INTERRUPTED)
        if isinstance(error, UnknownColumnsError):
            reporter.propose(error.proposals)
        reporter.error(error.code, error.message, error.hint, error.exit)
        return int(error.exit)
    except KeyboardInterrupt:
        return _report_interruption(reporter)
    except (click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        return _report_interruption(reporter) if STOP.is_requested else _report_bug(error, reporter)


def _report_interruption(reporter: "Reporter") -> int:
    reporter.error(
        "interrupted",
        _("Interrupted"),
        _("Continue an import with `armbulk resume`. Run any other command again."),
        Exit.INTERRUPTED,
    )
    return int(Exit.INTERRUPTED)


def _report_bug(error: Exception, reporter: "Reporter") -> int:
    from armbulk.app.crash_report import write_crash_report

    path = write_crash_report(error)
    reporter.error(
        "bug",
        _("This is a bug in armbulk ({name})", name=type(error).__name__),
        _("Send us this report: {path}", path=path),
        Exit.BUG,
    )
    return int(Exit.BUG)


def question_error(question: Text, hint: Text) -> QuestionError:
    """Return the error for a question that cannot be asked: there is no terminal, or the output is JSON."""
    return QuestionError("question", _("This question cannot be asked here: {question}", question=question), hint)


class InterruptHandler:
    """The first of the stop signals stops after the call that is being made; the second stops at once."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def __enter__(self) -> None:
        self._handlers = {name: signal.signal(name, self._stop) for name in stop_signals()}

    def __exit__(self, *_: object) -> None:
        for name, handler in self._handlers.items():
            signal.signal(name, handler)

    def _stop(self, *_: object) -> None:
        if self._session.clock.interrupted:
            STOP.stop_at_once()
        STOP.is_requested = True
        self._session.interrupt()

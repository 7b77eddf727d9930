"""What all commands share: settings, language, JSON, and errors told as message, hint and exit code."""

import functools
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.errors import ArmbulkError, Exit, QuestionError

if TYPE_CHECKING:
    from armbulk.cli.output import Reporter
    from armbulk.clock import SystemClock
    from armbulk.context import Context
    from armbulk.settings.load import Profile


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command works at: the settings, the clock, and somebody who tells the user."""

    profile: "Profile"
    clock: "SystemClock"
    report: "Reporter"

    @property
    def bench(self) -> "Context":
        """What the use cases work with."""
        from armbulk.context import Context

        return Context(self.profile, self.clock)

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits at the terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.report.as_json

    def reachable(self) -> "CommandContext":
        """The same desk with all it takes to call ARM, its secret from the keyring if need be; SettingsError if not."""
        from armbulk.app.login import with_secret
        from armbulk.settings.secrets import KeyringSecrets

        profile = with_secret(self.profile, KeyringSecrets())
        profile.require_server()
        return replace(self, profile=profile)

    def ask(self, question: str, *, yes: bool) -> bool:
        """Ask for a yes; without a terminal only `--yes` can answer."""
        if yes:
            return True
        if not self.can_ask:
            raise QuestionError("question", question, "Answer with --yes, or with --dry-run to look first")
        return click.confirm(question, default=False, err=True)


_SHARED = ("profile", "lang", "as_json", "quiet", "size", "aup_file", "ca_file", "secret_file")


def command(function: Callable[..., Exit], *, new_profile: bool = False) -> Callable[..., None]:
    """Give a command its shared options and its desk; turn errors into message, hint and exit code.

    With `new_profile` the profile named need not exist yet.
    """

    @click.option("--profile", help="Which profile of config.toml to use.")
    @click.option("--lang", type=click.Choice(["en", "no"]), help="Language of messages and workbooks.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
    @click.option("--quiet", is_flag=True, help="Say only what is necessary.")
    @click.option("--size", type=click.Choice(["S", "M", "L", "XL"], case_sensitive=False), help="The client's size.")
    @click.option("--aup-file", type=click.Path(path_type=Path), help="Limits that replace the built-in table (TOML).")
    @click.option("--ca-file", type=click.Path(), help="Certificates to trust besides this machine's own (PEM).")
    @click.option("--secret-file", type=click.Path(path_type=Path), help="A file of yours alone with the secret in it.")
    @functools.wraps(function)
    def wrapped(**given: Any) -> None:
        shared = {name: given.pop(name) for name in _SHARED}
        sys.exit(_run(function, shared, given, new_profile=new_profile))

    return wrapped


def _run(function: Callable[..., Exit], shared: dict[str, Any], given: dict[str, Any], *, new_profile: bool) -> int:
    from armbulk.cli.output import Reporter
    from armbulk.clock import SystemClock
    from armbulk.settings.load import load_profile, read_environment

    environ = read_environment()
    reporter = Reporter(shared["lang"] or environ.get("ARMBULK_LANG") or "en", shared["as_json"], shared["quiet"])
    clock = SystemClock()
    try:
        said = {"client_size": shared["size"], "ca_file": shared["ca_file"], "lang": shared["lang"]}
        said["secret_file"] = str(shared["secret_file"].absolute()) if shared["secret_file"] else None
        profile = load_profile(environ, shared["profile"], said, shared["aup_file"], new=new_profile)
        reporter.lang = profile.lang
        return int(function(CommandContext(profile, clock, reporter), **given))
    except ArmbulkError as error:
        reporter.error(error.code, error.message, error.hint, error.exit)
        return int(error.exit)
    except KeyboardInterrupt:
        reporter.error("interrupted", "Interrupted", "`armbulk resume` goes on", Exit.INTERRUPTED)
        return int(Exit.INTERRUPTED)
    except (click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        return _bug(error, reporter)


def _bug(error: Exception, reporter: "Reporter") -> int:
    from armbulk.cli.crash_report import write_report
    from armbulk.settings.load import locate_home, read_environment

    path = write_report(error, locate_home(read_environment()))
    reporter.error("bug", f"A bug in armbulk ({type(error).__name__})", f"Please send {path}", Exit.BUG)
    return int(Exit.BUG)


def stop_signals() -> list[signal.Signals]:
    """The signals that ask to stop: Ctrl-C, a shutdown, a console that closes; but for those told to be ignored."""
    known = {"SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"}
    return [one for one in signal.Signals if one.name in known and signal.getsignal(one) is not signal.SIG_IGN]


class InterruptHandler:
    """The first Ctrl-C (or another of `stops`) asks to stop after the call in flight; the second stops at once."""

    def __init__(self, clock: "SystemClock") -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._before = {name: signal.signal(name, self._stop) for name in stop_signals()}

    def __exit__(self, *_: object) -> None:
        for name, before in self._before.items():
            signal.signal(name, before)

    def _stop(self, *_: object) -> None:
        if self._clock.interrupted:
            raise KeyboardInterrupt
        self._clock.interrupt()

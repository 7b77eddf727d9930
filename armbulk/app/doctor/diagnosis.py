"""The diagnosis: every check, the exit code, and a text for a support mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armbulk.app.connect import connect
from armbulk.app.doctor import assumptions, connection, data, machine, settings
from armbulk.app.doctor.check import CheckState, HealthCheck, problem_of
from armbulk.app.logs import logged_command
from armbulk.app.session import Session
from armbulk.clock import SystemClock
from armbulk.errors import Exit, SettingsError
from armbulk.i18n import Text, _, format_time
from armbulk.settings.environment import read_environment
from armbulk.settings.load import locate_home

_PRECEDENCE = (Exit.SETTINGS, Exit.USAGE, Exit.UNFINISHED, Exit.LIMIT, Exit.SERVER)
_STATES = {
    CheckState.OK: _("OK"),
    CheckState.WARNING: _("warning"),
    CheckState.PROBLEM: _("problem"),
    CheckState.SKIPPED: _("not checked"),
}
_NO_SETTINGS = _("The settings cannot be read")


@dataclass(frozen=True, slots=True)
class DiagnosisRequest:
    """What is to be looked at.

    Attributes:
        profile: The profile; None: the default one.
        settings: Settings of options, by their environment names.
        aup_file: A file with limits.
        console: Where armbulk prints.
        is_offline: Whether to leave ARM out.
        asks_health: Whether to ask ARM for its health.
        verbosity: How much is logged to the error stream.
        lang: The language while the settings are not known.
    """

    profile: str | None
    settings: Mapping[str, str]
    aup_file: Path | None
    console: machine.Console
    is_offline: bool
    asks_health: bool = False
    verbosity: int = 0
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the checks found out, in the order in which they are shown.

    Attributes:
        checks: The checks.
        lang: The language of the settings.
        now: When the checks were made (epoch seconds).
    """

    checks: Sequence[HealthCheck]
    lang: str
    now: float = field(default=0.0)

    @property
    def exit_code(self) -> Exit:
        """The first of the exit codes of all problems, as the documentation orders them; 0 without a problem."""
        codes = {check.exit for check in self.checks if check.state is CheckState.PROBLEM}
        return next((code for code in _PRECEDENCE if code in codes), Exit.OK)

    def to_json(self) -> dict[str, Any]:
        """Return the diagnosis as the JSON of `armbulk doctor` has it."""
        counts = {state.value: sum(check.state is state for check in self.checks) for state in CheckState}
        return {
            "checks": [
                {
                    "check": check.name,
                    "title": check.title.text(self.lang),
                    "state": check.state.value,
                    "message": check.summary.text(self.lang),
                    "remedy": check.remedy.text(self.lang),
                    "values": dict(check.values),
                }
                for check in self.checks
            ],
            "counts": counts,
            "exit": int(self.exit_code),
            "support": self.write_for_support(),
        }

    def write_for_support(self) -> str:
        """Return the checks as plain lines for a mail: without names of profiles and of folders of a person."""
        moment = format_time(self.now, self.lang)
        lines = [_("armbulk doctor, {moment}", moment=moment).text(self.lang)]
        for check in self.checks:
            text = (check.for_support or check.summary).text(self.lang)
            state = _STATES[check.state].text(self.lang)
            lines.append(f"{check.title.text(self.lang)} [{state}]: {text}")
        return "\n".join(lines)


def diagnose(request: DiagnosisRequest) -> Diagnosis:
    """Check this computer, the settings, the login, the connection and the store.

    Raises:
        FileError: The log file of the settings cannot be written.
    """
    environ = {**read_environment(), **request.settings}
    versions, console = machine.check_versions(), machine.check_console(request.console)
    try:
        session = connect(request.profile, settings=request.settings, aup_file=request.aup_file)
    except SettingsError as error:
        now = SystemClock().now()
        checks = [
            versions,
            problem_of("settings", settings.SETTINGS, error),
            machine.check_folder(locate_home(environ)),
            machine.check_keyring(is_needed=False),
            machine.check_clock(now, None),
            machine.check_language(request.lang, _find_locale(environ)),
            console,
            connection.skip_connection(_NO_SETTINGS),
        ]
        return Diagnosis(checks, request.lang, now)
    with session, logged_command(session, "doctor", request.verbosity) as end:
        checks = [versions, *_check_session(session, environ, is_offline=request.is_offline), console]
        if request.asks_health and session.profile.base_url:
            checks.append(connection.check_health(session.context))
        diagnosis = Diagnosis(checks, session.profile.lang, session.clock.now())
        end.exit_code = diagnosis.exit_code
    return diagnosis


def _check_session(session: Session, environ: Mapping[str, str], *, is_offline: bool) -> list[HealthCheck]:
    """Return the checks that need the settings."""
    profile = session.profile
    names = [name for name in sorted(read_environment()) if name.startswith("ARMBULK_")]
    login, context = settings.check_login(session.context)
    has_secret = bool(profile.login.token or profile.login.client_secret or profile.secret_file)
    answer = None
    if context is None:
        reason: Text = (
            _("not tested: the login is not complete") if login.state is CheckState.PROBLEM else login.summary
        )
        reached = connection.skip_connection(reason)
    elif is_offline:
        reached = connection.skip_connection(_("not tested (--offline)"))
    else:
        reached, answer = connection.check_connection(context)
    return [
        settings.check_settings(profile, names),
        settings.check_client(profile),
        machine.check_folder(profile.home),
        machine.check_keyring(is_needed=bool(profile.base_url) and not has_secret),
        login,
        assumptions.check_assumptions(session),
        reached,
        data.check_limits(session),
        data.check_store(session),
        machine.check_clock(session.clock.now(), answer.date_sample if answer else None),
        machine.check_language(profile.lang, _find_locale(environ)),
    ]


def _find_locale(environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")

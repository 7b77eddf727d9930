"""Checks of this computer: versions, folder, keyring, clock, language and console."""

import os
import stat
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from armbulk.app.doctor.check import CheckState, HealthCheck, hide_home, problem_of
from armbulk.app.versions import list_versions
from armbulk.errors import Exit, SettingsError, describe_os_error
from armbulk.i18n import NO_TEXT, Text, _, join_texts
from armbulk.model.response import DateSample
from armbulk.settings.keyring_secrets import KeyringSecrets

_MAX_CLOCK_SECONDS = 30
_VERSIONS, _FOLDER, _KEYRING, _CLOCK = _("Versions"), _("Folder"), _("Keyring"), _("Clock")
_LANGUAGE, _CONSOLE = _("Language"), _("Console")
_NEEDED_LETTERS = "æøåÆØÅ"
_MIN_COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Console:
    """Where armbulk prints: the encoding of its characters, the characters of a line (None: no terminal)."""

    encoding: str
    columns: int | None


def check_versions() -> HealthCheck:
    """Return the versions of armbulk, Python, the system and the libraries."""
    versions = list_versions()
    summary = _("armbulk {armbulk}, Python {python}, {system} {machine}", **{
        name: versions[name] for name in ("armbulk", "python", "system", "machine")
    })  # fmt: skip
    libraries = ", ".join(f"{name} {number}" for name, number in versions["libraries"].items())
    mail = join_texts(summary, libraries, separator="; ") if libraries else NO_TEXT
    return HealthCheck("versions", _VERSIONS, CheckState.OK, summary, values=versions, for_support=mail)


def check_folder(home: Path) -> HealthCheck:
    """Return whether armbulk's folder (settings, database, logs) can be written, and by its owner alone."""
    shown = hide_home(home)
    values = {"path": shown, "exists": home.exists(), "writable": False, "owner_only": True}
    try:
        existing = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
        with tempfile.TemporaryFile(dir=existing):
            values["writable"] = True
    except OSError as error:
        reason = describe_os_error(error)
        summary = _("{path} cannot be written: {reason}", path=shown, reason=reason)
        remedy = _("Check the folder and its permissions (setting ARMBULK_HOME)")
        return HealthCheck("folder", _FOLDER, CheckState.PROBLEM, summary, remedy, Exit.SETTINGS, values)
    if _is_open_to_others(home):
        values["owner_only"] = False
        summary = _("Other users of this computer can read {path}", path=shown)
        remedy = _("Run: chmod -R go-rwx {path}", path=shown)
        return HealthCheck("folder", _FOLDER, CheckState.WARNING, summary, remedy, values=values)
    summary = _("{path}: only you can read and write it", path=shown)
    if not home.exists():
        summary = _("{path}: armbulk creates it when it is needed", path=shown)
    return HealthCheck("folder", _FOLDER, CheckState.OK, summary, values=values)


def check_keyring(*, is_needed: bool) -> HealthCheck:
    """Return which keyring there is.

    Args:
        is_needed: Whether the secret has no other place: neither a file nor the environment.
    """
    try:
        backend = KeyringSecrets().backend()
    except SettingsError as error:
        if is_needed:
            return problem_of("keyring", _KEYRING, error)
        return HealthCheck("keyring", _KEYRING, CheckState.WARNING, error.message, error.hint)
    if backend:
        return HealthCheck(
            "keyring", _KEYRING, CheckState.OK, Text("{name}", {"name": backend}), values={"backend": backend}
        )
    state = CheckState.WARNING if is_needed else CheckState.OK
    remedy = _(
        "`armbulk login` offers to keep the secret in a file that only you can read. Or set ARMBULK_CLIENT_SECRET."
    )
    summary = _("This computer has no keyring")
    return HealthCheck("keyring", _KEYRING, state, summary, remedy if is_needed else NO_TEXT, values={"backend": None})


def check_clock(now: float, sample: DateSample | None) -> HealthCheck:
    """Return the time and the time zone of this computer, compared with ARM's.

    Args:
        now: When ARM's answer was complete (epoch seconds), or the present time without one.
        sample: The Date of ARM's answer; None: there was none.
    """
    moment = datetime.fromtimestamp(now, UTC).astimezone()
    values: dict[str, object] = {
        "time": moment.isoformat(timespec="seconds"),
        "zone": moment.tzname(),
        "difference_seconds": None,
    }
    local = Text("{time:time}", {"time": now})
    if sample is None or sample.date is None:
        summary = _("{time:time}; not compared with ARM's clock", time=now)
        return HealthCheck("clock", _CLOCK, CheckState.OK, summary, values=values)
    seconds = round(now - (sample.received_at - sample.sent_at) / 2 - sample.date)
    values["difference_seconds"] = seconds
    if abs(seconds) <= _MAX_CLOCK_SECONDS:
        return HealthCheck("clock", _CLOCK, CheckState.OK, _("{time}, the same as ARM's", time=local), values=values)
    text = (
        _("{time}, {seconds:number} seconds after ARM's")
        if seconds > 0
        else _("{time}, {seconds:number} seconds before ARM's")
    )
    remedy = _("Let the system set the time of this computer automatically")
    return HealthCheck(
        "clock", _CLOCK, CheckState.WARNING, text.fill(time=local, seconds=abs(seconds)), remedy, values=values
    )


def check_language(lang: str, locale: str) -> HealthCheck:
    """Return the language of messages, and the locale of the system."""
    summary = _("{language}; locale {locale}", language=_LANGUAGES.get(lang, lang), locale=locale or "-")
    return HealthCheck("language", _LANGUAGE, CheckState.OK, summary, values={"language": lang, "locale": locale})


def check_console(console: Console) -> HealthCheck:
    """Return whether the console can show Norwegian letters, in lines that are wide enough."""
    values = {"encoding": console.encoding, "columns": console.columns}
    summary = _("{encoding}, no terminal", encoding=console.encoding)
    if console.columns is not None:
        summary = _("{encoding}, {columns} columns", encoding=console.encoding, columns=console.columns)
    try:
        _NEEDED_LETTERS.encode(console.encoding)
    except (LookupError, UnicodeEncodeError):
        remedy = _("Letters such as æøå are not shown. In Windows, use Windows Terminal, or run: chcp 65001")
        return HealthCheck("console", _CONSOLE, CheckState.WARNING, summary, remedy, values=values)
    if console.columns is not None and console.columns < _MIN_COLUMNS:
        remedy = _("Make the window wider: reports are made for 80 columns")
        return HealthCheck("console", _CONSOLE, CheckState.WARNING, summary, remedy, values=values)
    return HealthCheck("console", _CONSOLE, CheckState.OK, summary, values=values)


_LANGUAGES = {"en": _("English"), "nb": _("Norwegian")}


def _is_open_to_others(path: Path) -> bool:
    """Whether other users of this computer can read a file or folder; Windows keeps them out of a user's data."""
    return os.name == "posix" and path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)

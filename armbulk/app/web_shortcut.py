"""An entry for the page in the menu of programs: on Windows in the start menu, on Linux as freedesktop.org has it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.i18n import _
from armbulk.settings.environment import read_environment

_NAME = "armbulk"
_SECONDS = 60
_SCRIPT = (
    "$link = (New-Object -ComObject WScript.Shell).CreateShortcut($env:ARMBULK_LINK);"
    "$link.TargetPath = $env:ARMBULK_TARGET;"
    "$link.Arguments = $env:ARMBULK_ARGUMENTS;"
    "$link.WorkingDirectory = $env:USERPROFILE;"
    "$link.Save()"
)
"""What Windows makes the entry with; the values are no part of it, so that no path can change it."""

RunProgram = Callable[[Sequence[str], Mapping[str, str]], None]


def install_shortcut(
    platform: str = sys.platform, environ: Mapping[str, str] | None = None, run: RunProgram | None = None
) -> Path:
    """Write the entry that starts `armbulk web`; return its path. An entry of the same name is replaced.

    Args:
        platform: The system, as `sys.platform` names it.
        environ: The environment; None: that of the process.
        run: Runs a program with an environment; None: really.

    Raises:
        UsageError: The system has no such menu.
        FileError: The entry cannot be written.
    """
    environ = read_environment() if environ is None else environ
    try:
        if platform == "win32":
            return _install_on_windows(environ, run or _run)
        if platform == "linux":
            return _install_on_linux(environ)
    except (OSError, subprocess.SubprocessError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else type(error).__name__
        raise FileError(
            "no-shortcut",
            _("The menu entry cannot be written: {reason}", reason=reason),
            _("Start the page with `armbulk web`"),
        ) from None
    raise UsageError(
        "no-menu",
        _("armbulk makes menu entries on Windows and Linux only"),
        _("Start the page with `armbulk web`"),
    )


def _list_command() -> list[str]:
    """Return the program and its arguments that start the page."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "web"]
    return [sys.executable, "-m", "armbulk", "web"]


def _install_on_windows(environ: Mapping[str, str], run: RunProgram) -> Path:
    link = Path(environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs" / f"{_NAME}.lnk"
    link.parent.mkdir(parents=True, exist_ok=True)
    target, *arguments = _list_command()
    values = {"ARMBULK_LINK": str(link), "ARMBULK_TARGET": target, "ARMBULK_ARGUMENTS": " ".join(arguments)}
    run(["powershell", "-NoProfile", "-NonInteractive", "-Command", _SCRIPT], {**environ, **values})
    return link


def _run(command: Sequence[str], environ: Mapping[str, str]) -> None:
    subprocess.run(command, env=dict(environ), check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603 - our own


def _install_on_linux(environ: Mapping[str, str]) -> Path:
    home = Path(environ.get("XDG_DATA_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".local" / "share")
    entry = home / "applications" / f"{_NAME}.desktop"
    entry.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        f"Name={_NAME}",
        f"Exec={' '.join(map(_quote, _list_command()))}",
        "Terminal=true",
        "Categories=Office;Finance;",
    ]
    temporary = entry.with_name(f".{_NAME}.{os.getpid()}.new")
    temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    temporary.replace(entry)
    return entry


def _quote(word: str) -> str:
    """Return a word of `Exec` as the Desktop Entry Specification (1.5, "The Exec key") quotes it."""
    escaped = "".join(f"\\{character}" if character in '"`$\\' else character for character in word)
    return f'"{escaped}"'.replace("\\", "\\\\").replace("%", "%%")

"""The entry for the page in the menu of programs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from armbulk.app.web_shortcut import install_shortcut
from armbulk.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def test_the_start_menu_of_windows_gets_a_link(tmp_path: Path) -> None:
    """PowerShell writes it; paths are values of its environment, not a part of the script."""
    calls: list[tuple[Sequence[str], Mapping[str, str]]] = []
    folder = tmp_path / "Ann's $(calc) folder"
    link = install_shortcut("win32", {"APPDATA": str(folder)}, lambda *call: calls.append(call))
    assert link == folder / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "armbulk.lnk"
    assert link.parent.is_dir()
    ((command, environ),) = calls
    assert (command[0], "calc" in " ".join(command)) == ("powershell", False)
    assert environ["ARMBULK_LINK"] == str(link)
    assert (environ["ARMBULK_TARGET"], environ["ARMBULK_ARGUMENTS"]) == (sys.executable, "-m armbulk web")


def test_the_menu_of_linux_gets_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's path is quoted as the specification asks for; an older entry is replaced."""
    monkeypatch.setattr(sys, "executable", '/opt/my "py" $1 100%/python')
    for _ in range(2):
        entry = install_shortcut("linux", {"XDG_DATA_HOME": str(tmp_path)})
    assert entry == tmp_path / "applications" / "armbulk.desktop"
    line = next(line for line in entry.read_text(encoding="utf-8").splitlines() if line.startswith("Exec="))
    assert line == r'Exec="/opt/my \\"py\\" \\$1 100%%/python" "-m" "armbulk" "web"'
    assert [path.name for path in entry.parent.iterdir()] == ["armbulk.desktop"]


def test_a_system_without_such_a_menu_is_named() -> None:
    """On a Mac the command is the way."""
    with pytest.raises(UsageError, match="Windows and Linux"):
        install_shortcut("darwin", {})


def test_a_refusal_of_the_system_is_an_error_with_a_reason(tmp_path: Path) -> None:
    """No traceback: PowerShell may be forbidden, and a folder read-only."""

    def refuse(*_: object) -> None:
        raise subprocess.CalledProcessError(1, "powershell")

    with pytest.raises(FileError, match="cannot be written"):
        install_shortcut("win32", {"APPDATA": str(tmp_path)}, refuse)
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(FileError, match="cannot be written"):
        install_shortcut("linux", {"XDG_DATA_HOME": str(blocked)})

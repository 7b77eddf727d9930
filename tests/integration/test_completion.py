"""Completion in a shell: commands, options, resources, profiles, runs and files, without loading what is not needed."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from support.commands import call, called
from support.journey import write_files
from support.paths import ROOT

from armbulk.cli import cli
from armbulk.sandbox import Sandbox

SHELLS = ("bash", "zsh", "fish", "powershell")


def complete(line: str) -> list[str]:
    """What a shell offers for the last word of a command line."""
    *words, last = line.split(" ")
    completer = get_completion_class("bash")(cli, {}, "armbulk", "_ARMBULK_COMPLETE")
    return [item.value if item.type == "plain" else item.type for item in completer.get_completions(words, last)]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("expo", ["export"]),
        ("prof", ["profiles"]),
        ("import --upd", ["--update"]),
        ("export gl", ["gl-items", "gl-movements"]),
        ("export kunder --peri", ["--period"]),
        ("usage --size ", ["s", "m", "l", "xl"]),
        ("check in", ["file"]),
        ("check x --as cu", ["customers"]),
        ("import x.xlsx -o ", ["file"]),
        ("runs --profile ", ["anne as", "kari"]),
        ("runs --profile k", ["kari"]),
        ("profiles --default k", ["kari"]),
        ("completion ", list(SHELLS)),
        ("--lang no expo", ["export"]),
    ],
)
def test_what_is_offered(line: str, offered: list[str], tmp_path: Path) -> None:
    """Names only: of config.toml no other value is read out."""
    (tmp_path / "config.toml").write_text('[profiles."anne as"]\n[profiles.kari]\n', encoding="utf-8")
    assert complete(line) == offered


def test_runs_are_offered_newest_first(tmp_path: Path) -> None:
    """The numbers of the latest runs, with their states; none without a store, or with a damaged one."""
    assert complete("show ") == []
    with Sandbox() as arm:
        assert called("import", *write_files(tmp_path), "--yes", "--first-import", env=arm.settings)[0] == 0
    with closing(sqlite3.connect(tmp_path / "armbulk.db", isolation_level=None)) as database:
        columns = "created, state, origin, client_no, profile, sha256, options"
        database.execute(f"INSERT INTO run ({columns}) SELECT {columns} FROM run")  # noqa: S608 - names of its own
    assert complete("show ") == complete("resume ") == ["2", "1"]
    (tmp_path / "armbulk.db").write_bytes(b"no database")
    assert complete("show ") == []


def test_a_broken_config_stops_no_completion(tmp_path: Path) -> None:
    """Nothing is offered for a profile or a run, and nothing is printed."""
    (tmp_path / "config.toml").write_text("x", encoding="utf-8")
    assert (complete("runs --profile "), complete("show "), complete("ru")) == ([], [], ["runs"])


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell(shell: str, tmp_path: Path) -> None:
    """The script is printed alone, whatever is wrong with the settings; it calls armbulk."""
    (tmp_path / "config.toml").write_text("x", encoding="utf-8")
    code, out, err = call("completion", shell)
    assert (code, err) == (0, "")
    assert "_ARMBULK_COMPLETE" in out
    assert called("completion", shell)[1] == {"shell": shell, "script": out}


def test_a_shell_loads_little() -> None:
    """Neither polars nor SQLAlchemy is loaded to complete a command, a resource, a profile or a run."""
    code = (
        "import sys; from click.shell_completion import get_completion_class; from armbulk.cli import cli\n"
        "completer = get_completion_class('bash')(cli, {}, 'armbulk', '_ARMBULK_COMPLETE')\n"
        "for words in (['export'], ['show'], ['runs', '--profile'], ['export', 'customers', '--period']):\n"
        "    completer.get_completions(words, '')\n"
        "print([name for name in ('polars', 'sqlalchemy', 'httpx', 'keyring') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.proof
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes(tmp_path: Path) -> None:
    """A real bash with the printed script: what Tab offers."""
    program = tmp_path / "armbulk"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m armbulk "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    script = (
        'eval "$(armbulk completion bash)"\n'
        "for line in 'armbulk expo' 'armbulk export cust' 'armbulk import --skip-i' 'armbulk usage --size '; do\n"
        '  IFS=" " read -r -a COMP_WORDS <<< "$line"; [[ $line == *" " ]] && COMP_WORDS+=("")\n'
        "  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()\n"
        '  _armbulk_completion armbulk; echo "${COMPREPLY[*]}"\n'
        "done\ncomplete -p armbulk\n"
    )
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(["bash", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "export", "customers", "--skip-invalid", "s m l xl", "complete -o nosort -F _armbulk_completion armbulk",
    ]  # fmt: skip


def test_versions(tmp_path: Path) -> None:
    """`armbulk version` names armbulk, Python, the system and every library it needs, whatever the settings are."""
    (tmp_path / "config.toml").write_text("x", encoding="utf-8")
    code, said = called("version")
    assert code == 0
    assert {"armbulk", "python", "system", "libraries"} <= set(said)
    assert {"polars", "httpx", "click", "sqlalchemy"} <= set(said["libraries"])
    assert not {"pytest", "mkdocs"} & set(said["libraries"])
    assert call("version")[1].startswith(f"armbulk {said['armbulk']}\nPython {said['python']} (")
    assert call("--version")[1] == f"armbulk, version {said['armbulk']}\n"

"""The program of one file, as `make bundle` builds it: it runs in an empty home folder, without Python on the PATH."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from support.paths import ROOT, SAMPLES, TESTS

import armbulk
from armbulk.app.versions import list_versions

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = ROOT / "dist" / ("armbulk.exe" if os.name == "nt" else "armbulk")
WINDOWS_NEEDS = ("SYSTEMROOT", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE")

pytestmark = pytest.mark.skipif(not PROGRAM.is_file(), reason="`make bundle` builds the program, then runs these tests")


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the program where nothing but the system is: no settings, no Python, no tools."""
    empty, unpacked = folder / "home", folder / "unpacked"
    empty.mkdir(exist_ok=True)
    unpacked.mkdir(exist_ok=True)
    environ = {name: os.environ[name] for name in WINDOWS_NEEDS if name in os.environ} if os.name == "nt" else {}
    environ |= {
        "HOME": str(empty),
        "PATH": str(empty),
        "TMPDIR": str(unpacked),
        "ARMBULK_LANG": "en",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.Popen(
        [PROGRAM, *words], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def run(folder: Path, *words: str, ends: int = 0) -> str:
    """Run the program to its end, which has the exit code `ends`; return what it prints."""
    process = start(folder, *words)
    out, err = process.communicate(timeout=120)
    assert process.returncode == ends, f"{words} ended with {process.returncode}\n{out}\n{err}"
    return out


def run_json(folder: Path, *words: str, ends: int = 0) -> dict[str, Any]:
    """Run the program with --json."""
    shown: dict[str, Any] = json.loads(run(folder, *words, "--json", ends=ends))
    return shown


def test_versions(tmp_path: Path) -> None:
    """It has the libraries of the environment that it was built in."""
    versions = run_json(tmp_path, "version")
    assert versions["armbulk"] == armbulk.__version__
    assert versions["libraries"] == list_versions()["libraries"]


@pytest.mark.parametrize(("file", "ends"), [(SAMPLES / "with-errors.xlsx", 1), (SAMPLES / "documents.csv", 0)])
def test_it_finds_what_armbulk_finds(file: Path, ends: int, tmp_path: Path) -> None:
    """A check by the program has the findings and the counts of a check by Python."""
    with armbulk.connect(settings={}) as session:
        expected = session.check(file).to_json()
    found = run_json(tmp_path, "check", str(file), ends=ends)
    assert (found["counts"], len(found["findings"])) == (expected["counts"], len(expected["findings"]))


def test_old_workbooks(tmp_path: Path) -> None:
    """A workbook in the old format is read in a process of its own: the program is that process, too."""
    file = TESTS / "support" / "workbooks" / "invoices.xls"
    sheets = run_json(tmp_path, "check", str(file), "--include-hidden")["sheets"]
    assert [sheet["rows"] for sheet in sheets] == [2, 3, 2]


def test_template_in_norwegian(tmp_path: Path) -> None:
    """It has the translations, and writes workbooks."""
    run(tmp_path, "template", "all", "--lang", "no", "-o", "blåbær og æbler.xlsx")
    assert "Kunder" in openpyxl.load_workbook(tmp_path / "blåbær og æbler.xlsx", read_only=True).sheetnames


def test_demo(tmp_path: Path) -> None:
    """It imports the samples into its own sandbox, and writes the result workbook."""
    shown = run_json(tmp_path, "demo")
    assert sum(shown["outcomes"].values()) == shown["rows"] > 0
    assert (tmp_path / shown["result"]).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C reaches the program behind the file, which ends it with 130 and leaves nothing unpacked."""
    process = start(tmp_path, "sandbox", "--port", "0")
    assert process.stdout is not None
    assert process.stdout.readline()
    assert list((tmp_path / "unpacked").iterdir())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert not list((tmp_path / "unpacked").iterdir())

"""The wheel, installed as a user would: into an empty environment, used from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT

import armbulk

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = "Scripts" if os.name == "nt" else "bin"

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command to its end; a failure shows all it said."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an empty environment; gives the folder of its commands."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=True)
    scripts = home / SCRIPTS
    run(scripts / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, cwd=home)
    return scripts


def test_contents(wheel: Path) -> None:
    """The wheel carries templates and samples, and nothing but armbulk."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"armbulk", f"armbulk-{armbulk.__version__}.dist-info"}
    assert any(name.startswith("armbulk/templates/") for name in names)
    assert any(name.startswith("armbulk/samples/") for name in names)
    assert "armbulk/py.typed" in names
    assert not [name for name in names if name.startswith("armbulk/samples/") and name.endswith(".py")]


def test_version(installed: Path, tmp_path: Path) -> None:
    """An installed armbulk tells its version."""
    assert armbulk.__version__ in run(installed / "armbulk", "--version", cwd=tmp_path)


def test_demo(installed: Path, tmp_path: Path) -> None:
    """An installed armbulk shows the whole journey, from any folder, and leaves the result workbook it names."""
    told = json.loads(run(installed / "armbulk", "demo", "--json", cwd=tmp_path))
    result = tmp_path / told["result"]
    assert result.suffix == ".xlsx"
    assert result.is_file()

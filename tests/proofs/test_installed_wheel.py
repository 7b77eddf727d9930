"""The wheel, installed as a user would: into an empty environment, used from another folder."""

from __future__ import annotations

import json
import os
import venv
from typing import TYPE_CHECKING

import pytest
from support.wheel import build_wheel, run

import armbulk

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an empty environment; gives the folder of its commands."""
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=True)
    scripts = home / SCRIPTS
    run(scripts / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, cwd=home)
    return scripts


def test_version(installed: Path, tmp_path: Path) -> None:
    """An installed armbulk shows its version."""
    assert armbulk.__version__ in run(installed / "armbulk", "--version", cwd=tmp_path)


def test_demo(installed: Path, tmp_path: Path) -> None:
    """An installed armbulk runs the demo from any folder and leaves the result workbook it names."""
    told = json.loads(run(installed / "armbulk", "demo", "--json", cwd=tmp_path))
    result = tmp_path / told["result"]
    assert result.suffix == ".xlsx"
    assert result.is_file()

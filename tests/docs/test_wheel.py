"""The wheel: its contents, and its use from any folder; tests/proofs installs it into an empty environment."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from support.wheel import build_wheel, run

import armbulk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_contents(wheel: Path) -> None:
    """The wheel carries templates and samples, and nothing but armbulk."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"armbulk", f"armbulk-{armbulk.__version__}.dist-info"}
    assert any(name.startswith("armbulk/templates/") for name in names)
    assert any(name.startswith("armbulk/samples/") for name in names)
    assert "armbulk/py.typed" in names
    assert not [name for name in names if name.startswith("armbulk/samples/") and name.endswith(".py")]


def test_it_serves_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked anywhere it tells its version, and writes a template from the files it carries."""
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    where = "import armbulk, armbulk.cli; print(armbulk.__file__)"
    assert str(unpacked) in run(sys.executable, "-c", where, cwd=tmp_path, PYTHONPATH=str(unpacked))
    command = (sys.executable, "-m", "armbulk")
    assert armbulk.__version__ in run(*command, "--version", cwd=tmp_path, PYTHONPATH=str(unpacked))
    run(*command, "template", "customers", "--yes", cwd=tmp_path, PYTHONPATH=str(unpacked))
    assert [path.suffix for path in tmp_path.glob("*.xlsx")] == [".xlsx"]

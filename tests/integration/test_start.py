"""What a command loads: a library that it does not use would be most of its time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.journey import write_files
from support.paths import ROOT

HEAVY = {
    *("asyncio", "filelock", "httpx", "jinja2", "keyring", "openpyxl", "pandera", "pycountry", "pydantic", "rich"),
    *("sqlalchemy", "starlette", "tomlkit", "truststore", "uvicorn", "xlsxwriter"),
}
SLIGHT = {"email", "json", "logging", "pathlib", "polars"}
"""What takes a moment to load, and `--help` does not need."""

OF_OTHER_COMMANDS = {
    *("armbulk.findings.catalogue", "armbulk.mapping.headers"),
    *("armbulk.model.column_proposal", "armbulk.validation.edits"),
}
"""Parts of armbulk that checking and sending need, and exporting does not."""

SCRIPT = """
import atexit, sys
before = set(sys.modules)
from armbulk.__main__ import main
atexit.register(lambda: print(*(set(sys.modules) - before), file=sys.stderr))
main()
"""


def _load(*words: str, home: Path) -> set[str]:
    """Return the modules that a command loads; it must end well."""
    environ = {**os.environ, "ARMBULK_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], env=environ, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_help_and_version_load_little(option: str, tmp_path: Path) -> None:
    """Neither polars nor the network nor what Python itself needs long for: they are instant."""
    loaded = _load(option, home=tmp_path)
    assert loaded & (HEAVY | SLIGHT) == set()


def test_a_check_without_findings_loads_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    """Pandera names what failed, Jinja2 writes for people, and writers, store and ARM's client wait for their use."""
    loaded = _load("check", *write_files(tmp_path), "--json", home=tmp_path)
    assert "polars" in loaded
    assert loaded & HEAVY == set()
    readers = {name.removeprefix("armbulk.readers.") for name in loaded if name.startswith("armbulk.readers.")}
    assert "csv" in readers
    assert readers & {"foreign_workbook", "ods", "xls_cells", "xlsb_cells", "xlsx"} == set()


def test_what_calls_arm_loads_nothing_for_the_login_or_for_workbooks() -> None:
    """An export to CSV with a token needs neither the keyring nor what writes config.toml, workbooks and terminals."""
    modules = "armbulk.app.exports, armbulk.app.login_secret, armbulk.arm.client, armbulk.store.store"
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    needed = {"asyncio", "filelock", "httpx", "sqlalchemy", "truststore"}
    assert set(done.stdout.split()) & (HEAVY | OF_OTHER_COMMANDS | {"pygments"}) == needed

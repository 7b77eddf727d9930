"""The examples of docs/api.md run as they are, against the sandbox over loopback."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.journey import write_files
from support.paths import ROOT

import armbulk
from armbulk.app.check import FINDINGS_SCHEMA
from armbulk.app.import_result import OUTCOME_SCHEMA
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A profile `acme` for a sandbox with a ledger, and a folder with the files of the examples."""
    write_files(tmp_path)
    shutil.copy(ROOT / "samples" / "kunder-og-fakturaer.xlsx", tmp_path / "invoices.xlsx")
    with Sandbox(lists=build_lists(CLIENT_NO, 60)) as arm:
        settings = arm.settings
        names = ("base_url", "client_no", "token_url", "client_id")
        lines = [f'{name} = "{settings[f"ARMBULK_{name.upper()}"]}"' for name in names]
        config = "\n".join(["[profiles.acme]", *lines, "poll_seconds = 0.05"])
        (tmp_path / "config.toml").write_text(config, encoding="utf-8")
        monkeypatch.setenv("ARMBULK_CLIENT_SECRET", settings["ARMBULK_CLIENT_SECRET"])
        monkeypatch.chdir(tmp_path)
        yield arm


def test_the_examples_run(acme: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every block runs, in the order of the page, in one namespace, and leaves the files it names."""
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/api.md", "exec"), names)  # noqa: S102 - our own page
    assert len(BLOCKS) >= 8
    assert {len(copies) for copies in acme.state.documents.values()} == {1}
    for file in (
        "invoices.result.xlsx",
        "invoices.html",
        "customers.result.xlsx",
        "gl.xlsx",
        "january.csv",
        "close-2025-02.xlsx",
    ):
        assert (tmp_path / file).exists(), file
    shown = capsys.readouterr().out
    assert "160 records in 4 batches" in shown
    assert "finished 9 created:" in shown
    assert "no-such-file" in shown


@pytest.mark.parametrize("schema", [FINDINGS_SCHEMA, OUTCOME_SCHEMA], ids=["findings", "outcomes"])
def test_every_column_is_documented(schema: dict[str, Any]) -> None:
    """The page has a line for each column of the frames."""
    documented = {name for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)}
    assert set(schema) <= documented


def test_the_public_names_are_there() -> None:
    """Every name of `__all__` loads, the errors are a tree, and an unknown name is an AttributeError."""
    for name in armbulk.__all__:
        assert getattr(armbulk, name) is not None
        assert name in dir(armbulk)
    assert issubclass(armbulk.LoginError, armbulk.SettingsError)
    assert issubclass(armbulk.SettingsError, armbulk.ArmbulkError)
    with pytest.raises(AttributeError):
        armbulk.nothing  # noqa: B018 - the access is the test


def test_the_package_is_typed() -> None:
    """Type checkers read armbulk's own types."""
    assert (ROOT / "armbulk" / "py.typed").exists()

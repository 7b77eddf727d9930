"""Runs of single calls in the browser: they are started on the command line, and shown with their rows."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

from click.testing import CliRunner
from support.web import name_settings, open_browser, open_pages

from armbulk.cli import cli
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_of_deletes_is_shown_with_its_rows(tmp_path: Path) -> None:
    """The list leads to it; each row has its outcome, and markup in a name is text."""
    name = "<b>Nordlys</b> AS"
    file = tmp_path / "delete.csv"
    file.write_text(f"Customer no;Name;Delete\n0101;{name};DELETE\n", encoding="utf-8")
    with Sandbox(customers=[{"customerNo": "0101", "name": name}]) as arm:
        settings = {**name_settings(arm, tmp_path), "ARMBULK_LANG": "en"}
        words = ["delete", "customers", str(file), "--yes", "--expect-count", "1"]
        done = CliRunner().invoke(cli, words, env=settings)
        assert done.exit_code == 0, done.output
        with open_pages(settings) as server, open_browser(server) as browser:
            assert 'href="/runs/1"' in browser.get("/runs").text
            page = browser.get("/runs/1")
    assert page.status_code == 200
    assert "<b>Nordlys</b>" not in page.text
    text = unescape(page.text)
    assert "Deleted customers" in text
    assert "0101" in text

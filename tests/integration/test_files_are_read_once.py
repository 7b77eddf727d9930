"""Each input file is read once per command, whatever the command does with it afterwards.

Writing an annotated copy opens the original workbook once more, to copy its formatting: that is writing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from support.journey import write_files

import armbulk
from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.readers import read_sheets
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armbulk.model.sheet import Sheet


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was read, by its name."""
    counts: Counter[str] = Counter()

    def counting(path: Path, **options: Any) -> list[Sheet]:
        counts[path.name] += 1
        return read_sheets(path, **options)

    monkeypatch.setattr("armbulk.validation.input_files.read_sheets", counting)
    return counts


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """The settings of a sandbox."""
    with Sandbox() as arm:
        yield {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}


@pytest.fixture
def near_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a header that only resembles one of armbulk's, and a person who says that it is that column."""
    monkeypatch.setattr(CommandContext, "can_ask", True)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "yes")
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundnavn\nK1;Kari\n", encoding="utf-8")
    return path


def run(*words: str, env: dict[str, str] | None = None) -> int:
    """Run a command; its exit code."""
    done = CliRunner().invoke(cli, list(words), env=env)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code


@pytest.mark.parametrize("words", [("check",), ("check", "-o", "marked.xlsx"), ("plan",), ("import", "--dry-run")])
def test_checking_and_planning_read_each_file_once(
    words: tuple[str, ...], tmp_path: Path, reads: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check, its marked copy, and the plan use one reading."""
    monkeypatch.chdir(tmp_path)
    assert run(*words, *write_files(tmp_path)) == 0
    assert reads == {"customers.csv": 1, "documents.csv": 1, "lines.csv": 1}


def test_an_import_reads_each_file_once(tmp_path: Path, reads: Counter[str], env: dict[str, str]) -> None:
    """An import, with its plan and its result workbook, uses one reading; `results` later reads once again."""
    files = write_files(tmp_path)
    assert run("import", *files, "--yes", env=env) == 0
    assert reads == {"customers.csv": 1, "documents.csv": 1, "lines.csv": 1}
    reads.clear()
    assert run("results", "1", "-o", str(tmp_path / "again.xlsx"), env=env) == 0
    assert reads == {"customers.csv": 1, "documents.csv": 1, "lines.csv": 1}


def test_an_import_with_errors_reads_each_file_once(tmp_path: Path, reads: Counter[str]) -> None:
    """The workbook that shows the errors in place uses the same reading."""
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name\nK1;\n", encoding="utf-8")
    assert run("import", str(path), "--yes") == 1
    assert reads == {"customers.csv": 1}


def test_a_question_about_a_header_reads_nothing_again(near_header: Path, reads: Counter[str]) -> None:
    """The answer is applied to the sheets that were read."""
    assert run("check", str(near_header)) == 0
    assert reads == {"kunder.csv": 1}


def test_an_import_with_a_question_reads_each_file_once(
    near_header: Path, reads: Counter[str], env: dict[str, str]
) -> None:
    """The answered file is planned, sent and written from one reading."""
    assert run("import", str(near_header), env=env) == 0
    assert reads == {"kunder.csv": 1}


@pytest.mark.proof
def test_the_public_api_reads_each_file_once(tmp_path: Path, reads: Counter[str], env: dict[str, str]) -> None:
    """Check, plan, send and write use one reading."""
    with armbulk.connect(settings=env) as session:
        checked = session.check(*write_files(tmp_path))
        session.send(session.plan(checked)).write(tmp_path / "result.xlsx")
    assert reads == {"customers.csv": 1, "documents.csv": 1, "lines.csv": 1}

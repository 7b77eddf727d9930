"""No command replaces a file that it reads, unless it is told to; then a copy of the file is kept."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from support.journey import journey
from support.paths import ROOT

from armbulk.cli import cli
from armbulk.results.store_check import choose_result_path

SAMPLE = ROOT / "samples" / "kunder-og-fakturaer.xlsx"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of a person's own."""
    return Path(shutil.copy(SAMPLE, tmp_path / "june.xlsx"))


def run(*words: str) -> tuple[int, str]:
    """Exit code and what was said."""
    ended = CliRunner().invoke(cli, [*words, "--lang", "en"])
    return ended.exit_code, ended.output + ended.stderr


@pytest.mark.parametrize("kind", ["same", "relative", "symbolic link", "hard link", "sheet"])
def test_check_refuses_to_replace_its_input(book: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whatever the target is called, the workbook stays as it is."""
    before = book.read_bytes()
    source, target = str(book), str(book)
    if kind == "relative":
        monkeypatch.chdir(book.parent)
        target = f"../{book.parent.name}/june.xlsx"
    elif kind == "symbolic link":
        (book.parent / "link.xlsx").symlink_to(book)
        target = str(book.parent / "link.xlsx")
    elif kind == "hard link":
        (book.parent / "hard.xlsx").hardlink_to(book)
        target = str(book.parent / "hard.xlsx")
    elif kind == "sheet":
        source = f"{book}#Fakturaer"
    code, said = run("check", source, "-o", target)
    assert code == 2
    assert "--replace-input" in said
    assert book.read_bytes() == before
    assert not list(book.parent.glob("*.bak*"))


def test_replacing_keeps_every_earlier_version(book: Path) -> None:
    """Each replaced version gets a copy of its own; the same bytes get one."""
    first = book.read_bytes()
    assert run("check", str(book), "-o", str(book), "--replace-input")[0] in {0, 1}
    second = book.read_bytes()
    assert second != first
    assert run("check", str(book), "-o", str(book), "--replace-input")[0] in {0, 1}
    assert (book.parent / "june.xlsx.bak").read_bytes() == first
    assert (book.parent / "june.xlsx.bak2").read_bytes() == second
    shutil.copy(book.parent / "june.xlsx.bak", book)
    assert run("check", str(book), "-o", str(book), "--replace-input")[0] in {0, 1}
    assert not (book.parent / "june.xlsx.bak3").exists()


def test_import_refuses_before_anything_is_sent(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result never takes the place of the input; a result workbook that is imported is updated, with a .bak."""
    with journey(tmp_path) as way:
        for name, value in {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}.items():
            monkeypatch.setenv(name, value)
        code, said = run("import", str(book), "-o", str(book), "--yes", "--first-import")
        assert (code, "--replace-input" in said, way.documents()) == (2, True, {})
        assert run("import", str(book), "--yes", "--first-import")[0] in {0, 1}
        result = tmp_path / "june.result.xlsx"
        sent, before = way.documents(), result.read_bytes()
        assert sent
        assert run("import", str(result), "--yes")[0] in {0, 1}
        assert way.documents() == sent
        assert (tmp_path / "june.result.xlsx.bak").read_bytes() == before
        assert openpyxl.load_workbook(result).sheetnames[0] == "Summary"
        assert not list(tmp_path.glob("june.result.result*"))


def test_a_persons_own_file_called_result_is_kept(tmp_path: Path) -> None:
    """A workbook that is only called like a result gets a result beside it."""
    book = Path(shutil.copy(SAMPLE, tmp_path / "june.result.xlsx"))
    assert choose_result_path([str(book)], None) == tmp_path / "june.result.result.xlsx"
    assert choose_result_path([f"{book}#Fakturaer"], None) == tmp_path / "june.result.result.xlsx"
    assert choose_result_path([str(tmp_path / "other.result.xlsx")], None) == tmp_path / "other.result.xlsx"


@pytest.mark.parametrize("name", ["mine.toml", "config.toml", "customers.csv", "notes.txt"])
@pytest.mark.parametrize("words", [["check"], ["check", "--replace-input"]])
def test_nothing_but_a_workbook_is_replaced(book: Path, name: str, words: list[str]) -> None:
    """A mapping, the configuration or a CSV is never overwritten by a workbook; an empty file may be."""
    target = book.parent / name
    target.write_text("[[sheet]]\n", encoding="utf-8")
    code, said = run(words[0], str(book), "-o", str(target), *words[1:])
    assert (code, "is no workbook" in said) == (2, True)
    assert target.read_text(encoding="utf-8") == "[[sheet]]\n"
    target.write_bytes(b"")
    assert run("check", str(book), "-o", str(target))[0] in {0, 1}


def test_a_second_input_is_not_replaced_either(book: Path) -> None:
    """Of several inputs none is replaced."""
    other = Path(shutil.copy(SAMPLE, book.parent / "july.xlsx"))
    before = other.read_bytes()
    code, said = run("check", str(book), str(other), "-o", str(other))
    assert (code, "--replace-input" in said, other.read_bytes() == before) == (2, True, True)

"""No command replaces a file that it reads, unless an option allows it; then a copy of the file is kept."""

import errno
import shutil
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from click.testing import CliRunner
from support.journey import journey, write_files
from support.paths import ROOT

from armbulk.app.demo.folder import DemoFolder, open_folder
from armbulk.cli import cli
from armbulk.results.store_check import choose_result_path
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists

SAMPLE = ROOT / "samples" / "kunder-og-fakturaer.xlsx"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of a person's own."""
    return Path(shutil.copy(SAMPLE, tmp_path / "june.xlsx"))


def run(*words: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    ended = CliRunner().invoke(cli, [*words, "--lang", "en"])
    return ended.exit_code, ended.output + ended.stderr


@pytest.mark.first_cases(3)
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


def test_a_result_replaces_no_other_file_of_the_import(tmp_path: Path) -> None:
    """`import *.xlsx` with a file and its result: what is written gets a name of its own."""
    names = [shutil.copy(SAMPLE, tmp_path / name) for name in ("june.xlsx", "june.result.xlsx", "june.2.result.xlsx")]
    files = [str(name) for name in names]
    assert choose_result_path(files[:2], None) == tmp_path / "june.2.result.xlsx"
    assert choose_result_path(files, None) == tmp_path / "june.3.result.xlsx"
    assert choose_result_path([files[0], f"{files[0]}#Lines"], None) == tmp_path / "june.result.xlsx"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine.toml", ["check"]),
        ("customers.csv", ["check", "--replace-input"]),
        pytest.param("config.toml", ["check", "--replace-input"], marks=pytest.mark.proof),
        pytest.param("notes.txt", ["check"], marks=pytest.mark.proof),
    ],
)
def test_nothing_but_a_workbook_is_replaced(book: Path, name: str, words: list[str]) -> None:
    """A mapping, the configuration or a CSV is never overwritten by a workbook; an empty file may be."""
    target = book.parent / name
    target.write_text("[[sheet]]\n", encoding="utf-8")
    code, said = run(words[0], str(book), "-o", str(target), *words[1:])
    assert (code, "is not a workbook" in said) == (2, True)
    assert target.read_text(encoding="utf-8") == "[[sheet]]\n"
    target.write_bytes(b"")
    assert run("check", str(book), "-o", str(target))[0] in {0, 1}


@pytest.mark.proof
def test_a_second_input_is_not_replaced_either(book: Path) -> None:
    """Of several inputs none is replaced."""
    other = book.parent / "july.xlsx"
    changed = openpyxl.load_workbook(SAMPLE)  # a copy with equal content is another error
    changed.worksheets[0]["B2"].value = "July AS"
    changed.save(other)
    before = other.read_bytes()
    code, said = run("check", str(book), str(other), "-o", str(other))
    assert (code, "--replace-input" in said, other.read_bytes() == before) == (2, True, True)


def test_a_workbook_that_is_no_result_is_kept(book: Path) -> None:
    """A marked copy, a template or a result in place of someone's own workbook leaves a copy of it; once."""
    before = book.read_bytes()
    other = Path(shutil.copy(book, book.parent / "july.xlsx"))
    for _ in range(2):
        assert run("check", str(book), "-o", str(other))[0] in {0, 1}
    filled = Path(shutil.copy(book, book.parent / "template.xlsx"))
    assert run("template", "customers", "-o", str(filled), "--yes")[0] == 0
    assert sorted(path.name for path in book.parent.glob("*.bak*")) == ["july.xlsx.bak", "template.xlsx.bak"]
    assert all(path.read_bytes() == before for path in book.parent.glob("*.bak*"))


@pytest.mark.parametrize("kind", ["same", "beside", "symbolic link"])
def test_an_export_keeps_the_input_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Also a file that is written beside the target, and whatever the target is called; other files are replaced."""
    files, target = write_files(tmp_path), "customers.csv"
    if kind == "beside":
        target = "documents.csv"  # its lines go to documents-lines.csv
        files[2] = str(Path(files[2]).rename(tmp_path / "documents-lines.csv"))
    elif kind == "symbolic link":
        target = "link.csv"
        (tmp_path / target).symlink_to(tmp_path / "customers.csv")
    before = {Path(file).name: Path(file).read_bytes() for file in files}
    with journey(tmp_path) as way:
        way.run(files)
        for name, value in {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}.items():
            monkeypatch.setenv(name, value)
        resource = "documents" if kind == "beside" else "customers"
        for _ in range(2):
            assert run("export", resource, "-o", str(tmp_path / target))[0] == 0
    kept = {path.name.removesuffix(".bak"): path.read_bytes() for path in tmp_path.glob("*.bak*")}
    if kind == "symbolic link":
        assert kept == {"link.csv": before["customers.csv"]}
        assert (tmp_path / "customers.csv").read_bytes() == before["customers.csv"]
    elif kind == "beside":
        assert kept == {name: before[name] for name in ("documents.csv", "documents-lines.csv")}
    else:
        assert kept == {"customers.csv": before["customers.csv"]}


def _edit(path: Path) -> bytes:
    """Change a file as a person would; return its content."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book.worksheets[-1]["A2"] = "a note"
        book.save(path)
    else:
        path.write_bytes(path.read_bytes() + b"a note\n")
    return path.read_bytes()


EXPORTS = ["customers x.xlsx", "documents x.csv", "customers x.jsonl", "customers x.parquet",
           "gl-items x.xlsx --period 2025-02", "close x.xlsx --period 2025-02"]  # fmt: skip


@pytest.mark.first_cases(3)
@pytest.mark.parametrize("words", EXPORTS)
def test_an_export_that_a_person_has_changed_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """Exporting over an export replaces it; over one with someone's changes, a copy of these is kept, and named."""
    resource, name, *more = words.split()
    target = tmp_path / name
    with Sandbox(delay=0.0, lists=build_lists(2218, 20)) as arm:
        for setting, value in {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home")}.items():
            monkeypatch.setenv(setting, value)
        for _ in range(2):
            code, said = run("export", resource, "-o", str(target), *more)
            assert (code, ".bak" in said) == (0, False)
        changed = {path: _edit(path) for path in tmp_path.glob("x*")}
        assert len(changed) == (2 if resource == "documents" else 1)
        code, said = run("export", resource, "-o", str(target), *more)
        assert (code, f"{name}.bak" in said) == (0, True)
        assert run("export", resource, "-o", str(target), *more)[0] == 0
    copies = {path.with_name(path.name.removesuffix(".bak")): path.read_bytes() for path in tmp_path.glob("x*.bak*")}
    assert copies == changed


@pytest.mark.proof  # twelve commands
def test_a_result_that_a_person_has_changed_is_kept(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes in a result workbook or a marked copy survive the next one."""
    with journey(tmp_path) as way:
        for name, value in {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}.items():
            monkeypatch.setenv(name, value)
        again = {
            "june.result.xlsx": ["import", str(book), "--yes", "--first-import"],
            "r.xlsx": ["results", "1", "-o", str(tmp_path / "r.xlsx")],
            "marked.xlsx": ["check", str(book), "-o", str(tmp_path / "marked.xlsx")],
        }
        for words in [*again.values(), *again.values()]:
            assert run(*words)[0] in {0, 1}
        assert not list(tmp_path.glob("*.bak*"))
        changed = {name: _edit(tmp_path / name) for name in again}
        for words in [*again.values(), *again.values()]:
            assert run(*words)[0] in {0, 1}
    assert {path.name.removesuffix(".bak"): path.read_bytes() for path in tmp_path.glob("*.bak*")} == changed


def test_the_demo_replaces_only_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second demo replaces the files of the first; a changed one stays, and the demo goes into another folder."""
    monkeypatch.chdir(tmp_path)
    names = ["invoices.xlsx", "marked.xlsx"]

    def run_in(folder: DemoFolder) -> Path:
        for name in names:
            (folder.path / name).write_bytes(b"demo")
            folder.add(folder.path / name)
        return folder.path

    assert [run_in(open_folder(None, names)) for _ in range(2)] == [Path("armbulk-demo")] * 2
    Path("armbulk-demo/own.xlsx").write_bytes(b"mine")
    assert run_in(open_folder(None, names)) == Path("armbulk-demo")
    Path("armbulk-demo/marked.xlsx").write_bytes(b"changed")
    assert run_in(open_folder(None, names)) == Path("armbulk-demo-2")
    assert sorted(path.read_bytes() for path in Path("armbulk-demo").glob("*.xlsx")) == [b"changed", b"demo", b"mine"]
    Path("armbulk-demo-2/.armbulk-demo.json").write_text("{")
    assert open_folder(None, names).path == Path("armbulk-demo-3")


@pytest.mark.first_cases(4)
@pytest.mark.parametrize("words", [["check", "june.xlsx", "-o"], ["template", "all", "--yes", "-o"]])
@pytest.mark.parametrize("target", ["folder.xlsx", ".", "", "/dev/null"])
def test_a_folder_and_a_device_are_no_file_to_write(
    book: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], target: str
) -> None:
    """It is printed so, and nothing gets another name beside it."""
    monkeypatch.chdir(book.parent)
    Path("folder.xlsx").mkdir()
    before = sorted(path.name for path in book.parent.iterdir())
    code, said = run(*words, target)
    assert code == 2
    assert "not a file" in said or "does not end in .xlsx" in said
    assert sorted(path.name for path in book.parent.iterdir()) == before


def test_a_log_goes_into_no_other_file(book: Path) -> None:
    """Lines in a workbook would damage it; a log is continued."""
    before, mode = book.read_bytes(), book.stat().st_mode
    code, said = run("check", str(book), "--log-file", str(book))
    assert (code, "is not a log file of armbulk" in said) == (2, True)
    assert (book.read_bytes(), book.stat().st_mode) == (before, mode)
    log = book.parent / "armbulk.log"
    for lines in (1, 2):
        assert run("fields", "customers", "--log-file", str(log))[0] == 0
        assert log.read_text(encoding="utf-8").count("Command ended") == lines


def test_the_demo_replaces_nobodys_files(tmp_path: Path) -> None:
    """A folder with files of such names is refused, and so is a file."""
    (tmp_path / "invoices.xlsx").write_bytes(b"mine")
    for folder in (tmp_path, tmp_path / "invoices.xlsx"):
        code, said = run("demo", "--folder", str(folder))
        assert (code, "would overwrite" in said) == (2, True)
    assert (tmp_path / "invoices.xlsx").read_bytes() == b"mine"


def test_a_copy_that_does_not_fit_on_the_disk_is_not_left_half(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is replaced, and no half copy is taken for the file later."""
    target = Path(shutil.copy(book, book.parent / "own.xlsx"))
    before, copy = target.read_bytes(), shutil.copyfileobj

    def fill(source: IO[bytes], file: IO[bytes], *more: int) -> None:
        if not str(getattr(file, "name", "")).endswith(".bak"):
            return copy(source, file, *more)
        file.write(source.read(100))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fill)
    code, said = run("check", str(book), "-o", str(target))
    assert (code, "own.xlsx.bak cannot be written" in said, target.read_bytes() == before) == (2, True, True)
    assert not list(book.parent.glob("*.bak*"))

"""Again: the same documents from other files, on other machines, after a restored backup; nothing goes twice."""

import random
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.journey import Journey, journey, outcomes, write_files

from armbulk.app import imports
from armbulk.cli import cli
from armbulk.model.keys import normalise_key_text
from armbulk.planning.plan import ImportOptions
from armbulk.results import report
from armbulk.sandbox import Sandbox
from armbulk.store import Store
from armbulk.validation.check import check_files
from armbulk.writers.workbooks import read_provenance

HEAD = ("Document no", "Document type", "Customer no", "Document date", "Due date", "Currency",
        "Amount excl. VAT", "VAT", "Amount incl. VAT")  # fmt: skip
NORSK = ("Fakturanr", "Bilagstype", "Kundenr", "Fakturadato", "Forfallsdato", "Valuta",
         "Beløp eks. mva", "Mva", "Beløp inkl. mva")  # fmt: skip
NUMBERS = ["F-1å", "f2", "0003", "FAK/4", "No 5", "ÆØÅ-6"]
CUSTOMERS = "Customer no;Name\n0001;Kunde Æ\n"
LINES = ("Document no", "Line no", "Line text", "Amount excl. VAT", "VAT", "Amount incl. VAT")


def rows(numbers: list[str]) -> list[tuple[str, ...]]:
    """A document of 125 kroner for each number."""
    return [(number, "IN", "0001", "2026-11-01", "2026-11-15", "NOK", "100", "25", "125") for number in numbers]


def csv(folder: Path, name: str, numbers: list[str], head: tuple[str, ...] = HEAD, **ways: Any) -> list[str]:
    """Customers, documents and their lines as CSV."""
    order = ways.get("order") or range(len(head))
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    body = [head, *rows(numbers)]
    text = "\n".join(ways.get("separator", ";").join(row[place] for place in order) for row in body) + "\n"
    (folder / f"{name}.csv").write_text(text, encoding=ways.get("encoding", "utf-8"), newline=ways.get("newline"))
    lines = [LINES, *((number, "1", "Vare", "100", "25", "125") for number in numbers)]
    (folder / f"{name}-lines.csv").write_text("\n".join(";".join(row) for row in lines) + "\n", encoding="utf-8")
    return [str(folder / "customers.csv"), str(folder / f"{name}.csv"), str(folder / f"{name}-lines.csv")]


def xlsx(
    folder: Path, name: str, numbers: list[str], head: tuple[str, ...] = HEAD, *, again: bool = False
) -> list[str]:
    """The same as a workbook; `again` opens and saves it once more."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Documents"
    for row in [head, *rows(numbers)]:
        page.append(row)
    lines = book.create_sheet("Lines")
    for row in [LINES, *((number, "1", "Vare", "100", "25", "125") for number in numbers)]:
        lines.append(row)
    people = book.create_sheet("Customers")
    people.append(["Customer no", "Name"])
    people.append(["0001", "Kunde Æ"])
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name}.xlsx"
    book.save(path)
    if again:
        openpyxl.load_workbook(path).save(path)
    return [str(path)]


def changed(change: Callable[[str], str]) -> list[str]:
    """The numbers, written otherwise."""
    return [change(number) for number in NUMBERS]


def shuffled(seed: int) -> list[str]:
    """The numbers in another order."""
    found = list(NUMBERS)
    random.Random(seed).shuffle(found)
    return found


VARIANTS: dict[str, Callable[[Path], list[str]]] = {
    "renamed": lambda folder: csv(folder, "other name", NUMBERS),
    "another folder": lambda folder: csv(folder / "deep" / "down", "documents", NUMBERS),
    "upper case": lambda folder: csv(folder, "d", changed(str.upper)),
    "lower case": lambda folder: csv(folder, "d", changed(str.lower)),
    "swapped case": lambda folder: csv(folder, "d", changed(str.swapcase)),
    "blanks around": lambda folder: csv(folder, "d", changed(lambda one: f"  {one} ")),
    "no-break space behind": lambda folder: csv(folder, "d", changed(lambda one: f"{one}\u00a0")),
    "decomposed letters": lambda folder: csv(folder, "d", changed(lambda one: unicodedata.normalize("NFD", one))),
    "composed letters": lambda folder: csv(folder, "d", changed(lambda one: unicodedata.normalize("NFC", one))),
    "Norwegian headers": lambda folder: csv(folder, "d", NUMBERS, NORSK),
    "other column order": lambda folder: csv(folder, "d", NUMBERS, order=(8, 7, 6, 5, 4, 3, 2, 1, 0)),
    "tabs": lambda folder: csv(folder, "d", NUMBERS, separator="\t"),
    "commas": lambda folder: csv(folder, "d", NUMBERS, separator=","),
    "windows-1252": lambda folder: csv(folder, "d", NUMBERS, encoding="cp1252"),
    "UTF-16": lambda folder: csv(folder, "d", NUMBERS, encoding="utf-16"),
    "UTF-8 with BOM": lambda folder: csv(folder, "d", NUMBERS, encoding="utf-8-sig"),
    "Windows line ends": lambda folder: csv(folder, "d", NUMBERS, newline="\r\n"),
    "old Mac line ends": lambda folder: csv(folder, "d", NUMBERS, newline="\r"),
    "a workbook": lambda folder: xlsx(folder, "d", NUMBERS),
    "a workbook saved again": lambda folder: xlsx(folder, "d", NUMBERS, again=True),
    "a Norwegian workbook": lambda folder: xlsx(folder, "d", NUMBERS, NORSK),
    "a workbook in upper case": lambda folder: xlsx(folder, "d", changed(str.upper), again=True),
    "a workbook with blanks": lambda folder: xlsx(folder, "d", changed(lambda one: f" {one}  ")),
    "first half": lambda folder: csv(folder, "d", NUMBERS[:3]),
    "second half": lambda folder: csv(folder, "d", NUMBERS[3:]),
    **{f"only {number}": lambda folder, number=number: csv(folder, "d", [number]) for number in NUMBERS},
    **{
        f"only {number}, as a workbook": lambda folder, number=number: xlsx(folder, "d", [number]) for number in NUMBERS
    },
    **{f"sorted {seed}": lambda folder, seed=seed: csv(folder, "d", shuffled(seed)) for seed in range(7)},
    **{f"sorted workbook {seed}": lambda folder, seed=seed: xlsx(folder, "d", shuffled(seed)) for seed in range(6)},
}  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client whose six documents have been sent."""
    folder = tmp_path_factory.mktemp("sent")
    with journey(folder) as way:
        first = way.run(csv(folder, "documents", NUMBERS))
        assert outcomes(first) == {"created": 7}
        yield way


def documents_of(way: Journey, files: list[str]) -> dict[str, int]:
    """Import without sending: how many documents would get which outcome."""
    ready = imports.build_plan(way.bench, way.store, check_files(files), ImportOptions())
    found = ready.items.filter(ready.items["resource"] == "documents")
    return dict(found.group_by("outcome").len().iter_rows())


@pytest.mark.promise("P4", "P27")
@pytest.mark.parametrize("name", list(VARIANTS))
def test_the_same_documents_from_another_file(sent: Journey, tmp_path: Path, name: str) -> None:
    """However the file was changed, none of its documents is sent again, and the run that sent them is named."""
    files = VARIANTS[name](tmp_path)
    expected = 3 if "half" in name else 1 if name.startswith("only") else 6
    assert documents_of(sent, files) == {"already_sent": expected}
    ready = imports.build_plan(sent.bench, sent.store, check_files(files), ImportOptions())
    assert set(ready.items.filter(ready.items["resource"] == "documents")["message"]) == {"sent in run 1"}


@pytest.mark.promise("P4")
@pytest.mark.parametrize("dialect", [{}, {"list_total": "clamped"}, {"list_empty": "404"}, {"list_end": "same"}])
def test_a_new_machine_asks_arm_first(tmp_path: Path, dialect: dict[str, str]) -> None:
    """With a deleted store the documents ARM holds are found there, and not sent; the new ones are."""
    with journey(tmp_path, dialect=dialect) as way:
        assert outcomes(way.run(write_files(tmp_path))) == {"created": 9}
        way.store.close()
        for path in (tmp_path / "home").glob("armbulk.db*"):
            path.unlink()
        way.store = Store(way.bench.profile.store_url, way.clock)
        stood = way.run(write_files(tmp_path, documents=8))
        assert outcomes(stood) == {"created": 2, "updated": 3, "already_sent": 6}
        assert set(way.documents().values()) == {1}
        assert (
            imports.build_plan(way.bench, way.store, check_files(write_files(tmp_path)), ImportOptions()).lookups
            is None
        )


@pytest.mark.promise("P4")
def test_where_arm_has_no_list_each_document_is_looked_up(tmp_path: Path) -> None:
    """One look-up for each document, kept across sessions; a session that ends does not begin again."""
    with journey(tmp_path) as way:
        assert outcomes(way.run(write_files(tmp_path))) == {"created": 9}
        way.store.close()
        for path in (tmp_path / "home").glob("armbulk.db*"):
            path.unlink()
        way.store = Store(way.bench.profile.store_url, way.clock)
        way.sandbox.add_fault("html:GET:documents:1")
        before = way.sandbox.state.usage()["hour.requests"]
        stood = way.run(write_files(tmp_path, documents=8))
        assert outcomes(stood) == {"created": 2, "updated": 3, "already_sent": 6}
        assert way.sandbox.state.usage()["hour.requests"] - before >= 8
        assert set(way.documents().values()) == {1}


@pytest.mark.promise("P4")
def test_another_document_with_our_number_is_not_overwritten(tmp_path: Path) -> None:
    """A new machine finds the number taken by another document: a conflict, shown, and nothing sent."""
    with journey(tmp_path) as way:
        way.sandbox.state.documents["f1"] = [{"documentNo": "F1", "customerNo": "77", "documentType": "IN"}]
        stood = way.run(write_files(tmp_path, documents=2))
        assert outcomes(stood) == {"created": 4, "conflict": 1}


def _import(words: list[str], env: dict[str, str]) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["import", *words, "--yes", "--lang", "en"], env=env)
    return done.exit_code, done.output + done.stderr


@pytest.mark.promise("P4")
@pytest.mark.parametrize("kind", ["deleted", "restored"])
def test_a_result_that_knows_more_than_the_store_stops(tmp_path: Path, kind: str) -> None:
    """A store that was deleted, or restored from before: the result beside the file tells, and nothing is sent."""
    home, kept = tmp_path / "home", tmp_path / "kept"
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05", "ARMBULK_HOME": str(home)}
        assert CliRunner().invoke(cli, ["usage"], env=env).exit_code == 0
        shutil.copytree(home, kept)
        assert _import(files, env)[0] == 0
        assert read_provenance(tmp_path / "customers.result.xlsx") is not None
        shutil.rmtree(home)
        if kind == "restored":
            shutil.copytree(kept, home)
        posts = arm.state.usage()["hour.writes"]
        code, said = _import(files, env)
        assert (code, "--look-up" in said, "customers.result.xlsx" in said) == (3, True, True)
        assert ("older copy" in said) is (kind == "restored")
        assert arm.state.usage()["hour.writes"] == posts
        assert _import([*files, "--look-up"], env)[0] == 0
        assert {len(found) for found in arm.state.documents.values()} == {1}


def test_a_first_import_may_be_said(tmp_path: Path) -> None:
    """`--first-import` spares the looks; the plan says when they are to be made."""
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}
        planned = CliRunner().invoke(cli, ["plan", *files, "--lang", "en"], env=env).output
        assert "--first-import" in planned
        assert "--first-import" not in CliRunner().invoke(cli, ["plan", *files, "--first-import"], env=env).output
        assert _import([*files, "--first-import"], env)[0] == 0


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_results_remember_their_store_when_saved_again(tmp_path: Path, form: str) -> None:
    """What a result workbook knows of its store survives being opened and saved by another program."""
    with journey(tmp_path) as way:
        files = xlsx(tmp_path, "d", NUMBERS) if form == "xlsx" else write_files(tmp_path)
        run = way.begin(files)
        way.carry_on(run)
        target = tmp_path / "result.xlsx"
        imports.finish(way.store, run, check_files(files), target, "en")
        before = read_provenance(target)
        assert before is not None
        assert before.store == way.store.identity()
        openpyxl.load_workbook(target).save(target)
        assert read_provenance(target) == before
        assert sum(report.load_result(way.store, run).counts().values()) > 0


@pytest.mark.promise("P27")
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_forms_of_a_key_are_one(key: str) -> None:
    """Case, blanks around and the way accents are stored make no other key."""
    assert normalise_key_text(f"\u00a0{key} ") == normalise_key_text(key)
    assert normalise_key_text(unicodedata.normalize("NFD", key)) == normalise_key_text(
        unicodedata.normalize("NFC", key)
    )

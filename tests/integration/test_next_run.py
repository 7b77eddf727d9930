"""The result workbook is the input of the next run; what is done is not sent again."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from support.commands import call, called

from armbulk.sandbox import Sandbox

CUSTOMERS = [
    ["0701", "Kari Berg", "Storgata 1", None, "0155", "Oslo", "NO", "kari@eksempel.no"],
    ["0702", "Ola Lie", "Storgata 2", None, "91", "Oslo", "NO", "ola@eksempel.no"],
]
INVOICES = [["IN", "0701", "F1"], ["IN", "0702", "F2"], ["IN", "0999", "F3"], ["IN", "0701", "F4"]]
DATES_AND_SUMS = ["2026-11-01", "2026-11-15", "NOK", None, "Kari", 400, 100, 500]
LINE = [1, "PLH", "1300", "Kam", "Rød kam", "stk", 1, 400, 400, 100, 500]


def fill(page: Worksheet, rows: Sequence[Sequence[Any]], first: int = 2) -> None:
    """Write rows into a sheet."""
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            page.cell(number, column).value = value


def outcomes(page: Worksheet, key: str, column: str = "ARM utfall") -> dict[str, str]:
    """Key → outcome, or what is in another column."""
    header = next(page.iter_rows(max_row=1, values_only=True))
    place = header.index(column), header.index(key)
    return {row[place[1]]: row[place[0]] for row in page.iter_rows(min_row=2, values_only=True) if row[place[1]]}


def references(path: Path) -> dict[str, int]:
    """Number of a document that ARM has → ARM's reference."""
    numbers = outcomes(openpyxl.load_workbook(path)["Fakturaer"], "Fakturanr", "ARM referanse")
    return {number: int(reference) for number, reference in numbers.items() if reference}


def work(path: Path) -> list[tuple[Any, ...]]:
    """The lines of the Problems sheet that need work: status, number, advice."""
    lines = openpyxl.load_workbook(path)["Problemer"].iter_rows(min_row=2, values_only=True)
    return [(line[1], line[4], line[8]) for line in lines if line[0] == "ja"]


def refuse(env: dict[str, str], path: Path, result: Path) -> None:
    """A result for another client is refused, by `plan` as by `import`; so is a file beside its own copy."""
    for command in (("plan",), ("import", "--yes")):
        code, said = called(*command, str(result), env={**env, "ARMBULK_CLIENT_NO": "9999"})
        assert (code, said["error"]["code"]) == (2, "other-client")
    copy = Path(shutil.copy(path, path.with_name("kopi.xlsx")))
    code, said = called("check", str(path), str(copy), env=env)
    assert (code, said["error"]["code"], copy.name in said["error"]["message"]) == (2, "same-file-twice", True)


def renumber(env: dict[str, str], result: Path) -> None:
    """A row that says that it is in ARM is not sent under another number, until a person says that it is new."""
    book = openpyxl.load_workbook(result)
    for letter, sheet in (("C", "Fakturaer"), ("A", "Linjer")):
        book[sheet][f"{letter}3"].value = "F2-ny"
    book.save(result)
    for _ in range(2):  # a row that says it is in ARM, under another number; also when it is imported as it is
        code, said = called("import", str(result), "--yes", env=env)
        assert (code, said["outcomes"]["already_sent"], said["outcomes"]["conflict"]) == (1, 4, 1)
        assert [(line[:2], "ARM utfall" in line[2]) for line in work(result)] == [(("✗ konflikt", "F2-ny"), True)]
    book = openpyxl.load_workbook(result)
    texts = [str(cell.value) for row in book["Sammendrag"].iter_rows() for cell in row]
    assert [any(part in text for text in texts) for part in ("kolonnen ARM utfall", "et annet bilag")] == [True, False]
    header = next(book["Fakturaer"].iter_rows(max_row=1, values_only=True))
    book["Fakturaer"].cell(3, header.index("ARM utfall") + 1).value = None
    book.save(result)
    code, said = called("import", str(result), "--yes", env=env)  # a person says that it is a new document
    assert (code, said["outcomes"]["already_sent"], said["outcomes"]["created"]) == (0, 4, 1)


@pytest.mark.proof
def test_a_result_is_corrected_and_imported_until_all_is_done(tmp_path: Path) -> None:
    """Three rounds: only open, changed and new rows are sent; a changed document is refused; the file is kept."""
    path, result = tmp_path / "mal.xlsx", tmp_path / "mal.result.xlsx"
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        env["ARMBULK_LANG"] = "no"
        assert call("template", "all", "-o", str(path), env=env)[0] == 0
        book = openpyxl.load_workbook(path)
        fill(book["Kunder"], CUSTOMERS)
        fill(book["Fakturaer"], [[*row, *DATES_AND_SUMS] for row in INVOICES])
        fill(book["Linjer"], [[row[2], *LINE] for row in INVOICES])
        book.save(path)
        code, said = called("import", str(path), "--yes", "--skip-invalid", env=env)
        assert (code, said["outcomes"]["created"], said["outcomes"]["held_back"]) == (1, 3, 2)
        assert [line[:2] for line in work(result)] == [
            ("✗ avvist", "F3"), ("✗ holdt tilbake", "0702"), ("✗ holdt tilbake", "F2"),
        ]  # fmt: skip
        book = openpyxl.load_workbook(result)
        page = book["Fakturaer"]
        assert outcomes(page, "Fakturanr") == outcomes(book["Linjer"], "Fakturanr")
        assert page.sheet_view.pane.topLeftCell == "M2"
        assert [page.column_dimensions[letter].hidden for letter in "CGLM"] == [False, True, True, False]
        assert (page.page_setup.fitToWidth, page.print_title_cols, page.print_title_rows) == (2, "$A:$C", "$1:$1")
        assert {book[name]["M4"].hyperlink.location for name in ("Fakturaer", "Linjer")} == {"'Problemer'!A2"}
        assert book["Problemer"]["D2"].hyperlink.location == "'Fakturaer'!B4"
        assert book["Sammendrag"]["A2"].value == "✗ 3 av 6 poster må følges opp: 1 avvist, 2 holdt tilbake"

        reference = references(result)["F4"]
        book["Kunder"]["E3"].value, book["Kunder"]["B2"].value = "0910", "Kari Berg Lie"
        page["B4"].value, page["H2"].value, page["G3"].value = "0701", "Ola", None
        fill(page, [["IN", "0702", "F5", *DATES_AND_SUMS]], first=6)
        fill(book["Linjer"], [["F5", *LINE]], first=6)
        book.save(result)
        edited = result.read_bytes()
        code, said = called("import", str(result), "--yes", env=env)
        kept = (tmp_path / "mal.result.xlsx.bak").read_bytes()
        assert (code, said["result"], kept == edited) == (1, str(result), True)
        book = openpyxl.load_workbook(result)
        assert outcomes(book["Kunder"], "Kundenr") | outcomes(book["Fakturaer"], "Fakturanr") == {
            "0701": "oppdatert", "0702": "opprettet",
            "F1": "konflikt", "F2": "opprettet", "F3": "opprettet", "F4": "allerede sendt", "F5": "opprettet",
        }  # fmt: skip
        ((status, number, advice),) = work(result)
        assert (status, number, "krediterer du det" in advice) == ("✗ konflikt", "F1", True)

        book["Fakturaer"]["H2"].value = "Kari"
        book.save(result)
        calls = len([call for call in arm.state.requests if call.method in {"POST", "PUT"}])
        code, said = called("import", str(result), "--yes", env=env)
        assert (code, said["outcomes"]["already_sent"], said["outcomes"]["unchanged"]) == (0, 5, 2)
        assert len([call for call in arm.state.requests if call.method in {"POST", "PUT"}]) == calls
        assert (tmp_path / "mal.result.xlsx.bak2").is_file()
        book = openpyxl.load_workbook(result)
        links = [cell for row in book["Linjer"].iter_rows() for cell in row if cell.hyperlink]
        assert (work(result), book["Sammendrag"]["A2"].value[0], links) == ([], "✓", [])
        assert references(result)["F4"] == reference

        renumber(env, result)
        refuse(env, path, result)


def test_a_result_that_cannot_be_imported_keeps_what_it_says(tmp_path: Path) -> None:
    """Errors in new rows, or a computer that does not know its run, take no outcome from the rows that are done.

    The result is in English, the import that is stopped in Norwegian.
    """
    path, result = tmp_path / "mal.xlsx", tmp_path / "mal.result.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Kunder"
    fill(book["Kunder"], [["Kundenr", "Navn"], ["0701", "Kari Berg"]], first=1)
    head = ["Bilagstype", "Kundenr", "Fakturanr", "Fakturadato", "Forfallsdato", "Valuta", "Beløp inkl. mva"]
    row = ["IN", "0701", "F1", "2026-11-01", "2026-11-15", "NOK", 500]
    fill(book.create_sheet("Fakturaer"), [head, row], first=1)
    book.save(path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        assert called("import", str(path), "--yes", env=env)[0] == 0
        written = result.read_bytes()
        for words in (["plan"], ["import", "--yes"]):
            code, said = called(*words, str(result), env={**env, "ARMBULK_HOME": str(tmp_path / "another")})
            assert (code, said["error"]["code"]) == (3, "store-other")
            assert ("--look-up" in said["error"]["hint"], "--first-import" in said["error"]["hint"]) == (True, False)
        assert result.read_bytes() == written
        book = openpyxl.load_workbook(result)
        book["Fakturaer"]["C2"].value = "F1-ny"
        book.save(tmp_path / "ny.xlsx")
        sent, words = len(arm.state.batches), ["--yes", "--look-up"]  # no number in ARM shows the changed one
        code, said = called(
            "import", str(tmp_path / "ny.xlsx"), *words, env={**env, "ARMBULK_HOME": str(tmp_path / "x")}
        )
        assert (code, said["outcomes"]["conflict"], len(arm.state.batches)) == (1, 1, sent)
        book = openpyxl.load_workbook(result)
        before = [[cell.value for cell in row][7:] for row in book["Fakturaer"].iter_rows(max_row=2)]
        fill(book["Fakturaer"], [["IN", "0701", "F2", "2026-11-01", "2026-10-15", "NOK", 500]], first=3)
        fill(book["Kunder"], [["0702", "Ola Lie"]], first=3)
        book.save(result)
        assert call("import", str(result), "--yes", env={**env, "ARMBULK_LANG": "no"})[0] == 1
    book = openpyxl.load_workbook(result)
    after = [[cell.value for cell in row][7:] for row in book["Fakturaer"].iter_rows(max_row=2)]
    assert (before[1][0], after[1][0], after[1][1:], bool(after[1][3])) == ("created", "opprettet", before[1][1:], True)
    assert outcomes(book["Kunder"], "Kundenr") == {"0701": "opprettet", "0702": "ikke sendt"}
    assert str(book.worksheets[0]["A2"].value).startswith("✗ 2 ")


def test_the_result_of_csv_files_as_csv(tmp_path: Path) -> None:
    """`-o NAME.csv` writes the rows of each file with its outcome, and a workbook beside them; so does the next run."""
    (tmp_path / "kunder.csv").write_text(
        'Kundenr;Navn;Landkode\n0701;"Kari\n=Lie";NO\n0702;Ola;XXX\n', encoding="utf-8"
    )
    (tmp_path / "mer.csv").write_text("Kundenr;Navn\n0703;Per\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("kunder.csv", "mer.csv")]
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        words = ["--as", "customers", "--yes", "--skip-invalid", "-o", str(tmp_path / "ut.csv")]
        code, said = called("import", *files, *words, env=env)
        assert (code, said["result"]) == (1, str(tmp_path / "ut.xlsx"))
        lines = (tmp_path / "ut-kunder.csv").read_text(encoding="utf-8-sig").split("\n")
        assert lines[0].startswith("Kundenr;Navn;Landkode;ARM outcome;ARM message;")
        assert [lines[1], lines[2].split(";")[:4]] == ['0701;"Kari', ['=Lie"', "NO", "created", ""]]
        assert lines[3].startswith('0702;Ola;XXX;held back;"C4: ') or lines[3].startswith("0702;Ola;XXX;held back;C4: ")
        book = openpyxl.load_workbook(tmp_path / "ut.xlsx")
        assert book["Problems"]["D2"].hyperlink.location == "'kunder'!C4"  # as the message names it
        code, _ = called("import", str(tmp_path / "ut-kunder.csv"), *words[:-1], str(tmp_path / "nytt.csv"), env=env)
        again = (tmp_path / "nytt.csv").read_text(encoding="utf-8-sig").split("\n")
        assert (again[0], again[2].split(";")[2]) == (lines[0], "unchanged")
        code, said = called("import", str(tmp_path / "ut.xlsx"), "--yes", "-o", str(tmp_path / "x.csv"), env=env)
        assert (code, said["error"]["code"]) == (2, "no-csv-input")

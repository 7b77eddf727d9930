"""`check --fix` corrects what has one sure remedy, in a copy; what can be read in two ways stays as it is."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from support.commands import call, called
from support.sheets import check_texts

from armbulk.app.check import CheckResult, InputFiles
from armbulk.app.corrections import correct
from armbulk.model.known_customers import KnownCustomers
from armbulk.store import WrittenFiles
from armbulk.validation.repairs import propose_corrections

CUSTOMERS = ["Kundenr", "Navn", "Postnr", "Poststed", "Landkode", "Valuta", "Språk", "E-post", "Fødselsnr", "Orgnr"]


def workbook(folder: Path) -> Path:
    """A workbook with mistakes of every kind that has one remedy, and some that have none."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Kunder"
    sheet.append(CUSTOMERS)
    sheet.append(
        ["0101", "Bø &amp; Sønn", 150, "OSLO", "Norge", "NKR", "Norsk", "Kari <kari@x.no>", "5076500160", None]
    )
    sheet.append(["0102", "Acme\u200b AS", 150, "Bergen", "UK", "kr", "en", "mailto:ola@x.no", None, "NULL"])
    sheet["A2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["L1"] = "=1+1"
    documents = book.create_sheet("Fakturaer")
    for row in (
        ["Fakturanr", "Bilagstype", "Kundenr", "Fakturadato", "Forfallsdato", "Valuta", "Beløp inkl. mva"],
        ["00F1", "Faktura", "101", "01.10.2026", "15.10.2026", "norske kroner", 125],
        ["F2", "Kreditnota", "0102", "01.10.2026", "15.10.2026", "NOK", 125],
    ):
        documents.append(row)
    lines = book.create_sheet("Linjer")
    for row in (
        ["Fakturanr", "Linjenr", "Linjetekst", "Beløp inkl. mva"],
        ["00F1", 1, "Kam", 100], [None, 2, "Børste", 25], ["F2", 1, "Såpe", 125],
    ):  # fmt: skip
        lines.append(row)
    path = folder / "feil.xlsx"
    book.save(path)
    return path


CHANGES = {
    "Kunder!B2": ("Bø &amp; Sønn", "Bø & Sønn"),
    "Kunder!C2": ("150", "0150"),
    "Kunder!E2": ("Norge", "NO"),
    "Kunder!F2": ("NKR", "NOK"),
    "Kunder!G2": ("Norsk", "no"),
    "Kunder!H2": ("Kari <kari@x.no>", "kari@x.no"),
    "Kunder!I2": ("••••••••60", "•••••••••60"),
    "Kunder!B3": ("Acme[U+200B] AS", "Acme AS"),
    "Kunder!E3": ("UK", "GB"),
    "Kunder!H3": ("mailto:ola@x.no", "ola@x.no"),
    "Kunder!J3": ("NULL", ""),
    "Fakturaer!B2": ("Faktura", "IN"),
    "Fakturaer!C2": ("101", "0101"),
    "Fakturaer!F2": ("norske kroner", "NOK"),
    "Linjer!A3": ("", "00F1"),
}


def test_what_has_one_remedy_is_corrected_in_a_copy(tmp_path: Path) -> None:
    """Each change is in the report, in its coloured cell with a comment, and on the sheet Changes; the file stays."""
    path, target = workbook(tmp_path), tmp_path / "rettet.xlsx"
    before = path.read_bytes()
    code, said = called("check", str(path), "--fix", "-o", str(target))
    assert code == 1  # `kr` may be four currencies, and ARM's code of a credit note is not known
    assert {change["cell"]: (change["before"], change["after"]) for change in said["changes"]} == CHANGES
    assert said["corrections"] == len(CHANGES)
    assert {finding["cell"] for finding in said["findings"] if finding["severity"] == "error"} == {
        "Kunder!F3", "Fakturaer!B3",
    }  # fmt: skip
    assert path.read_bytes() == before
    book = openpyxl.load_workbook(target)
    assert book.sheetnames[:2] == ["Changes", "Problems"]
    rows = list(book["Changes"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == list(CHANGES)
    assert all(row[5] for row in rows)  # what was wrong
    corrected = book["Kunder"]["C2"]
    assert (corrected.value, corrected.data_type) == ("0150", "s")
    assert corrected.fill.fgColor.rgb.endswith("D3E5F6")
    assert "Before: 150" in corrected.comment.text
    assert book["Kunder"]["I2"].value == "05076500160"
    assert book["Kunder"]["A2"].fill.fgColor.rgb.endswith("FFFF00")
    assert book["Kunder"]["L1"].value == "=1+1"


def test_the_corrected_copy_is_an_ordinary_workbook(tmp_path: Path) -> None:
    """The copy is checked like any workbook: its own sheets are ignored, and nothing is left to correct."""
    target = tmp_path / "rettet.xlsx"
    called("check", str(workbook(tmp_path)), "--fix", "-o", str(target))
    code, said = called("check", str(target))
    assert (code, said["counts"]["error"], said["correctable"]) == (1, 2, 0)


def test_a_check_says_how_many_cells_can_be_corrected(tmp_path: Path) -> None:
    """`check` counts what --fix would correct, and names the command; --fix needs a file for the copy."""
    path = str(workbook(tmp_path))
    assert called("check", path)[1]["correctable"] >= 12
    code, out, _ = call("check", path)
    assert code == 1
    assert f"armbulk check {path} --fix -o CORRECTED.xlsx" in out
    code, said = called("check", path, "--fix")
    assert (code, said["error"]["code"]) == (2, "no-target")
    code, said = called("check", path, "--fix", "-o", path)
    assert (code, said["error"]["code"]) == (2, "replaces-input")


def test_csv_files_become_a_corrected_workbook(tmp_path: Path) -> None:
    """Of CSV files the copy is a workbook with the corrected cells."""
    path, target = tmp_path / "kunder.csv", tmp_path / "rettet.xlsx"
    path.write_text("Kundenr;Navn;Landkode\n0101;Kari;Sverige\n", encoding="utf-8")
    assert called("check", str(path), "--fix", "-o", str(target))[0] == 0
    book = openpyxl.load_workbook(target)
    assert [cell.value for cell in book["kunder"][2]] == ["0101", "Kari", "SE"]
    assert [cell.value for cell in book["Changes"][2]][1:5] == ["kunder!C2", "Country code", "Sverige", "SE"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Landkode", "Kongo"), ("Valuta", "kr"), ("Valuta", "dollar"), ("Poststed;Postnr", "Bergen;150"),
        ("Poststed;Postnr", ";150"), ("Kontonr", "8150175732"), ("Navn", "B\ufffd & S\ufffdnn"),
        ("E-post", "kari at x.no"), ("Landkode;Poststed;Postnr", "US;Oslo;150"), ("Kontonr", "5301234505"),
        ("Poststed", "\U0001f468\u200d\U0001f469"), ("Poststed", '"Oslo&#9;S"'),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_left_to_the_person(tmp_path: Path, header: str, value: str) -> None:
    """A name of two countries, `kr`, a postal code without its city, a damaged letter: no correction is proposed."""
    names = "" if header == "Navn" else ";Navn"
    checked = check_texts(tmp_path, kunder=[f"Kundenr;{header}{names}", f"K1;{value}{';Kari' if names else ''}"])
    assert propose_corrections(checked).is_empty()


DOCUMENT = "IN;{};01.10.2026;15.10.2026;NOK;100"
DOCUMENT_HEADERS = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"


def test_a_number_with_two_possible_owners_is_left(tmp_path: Path) -> None:
    """101 may be 0101 and 00101, or a customer that ARM has; a line below a total may be of any document."""
    customers = ["Kundenr;Navn", "0101;Kari", "00101;Ola"]
    documents = [DOCUMENT_HEADERS, f"F1;{DOCUMENT.format('101')}", f"F2;{DOCUMENT.format('0101')}"]
    lines = ["Fakturanr;Linjetekst;Beløp inkl. mva", "F1;Kam;50", "Sum;;50", ";Børste;50", "F2;Såpe;100"]
    checked = check_texts(tmp_path, kunder=customers, fakturaer=documents, linjer=lines)
    assert {"customer-without-zeros", "continuation-rows"} <= set(checked.findings["code"])
    assert propose_corrections(checked).is_empty()
    checked = check_texts(tmp_path, kunder=customers[:2], fakturaer=documents)
    assert propose_corrections(checked)["after"].to_list() == ["0101"]
    known = KnownCustomers(lambda number: number == "101", 0, 1, None)
    assert propose_corrections(checked, known).is_empty()


def test_html_codes_are_only_those_with_a_semicolon(tmp_path: Path) -> None:
    """`&sect` in a name is no sign: it is kept as it is."""
    checked = check_texts(tmp_path, kunder=["Kundenr;Navn;Poststed", 'K1;"Salg&amp;sect &notater";Oslo'])
    assert propose_corrections(checked)["after"].to_list() == ["Salg&sect &notater"]


def test_a_correction_that_makes_another_error_is_dropped(tmp_path: Path) -> None:
    """A number with its zeros that is in the files twice would be a duplicate: it is not corrected."""
    checked = check_texts(tmp_path, kunder=["Kundenr;Navn;Språk", "0101;Kari;Norsk", "0102;NULL;Svensk"])
    result = CheckResult(InputFiles(("f",)), checked, WrittenFiles(tmp_path / "written"))
    corrected = correct(result)
    assert corrected.corrections.select("column", "after").rows() == [("C", "no"), ("C", "sv")]
    assert corrected.after.errors == result.errors - 2

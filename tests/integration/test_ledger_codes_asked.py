"""A ledger's own codes are asked about, saved, and offered again; lists of suppliers are not read as customers."""

import os
import tomllib
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from support.commands import called

from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.sandbox import Sandbox

LEDGER = """NORDLYS REGNSKAP AS;;;;;;;
Reskontro pr. 31.10.2026;;;;;;;
Kontonr;Navn;Bilart;Bilnr;Bdato;F.dato;Brutto;Spr
10001;Kåre Ødegård;UF;50123;01.10.26;15.10.26;1234,50;
10001;Kåre Ødegård;UK;50130;12.10.26;12.10.26;-234,50;
10001;Kåre Ødegård;BB;50131;13.10.26;27.10.26;-100,00;
10002;Bjørnsen Bygg AS;UF;50125;31.10.26;14.11.26;8000,00;
Sum;;;;;;8900,00;
Sum 2;;;;;;8900,00;
Sum 3;;;;;;8900,00;
Sum 4;;;;;;8900,00;
"""
ASKED = "y\n\n\nx\n\n\n-\nNOK\ndmy\nl\ny\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A customer ledger in the encoding of old programs."""
    file = tmp_path / "reskontro.csv"
    file.write_text(LEDGER, encoding="cp1252")
    return str(file)


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(CommandContext, "is_output_seen", property(lambda _: True))


def answer(*words: str, typed: str) -> tuple[int, str]:
    """Run a command whose questions are answered line by line."""
    result = CliRunner().invoke(cli, [*words], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout + result.stderr


def saved_mapping() -> Path:
    """The only saved mapping of this test."""
    (path,) = (Path(os.environ["ARMBULK_HOME"]) / "mappings").glob("*.toml")
    return path


@pytest.mark.usefixtures("somebody")
def test_codes_are_asked_about_and_offered_again(path: str) -> None:
    """Each code is one question; what is left open is held back; `map` begins with every answer and loses none."""
    code, shown = answer("check", path, typed=ASKED)
    assert code == 1, shown
    for words in ('"UK": 1 row; usual for credit notes, and its amount is negative', '"x" is not a valid code here',
                  "    row 11: Sum 4", '"BB": 1 row; its amount is negative: a credit note, or a payment',
                  'The mapping does not have the value "BB"'):  # fmt: skip
        assert words in shown
    before = saved_mapping().read_text(encoding="utf-8")
    (sheet,) = tomllib.loads(before)["sheet"]
    assert sheet["values"] == {"document_type": {"UF": "IN", "UK": "CN"}}
    assert sheet["otherwise"] == {"document_type": "error"}
    assert (sheet["constant"], sheet["dates"], sheet["skip_totals"]) == ({"currency": "NOK"}, "dmy", True)
    code, said = called("check", path)
    assert {(each["row"], each["code"]) for each in said["findings"] if each["severity"] == "error"} == {
        (6, "value-not-mapped")
    }
    code, shown = answer("map", path, typed="\n\n\n\n-\n\n\n\n")
    assert (code, "as you decided for an earlier file" in shown, "Press Enter for NOK as before" in shown) == (
        0, True, True,
    ), shown  # fmt: skip
    assert saved_mapping().read_text(encoding="utf-8") == before
    code, shown = answer("map", path, typed="\n\n\n\ncn\n\n\n\n")
    assert tomllib.loads(saved_mapping().read_text(encoding="utf-8"))["sheet"][0]["otherwise"] == {
        "document_type": "error"  # a code that the ledger uses next month is not sent as it is
    }


def test_a_script_gets_the_codes_as_comments(path: str) -> None:
    """Rows with a code are held back by the mapping that is written, until the # of the code is removed."""
    target = Path(path).with_name("m.toml")
    code, said = called("map", path, "-o", str(target))
    assert [(each["value"], each["code"], each["sure"]) for each in said["proposals"][0]["values"]] == [
        ("UF", "IN", False), ("UK", "CN", False), ("BB", None, False),
    ]  # fmt: skip
    text = target.read_text(encoding="utf-8").replace('# currency = ""', 'currency = "NOK"')
    target.write_text(text.replace("[sheet.rename]", 'dates = "dmy"\n[sheet.rename]', 1), encoding="utf-8")
    code, said = called("check", path, "--mapping", str(target))
    held = [each["code"] for each in said["findings"] if each["severity"] == "error"]
    assert (code, held) == (1, ["value-not-mapped"] * 4), said["findings"]
    decided = target.read_text(encoding="utf-8").replace('# "U', '"U').replace('# "BB" = ""', '"BB" = "CN"')
    target.write_text(decided, encoding="utf-8")
    code, said = called("check", path, "--mapping", str(target))
    assert (code, said["counts"]["error"]) == (0, 0), said["findings"]


@pytest.mark.usefixtures("somebody")
def test_suppliers_with_the_headers_of_customers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A title or name that may refer to suppliers is asked about on a terminal, and a warning in a script."""
    text = "Debitor;Firma;Gate;Postnr;Sted\n20001;Mel AS;Storgata 1;0155;Oslo\n"
    customers, suppliers = tmp_path / "kunder.csv", tmp_path / "liste.csv"
    customers.write_text(text, encoding="utf-8")
    suppliers.write_text(f"Leverandørliste;;;;\n{text}", encoding="utf-8")
    code, shown = answer("check", str(customers), typed="\n\n\n\n\n\n\n")
    assert (code, "may refer to suppliers" in shown) == (0, False), shown
    code, shown = answer("check", str(suppliers), typed="n\n")
    assert (code, '"liste" is a list of suppliers. Nothing was read.' in shown) == (2, True), shown
    assert '"Leverandørliste" may refer to suppliers' in shown
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: False))
    code, said = called("check", str(suppliers))
    assert (code, "supplier-list" in {each["code"] for each in said["findings"]}) == (0, True)


BLOCKS = """Bilnr;Bilart;Bdato;Forfall;Brutto;Valuta
10001 Kari Nordmann;;;;;
50001;Faktura;01.10.2026;15.10.2026;1 250,00;NOK
50002;Faktura;08.10.2026;22.10.2026;300,50;NOK
Sum 10001;;;;1 550,50;
010002 Ærlig Øl AS;;;;;
50003;Faktura;02.10.2026;16.10.2026;2 500,00;NOK
Sum 010002;;;;2 500,00;
Totalt;;;;4 050,50;
"""


@pytest.mark.usefixtures("somebody")
@pytest.mark.proof
def test_the_number_of_a_title_belongs_to_each_row_of_its_block(tmp_path: Path) -> None:
    """A person accepts it once; next month it is read so, and a block whose total does not agree is held back."""
    path = tmp_path / "blokker.csv"
    path.write_text(BLOCKS, encoding="utf-8")
    code, shown = answer("check", str(path), typed="\n\n\n\n\n\n\n\n\n")
    assert (code, "10001: 2 rows · 010002: 1 row" in shown) == (0, True), shown
    (sheet,) = tomllib.loads(saved_mapping().read_text(encoding="utf-8"))["sheet"]
    assert sheet["from_title"] == {"customer_no": "Bilnr"}
    values = []
    for row in (3, 4, 7):
        code, said = called("map", str(path), "--explain", str(row))
        values.append({field["field"]: field["value"] for field in said["fields"]}["customer_no"])
    assert values == ["10001", "10001", "010002"]
    path.write_text(BLOCKS.replace("300,50;NOK", "300,60;NOK"), encoding="utf-8")
    code, said = called("check", str(path))
    errors = [(each["row"], each["code"]) for each in said["findings"] if each["severity"] == "error"]
    assert (code, errors) == (1, [(3, "block-unclear"), (4, "block-unclear")])
    assert said["sheets"][0]["rows"] == 3
    apart = [
        line.replace("10001 Kari", "10001;Kari").replace("010002 Æ", "010002;Æ") for line in BLOCKS.splitlines()[1:]
    ]
    apart = [f"{line};" if ";Kari" in line or ";Æ" in line else f";;{line}" for line in apart]
    path.write_text("\n".join(["Nr;Navn;" + BLOCKS.splitlines()[0], *apart, ""]), encoding="utf-8")
    code, shown = answer("check", str(path), typed="\n" * 12)
    assert code == 0, shown
    code, said = called("check", str(path))
    assert [each["row"] for each in said["findings"] if each["code"] == "row-left-out"] == [2, 5, 6, 8, 9]


JOURNAL = """FJELLHEIM DRIFT AS;;;;;;Side 1
Journal oktober;;;;;;02.11.2026
Art;Bilnr;Utst.dato;Forf.;Netto;Avgift;Brutto
Debitor: 0101 Kari Nordmann;;;;;;
UF;50001;01.10.26;15.10.26;1 000,00;250,00;1 250,00
FJELLHEIM DRIFT AS;;;;;;Side 2
Journal oktober;;;;;;02.11.2026
Art;Bilnr;Utst.dato;Forf.;Netto;Avgift;Brutto
UK;50002;08.10.26;08.10.26;100,00-;25,00-;125,00-
Sum debitor 0101;;;;900,00;225,00;1 125,00
Debitor: 0102 Ærlig Øl AS;;;;;;
UF;50003;02.10.26;16.10.26;2 000,00;500,00;2 500,00
Sum debitor 0102;;;;2 000,00;500,00;2 500,00
TOTALT 3 bilag;;;;2 900,00;725,00;3 625,00
"""


@pytest.mark.usefixtures("somebody")
@pytest.mark.proof
def test_titles_and_page_headings_in_the_column_of_the_codes(tmp_path: Path) -> None:
    """They are no codes, and left out. ARM's refusal of a customer number in a title is at the document's number."""
    path = tmp_path / "journal.csv"
    path.write_text(JOURNAL, encoding="cp1252")
    code, shown = answer("check", str(path), typed="\n\n\n\n\n\nNOK\n\n\n\n")
    assert (code, "3 records below" in shown, 'A: "FJELLHEIM' in shown) == (0, True, False), shown
    code, said = called("check", str(path))
    left_out = [each["row"] for each in said["findings"] if each["code"] == "row-left-out"]
    assert (said["sheets"][0]["rows"], left_out) == (3, [4, 6, 7, 8, 10, 11, 13, 14])
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        last = called("plan", str(path), env=env)[1]["warnings"][-1]
        assert (last["code"], last["cells"][:2]) == ("row-left-out", ["journal!4", "journal!6"])
        code, said = called("import", str(path), "--yes", "--first-import", env=env)
    assert (code, said["outcomes"]["rejected"]) == (1, 3), said
    result = openpyxl.load_workbook(tmp_path / "journal.result.xlsx")
    fills = [result["journal"][cell].fill.fgColor.rgb[2:] for cell in ("A3", "A4", "B5")]
    assert fills == ["1F3A4D", "E7E7E7", "F8D3CF"]  # a warning about the whole file leaves the header readable
    problems = result["Problems"]
    assert [[cell.value for cell in line][3:6] for line in problems.iter_rows(min_row=2, max_row=4)] == [
        ["journal!B5", "50001", "Document no"], ["journal!B9", "50002", "Document no"],
        ["journal!B12", "50003", "Document no"],
    ]  # fmt: skip
    others = [line for line in problems.iter_rows(min_row=2, values_only=True) if line[9] == "row-left-out"]
    message = "8 rows are no records and are left out, as the mapping says. The first is in row 4."
    rows = "Also in 7 more rows: 6, 7, 8, 10, 11, 13, 14."
    assert [(line[3], line[7]) for line in others] == [("journal!4", f"{message}\n{rows}")]


def test_page_headings_and_counts_in_a_list_of_customers(tmp_path: Path) -> None:
    """A merged page number and the number of customers are no customers: they are left out, or errors."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Kunder"
    for row in (["Kundenr", "Navn", "Poststed", "Telefon"], ["0101", "Kari", "Os", "90012300"], ["Side 2"],
                ["Antall debitorer:", 2], ["0102", "Ola", "Voss", "90012301"]):  # fmt: skip
        page.append(row)
    page.merge_cells("A3:D3")
    book.save(tmp_path / "kunder.xlsx")
    mapping = tmp_path / "m.toml"
    mapping.write_text('[[sheet]]\nresource = "customers"\nskip_totals = true\n', encoding="utf-8")
    code, said = called("check", str(tmp_path / "kunder.xlsx"))
    errors = {(each["row"], each["code"]) for each in said["findings"] if each["severity"] == "error"}
    assert {(3, "note-row"), (4, "total-row")} <= errors
    code, said = called("check", str(tmp_path / "kunder.xlsx"), "--mapping", str(mapping))
    assert (code, said["sheets"][0]["ok"], [(each["row"], each["code"]) for each in said["findings"]]) == (
        0, 2, [(3, "row-left-out"), (4, "row-left-out")],
    ), said  # fmt: skip


DAY_BOOK = "\r\n".join(
    (
        "SALES DAY BOOK",
        "HARBOUR SUPPLIES\tPeriod 01/01/2025 - 02/28/2025",
        "",
        head := "Tran. kind\tVoucher\tAcct\tInv date\tPay by\tGoods amt\tTax amt\tDoc total\tCur",
        "Sales invoice\t0070419\t004142\t02/26/2025\t03/12/2025\t7,782.52\t1,945.63\t9,728.15\tNKR",
        "Sales invoice\t0070420\t004106\t01/20/2025\t02/03/2025\t1,271.16\t317.79\t1,588.95\tNKR",
        "Page total\t\t\t\t\t\t\t11,317.10\t",
        "Carried forward\t\t\t\t\t\t\t11,317.10\t",
        head,
        "Credit memo\t0070421\t004118\t01/27/2025\t02/10/2025\t(80.00)\t(20.00)\t(100.00)\tNKR",
        "Page total\t\t\t\t\t\t\t(100.00)\t",
        "GRAND TOTAL\t3 documents\t\t\t\t\t\t11,217.10",
        "*** END OF REPORT ***   03/02/2025",
    )
)


@pytest.mark.usefixtures("somebody")
def test_a_day_book_with_totals_of_pages_is_read_without_an_error(tmp_path: Path) -> None:
    """Totals of pages, what is carried forward, repeated headers and short lines at the end are no records or codes.

    A person who keeps these rows gets an error for each total: no row is lost.
    """
    path = tmp_path / "daybook.csv"
    path.write_text(DAY_BOOK, encoding="cp1252")
    code, shown = answer("check", str(path), typed="\n" * 12)
    assert (code, "3 documents" in shown, '"Page total": 2 rows' in shown) == (0, True, False), shown
    _code, said = called("check", str(path))
    assert {each["row"] for each in said["findings"] if each["code"] == "row-left-out"} == {7, 8, 9, 11, 12, 13}
    assert not [each for each in said["findings"] if each["severity"] == "error"]
    saved = saved_mapping()
    saved.write_text(saved.read_text(encoding="utf-8").replace("skip_totals = true", ""), encoding="utf-8")
    _code, said = called("check", str(path))
    assert {7, 8, 9, 11, 12, 13} <= {each["row"] for each in said["findings"] if each["severity"] == "error"}

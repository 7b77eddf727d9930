"""Files with other headers: armbulk proposes what the columns are, a person decides, and the answers are kept."""

import json
import os
import stat
import tomllib
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from support.commands import call, called

from armbulk.app.check import CheckResult, InputFiles, check_inputs
from armbulk.app.dialog import Dialog, ProposeAgain
from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.model.column_proposal import SheetDecision, SheetProposal
from armbulk.model.read_options import ReadOptions
from armbulk.sandbox import Sandbox
from armbulk.settings.load import load_profile

LEDGER = """Fjord AS;;;;;;;;
Åpne poster pr 31.10.2026;;;;;;;;
;;;;;;;;
Debitor;Firma;Faktura;Utstedt;Forfaller;Netto;Moms;Å betale;Merknad
0101;Ås Bakeri AS;050001;01.10.2026;15.10.2026;1 000,00;250,00;1 250,00;
0102;Bø & Sønn;050002;02.10.2026;16.10.2026;2 000,00;500,00;2 500,00;Ring
Sum;;;;;3 000,00;750,00;3 750,00;
Utskrevet 31.10.2026 av KN;;;;;;;;
"""
COLUMNS = {
    "A": "customer_no", "B": "", "C": "document_no", "D": "document_date", "E": "due_date", "F": "excl_vat",
    "G": "vat", "H": "incl_vat", "I": "",
}  # fmt: skip


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(CommandContext, "is_output_seen", property(lambda _: True))


def ledger(folder: Path, text: str = LEDGER, name: str = "apne.csv", encoding: str = "cp1252") -> str:
    """A ledger's export in the encoding of old programs."""
    path = folder / name
    path.write_text(text, encoding=encoding)
    return str(path)


def answer(*words: str, **typed: str) -> tuple[int, str, str]:
    """Run a command whose questions are answered line by line."""
    result = CliRunner().invoke(cli, [*words], input=typed["typed"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


class Decides(Dialog):
    """A program's own page: it takes the proposal, changed as a test says."""

    def __init__(self, **changes: str) -> None:
        super().__init__()
        self.changes, self.seen = changes, []

    def match_columns(self, proposal: SheetProposal, propose: ProposeAgain) -> SheetDecision | None:
        """Accept what is proposed."""
        del propose
        self.seen.append(proposal)
        columns = {column.letter: column.target for column in proposal.columns} | {
            letter: target for letter, target in self.changes.items() if len(letter) == 1
        }
        constants = {name: value for name, value in (("document_type", "IN"), ("currency", "NOK"))
                     if name not in columns.values() and name in proposal.required}  # fmt: skip
        return SheetDecision(
            proposal.resource, proposal.header_row, columns, constants, self.changes.get("dates", ""),
            self.changes.get("decimal", ""), skips_other_rows=bool(proposal.other_rows),
        )  # fmt: skip


def check(home: Path, path: str, dialog: Dialog, **options: str) -> CheckResult:
    """Check one file in a session of its own."""
    profile = load_profile({"ARMBULK_HOME": str(home), "ARMBULK_LANG": "en"})
    return check_inputs(InputFiles((path,), ReadOptions(**options)), profile, dialog)


def codes(checked: CheckResult) -> list[tuple[int | None, str]]:
    """(row, code) of each finding that is no notice."""
    rows = checked.findings.select("row", "code").rows()
    return [row for row in rows if row[1] not in {"encoding-guessed", "no-lines-sheet"}]


# ── in a script ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_script_gets_the_proposal_and_the_command_that_writes_it(tmp_path: Path) -> None:
    """`check` shows headers, samples and proposals of an unknown file, and names the next command; exit code 2."""
    path = ledger(tmp_path)
    code, out, err = call("check", path)
    assert code == 2
    for words in ("Headers: row 4", "2 rows above are titles", "a list of documents", "row 7: Sum",
                  "0101 · 0102", "→ Customer no", "Document type: required"):  # fmt: skip
        assert words in out
    assert f"armbulk map {path} -o NAME.toml" in err
    code, said = called("check", path)
    assert (code, said["exit"], said["error"]["code"]) == (2, 2, "no-data")
    (proposal,) = said["proposals"]
    assert {c["column"]: c["field"] or "" for c in proposal["columns"]} == COLUMNS
    assert [row["row"] for row in proposal["other_rows"]] == [7, 8]


def test_the_mapping_of_a_script_reads_the_file(tmp_path: Path) -> None:
    """The file that `map -o` writes needs only what no column has; then the file is good."""
    path, target = ledger(tmp_path), tmp_path / "mine.toml"
    assert called("map", path, "-o", str(target))[0] == 0
    text = target.read_text(encoding="utf-8")
    assert "Bakeri" not in text
    assert tomllib.loads(text)["sheet"][0]["skip_totals"] is True
    text = text.replace('# document_type = ""', 'document_type = "IN"').replace('# currency = ""', 'currency = "NOK"')
    target.write_text(text, encoding="utf-8")
    code, said = called("check", path, "--mapping", str(target))
    assert (code, said["counts"]["error"]) == (0, 0)
    assert said["sheets"][0]["rows"] == 2


# ── on a terminal ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("somebody")
def test_a_person_answers_and_the_next_file_is_recognised(tmp_path: Path) -> None:
    """A person accepts, enters what no column has, and the next file with these headers is read without a question."""
    code, _, err = answer("check", ledger(tmp_path), typed="\n\n\n\nkroner\nIN\nkroner\nNOK\ny\n")
    assert code == 0, err
    assert '"kroner" is not a valid value of "Document type"' in err
    assert '"kroner" is not a valid value of "Currency"' in err
    assert f"To change them: armbulk map {tmp_path / 'apne.csv'}\n" in err
    later = LEDGER.replace("Fjord AS;;;;;;;;\n", "").replace("050001", "050009").replace("250,00;1 250", "150,00;1 150")
    code, out, _ = answer("check", ledger(tmp_path, later, "november.csv"), typed="")
    assert code == 0
    assert "matched as you decided" in out
    (saved,) = saved_mappings()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    text = saved.read_text(encoding="utf-8")
    assert "Bakeri" not in text
    assert "Fjord" not in text


def saved_mappings() -> list[Path]:
    """The saved mappings of this test."""
    return list((Path(os.environ["ARMBULK_HOME"]) / "mappings").iterdir())


@pytest.mark.usefixtures("somebody")
def test_a_person_can_change_columns(tmp_path: Path) -> None:
    """A column can be chosen from the list, by a part of its name; the column that had the field is ignored then."""
    typed = "\nl\nbuyer ref\nB\nl\ncustomer no\nx\n\nIN\nNOK\nn\n"
    _, _, err = answer("map", ledger(tmp_path), typed=typed)
    assert 'There is no "X" here' in err
    (path,) = saved_mappings()
    (sheet,) = tomllib.loads(path.read_text(encoding="utf-8"))["sheet"]
    assert sheet["rename"]["Merknad"] == "buyer_reference"
    assert sheet["rename"]["Firma"] == "customer_no"
    assert sheet["ignore"] == ["Debitor"]
    assert "skip_totals" not in sheet


@pytest.mark.usefixtures("somebody")
def test_a_person_types_fields_and_the_column_of_the_number(tmp_path: Path) -> None:
    """A field is typed at once; a number is asked for as a column, never as a value of every row; words become codes.

    `armbulk map` begins with what was decided before.
    """
    text = "Blip;Hvem;Forfaller;Å betale;Valuta\nx1;01;15.10.2026;10,00;NOK\nx2;02;16.10.2026;20,00;NOK\n"
    path = ledger(tmp_path, text)
    typed = "documents\n\nB\ncustomer no\n\nzz\nA\n\ninvoice\n2026-10-01\n"
    code, _, err = answer("map", path, typed=typed)
    assert (code, 'There is no "ZZ" here' in err) == (0, True), err
    assert "Document no is required, and differs from row to row. Type the letter of its column" in err
    (saved,) = saved_mappings()
    (sheet,) = tomllib.loads(saved.read_text(encoding="utf-8"))["sheet"]
    assert (sheet["rename"]["Blip"], sheet["rename"]["Hvem"]) == ("document_no", "customer_no")
    assert sheet["constant"] == {"document_type": "IN", "document_date": "2026-10-01"}
    _, _, err = answer("map", path, typed="\n")
    assert "x1 · x2                        → Document no" in err.partition("What is in the sheet?")[0]
    people = ledger(tmp_path, "Kundenr;Xyz;Postnr;Poststed\n0101;Ås Bakeri AS;0150;Oslo\n", "folk.csv")
    code, _, err = answer("map", people, typed="\n\nb\n\n")
    assert (code, "Name is required, and differs from row to row" in err) == (0, True), err
    (sheet,) = tomllib.loads(next(path for path in saved_mappings() if path != saved).read_text("utf-8"))["sheet"]
    assert sheet["rename"]["Xyz"] == "name"


@pytest.mark.usefixtures("somebody")
@pytest.mark.proof
def test_answers_about_rows_are_saved_beside_the_columns(tmp_path: Path) -> None:
    """The due date of credit notes is asked about once for files with these headers; --as asks about the other list."""
    path = ledger(tmp_path, LEDGER.replace("16.10.2026;2 000,00;500,00;2 500,00", ";-2 000,00;-500,00;-2 500,00"))
    code, _, err = answer("check", path, typed="\n\n\n\nIN\ny\nNOK\ny\ny\n")
    assert (code, "Use its document date?" in err) == (0, True), err
    code, out, err = answer("check", path, typed="")
    assert (code, "matched as you decided" in out, "document date?" in err) == (0, True, False), err
    _, _, err = answer("check", path, "--as", "customers", typed="n\n")
    assert "Match the columns now?" in err


@pytest.mark.usefixtures("somebody")
def test_a_type_for_all_rows_is_questioned_where_amounts_are_negative(tmp_path: Path) -> None:
    """A credit note is not silently sent as an invoice: it is held back, gets a type of its own, or a warning."""
    path = ledger(tmp_path, LEDGER.replace("2 000,00;500,00;2 500,00", "-2 000,00;-500,00;-2 500,00"))
    code, out, err = answer("check", path, typed="\n\n\n\nfaktura\nn\n\nNOK\ny\n")
    assert "1 amount is negative (row 6): a credit note or a payment." in err
    assert (code, "2 documents, 1 ready, 1 held back" in out) == (1, True)
    _, _, err = answer("map", path, typed="\n\nn\nIN\nn\n:\nCN\n\ny\n")
    assert "Document type: IN; negative amounts are held back. Use this as before?" in err
    assert '":" is not a valid value of "Document type"' in err
    assert json.loads(answer("check", path, "--json", typed="")[1])["counts"]["error"] == 0
    said = called("map", path, "--explain", "6")[1]
    assert json.loads(str(said["json"]))["documentType"] == "CN"
    _, _, err = answer("map", path, typed="\n\nn\nIN\ny\n\ny\n")
    assert "Document type: IN, and CN for negative amounts. Use this as before?" in err
    assert "negative-invoice" in answer("check", path, typed="")[1]


@pytest.mark.usefixtures("somebody")
@pytest.mark.proof
def test_a_person_can_refuse(tmp_path: Path) -> None:
    """Who does not want to match columns, skips the sheet or stops, gets the error; nothing is saved."""
    for typed in ("n\n", "\ns\n", "\n\n\nq\n"):
        code, _, err = answer("check", ledger(tmp_path), typed=typed)
        assert code == 2
        assert "neither customers nor documents" in err
    code, _, err = answer("check", ledger(tmp_path), typed="\n\n")
    assert code == 130
    assert "The answers about this sheet were not saved" in err
    assert not (Path(os.environ["ARMBULK_HOME"]) / "mappings").exists()


@pytest.mark.usefixtures("somebody")
def test_the_questions_are_norwegian(tmp_path: Path) -> None:
    """In Norwegian the sheet, the questions and the reasons are Norwegian, and the answers ja and nei."""
    code, _, err = answer("check", ledger(tmp_path), "--lang", "no", typed="j\n\n\n\nIN\nNOK\nja\n")
    assert code == 0
    assert "Vil du koble kolonnene nå? [J/n]" in err
    assert "en liste over bilag" in err


# ── what is read ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_totals_and_notes_are_left_out_with_a_warning_each(tmp_path: Path) -> None:
    """A total and a note are no records; every other row is one, with its leading zeros and exact amounts."""
    checked = check(tmp_path / "home", ledger(tmp_path), Decides())
    assert codes(checked) == [(7, "row-left-out"), (8, "row-left-out")]
    rows = checked.rows("documents").select("row", "customer_no", "document_no", "incl_vat", "currency").rows()
    assert [(row, customer, number, str(amount), currency) for row, customer, number, amount, currency in rows] == [
        (5, "0101", "050001", "1250.00", "NOK"),
        (6, "0102", "050002", "2500.00", "NOK"),
    ]


def test_a_record_is_never_left_out_as_a_total(tmp_path: Path) -> None:
    """A row with a number of its own stays a record, whatever its name is."""
    text = LEDGER.replace("Bø & Sønn", "Total Renovering AS")
    checked = check(tmp_path / "home", ledger(tmp_path, text), Decides())
    assert checked.rows("documents")["document_no"].to_list() == ["050001", "050002"]


@pytest.mark.parametrize(("order", "day"), [("dmy", "2026-02-01"), ("mdy", "2026-01-02")])
def test_unclear_dates_are_read_as_decided(tmp_path: Path, order: str, day: str) -> None:
    """01/02/2026 is asked about once, for this kind of file; the option --dates overrides the answer."""
    text = LEDGER.replace("01.10.2026", "01/02/2026").replace("02.10.2026", "01/02/2026")
    path, dialog = ledger(tmp_path, text), Decides(dates=order)
    first = check(tmp_path / "home", path, dialog)
    assert dialog.seen[0].dates == ("01/02/2026",)
    again = check(tmp_path / "home", path, Dialog())
    for checked in (first, again):
        assert {str(each) for each in checked.rows("documents")["document_date"]} == {day}
    other = check(tmp_path / "home", path, Dialog(), dates="mdy" if order == "dmy" else "dmy")
    assert {str(each) for each in other.rows("documents")["document_date"]} != {day}


def test_two_columns_with_one_header(tmp_path: Path) -> None:
    """Columns with the same header, or without one, are distinguished by their letters."""
    text = LEDGER.replace("Netto;Moms;Å betale", "Beløp;Beløp;")
    dialog = Decides(F="excl_vat", G="vat", H="incl_vat")
    checked = check(tmp_path / "home", ledger(tmp_path, text), dialog)
    assert [str(each) for each in checked.rows("documents")["incl_vat"]] == ["1250.00", "2500.00"]
    assert [str(each) for each in checked.rows("documents")["vat"]] == ["250.00", "500.00"]
    again = check(tmp_path / "home", ledger(tmp_path, text, "neste.csv"), Dialog())
    assert again.rows("documents")["incl_vat"].to_list() == checked.rows("documents")["incl_vat"].to_list()


@pytest.mark.proof
def test_another_order_of_columns_is_the_same_file_and_a_new_column_is_not(tmp_path: Path) -> None:
    """The headers decide, in any order; with another column armbulk asks again, and proposes the earlier answers."""
    home = tmp_path / "home"
    check(home, ledger(tmp_path), Decides(I="customer_message"))
    rows = [line.split(";") for line in LEDGER.splitlines()[:6]]  # a note below is only known in the first column
    turned = "\n".join(";".join(reversed(row)) for row in rows)
    checked = check(home, ledger(tmp_path, turned, "turned.csv"), Dialog())
    assert checked.rows("documents")["customer_message"].to_list() == [None, "Ring"]
    wider = "\n".join(f"{line};{'Avdeling' if 'Debitor' in line else ''}" for line in LEDGER.splitlines())
    dialog = Decides()
    check(home, ledger(tmp_path, wider, "wider.csv"), dialog)
    (proposal,) = dialog.seen
    (note,) = [column for column in proposal.columns if column.letter == "I"]
    assert (note.target, note.reason) == ("customer_message", "as you decided for an earlier file")


def test_a_saved_mapping_that_was_damaged_is_named(tmp_path: Path) -> None:
    """A saved mapping that cannot be read stops the command, which names the file."""
    path = ledger(tmp_path)
    Decides()
    check(Path(os.environ["ARMBULK_HOME"]), path, Decides())
    (saved,) = saved_mappings()
    saved.write_text("[[sheet]", encoding="utf-8")
    code, said = called("check", path)
    assert (code, said["error"]["code"]) == (2, "mapping-wrong")
    assert str(saved) in said["error"]["message"]


def test_a_sheet_with_other_headers_beside_known_ones(tmp_path: Path) -> None:
    """In a workbook with known customers, the invoices on another sheet are asked about, too; notes are not."""
    book = openpyxl.Workbook()
    customers = book.active
    customers.title = "Kunder"
    for row in (["Kundenr", "Navn"], ["0101", "Ås Bakeri AS"], ["0102", "Bø & Sønn"]):
        customers.append(row)
    invoices = book.create_sheet("Reskontro")
    for line in LEDGER.splitlines()[3:6]:
        invoices.append(line.split(";"))
    notes = book.create_sheet("Notater")
    notes.append(["Husk", "å ringe"])
    notes.append(["Kari", "mandag"])
    path = tmp_path / "bok.xlsx"
    book.save(path)
    dialog = Decides()
    checked = check(tmp_path / "home", str(path), dialog)
    assert [proposal.sheet for proposal in dialog.seen] == ["Reskontro"]
    assert checked.rows("documents").height == 2
    assert checked.errors == 0


OPEN_ITEMS = """Kundenr;Navn;Nummer;Dato;Forfall;Rest
1001;Kari;501;01.10.2026;15.10.2026;1000,25
1002;Ola;502;02.10.2026;16.10.2026;99,75
"""


def test_open_items_are_not_taken_for_customers(tmp_path: Path) -> None:
    """A list that has the numbers and names of customers and looks like invoices is asked about, or refused."""
    path = ledger(tmp_path, OPEN_ITEMS)
    code, said = called("check", path)
    assert (code, said["error"]["code"]) == (2, "other-list")
    assert "--as customers" in said["error"]["hint"]
    assert said["proposals"][0]["resource"] == "documents"
    code, said = called("check", path, "--as", "customers")
    assert (code, said["sheets"][0]["resource"]) == (0, "customers")
    checked = check(tmp_path / "home", path, Decides())
    assert checked.rows("documents")["document_no"].to_list() == ["501", "502"]
    plain = OPEN_ITEMS.replace("Nummer;Dato;Forfall;Rest", "Adresse;Notat;Merket;Avdeling")
    assert called("check", ledger(tmp_path, plain, "andre.csv"))[0] == 0


def test_an_import_of_a_matched_file_is_sent_and_its_result_written_again(tmp_path: Path) -> None:
    """What was matched is sent with exact values; the run knows its mapping: its result can be written again."""
    path = ledger(tmp_path)
    check(Path(os.environ["ARMBULK_HOME"]), path, Decides())
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        customers = tmp_path / "kunder.csv"
        customers.write_text("Kundenr;Navn\n0101;Ås Bakeri AS\n0102;Bø & Sønn\n", encoding="utf-8")
        code, said = called("import", path, str(customers), "--yes", "--first-import", env=env)
        assert (code, said["outcomes"]["created"]) == (0, 4), said
        target = tmp_path / "again.xlsx"
        code, said = called("results", said["run"], "-o", str(target), env=env)
        assert code == 0, said
    sheet = openpyxl.load_workbook(target)["apne"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[2] == "050001"]
    assert "created" in rows[0]
    code, said = called("check", str(target))
    assert (code, {sheet["sheet"]: sheet["rows"] for sheet in said["sheets"]}["apne"]) == (0, 2), (
        "the result of a matched file is read like the file"
    )


def test_frames_are_not_changed(tmp_path: Path) -> None:
    """The user's own sheet stays as it was read: the mapping only decides how it is understood."""
    checked = check(tmp_path / "home", ledger(tmp_path), Decides())
    (sheet,) = checked.checked.sheets
    assert sheet.frame.filter(pl.col("row") == 4)["A"].item() == "Debitor"
    assert sheet.frame.height == 7


# ── whose answers ───────────────────────────────────────────────────────────────────────────────────────────────────

DEBTORS = [["Debitor", "Firma", "Gate", "Postnr", "Sted"], ["0101", "Ås Bakeri AS", "Gata 1", "0150", "Oslo"]]


def book_of(folder: Path, name: str, **sheets: list[list[str]]) -> str:
    """A workbook of sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / name
    book.save(path)
    return str(path)


class DecidesAbout(Decides):
    """It decides about some sheets, and refuses the others."""

    def __init__(self, *sheets: str) -> None:
        super().__init__()
        self.sheets = sheets

    def match_columns(self, proposal: SheetProposal, propose: ProposeAgain) -> SheetDecision | None:
        """Accept a sheet by its name."""
        decision = super().match_columns(proposal, propose)
        return decision if proposal.sheet in self.sheets else None


def customers(checked: CheckResult) -> list[str]:
    """The numbers of the customers."""
    return checked.rows("customers")["customer_no"].to_list()


@pytest.mark.proof
def test_a_sheet_with_the_same_headers_is_not_the_same_list(tmp_path: Path) -> None:
    """Suppliers on another sheet have the headers of the customers: an answer for one sheet is none for the other."""
    home = tmp_path / "home"
    suppliers = [DEBTORS[0], ["9101", "Mel AS", "Gata 2", "0151", "Oslo"]]
    path = book_of(tmp_path, "to.xlsx", Debitorer=DEBTORS, Kreditorer=suppliers)
    assert customers(check(home, path, DecidesAbout("Debitorer"))) == ["0101"]
    assert customers(check(home, path, Dialog())) == ["0101"]
    alone = book_of(tmp_path, "en.xlsx", Ark1=DEBTORS)
    assert customers(check(home, alone, DecidesAbout("Ark1"))) == ["0101"]
    third = book_of(tmp_path, "tre.xlsx", Ark1=DEBTORS, Ark2=suppliers)
    dialog = DecidesAbout("Ark1")
    assert customers(check(home, third, dialog)) == ["0101"]
    assert [proposal.sheet for proposal in dialog.seen] == ["Ark1", "Ark2"]


def test_files_with_the_same_headers_are_asked_about_once(tmp_path: Path) -> None:
    """Of two files of one program in a command, the first answer counts for both."""
    first, second = (book_of(tmp_path, f"{name}.xlsx", Ark1=[DEBTORS[0], [name, "Kari"]]) for name in ("a1", "a2"))
    profile = load_profile({"ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_LANG": "en"})
    dialog = Decides()
    checked = check_inputs(InputFiles((first, second), ReadOptions()), profile, dialog)
    assert (len(dialog.seen), customers(checked)) == (1, ["a1", "a2"])


@pytest.mark.proof
def test_letters_count_only_for_the_same_order(tmp_path: Path) -> None:
    """Columns that are only known by their letters are asked about again where another column moves them."""
    home = tmp_path / "home"
    text = LEDGER.replace("Netto;Moms;Å betale", "Beløp;Beløp;")
    check(home, ledger(tmp_path, text), Decides(F="excl_vat", G="vat", H="incl_vat"))
    moved = "\n".join(line.replace(";", ";x;" if "010" in line else ";;", 1) for line in text.splitlines()[:6])
    dialog = Decides()
    check(home, ledger(tmp_path, moved, "moved.csv"), dialog)
    assert dialog.seen
    renamed = LEDGER.replace("Utstedt", "Utstedt (dd.mm.yyyy)")
    check(home, ledger(tmp_path, renamed, "dager.csv"), Decides())
    dialog = Decides()
    check(home, ledger(tmp_path, renamed.replace("dd.mm.yyyy", "mm/dd/yyyy"), "days.csv"), dialog)
    assert dialog.seen


def test_hidden_columns_that_are_left_out_do_not_count(tmp_path: Path) -> None:
    """A file that is read without its hidden columns is recognised without them."""
    path = book_of(tmp_path, "skjult.xlsx", Ark1=[[*row, "x"] for row in DEBTORS])
    book = openpyxl.load_workbook(path)
    book["Ark1"].column_dimensions["F"].hidden = True
    book.save(path)
    for dialog in (Decides(), Dialog()):
        assert customers(check(tmp_path / "home", path, dialog, hidden="skip")) == ["0101"]


@pytest.mark.usefixtures("somebody")
def test_nothing_is_asked_whose_answer_cannot_be_saved(tmp_path: Path) -> None:
    """A file that exists, or settings that cannot be written, stop the command before the first question."""
    path, target = ledger(tmp_path), tmp_path / "mine.toml"
    target.write_text("mine", encoding="utf-8")
    code, _, err = answer("map", path, "-o", str(target), typed="")
    assert (code, target.read_text(encoding="utf-8")) == (2, "mine")
    assert "Match the columns" not in err
    (Path(os.environ["ARMBULK_HOME"]) / "mappings").write_text("a file", encoding="utf-8")
    for command in ("map", "check"):
        code, _, err = answer(command, path, typed="")
        assert (code, "Headers: row" in err) == (2, False), err


@pytest.mark.usefixtures("somebody")
@pytest.mark.proof
def test_column_q_of_a_wide_sheet_can_be_changed(tmp_path: Path) -> None:
    """Where Q is a column, the letter does not stop."""
    wide = [
        "Debitor;Firma;Gate;Postnr;Sted" + "".join(f";X{n}" for n in range(12)),
        "0101;Kari;G 1;0150;Oslo" + ";v" * 12,
    ]
    code, _, err = answer("check", ledger(tmp_path, "\n".join(wide)), typed="\n\nQ\nl\nphone\n\n")
    assert code == 0, err
    assert "or stop to stop" in err
    assert "X11" in saved_mappings()[0].read_text(encoding="utf-8")
    answer("map", ledger(tmp_path, "\n".join(wide)), typed="\nstop\n")

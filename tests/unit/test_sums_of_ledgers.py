"""Sums in ledgers' exports: of a page, carried over, of a currency. None of them becomes a record or a line."""

from pathlib import Path

import pytest
from support.commands import call
from support.sheets import SKIPPING_MAPPING

from armbulk.app.check import CheckResult
from armbulk.app.connect import connect
from armbulk.app.corrections import correct
from armbulk.app.dialog import ContinuationQuestion, Dialog
from armbulk.model.read_options import ReadOptions
from armbulk.validation.check import check_files

JOURNAL = """Fakt;Kunde;Dato;Forf;Tekst;Sum
F1;1;01.10.2026;15.10.2026;;1 000,50
F2;2;02.10.2026;16.10.2026;;200,50-
;;;;{page};800,00
;;;;{carried};800,00
F3;1;03.10.2026;17.10.2026;;300,00
F4;1;03.10.2026;17.10.2026;;100,00
;;;;{page};400,00
;;;;{carried};1 200,00
"""
MAPPING = SKIPPING_MAPPING.replace("[sheet.rename]", 'ignore = ["Tekst"]\n[sheet.rename]')
FLAT = """Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjetekst;Antall;Linjebeløp inkl. mva
F1;IN;K1;2026-02-01;2026-02-15;NOK;Kam;1;100
F2;IN;K2;2026-02-01;2026-02-15;EUR;Kam;1;40
F3;IN;K2;2026-02-01;2026-02-15;NOK;Kam;1;50
;;;;;NOK;{nok};;{sum}
;;;;;EUR;{eur};;40
"""


@pytest.mark.parametrize(
    ("page", "carried"),
    [
        ("Sum side", "Transport til neste side"),
        ("Sidesum", "Transportert"),
        ("Sum sida", "Transporteras till nästa sida"),
        ("Page total", "Carried forward"),
        ("Zwischensumme", "Übertrag"),
        ("…", "Videreført"),
        ("", ""),
    ],
)
def test_sums_of_pages_and_sums_carried_over_are_left_out(tmp_path: Path, page: str, carried: str) -> None:
    """Whatever they are called: the sum of the records above, or since the sum above it, is no record."""
    (tmp_path / "a.csv").write_text(JOURNAL.format(page=page, carried=carried), encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    found = check_files([str(tmp_path / "a.csv")], ReadOptions(mapping=str(tmp_path / "m.toml")))
    left_out = found.findings.filter(code="row-left-out")
    assert left_out["row"].to_list() == [4, 5, 8, 9]
    assert found.findings.filter(severity="error").is_empty()
    assert found.tables["documents"].rows["document_no"].to_list() == ["F1", "F2", "F3", "F4"]
    assert (page or "800,00") in left_out["value"][0]  # the warning has the text of a column that is not read


@pytest.mark.parametrize("amount", ["100", "801,00"])
def test_a_row_that_is_no_sum_stays_an_error(tmp_path: Path, amount: str) -> None:
    """A record that has lost its number, or that repeats the only amount above it, is not left out."""
    rows = JOURNAL.format(page="x", carried="y").splitlines()
    text = "\n".join([*rows[:2], f";;;;Note;{amount}" if amount != "100" else ";;;;Note;1 000,50", rows[5]])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    found = check_files([str(tmp_path / "a.csv")], ReadOptions(mapping=str(tmp_path / "m.toml")))
    assert found.findings.filter((found.findings["row"] == 3) & (found.findings["severity"] == "error")).height


class SaysNo(Dialog):
    """A person: rows without a number do not belong to the document above."""

    def continue_documents(self, question: ContinuationQuestion) -> bool:
        """Say no."""
        del question
        return False


def flat(
    folder: Path, dialog: Dialog, *, nok: str = "Total NOK", eur: str = "Sum EUR", amount: str = "150"
) -> CheckResult:
    """A flat file with a sum of each currency, checked."""
    path = folder / "flat.csv"
    path.write_text(FLAT.format(nok=nok, eur=eur, sum=amount), encoding="utf-8")
    return connect().check(path, dialog=dialog)


def test_the_sum_of_a_currency_is_a_total(tmp_path: Path) -> None:
    """It is never a line of the document above, even where lines without a number are."""
    path = tmp_path / "flat.csv"
    path.write_text(FLAT.format(nok="Total NOK", eur="Sum EUR", sum="150"), encoding="utf-8")
    found = check_files([str(path)], ReadOptions(continuation_rows="same-as-above"))
    assert found.findings.filter(code="total-row")["row"].to_list() == [5, 6]
    assert found.findings.filter(code="continuation-filled").is_empty()


def test_a_line_without_a_number_gets_no_number_after_a_no(tmp_path: Path) -> None:
    """`--fix` fills the number of the document above unless a person said that the row is not its line."""
    options = {"nok": "Frakt", "eur": "Frakt", "amount": "7"}
    asked, not_asked = flat(tmp_path, SaysNo(), **options), flat(tmp_path, Dialog(), **options)
    assert asked.inputs.options.continuation_rows == "stop"
    assert [change.code for change in correct(asked).list_changes()] == []
    assert {change.code for change in correct(not_asked).list_changes()} == {"continuation-rows"}
    assert asked.to_json()["correctable"] == 0
    code, out, _err = call("check", str(tmp_path / "flat.csv"), "--continuation-rows", "stop", "--fix", "-o",
                           str(tmp_path / "fixed.xlsx"))  # fmt: skip
    assert code == 1, out
    assert "F3" not in out

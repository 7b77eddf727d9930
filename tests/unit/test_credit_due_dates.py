"""Credit notes without a due date: an error until the user chooses the document date; invoices are never filled."""

from pathlib import Path

import polars as pl
import pytest
from support.sheets import check_texts, codes

from armbulk.model.read_options import DOCUMENT_DATE, ReadOptions

HEADER = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"


@pytest.mark.parametrize(("kind", "amount"), [("IN", "-50,00"), ("IN", "50,00-"), ("CN", "50,00")])
def test_a_credit_note_is_due_on_its_date_if_the_user_says_so(tmp_path: Path, kind: str, amount: str) -> None:
    """Without an answer the row is one error; with it, its due date is its document date, and a warning says so."""
    rows = [HEADER, "F1;IN;K1;01.10.2026;15.10.2026;NOK;100", f"F2;{kind};K1;02.10.2026;;NOK;{amount}"]
    error = (3, "E", "credit-without-due-date")
    found = check_texts(tmp_path, fakturaer=rows)
    assert [each for each in codes(found) if each[1] == "E"] == [error]
    assert found.blocked_rows["documents"]["row"].to_list() == [3]
    filled = check_texts(tmp_path, ReadOptions(credit_due_dates=DOCUMENT_DATE), fakturaer=rows)
    assert [each for each in codes(filled) if each[1] == "E"] == [(3, "E", "credit-due-date-filled")]
    due = filled.tables["documents"].rows.filter(pl.col("document_no") == "F2")["due_date"].to_list()
    assert [day.isoformat() for day in due] == ["2026-10-02"]


@pytest.mark.parametrize(
    "row", ["F2;IN;K1;02.10.2026;;NOK;50", "F2;IN;K1;02.10.2026;;NOK;50,-", "F2;IN;K1;;;NOK;-50", ";;;02.10.2026;;;-50"]
)
def test_nothing_else_is_filled(tmp_path: Path, row: str) -> None:
    """An invoice, a credit note without any date, a row without a number: their due dates stay blank."""
    rows = [HEADER, "F1;IN;K1;01.10.2026;15.10.2026;NOK;100", row]
    found = check_texts(tmp_path, ReadOptions(credit_due_dates=DOCUMENT_DATE), fakturaer=rows)
    assert "credit-due-date-filled" not in {code for _row, _column, code in codes(found)}
    assert 3 in found.blocked_rows["documents"]["row"].to_list()


@pytest.mark.parametrize(
    ("kind", "amount", "is_found"),
    [("IN", "-50,00", True), ("Faktura", "50,00-", True), ("CN", "-50,00", False), ("IN", "50,00", False)],
)
def test_a_negative_invoice_is_a_warning(tmp_path: Path, kind: str, amount: str, is_found: bool) -> None:
    """It may be a credit note or a payment: the warning is at the amount."""
    found = check_texts(tmp_path, fakturaer=[HEADER, f"F2;{kind};K1;02.10.2026;15.10.2026;NOK;{amount}"])
    assert ((2, "G", "negative-invoice") in codes(found)) == is_found
    assert found.errors == 0


def test_a_type_for_all_rows_does_not_hide_negative_amounts(tmp_path: Path) -> None:
    """The type of a mapping is in no cell: the warning is at the amount, with VAT or without."""
    mapping = tmp_path / "m.toml"
    mapping.write_text('[[sheet]]\nresource = "documents"\n[sheet.constant]\ndocument_type = "IN"\n', encoding="utf-8")
    header = HEADER.replace("Bilagstype;", "").replace("inkl.", "eks.")
    rows = [header, "F1;K1;02.10.2026;15.10.2026;NOK;50", "F2;K1;02.10.2026;15.10.2026;NOK;-50"]
    found = check_texts(tmp_path, ReadOptions(mapping=str(mapping)), fakturaer=rows)
    assert [each for each in codes(found) if each[2] == "negative-invoice"] == [(3, "F", "negative-invoice")]


def test_a_mapping_decides_too(tmp_path: Path) -> None:
    """The answer may be a part of a mapping."""
    mapping = tmp_path / "m.toml"
    text = '[[sheet]]\nresource = "documents"\ncredit_due_dates = "document-date"\n[sheet.rename]\nNr = "document_no"\n'
    mapping.write_text(text, encoding="utf-8")
    rows = [HEADER.replace("Fakturanr", "Nr"), "F2;IN;K1;02.10.2026;;NOK;-50"]
    found = check_texts(tmp_path, ReadOptions(mapping=str(mapping)), fakturaer=rows)
    assert (2, "E", "credit-due-date-filled") in codes(found)


def test_lines_that_sum_to_less_than_nothing_are_a_credit_note(tmp_path: Path) -> None:
    """If only the lines have amounts, their sum says it: an invoice with a discount is none."""
    rows = [
        "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjetekst;Antall;Pris;Linjebeløp inkl. mva",
        "F1;IN;K1;01.10.2026;;NOK;Kam;1;100;100",
        "F1;IN;K1;01.10.2026;;NOK;Rabatt;1;-10;-10",
        "F2;IN;K1;02.10.2026;;NOK;Kam;-1;100;-100",
        "F2;IN;K1;02.10.2026;;NOK;Gebyr;1;10;10",
    ]
    found = check_texts(tmp_path, fakturaer=rows)
    assert [each for each in codes(found) if each[2] == "credit-without-due-date"] == [
        (row, "E", "credit-without-due-date") for row in (4, 5)
    ]

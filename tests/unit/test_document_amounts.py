"""Amounts of documents: never none, compared with their lines, one finding for one wrong amount."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from support.sheets import check_texts, codes, document, line, sent_documents

from armbulk.findings.frame import render_findings
from armbulk.i18n import unpack_text
from armbulk.model.read_options import ReadOptions
from armbulk.resources import fields_by_name

if TYPE_CHECKING:
    from pathlib import Path

AMOUNTS = ["excl_vat", "vat", "incl_vat"]


def test_a_document_without_amounts_gets_the_sum_of_its_lines(tmp_path: Path) -> None:
    """The sum is sent, and reported."""
    found = check_texts(
        tmp_path,
        documents=[document("F1", ";;"), document("F2")],
        lines=[line("F1"), line("F1", "2", "50;12,50;62,50", price="1;50"), line("F2")],
    )
    assert codes(found) == [(2, "I", "amount-from-lines")]
    assert found.findings["detail"].drop_nulls().to_list()[0] == "187.50"
    row = found.tables["documents"].rows.select(AMOUNTS).row(0)
    assert row == (Decimal("150.00"), Decimal("37.50"), Decimal("187.50"))


@pytest.mark.parametrize(
    "lines",
    [[], [line("F1", amounts=";;")], [line("F1"), line("F1", "2", ";;")], [line("F1", amounts=";25;")],
     [line("F1", amounts="x;25;x")]],
)  # fmt: skip
def test_a_document_without_any_amount_is_refused(tmp_path: Path, lines: list[str]) -> None:
    """Without lines, or where a line has no amount either, an invoice would be created without one."""
    tables = {"documents": [document("F1", ";;"), document("F2")], "lines": [*lines, line("F2")]}
    found = check_texts(tmp_path, **tables)
    assert "amount-missing" in [code for _, _, code in codes(found)]
    assert sent_documents(found) == ["F2"]


def test_a_sheet_without_amounts_is_one_finding(tmp_path: Path) -> None:
    """The whole sheet stops with one finding, not one in each row."""
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta"
    rows = [f"F{number};IN;K1;2026-02-01;2026-02-15;NOK" for number in range(5)]
    found = check_texts(tmp_path, fakturaer=[header, *rows])
    assert codes(found) == [(None, None, "no-amount-column")]
    assert sent_documents(found) == []


def test_vat_alone_is_no_amount(tmp_path: Path) -> None:
    """A document with VAT only is refused; one with an amount without VAT only is not."""
    found = check_texts(tmp_path, documents=[document("F1", ";25;"), document("F2", "100;;"), document("F3", ";;0,00")])
    assert codes(found) == [(2, "I", "amount-missing")]


def test_an_amount_that_cannot_be_read_is_not_missing_too(tmp_path: Path) -> None:
    """One fault, one finding."""
    found = check_texts(tmp_path, documents=[document("F1", ";;hundre")])
    assert codes(found) == [(2, "I", "not-a-number")]


@pytest.mark.parametrize(
    ("amounts", "column"), [("100;25;130", "I"), ("110;25;125", "G"), ("100;30;125", "H"), ("110;27,50;137,50", "I")]
)
def test_one_wrong_amount_is_one_finding(tmp_path: Path, amounts: str, column: str) -> None:
    """A document that differs from its lines is named once, at the amount that is wrong."""
    found = check_texts(tmp_path, documents=[document("F1", amounts)], lines=[line("F1")])
    assert codes(found) == [(2, column, "lines-sum-differs")]


@pytest.mark.parametrize(
    ("amounts", "line_amounts"),
    [("100;25;125,01", ["100;25;125,01"]), ("100;25,01;125,01", ["50;12,50;62,50"] * 2),
     ("100;25,01;125", ["33,33;8,33;41,66", "33,33;8,33;41,66", "33,34;8,34;41,68"])],
)  # fmt: skip
def test_rounding_is_no_finding(tmp_path: Path, amounts: str, line_amounts: list[str]) -> None:
    """VAT may be rounded by one unit, and on each line."""
    lines = [line("F1", str(number), each, price=";") for number, each in enumerate(line_amounts, 1)]
    assert codes(check_texts(tmp_path, documents=[document("F1", amounts)], lines=lines)) == []


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    ("quantity", "price", "amounts", "differs"),
    [
        ("10", "100", "900;225;1125", True),
        ("10", "100", "1000;250;1250", False),
        ("10", "125", "1000;250;1250", False),  # a price with VAT
        ("3", "33,33", "100;25;125", False),
        ("3", "33,33", "101;25,25;126,25", True),
        ("1000", "0,33", "333,33;83,33;416,66", False),
        ("-2", "50", "-100;-25;-125", False),
        ("2", "50", "-100;-25;-125", False),
        ("2", "50", ";;125", False),
        ("2", "50", ";;130", True),
        ("0", "50", "0;0;0", False),
        ("", "50", "100;25;125", False),
    ],
)
def test_quantity_times_price_is_compared(
    tmp_path: Path, quantity: str, price: str, amounts: str, differs: bool
) -> None:
    """A line whose amount is not quantity times price is a warning; the price may be rounded, and with VAT."""
    found = check_texts(
        tmp_path, documents=[document("F1", amounts)], lines=[line("F1", amounts=amounts, price=f"{quantity};{price}")]
    )
    assert ("price-differs" in [code for _, _, code in codes(found)]) == differs
    assert found.errors == 0


def test_a_discount_is_named(tmp_path: Path) -> None:
    """The row's discount explains the difference."""
    header = "Fakturanr;Linjetekst;Antall;Pris;Rabatt %;Beløp eks. mva"
    found = check_texts(tmp_path, documents=[document("F1", "900;225;1125")], linjer=[header, "F1;Kam;10;100;10;900"])
    assert found.findings.filter(pl.col("code") == "price-differs")["detail"].map_elements(
        unpack_text, pl.String
    ).to_list() == ["1 000.00 (Rabatt %: 10)"]


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    ("word", "code", "sent"),
    [
        ("IN", None, "IN"),
        ("in", "word-read-as-code", "IN"),
        ("Faktura", "word-read-as-code", "IN"),
        ("INVOICE", "word-read-as-code", "IN"),
        (" faktura ", "word-read-as-code", "IN"),
        ("Kreditnota", "word-not-code", None),
        ("Credit note", "word-not-code", None),
        ("Rentenota", "word-not-code", None),
        ("XX", "unknown-code", "XX"),
    ],
)
def test_words_of_document_types(tmp_path: Path, word: str, code: str | None, sent: str | None) -> None:
    """A word for an invoice is ARM's code; a word whose code no one knows is never sent.

    Another code is sent with a warning.
    """
    found = check_texts(tmp_path, documents=[document("F1", type=word)])
    assert codes(found) == ([(2, "B", code)] if code else [])
    assert found.tables["documents"].rows["document_type"].to_list() == [sent]


@pytest.mark.parametrize(
    ("kind", "amounts", "code"),
    [("IN", "100;25;125", "due-before-date"), ("CN", "-100;-25;-125", "credit-due-before-date")],
)
def test_a_credit_note_may_be_due_before_its_date(tmp_path: Path, kind: str, amounts: str, code: str) -> None:
    """For a credit note that is a warning, for an invoice an error."""
    found = check_texts(tmp_path, documents=[document("F1", amounts, due="2026-01-15", type=kind)])
    assert codes(found) == [(2, "E", code)]
    assert bool(found.errors) == (code == "due-before-date")


def test_a_missing_column_is_one_finding(tmp_path: Path) -> None:
    """It is not reported in each row again, nor are the other sheet's records without it."""
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Valuta;Beløp inkl. mva"
    rows = [f"F{number};IN;K1;2026-02-01;NOK;125" for number in range(3)]
    found = check_texts(tmp_path, fakturaer=[header, *rows])
    assert codes(found) == [(1, None, "missing-column")]
    assert sent_documents(found) == []
    without_number = check_texts(tmp_path, documents=[document("F1")], linjer=["Linjenr;Linjetekst;Antall", "1;Kam;1"])
    assert [code for _, _, code in codes(without_number)] == ["missing-column"]


def test_a_duplicate_names_the_other_sheet(tmp_path: Path) -> None:
    """The row alone would be looked for in the wrong sheet."""
    header = "Kundenr;Navn"
    found = check_texts(tmp_path, kunder=[header, "K1;Kari", "K1;Kari"], kunde=[header, "K2;Ola", "K3;Per", "k1;Kari"])
    duplicates = found.findings.filter(pl.col("code") == "duplicate-key").sort("sheet", "row")
    assert duplicates["detail"].to_list() == ["3", "2", "2 (kunder)"]


def test_a_line_amount_by_its_name_is_clear(tmp_path: Path) -> None:
    """The header that the finding advises is accepted."""
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjenr;Linjetekst;Antall;{}"
    rows = [f"F1;IN;K1;2026-02-01;2026-02-15;NOK;{number};Kam;1;125" for number in (1, 2)]
    unclear = check_texts(tmp_path, f=[header.format("Beløp inkl. mva"), *rows])
    assert [code for _, _, code in codes(unclear)] == ["flat-amounts-unclear"]
    for name in ("Linjebeløp inkl. mva", "Line amount incl. VAT"):
        clear = check_texts(tmp_path, f=[header.format(name), *rows])
        assert codes(clear) == []
        assert clear.tables["documents"].rows["incl_vat"].to_list() == [Decimal("250.00")]
    whole = check_texts(tmp_path, f=[header.format("Fakturabeløp inkl. mva"), *rows])
    assert whole.tables["documents"].rows["incl_vat"].to_list() == [Decimal("125.00")]


def test_ragged_lines_name_their_line_and_their_cause(tmp_path: Path) -> None:
    """Too few fields have another cause than too many."""
    rows = [document("F1"), document("F2") + ";x", "F3;IN", document("F4")]
    found = check_texts(tmp_path, ReadOptions(), documents=rows)
    assert [(row, code) for row, _, code in codes(found)] == [(3, "ragged-row"), (4, "too-few-fields")]
    assert sent_documents(found) == ["F1", "F4"]
    rendered = render_findings(found.findings, found.sheets, fields_by_name(), "en")
    assert "Line 4 has only 2 fields, but the other lines have 9" in [finding["message"] for finding in rendered]


@pytest.mark.parametrize(("currency", "is_other"), [("EUR", True), ("nok", False), ("", False), ("kr", False)])
def test_the_currency_of_a_line_is_its_documents(tmp_path: Path, currency: str, is_other: bool) -> None:
    """A currency on the sheet of lines is compared: ARM's lines have none, so that it would be lost."""
    header = "Fakturanr;Linjetekst;Antall;Beløp eks. mva;Valuta"
    found = check_texts(tmp_path, documents=[document("F1", "100;25;125")], linjer=[header, f"F1;Kam;1;100;{currency}"])
    differs = found.findings.filter(pl.col("code") == "line-currency-differs").select("row", "column", "detail").rows()
    assert differs == [(2, "E", "NOK")] * is_other
    assert (sent_documents(found) == []) == is_other

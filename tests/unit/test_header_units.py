"""The words of a header decide what it may be taken for: a rate is no amount, and an unknown amount stops the sheet."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import find_similar, index_headers
from armbulk.model.read_options import ReadOptions
from armbulk.resources import RESOURCES
from armbulk.validation.check import Checked, check_again, check_files

DOCUMENT = ("Fakturanr", "Bilagstype", "Kundenr", "Fakturadato", "Forfallsdato", "Valuta")
VALUES = ("7001", "IN", "5001", "2025-02-27", "2025-03-13", "NOK")
LINE = ("Fakturanr", "Linjenr", "Varenavn", "Antall", "Beløp eks. mva", "Mva", "Beløp inkl. mva")


def with_column(folder: Path, header: str, value: str, options: ReadOptions | None = None) -> Checked:
    """Check a document with one more column."""
    path = folder / "f.csv"
    path.write_text(
        ";".join([*DOCUMENT, "Beløp inkl. mva", header]) + "\n" + ";".join([*VALUES, "125", value]) + "\n",
        encoding="utf-8",
    )
    return check_files([str(path)], options or ReadOptions())


def codes(found: Checked) -> list[tuple[str | None, str]]:
    """(column, code) of the findings of the headers."""
    return found.findings.filter(found.findings["row"] == 1).select("column", "code").rows()


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    "header",
    ["Restbeløp", "Saldo", "Total", "Beløp", "Sum", "Amount", "Outstanding", "Balance", "Å betale", "Beløp EUR",
     "Beløp NOK", "Rest eks mva", "Totalsum", "Amount due", "Utestående", "Kr", "Invoice total", "Mva 25 %", "I alt",
     "Beløp (€)", "Unpaid amount", "Belop"],
)  # fmt: skip
def test_numbers_under_an_unknown_amount_stop_the_sheet(tmp_path: Path, header: str) -> None:
    """The finding names the fields it may be; `--ignore-column` leaves the column out."""
    found = with_column(tmp_path, header, "4812.5")
    assert codes(found) == [("H", "amount-header-unclear")]
    assert "mva" in found.findings.filter(pl.col("column") == "H")["detail"][0].casefold()
    assert found.blocked_rows["documents"].height == 1
    assert codes(check_again(found, ReadOptions(unread_columns=(header,)))) == []


@pytest.mark.parametrize("value", ["4 812,50", "kr 100,-", "(100)", "100-", "NOK 1.500", "\u2212100"])
def test_numbers_as_people_write_them_are_numbers(tmp_path: Path, value: str) -> None:
    """Amounts as texts are amounts."""
    assert codes(with_column(tmp_path, "Saldo", value)) == [("H", "amount-header-unclear")]


@pytest.mark.parametrize(
    ("header", "value"),
    [("Saldo", "ja"), ("Mvakode", "3"), ("Betalingsfrist", "14"), ("Total antall", "2"), ("Prosjekt", "12"),
     ("Nettovekt", "12"), ("Kredittdager", "30"), ("Beløp", ""), ("Kommentar", "100")],
)  # fmt: skip
def test_other_unknown_columns_are_warned_of(tmp_path: Path, header: str, value: str) -> None:
    """Texts, codes, numbers of days and of things are no amounts."""
    assert codes(with_column(tmp_path, header, value)) == [("H", "unknown-header")]


@pytest.mark.parametrize(
    "header", ["Mva %", "MVA-sats", "Mva%", "VAT rate", "Mva (%)", "% mva", "Mva prosent", "Mva ‰"]
)
def test_a_rate_is_never_taken_for_the_amount(tmp_path: Path, header: str) -> None:
    """The rate of VAT is named and not sent; the amount beside it is."""
    found = with_column(tmp_path, header, "25")
    assert codes(found) == [("H", "rate-not-sent")]
    assert found.tables["documents"].rows["vat"].to_list() == [None]


@pytest.mark.parametrize(
    ("headers", "field", "letter"),
    [(["Rabatt %"], "discount_rate", "C"), (["Rabatt"], "discount_rate", "C"), (["Discount %"], "discount_rate", "C")],
)
def test_a_rate_may_be_a_field(tmp_path: Path, headers: list[str], field: str, letter: str) -> None:
    """A customer's discount is a rate."""
    path = tmp_path / "f.csv"
    path.write_text(";".join(["Kundenr", "Navn", *headers]) + "\nK1;Kari;5\n", encoding="utf-8")
    assert check_files([str(path)]).header_matches[0].columns[field] == letter


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    ("header", "code"),
    [("Pris inkl. mva", "amount-header-unclear"), ("Pris eks mva", "amount-header-unclear"), ("Enhetspris", None),
     ("Pris pr. stk", None), ("Antall enheter", "unknown-header"), ("Rabatt %", "rate-not-sent"),
     ("Rabatt", "unknown-header"), ("Linjesum", "amount-header-unclear"), ("Mva %", "rate-not-sent")],
)  # fmt: skip
def test_headers_of_lines(tmp_path: Path, header: str, code: str | None) -> None:
    """A price may be with or without VAT: the user says which; a quantity is no price."""
    book = openpyxl.Workbook()
    documents, lines = book.active, book.create_sheet("Linjer")
    documents.title = "Fakturaer"
    for sheet, rows in (
        (documents, ([*DOCUMENT, "Beløp inkl. mva"], [*VALUES, 125])),
        (lines, ([*LINE, header], ["7001", 1, "Vare", 1, 100, 25, 125, 100])),
    ):
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "f.xlsx")
    found = check_files([str(tmp_path / "f.xlsx")])
    assert found.findings.filter(found.findings["column"] == "H")["code"].to_list() == ([code] if code else [])


@pytest.mark.parametrize(
    ("header", "name"),
    [("Antal", "quantity"), ("Beløp inkl mvaa", "incl_vat"), ("Beløp eks mva %", None), ("Linjetekst", None),
     ("Beløp inkl. mva per stk", None), ("Antall %", None)],
)  # fmt: skip
def test_what_a_header_resembles(header: str, name: str | None) -> None:
    """A typing error is asked about; a word for another unit is none."""
    names = {**index_headers(RESOURCES["lines"])}
    names.pop(fold_header("Linjetekst"))
    similar = find_similar(header, names)
    assert (similar.name if similar else None) == name


@pytest.mark.first_cases(8)
@pytest.mark.parametrize(
    ("header", "currency", "code"),
    [
        ("Beløp inkl. mva (NOK)", "NOK", None), ("Beløp inkl. mva [kr]", "SEK", None), ("Brutto kr", "NOK", None),
        ("Amount incl. VAT in EUR", "eur", None), ("Inkl. mva (€)", "EUR", None),
        ("Beløp inkl. mva (NOK)", "EUR", "header-currency-differs"),
        ("Beløp inkl. mva kr.", "EUR", "header-currency-differs"),
        ("Beløp inkl. mva (TNOK)", "NOK", "amount-in-other-unit"),
        ("Beløp inkl. mva (øre)", "NOK", "amount-in-other-unit"),
        ("Sum inkl. mva i tusen", "NOK", "amount-in-other-unit"), ("Sum inkl. mva", "NOK", None),
        ("Belop inkl. mva NOK", "NOK", None), ("Beloep inkl. mva", "NOK", None),
        ("Beløp (kr)", "NOK", "amount-header-unclear"),
    ],
)  # fmt: skip
def test_the_currency_of_a_header_is_that_of_the_documents(
    tmp_path: Path, header: str, currency: str, code: str | None
) -> None:
    """With the documents' currency at its end a known header is the same header; another currency stops the sheet."""
    path = tmp_path / "f.csv"
    path.write_text(
        ";".join([*DOCUMENT, header]) + "\n" + ";".join([*VALUES[:5], currency, "125"]) + "\n", encoding="utf-8"
    )
    found = check_files([str(path)])
    assert [pair for pair in codes(found) if pair[0]] == ([("G", code)] if code else [])
    assert found.blocked_rows["documents"].height == (1 if code else 0)
    assert found.tables["documents"].rows["incl_vat"].count() == (code in {None, "header-currency-differs"})


def test_the_currency_of_the_headers_of_lines(tmp_path: Path) -> None:
    """Lines have the currency of their document, on a sheet of their own and beside it."""
    header = ";".join([*DOCUMENT, "Linjetekst", "Antall", "Linjebeløp inkl. mva (EUR)"])
    (tmp_path / "f.csv").write_text(f"{header}\n{';'.join(VALUES)};Kam;1;125\n", encoding="utf-8")
    assert codes(check_files([str(tmp_path / "f.csv")])) == [("I", "header-currency-differs")]
    (tmp_path / "Fakturaer.csv").write_text(";".join([*DOCUMENT, "Beløp inkl. mva"]) + f"\n{';'.join(VALUES)};125\n")
    (tmp_path / "Linjer.csv").write_text("Fakturanr;Linjetekst;Pris (kr);Beløp inkl. mva (EUR)\n7001;Kam;125;125\n")
    found = check_files([str(tmp_path / "Fakturaer.csv"), str(tmp_path / "Linjer.csv")])
    assert codes(found) == [("D", "header-currency-differs")]


@pytest.mark.parametrize(
    ("headers", "values", "code"),
    [
        (["Mva", "Mva", "Beløp inkl. mva"], ["25", "", "125"], None),
        (["Mva", "Mva-beløp", "Beløp inkl. mva"], ["", "25", "125"], None),
        (["Mva", "Mva-beløp", "Beløp inkl. mva"], ["25", "25", "125"], "duplicate-header"),
        (["Mva-beløp", "Mva %", "Beløp inkl. mva"], ["25", "25 %", "125"], "rate-not-sent"),
    ],
)
def test_of_two_columns_with_one_meaning_the_blank_one_is_none(
    tmp_path: Path, headers: list[str], values: list[str], code: str | None
) -> None:
    """A column without values changes nothing."""
    path = tmp_path / "f.csv"
    path.write_text(";".join([*DOCUMENT, *headers]) + "\n" + ";".join([*VALUES, *values]) + "\n", encoding="utf-8")
    found = check_files([str(path)])
    assert [name for _, name in codes(found)] == ([code] if code else [])
    assert str(found.tables["documents"].rows["vat"][0]) == "25.00"


@pytest.mark.parametrize("other", ["Beløp inkl. mva", "Beløp inkl. mva (EUR)"])
def test_a_second_amount_in_another_currency_is_asked_about(tmp_path: Path, other: str) -> None:
    """Which of two columns is the document's amount, the user decides."""
    path = tmp_path / "f.csv"
    header = ";".join([*DOCUMENT, "Beløp inkl. mva (NOK)", other])
    path.write_text(f"{header}\n{';'.join(VALUES)};125;10\n", encoding="utf-8")
    assert check_files([str(path)]).blocked_rows["documents"].height == 1


def test_two_currencies_are_two_findings(tmp_path: Path) -> None:
    """`Beløp EUR` beside `Beløp NOK`: neither is taken, both are named."""
    path = tmp_path / "f.csv"
    path.write_text(
        ";".join([*DOCUMENT, "Beløp EUR", "Beløp NOK"]) + "\n" + ";".join([*VALUES, "10", "115"]) + "\n",
        encoding="utf-8",
    )
    assert [code for _, code in codes(check_files([str(path)]))].count("amount-header-unclear") == 2


AMOUNT_HEADERS = [
    header
    for header, field in index_headers(RESOURCES["documents"]).items()
    if field.name in {"excl_vat", "vat", "incl_vat"}
]


@given(header=st.sampled_from(AMOUNT_HEADERS), sign=st.sampled_from("%‰€$£#"), before=st.booleans())
def test_a_sign_with_a_meaning_is_another_header(header: str, sign: str, before: bool) -> None:
    """No amount is recognised by a header that has a sign for another unit."""
    text = f"{sign} {header}" if before else f"{header} {sign}"
    assert fold_header(text) not in index_headers(RESOURCES["documents"])

"""Ordinary files of other programs: what people see is what is sent, and nothing ordinary stops a file."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from support.damaged_files import book, number, pack, parts, row, text
from support.sheets import DOCUMENT_HEADERS, LINE_HEADERS, check_texts, codes, document, line, sent_documents

from armbulk.errors import FileError
from armbulk.findings.frame import render_findings
from armbulk.i18n import translate, unpack_text
from armbulk.mapping.header_units import is_money, is_price
from armbulk.mapping.headers import find_similar, index_headers
from armbulk.model.read_options import ReadOptions
from armbulk.readers import read_sheets
from armbulk.readers.xlsx_values import to_plain_number
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.validation.check import check_files
from armbulk.validation.repairs import propose_corrections

FLAT_HEADERS = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjetekst;Antall;Linjebeløp inkl. mva"
FLAT_DOCUMENT = "F1;IN;K1;2026-02-01;2026-02-15;NOK"
AMOUNT_HEADERS = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"


def check_amount(folder: Path, amount: str, currency: str = "NOK") -> tuple[list[Decimal | None], list[str]]:
    """The amount that is read from a text, and the codes at its cell."""
    checked = check_texts(folder, f=[AMOUNT_HEADERS, f"F1;CN;K1;2026-02-01;2026-02-15;{currency};{amount}"])
    return checked.tables["documents"].rows["incl_vat"].to_list(), [
        code for _, column, code in codes(checked) if column == "G"
    ]


# --- lines that are texts ----------------------------------------------------------------------------


def test_a_line_of_text_does_not_stop_a_flat_document(tmp_path: Path) -> None:
    """It has no amount, and the sum of the other lines is the document's."""
    rows = [f"{FLAT_DOCUMENT};Kam;2;125", f"{FLAT_DOCUMENT};Levering i uke 9;;", f"{FLAT_DOCUMENT};Børste;1;50"]
    checked = check_texts(tmp_path, f=[FLAT_HEADERS, *rows])
    assert checked.errors == 0
    assert checked.tables["documents"].rows["incl_vat"].to_list() == [Decimal("175.00")]
    assert checked.tables["lines"].rows["line_text"].to_list() == ["Kam", "Levering i uke 9", "Børste"]


@pytest.mark.parametrize(("quantity", "is_text"), [("", True), ("0", True), ("2", False)])
def test_a_line_with_a_quantity_lacks_its_amount(tmp_path: Path, quantity: str, is_text: bool) -> None:
    """A line that counts something is no text: without its amount the sum is not known."""
    lines = [line("F1"), f"F1;2;Merknad;{quantity};;;;"]
    checked = check_texts(tmp_path, documents=[document("F1", ";;")], lines=lines)
    assert sent_documents(checked) == (["F1"] if is_text else [])


# --- numbers and dates as texts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("+1250", "1250"), ("+ 1 250,00", "1250"), (",50", "0.5"), ("-.5", "-0.5"), ("1250,00\u200b", "1250"),
        ("\u200e1\u202f250,00", "1250"), ("NOK +5", "5"), ("1\u2003250,00", "1250"),
    ],
)  # fmt: skip
def test_numbers_with_signs_and_marks_are_read(tmp_path: Path, amount: str, value: str) -> None:
    """A plus sign, a missing zero and characters that no one sees change no number."""
    assert check_amount(tmp_path, amount) == ([Decimal(value).quantize(Decimal("0.01"))], [])


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    ("amount", "currency", "is_same"),
    [
        ("NOK 1250,00", "EUR", False), ("kr 1250,00", "EUR", False), ("EUR 1250,00", "NOK", False),
        ("€ 5", "USD", False), ("SEK 1 250,00", "NOK", False), ("1250,50 EUR", "eur", True), ("€1.250,50", "EUR", True),
        ("$1,250.50", "USD", True), ("kr 5", "SEK", True), ("kr 5", "NOK", True), ("kr 5", "", True),
        ("(GBP 5,00)", "GBP", True), ("EUR 5", "", False),
    ],
)  # fmt: skip
def test_an_amount_has_the_currency_of_its_row(tmp_path: Path, amount: str, currency: str, is_same: bool) -> None:
    """An amount in another currency is never sent as if it were in the document's."""
    values, found = check_amount(tmp_path, amount, currency)
    assert (found, values == [None]) == (([], False) if is_same else (["other-currency"], True))


def test_lines_of_a_flat_file_have_the_currency_of_their_document(tmp_path: Path) -> None:
    """The currency is in a column of the document, the amount in one of the line."""
    rows = [f"{FLAT_DOCUMENT.replace('NOK', 'EUR')};Kam;1;{amount}" for amount in ("EUR 50", "NOK 50")]
    checked = check_texts(tmp_path, f=[FLAT_HEADERS, *rows])
    assert [(row, code) for row, _, code in codes(checked) if code == "other-currency"] == [(3, "other-currency")]
    assert sent_documents(checked) == []


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-07T00:00:00Z", "2026-02-07T00:00:00+01:00", "07.02.2026 0:00", "07.02.2026 00.00.00",
        "07.02.2026 kl. 00:00", "2026-02-07 00:00:00,000", "13/02/2026 12:00:00 AM", "\u200e07.02.2026",
    ],
)  # fmt: skip
def test_midnight_is_no_time_of_day(tmp_path: Path, written: str) -> None:
    """Programs write the day alone with a clock at zero."""
    checked = check_texts(tmp_path, documents=[document("F1", date=written)])
    assert codes(checked) == []
    day = 13 if written.startswith("13") else 7
    assert checked.tables["documents"].rows["document_date"].to_list() == [date(2026, 2, day)]


@pytest.mark.parametrize("written", ["2026-02-06T23:00:00Z", "07.02.2026 12:00", "07.02.2026 0:01", "07.02.2026 10.30"])
def test_another_time_is_asked_about(tmp_path: Path, written: str) -> None:
    """A time of day may be the next day elsewhere."""
    assert codes(check_texts(tmp_path, documents=[document("F1", date=written)])) == [(2, "D", "date-with-time")]


@pytest.mark.first_cases(8)
@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("2. november 2026", None, "2026-11-02"), ("2. des.\u00a02026", None, "2026-12-02"),
        ("02-Nov-2026", "mdy", "2026-11-02"), ("Nov 2nd, 2026", None, "2026-11-02"),
        ("2026-mai-02", "ymd", "2026-05-02"), ("02-nov-26", "dmy", "2026-11-02"),
        ("02-nov-26", None, "ambiguous-date"), ("31. april 2026", None, "not-a-date"),
        ("fredag 13. februar 2026", None, "2026-02-13"), ("Fri, Feb 13 2026", None, "2026-02-13"),
        ("lørdag 13. februar 2026", None, "not-a-date"), ("01. 02. 2026", None, "2026-02-01"),
        ("1/feb/2026", None, "2026-02-01"), ("den 1. februar 2026", None, "2026-02-01"),
        ("2026-02-01+01:00", None, "2026-02-01"), ("2026\u201102\u201101", None, "2026-02-01"),
        ("NULL", None, "blank-word"),
        ("2. tull 2026", None, "not-a-date"), ("46320", None, "date-as-number"), ("123", None, "not-a-date"),
    ],
)  # fmt: skip
def test_dates_with_the_name_of_the_month(tmp_path: Path, written: str, order: str | None, day: str) -> None:
    """A month's name leaves one reading, but for a year of two digits; a number of days is named with its date."""
    rows = [document("F1", date=written, due="2027-01-01")]
    checked = check_texts(tmp_path, ReadOptions(dates=order), documents=rows)
    found = codes(checked)
    value = checked.tables["documents"].rows["document_date"][0]
    assert (str(value) if value else found[0][2]) == day
    assert found == ([] if value else [(2, "D", day)])
    if day == "date-as-number":
        assert checked.findings.filter(checked.findings["code"] == day)["detail"].to_list() == ["2026-10-25"]


@pytest.mark.first_cases(5)
@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Kilde: ERP;;;;;;;;", "few-values"), ("OK;;;;;;;;", "few-values"), ("Kundenr;Kari;;;;;;;", "few-values"),
        ("F2;IN;;;;;;;", "few-values"), ("(2 rows);;;;;;;;", "note-row"), ("# slutt;;;;;;;;", "note-row"),
        ("---;---;---;;;;;;", "note-row"), ("# slutt", "note-row"), ("F2;IN", "too-few-fields"),
    ],
)  # fmt: skip
def test_a_row_that_is_hardly_a_record_is_one_finding(tmp_path: Path, row: str, code: str) -> None:
    """A note, another table or a record that was begun lacks most values: they are named once, and nothing is sent."""
    checked = check_texts(tmp_path, documents=[document("F1"), row, document("F3")])
    assert [(row, found) for row, _, found in codes(checked)] == [(3, code)]
    assert sent_documents(checked) == ["F1", "F3"]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("KID", "0", "pattern"), ("KID", "12345678904", "kid"), ("KID", "12345678903", None),
        ("Vår ref", "&amp;" + "x" * 200, "too-long"), ("Ordrenr", "7001", None),
    ],
)  # fmt: skip
def test_a_doubt_hides_no_error(tmp_path: Path, header: str, value: str, code: str | None) -> None:
    """A number cell or a code of web pages is a doubt; what is wrong with the value is found all the same."""
    values = ["F1", "IN", "K1", "2026-02-01", "2026-02-15", "NOK", "125"]
    headers = [*AMOUNT_HEADERS.split(";"), header]
    cells = [number("H2", value) if value.isdigit() else text("H2", value.replace("&", "&amp;"))]
    rows = row(1, *(text(f"{letter}1", name) for letter, name in zip("ABCDEFGH", headers, strict=True)))
    rows += row(2, *(text(f"{letter}2", each) for letter, each in zip("ABCDEFG", values, strict=True)), *cells)
    (tmp_path / "f.xlsx").write_bytes(book(rows))
    checked = check_files([f"{tmp_path / 'f.xlsx'}#Kunder=documents"])
    found = [name for _, column, name in codes(checked) if column == "H"]
    assert [name for name in found if name not in {"stored-as-number", "html-code"}] == ([code] if code else [])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["Fakturanr;Beløp inkl. mva", "F1;100", "F2;200"], [(3, "second-table")]),
        (["Kundenr;Navn", "K2;Ola"], [(3, "header-again")]),
        (["Navn;Kundenr", "K2;Ola"], [(3, "second-table")]),
        (["Kunde;Ola", "Pris;Per"], []),
    ],
)
def test_a_second_table_below_is_not_sent(tmp_path: Path, rows: list[str], found: list[tuple[int, str]]) -> None:
    """From a row with other headers on, nothing is a record of the first table."""
    checked = check_texts(tmp_path, customers=["Kundenr;Navn", "K1;Kari", *rows])
    assert [(row, code) for row, _, code in codes(checked)] == found
    blocked = checked.blocked_rows["customers"]["row"].to_list()
    assert sorted(blocked) == ([*range(3, 3 + len(rows))] if ("second-table" in str(found)) else [3] * len(found))


@pytest.mark.parametrize(("country", "is_named"), [("Sverige", False), ("Norge", True), ("", True), ("SE", False)])
def test_the_postal_code_of_another_country(tmp_path: Path, country: str, is_named: bool) -> None:
    """A country's name shows that a postal code is no Norwegian one, like its code."""
    checked = check_texts(tmp_path, customers=["Kundenr;Navn;Postnr;Land", f"K1;Kari;11122;{country}"])
    assert codes(checked) == ([(2, "C", "postal-code")] if is_named else [])


@pytest.mark.parametrize(
    ("written", "country", "corrected"),
    [
        ("N-0150", "Norge", ["0150"]), ("NO-0150", "", ["0150"]), ("no 5003", "NO", ["5003"]), ("N–0150", "", ["0150"]),
        ("N-150", "", []), ("SE-11122", "", []), ("N-0150", "Sverige", []), ("0150 N", "", []),
    ],
)  # fmt: skip
def test_a_postal_code_with_the_letters_of_norway(
    tmp_path: Path, written: str, country: str, corrected: list[str]
) -> None:
    """`N-0150` has one sure remedy, where the row names no other country."""
    checked = check_texts(tmp_path, customers=["Kundenr;Navn;Postnr;Land", f"K1;Kari;{written};{country}"])
    assert propose_corrections(checked)["after"].to_list() == corrected


def test_numbers_with_thousands_separators_are_named_as_identifiers(tmp_path: Path) -> None:
    """A document's number that looks like an amount is sent as it is, with a warning."""
    rows = [document(number) for number in ("7 001", "1\u00a0007\u00a0001", "2026 001", "7001", "7 01")]
    assert [(row, code) for row, _, code in codes(check_texts(tmp_path, documents=rows))] == [
        (2, "grouped-identifier"), (3, "pattern")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@b.no, c@d.no", ["a@b.no", "c@d.no"]), ("a@b.no c@d.no", ["a@b.no", "c@d.no"]),
        ("a@b.no;c@d.no", ["a@b.no", "c@d.no"]), ("Kari <a@b.no>", ["Kari <a@b.no>"]), ("a@b.no, x", ["a@b.no, x"]),
    ],
)  # fmt: skip
def test_several_addresses_in_a_cell(tmp_path: Path, text: str, addresses: list[str]) -> None:
    """A comma or a blank between two addresses separates them, because no address has one."""
    checked = check_texts(tmp_path, customers=["Kundenr|Navn|E-mailadresse".replace("|", ";"), f'K1;Kari;"{text}"'])
    assert checked.tables["customers"].rows["email_address_document"].to_list() == [addresses]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Fakturadato (dd.mm.åååå)", None),
        ("Fakturadato [YYYY-MM-DD]", None),
        ("Fakturadato (ny)", "header-near"),
        ("Leveringsdato (dd.mm.yyyy)", "missing-column"),
    ],
)
def test_brackets_behind_a_header(tmp_path: Path, header: str, code: str | None) -> None:
    """The pattern of a date leaves one reading; other words behind a required header are asked about."""
    checked = check_texts(tmp_path, f=[DOCUMENT_HEADERS.replace("Fakturadato", header), document("F1")])
    assert [found for *_, found in codes(checked) if found != "unknown-header"] == ([code] if code else [])


@pytest.mark.parametrize(
    ("kid", "sent", "code"),
    [
        ("1234 5678 903", "12345678903", "blanks-removed"),
        ("1234\u00a05678\u202f903", "12345678903", "blanks-removed"),
        ("1234 5678 904", "1234 5678 904", "pattern"), ("12345678903", "12345678903", None),
    ],
)  # fmt: skip
def test_a_kid_with_blanks(tmp_path: Path, kid: str, sent: str, code: str | None) -> None:
    """Where its check digit is right the blanks are no part of it."""
    checked = check_texts(tmp_path, f=[f"{DOCUMENT_HEADERS};KID", f"{document('F1')};{kid}"])
    assert checked.tables["documents"].rows["kid"].to_list() == [sent]
    assert codes(checked) == ([(2, "J", code)] if code else [])
    assert (sent_documents(checked) == []) == (code == "pattern")


@pytest.mark.parametrize(
    ("header", "written", "sent", "code"),
    [
        ("Orgnr", "NO 923 609 016 MVA", "923609016", "separators-removed"),
        ("Orgnr", "no923609016mva", "923609016", "separators-removed"),
        ("Orgnr", "923\u00a0609\u202f016", "923609016", "separators-removed"),
        ("Orgnr", "923.609-016", "923609016", "separators-removed"),
        ("Orgnr", "923609016", "923609016", None),
        ("Orgnr", "NO 923 609 017 MVA", "NO 923 609 017 MVA", "organisation-no"),
        ("Orgnr;Landkode", "923 609 016;SE", "923 609 016", None),
        ("Orgnr;Orgnr-skjema", "923 609 016;0007", "923 609 016", None),
        ("Kontonr", "8150.17.57322", "81501757322", "separators-removed"),
        ("Kontonr", "NO93 8601 1117 947", "NO9386011117947", "separators-removed"),
        ("Kontonr", "NO9386011117947", "NO9386011117947", None),
        ("Fødselsnr", "018199 21764", "01819921764", "separators-removed"),
    ],
)
def test_numbers_as_people_write_them(tmp_path: Path, header: str, written: str, sent: str, code: str | None) -> None:
    """Where the check digit is right, a number is sent as ARM has it, with a warning; the repair writes the same."""
    checked = check_texts(tmp_path, kunder=[f"Kundenr;Navn;{header}", f"K1;Ås AS;{written}"])
    (rows,) = [table.rows for table in checked.tables.values()]
    name = {"O": "organization_no", "K": "bank_account_no", "F": "ssn"}[header[0]]
    assert rows[name].to_list() == [sent]
    assert [found for *_, found in codes(checked)] == ([code] if code else [])
    assert propose_corrections(checked)["after"].to_list() == ([sent] if code == "separators-removed" else [])
    (shown,) = render_findings(checked.findings, checked.sheets, fields_by_name(), "en") or [{"message": ""}]
    assert (f"is sent as {sent}." in shown["message"]) == (code == "separators-removed" and name == "organization_no")


def test_dates_with_dots_are_not_half_converted(tmp_path: Path) -> None:
    """Dates with dots have one order: no program has swapped day and month of the others."""
    dates = ["2026-02-03", "2026-02-05", "27.02.2026"]
    rows = [document(f"F{index}", date=day, due="2026-03-15") for index, day in enumerate(dates)]
    assert codes(check_texts(tmp_path, documents=rows)) == []
    rows[2] = document("F2", date="27/02/2026", due="2026-03-15")
    assert [code for *_, code in codes(check_texts(tmp_path, documents=rows))] == ["dates-half-converted"]


# --- cells of workbooks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("5001.0", "5001"), ("1250.50", "1250.5"), ("1.0E7", "10000000"), ("1.00E1", "10"), ("0.0", "0"), (".0", "0"),
        ("-0.0", "0"), ("5001.", "5001"), ("+5.5", "5.5"), ("100", "100"), ("1e3", "1000"), ("+-5", "-5"),
        ("1,5", None), (".", None), ("", None), ("1E+400", ""),
    ],
)  # fmt: skip
def test_numbers_of_other_programs(raw: str, plain: str | None) -> None:
    """Programs in Java write 5001 as 5001.0: the identifier is 5001."""
    assert to_plain_number(raw) == plain


def test_cells_that_are_no_texts(tmp_path: Path) -> None:
    """In a text field a percentage is an error, because Excel shows another text; a date is sent with a warning."""
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
        '<xf/><xf numFmtId="9"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    cells = [
        ("0.25", 1, None, "percent-cell"), ("45715", 2, "2025-02-27", "sent-as-text"),
        ("12345678901234567890", 0, None, "digits-lost"),
        ("0.30000000000000004", 0, "0.3", "sent-as-text"), ("7001.0", 0, "7001", None),
    ]  # fmt: skip
    rows = row(1, text("A1", "Kundenr"), text("B1", "Navn"))
    for index, (value, style, _, _) in enumerate(cells, 2):
        rows += row(index, text(f"A{index}", f"K{index}"), number(f"B{index}", value, style))
    (tmp_path / "k.xlsx").write_bytes(book(rows, styles=styles))
    checked = check_files([str(tmp_path / "k.xlsx")])
    assert checked.tables["customers"].rows["name"].to_list() == [sent for _, _, sent, _ in cells]
    own = checked.findings.filter(checked.findings["code"] != "required").select("row", "code").rows()
    assert own == [(index, code) for index, (*_, code) in enumerate(cells, 2) if code]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (number("A2", "12.5"), "The cell contains the number 12.5. A sign or decimals are not allowed here."),
        (
            '<c r="A2" t="b"><v>1</v></c>',
            "The cell contains TRUE or FALSE. A text or a number is needed here.",
        ),
    ],
)
def test_the_message_names_the_kind_of_the_cell(tmp_path: Path, cell: str, words: str) -> None:
    """A number in an identifier is not called a yes or no."""
    (tmp_path / "k.xlsx").write_bytes(book(row(1, text("A1", "Kundenr"), text("B1", "Navn")) + row(2, cell)))
    checked = check_files([str(tmp_path / "k.xlsx")])
    rendered = render_findings(checked.findings, checked.sheets, fields_by_name(), "en")
    assert words in [finding["message"] for finding in rendered]


def test_a_part_whose_name_is_escaped(tmp_path: Path) -> None:
    """A relation writes the blanks of a part's name as %20."""
    contents = parts(row(1, text("A1", "Kundenr")))
    sheet = contents.pop("xl/worksheets/sheet1.xml")
    relations = contents["xl/_rels/workbook.xml.rels"].replace("sheet1.xml", "my%20sheet.xml")
    content = pack({**contents, "xl/_rels/workbook.xml.rels": relations, "xl/worksheets/my sheet.xml": sheet})
    (tmp_path / "k.xlsx").write_bytes(content)
    assert read_sheets(tmp_path / "k.xlsx")[0].frame["A"].to_list() == ["Kundenr"]


@pytest.mark.first_cases(11)
@pytest.mark.parametrize(
    ("code", "raw", "is_other"),
    [
        ("#,##0", "1250.5", True), ("0.0", "1250.5", False),
        ("#,##0.00", "1250.5", False), ('"kr" #,##0.00', "1250.5", False), ("[$kr-414] # ##0.00", "1250.5", False),
        ("#,##0.00;[Red]#,##0.00", "-1250.5", False), ("#,##0_);(#,##0)", "-1250", False), ("0;-0;;@", "-5", False),
        ('0" stk"', "125", False), ('"kr "0', "125", False), ('"EUR "0', "125", True),
        ("[$NOK] #,##0.00", "1250.5", False), ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "-1250.5", False),
        ("[$€-2] #,##0.00", "1250.5", True), ('#,##0.00 "EUR"', "1250", True), ("#,##0,", "1250", True),
        ('0.0,"k"', "1250.5", True), ("0.00;0.00", "-1250.5", True), ("0;0", "-1250", True),
        ('"-"0.00', "1250.5", True),
        ('0.00"%"', "12.5", True), (";;;", "1250.5", True), ('0" tusen"', "1250", True), ('"-"0', "1250", True),
    ],
)  # fmt: skip
def test_formats_that_show_another_amount(tmp_path: Path, code: str, raw: str, is_other: bool) -> None:
    """The stored number is sent; a format that shows another scale, sign or currency is reported."""
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="170" '
        f'formatCode={quoteattr(code)}/></numFmts><cellXfs><xf/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    values = ["F1", "CN", "K1", "2026-02-01", "2026-02-15", "NOK"]
    rows = row(
        1, *(text(f"{letter}1", header) for letter, header in zip("ABCDEFG", AMOUNT_HEADERS.split(";"), strict=True))
    )
    rows += row(
        2, *(text(f"{letter}2", value) for letter, value in zip("ABCDEF", values, strict=True)), number("G2", raw, 1)
    )
    (tmp_path / "f.xlsx").write_bytes(book(rows, styles=styles))
    checked = check_files([f"{tmp_path / 'f.xlsx'}#Kunder=documents"])
    assert checked.tables["documents"].rows["incl_vat"].to_list() == [Decimal(raw)]
    own = checked.findings.filter(checked.findings["column"] == "G")["code"].to_list()
    assert own == (["shown-otherwise"] if is_other else [])


# --- CSV ---------------------------------------------------------------------------------------------


def test_an_end_of_file_mark_is_no_row(tmp_path: Path) -> None:
    """DOS programs write it behind the last line; `SEP=` may be in capitals."""
    (tmp_path / "k.csv").write_bytes(b"SEP=;\r\nKundenr;Navn\r\nK1;Kari\r\n\x1a")
    checked = check_files([str(tmp_path / "k.csv")])
    assert [code for *_, code in codes(checked)] == ["separator-told"]
    assert checked.tables["customers"].rows["customer_no"].to_list() == ["K1"]


def test_sums_under_a_csv_table_are_one_finding(tmp_path: Path) -> None:
    """They have no number of their own, and add up; other amounts there are a document without its number."""
    sums = ";;;;;;200;50;250"
    assert codes(check_texts(tmp_path, documents=[document("F1"), document("F2"), sums])) == [(4, None, "total-row")]
    others = codes(check_texts(tmp_path, documents=[document("F1"), document("F2"), ";;;;;;200;50;251"]))
    assert "total-row" not in [code for *_, code in others]
    assert (4, None, "few-values") in others


def test_an_xml_file_is_not_called_a_web_page(tmp_path: Path) -> None:
    """A flat OpenDocument file is XML too."""
    (tmp_path / "k.fods").write_text('<?xml version="1.0"?>\n<office:document/>', encoding="utf-8")
    with pytest.raises(FileError, match="is an XML file"):
        read_sheets(tmp_path / "k.fods")


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Beløp etter rabatt", "Sum ordre", "Beløp avgiftsfri", "Totalpris", "Line price total", "Innbetalt", "Restbel.",
        "Å betale", "Samlet pris", "Resterende", "Saldo periode", "Total status", "Beløp uten rabatt",
    ],
)  # fmt: skip
def test_headers_that_are_amounts(header: str) -> None:
    """Their numbers must not be left out with a warning."""
    assert is_money(header)
    assert not is_price(header)


@pytest.mark.parametrize(
    "header",
    [
        "Betalingsmåte", "Betalingsreferanse", "Mva-pliktig", "Mva-fri", "Mva-klasse", "Rabatt kr", "Rabattbeløp",
        "Discount amount", "Kostpris", "Innkjøpspris", "Restrisiko", "Restordre", "Payment method", "Kredittgrense",
        "VAT category", "Betalt status",
    ],
)  # fmt: skip
def test_headers_that_are_no_amounts_of_an_invoice(header: str) -> None:
    """A number under them stops no file."""
    assert not is_money(header)
    assert not is_price(header)


def test_dates_with_dots_are_no_amounts(tmp_path: Path) -> None:
    """`Sist betalt` may be a day."""
    rows = [f"{document('F1')};27.02.2026", f"{document('F2')};1.3.2026"]
    assert [code for *_, code in codes(check_texts(tmp_path, f=[f"{DOCUMENT_HEADERS};Sist betalt", *rows]))] == [
        "unknown-header"
    ]


def test_the_price_of_a_whole_line_is_an_amount(tmp_path: Path) -> None:
    """Beside the price of a unit, `Totalpris` is the line's amount: it is not left out."""
    header = LINE_HEADERS.split(";Beløp", maxsplit=1)[0] + ";Totalpris"
    checked = check_texts(tmp_path, documents=[document("F1")], linjer=[header, "F1;1;Kam;2;50;100"])
    assert (1, "F", "amount-header-unclear") in codes(checked)


@pytest.mark.parametrize(("header", "resource"), [("Postadresser", "customers"), ("Fakturaadresse", "documents")])
def test_a_postal_address_is_no_electronic_one(header: str, resource: str) -> None:
    """One letter makes E-postadresse of Postadresse: no one is asked whether they are the same."""
    similar = find_similar(
        header.removesuffix("r") if resource == "customers" else header, index_headers(RESOURCES[resource])
    )
    assert similar is None or not similar.name.startswith(("e", "email"))


def test_a_second_column_is_named_by_its_header(tmp_path: Path) -> None:
    """The message has the header of the file and the field."""
    checked = check_texts(tmp_path, f=[f"{AMOUNT_HEADERS};Brutto", "F1;IN;K1;2026-02-01;2026-02-15;NOK;125;125"])
    rendered = render_findings(checked.findings, checked.sheets, fields_by_name(), "nb")
    assert "Kolonnen «Brutto» betyr det samme som kolonne G: begge er «Beløp inkl. mva»" in [
        f["message"] for f in rendered
    ]


def test_rows_below_the_table_are_one_finding_each(tmp_path: Path) -> None:
    """Formulas that were copied too far down give rows of zeros: only the missing number is reported."""
    rows = [document("F1"), ";;;;;NOK;0;0;0", ";;;;;;0;0;0", "F2;;K1;;;NOK;100;25;125"]
    checked = check_texts(tmp_path, documents=rows)
    assert codes(checked) == [
        (3, None, "few-values"),
        (4, None, "few-values"),
        *((5, letter, "required") for letter in "BDE"),
    ]
    assert sent_documents(checked) == ["F1"]


def test_an_amount_without_a_number_holds_the_document_above_back(tmp_path: Path) -> None:
    """It may be the second line of that document, which would be sent with the amount of its first."""
    checked = check_texts(tmp_path, documents=[document("F1"), ";;;;;;300;75;375", document("F2")])
    assert [code for _, _, code in codes(checked)] == ["few-values"]
    assert sent_documents(checked) == ["F2"]


def test_only_missing_columns_are_suggested(tmp_path: Path) -> None:
    """To rename `Kunde` to a header that the file has would be bad advice."""
    header = DOCUMENT_HEADERS.replace("Kundenr", "{}") + ";Kunde"
    both = check_texts(tmp_path, f=[header.format("Kundenr"), f"{document('F1')};Kari"])
    unknown = both.findings.filter(both.findings["code"] == "unknown-header")
    assert unknown.select("value", "detail").rows() == [("Kunde", None)]
    alone = check_texts(tmp_path, f=[header.format("Debitor"), f"{document('F1')};Kari"])
    suggestion = alone.findings.filter(alone.findings["value"] == "Kunde")["detail"][0]
    assert [translate(unpack_text(suggestion), lang) for lang in ("en", "nb")] == ['"Customer no"', "«Kundenr»"]


@pytest.mark.first_cases(6)
@pytest.mark.parametrize(
    ("amounts", "is_rate"),
    [
        (["1000;25;1250", "400;25;500"], True), ([";25;1250", ";15;115", ";0;90"], False),
        ([";25;1250", ";15;600"], True), (["1000;25;", "400;12;"], True), (["1000;25;1250"], True),
        (["100;25;125", "1000;25;1025"], False), ([";25;125", ";25;125"], False), ([";25;1250", ";30;1500"], False),
        (["1000;25;1025", "400;25;425"], False), (["1000;25;1025"], False), (["167;25;", "100;15;"], False),
        (["1000;0.25;1250"], True), (["200;15;230.02"], True), (["1;0.25;1.25", "2;0.25;2.25"], False),
        (["-100;-25;-125", "-300;-25;-325"], False),
    ],
)  # fmt: skip
def test_rates_in_the_column_of_vat(tmp_path: Path, amounts: list[str], is_rate: bool) -> None:
    """25 in every row is the rate, unless it is the VAT of some row."""
    rows = [document(f"F{index}", each) for index, each in enumerate(amounts)]
    checked = check_texts(tmp_path, documents=rows)
    assert ("vat-is-rate" in checked.findings["code"].to_list()) == is_rate
    if is_rate:
        assert [code for *_, code in codes(checked)] == ["vat-is-rate"]
        assert sent_documents(checked) == []


# --- values in the wrong column, and what replaces a blank cell ------------------------------------


@pytest.mark.parametrize(
    ("header", "rows", "stops"),
    [
        (AMOUNT_HEADERS, ["1;500.00", "2;250.00"], True),  # a thousands separator that is the file's separator
        (f"{AMOUNT_HEADERS};", ["1;500.00;", "2;250.00;"], True),
        (f"Fakturaer\n{AMOUNT_HEADERS}", ["1;500.00", "2;250.00"], True),
        (AMOUNT_HEADERS, ["1500.00;", "2250.00;"], False),  # a separator behind the last value
        (f"{AMOUNT_HEADERS};", ["1500.00;betalt", "2250.00;"], False),  # a column without a header
        (f"Fakturaer;\n{AMOUNT_HEADERS}", ["1500.00", "2250.00"], False),
    ],
)
def test_rows_wider_than_the_header_stop_a_csv(tmp_path: Path, header: str, rows: list[str], stops: bool) -> None:
    """Values beyond the header's last field show that each row is moved: the whole file stops, with one finding."""
    lines = [f"F{index};IN;K1;2026-02-01;2026-02-15;NOK;{each}" for index, each in enumerate(rows)]
    checked = check_texts(tmp_path, f=[header, *lines])
    assert ("narrow-header" in checked.findings["code"].to_list()) == stops
    assert (sent_documents(checked) == []) == stops
    others = [(row, code) for row, _, code in codes(checked) if code != "narrow-header"]
    assert not (stops and others)  # what the moved values seem to be is not reported of its own


@pytest.mark.first_cases(7)
@pytest.mark.parametrize(
    ("text", "of_identifier", "of_text"),
    [
        ("NULL", "blank-word", "blank-word"), ("nan", "blank-word", "blank-word"), ("<NA>", "blank-word", "blank-word"),
        ("#I/T", "error-cell", "error-cell"), ("#REF!", "error-cell", "error-cell"),
        ("########", "error-cell", "error-cell"), ("n/a", "blank-word", None), ("Null", None, None),
        ("NA", "blank-word", "blank-word"), ("Hansen &amp; Co", None, "html-code"), ("R&D; x", None, None),
        ("Bj?rn", "letter-lost", "letter-lost"), ("Hvem? Meg", None, None), ("kam.no/?a=b?c", None, None),
    ],
)  # fmt: skip
def test_words_for_a_blank_cell_or_an_error(
    tmp_path: Path, text: str, of_identifier: str | None, of_text: str | None
) -> None:
    """What programs write for a blank cell or an error is no value; a lost letter is a warning."""
    checked = check_texts(tmp_path, customers=["Kundenr;Navn;Telefon", f'K1;Kari;"{text}"', f'K2;"{text}";22334455'])
    found = [(row, code) for row, _, code in codes(checked)]
    expected = [(2, of_identifier if of_identifier != "letter-lost" else None), (3, of_text)]
    assert found == [pair for pair in expected if pair[1]]


@pytest.mark.parametrize(
    "total",
    [
        "Totalt 2 fakturaer;;;;;;1750",
        "SUM NOK;;;;;;1 750,00",
        "2;;;;;;1750",
        "Antall;2;;;;;",
        "Antall: 2;;;;;Sum:;1750",
    ],
)
def test_a_total_with_something_in_place_of_the_number_is_named_once(tmp_path: Path, total: str) -> None:
    """A total's name, or a count beside the sums, is not a value of the row of a document."""
    rows = [f"F{index};IN;K1;2026-02-01;2026-02-15;NOK;{amount}" for index, amount in enumerate((1250, 500))]
    found = check_texts(tmp_path, f=[AMOUNT_HEADERS, *rows, total])
    assert codes(found) == [(4, None, "total-row")]
    assert len(sent_documents(found)) == 2


@pytest.mark.parametrize(
    ("line", "is_total"),
    [
        ("Sum faktura;;175", True), ("Totalt;;175", True), ("Totalt;;75", False), ("Total renovering;1;175", False),
        ("Frakt;;175", False),
    ],
)  # fmt: skip
def test_the_total_of_a_document_among_its_lines_is_no_line(tmp_path: Path, line: str, is_total: bool) -> None:
    """A total with the document's own number would double the document: it is one finding, which stops the document."""
    rows = [f"{FLAT_DOCUMENT};Kam;2;125", f"{FLAT_DOCUMENT};Børste;1;50", f"{FLAT_DOCUMENT};{line}"]
    checked = check_texts(tmp_path, f=[FLAT_HEADERS, *rows])
    assert [pair for pair in codes(checked) if pair[2] == "total-row"] == [(4, None, "total-row")] * is_total
    assert (sent_documents(checked) == []) == is_total

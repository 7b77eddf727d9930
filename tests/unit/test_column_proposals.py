"""What is proposed for the columns of files with other headers: by the words of a header, and by the values."""

import difflib
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.app.column_answers import find_constant_error, find_target, list_date_meanings
from armbulk.mapping.columns import find_columns, fingerprint_headers, name_columns
from armbulk.matching.column_values import ColumnReader
from armbulk.matching.header_words import _compare_spelling, find_meanings, score_header
from armbulk.matching.propose import propose_sheet
from armbulk.model.column_proposal import SheetProposal
from armbulk.readers import read_sheets
from armbulk.resources import RESOURCES

SWEDISH = """Kundnr;Namn;Gatuadress;Postnr;Ort;E-post;Org.nr
1001;Åkeri AB;Storgatan 1;11122;Stockholm;info@akeri.se;
1002;Bageri AB;Lillgatan 2;41101;Göteborg;x@bageri.se;
"""
ENGLISH = """Acme Ltd,,,,,,
Open invoices,,,,,,
Cust ID,Client,Invoice #,Issued,Payment due,Ccy,Open amount
C-01,Fjord AS,INV-1,2026-10-01,2026-10-15,NOK,1250.00
C-02,Berg AS,INV-2,2026-10-02,2026-10-16,NOK,2500.50
C-03,Dal AS,INV-3,2026-10-03,2026-10-17,EUR,99.99
"""
VALUES_ALONE = """Alfa;Beta;Gamma;Delta
0101;kari@eksempel.no;984842252;NOK
0102;ola@eksempel.no;974760673;EUR
0103;per@eksempel.no;923609016;NOK
"""
LEDGER = """Kundespesifikasjon;;;;;;;;
Periode: 01.10.26 - 31.10.26;;;;;;;;
Kontonr;Navn;Bilart;Bilnr;Bdato;F.dato;Tekst;Beløp;Restbeløp
10001;Kåre Ødegård;UF;50123;01.10.26;15.10.26;Faktura 50123;1.234,50;1.234,50
10001;Kåre Ødegård;UK;50130;12.10.26;12.10.26;Kreditnota 50130;234,50-;234,50-
Sum 10001;;;;;;;1.000,00;1.000,00
10002;Bjørnsen Bygg AS;UF;50125;31.10.26;14.11.26;Faktura 50125;8.000,00;2.500,00
Sum 10002;;;;;;;8.000,00;2.500,00
Utgående saldo;;;;;;;9.000,00;3.500,00
"""
LINES = """Fakturanr;Varetekst;Ant;Stk pris;Netto;Moms;Brutto
F1;Kam;2;50,00;100,00;25,00;125,00
F1;Børste;1;80,00;80,00;20,00;100,00
F2;Såpe;1;40,00;40,00;10,00;50,00
"""
FLAT = """Faktura;Debitor;Utstedt;Forfaller;Valuta;Produkt;Ant;Stk pris
F1;K1;01.10.2026;15.10.2026;NOK;Kam;2;50,00
F1;K1;01.10.2026;15.10.2026;NOK;Børste;1;80,00
F2;K2;02.10.2026;16.10.2026;NOK;Såpe;1;40,00
"""


def proposed(folder: Path, text: str, resource: str | None = None) -> SheetProposal:
    """The proposal for a CSV."""
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    (sheet,) = read_sheets(path)
    proposal = propose_sheet(sheet, 0, resource=resource)
    assert proposal is not None
    return proposal


def fields(proposal: SheetProposal) -> dict[str, str]:
    """Header → proposed field."""
    return {column.header: column.target for column in proposal.columns if column.target}


def test_a_swedish_list_of_customers(tmp_path: Path) -> None:
    """Words of other Nordic ledgers are known, too."""
    proposal = proposed(tmp_path, SWEDISH)
    assert (proposal.resource, proposal.header_row) == ("customers", 1)
    assert fields(proposal) == {
        "Kundnr": "customer_no", "Namn": "name", "Gatuadress": "address_line_1", "Postnr": "postal_code",
        "Ort": "city_name", "E-post": "email_address_document", "Org.nr": "organization_no",
    }  # fmt: skip


def test_a_norwegian_customer_ledger(tmp_path: Path) -> None:
    """Its sums for each customer and its closing balance are no records; its dates have one likely order."""
    proposal = proposed(tmp_path, LEDGER)
    assert proposal.resource == "documents"
    assert fields(proposal) == {
        "Kontonr": "customer_no", "Bilart": "document_type", "Bilnr": "document_no", "Bdato": "document_date",
        "F.dato": "due_date", "Beløp": "incl_vat",
    }  # fmt: skip
    assert [row for row, _text in proposal.other_rows] == [6, 8, 9]
    assert proposal.date_order is not None
    assert (proposal.date_order.order, proposal.dates[0]) == ("dmy", "01.10.26")


def test_an_english_list_of_open_invoices(tmp_path: Path) -> None:
    """Titles above are found; a name that ARM has no field for in a document is not proposed as one."""
    proposal = proposed(tmp_path, ENGLISH)
    assert (proposal.resource, proposal.header_row, proposal.title_rows, proposal.rows) == ("documents", 3, 2, 3)
    assert fields(proposal) == {
        "Cust ID": "customer_no", "Invoice #": "document_no", "Issued": "document_date", "Payment due": "due_date",
        "Ccy": "currency", "Open amount": "incl_vat",
    }  # fmt: skip


def test_open_items_with_pages_are_documents(tmp_path: Path) -> None:
    """A ledger's own words are known; headers that each page repeats do not count as values."""
    rows = [f"{n % 2:04},Å & Ø AS,00{n},0{n}.02.2025,1{n}.03.2025,1,NOK" for n in range(1, 9)]
    header = "Cust. acct,Name,Doc ref,Posting date,Due,Outstanding,Currency"
    proposal = proposed(tmp_path, "\n".join([header, *rows[:4], "Page 1 of 2", header, *rows[4:], ""]))
    assert (proposal.resource, proposal.rows, len(proposal.other_rows)) == ("documents", 8, 2)
    assert fields(proposal) == {
        "Cust. acct": "customer_no", "Doc ref": "document_no", "Posting date": "document_date", "Due": "due_date",
        "Outstanding": "incl_vat", "Currency": "currency",
    }  # fmt: skip
    assert [column.letter for column in proposal.columns if column.target and not column.is_sure] == ["D", "F"]


def test_without_numbers_a_list_is_known_by_its_other_columns(tmp_path: Path) -> None:
    """The key may have an unknown header; the dates and amounts still are those of documents."""
    proposal = proposed(tmp_path, "Blip,Name,Due,Outstanding\nx,Ola,01.02.2025,10\ny,Per,02.02.2025,20\n")
    assert proposal.resource == "documents"


def test_a_row_of_groups_says_which_number_is_which(tmp_path: Path) -> None:
    """In a table with two rows of headers, the upper one and its merged cells tell equal headers apart."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Customer", None, "Document"])
    sheet.merge_cells("A1:B1")
    sheet.append(["No.", "Name", "No.", "Date", "Due", "Gross"])
    for number in range(1, 6):
        sheet.append([f"0{number}", "Ola", 700 + number, f"2025-02-0{number}", f"2025-03-0{number}", 10 * number])
    book.save(path := tmp_path / "x.xlsx")
    (read,) = read_sheets(path)
    proposal = propose_sheet(read, 0)
    assert proposal is not None
    assert [column.target for column in proposal.columns][:3] == ["customer_no", "", "document_no"]


def test_values_show_what_headers_do_not(tmp_path: Path) -> None:
    """Addresses, check digits and currency codes are recognised under any header; the rest is not guessed."""
    found = fields(proposed(tmp_path, VALUES_ALONE, "customers"))
    assert found == {"Beta": "email_address_document", "Gamma": "organization_no", "Delta": "currency"}


BLOCKS = """NORDLYS REGNSKAP AS;;;;;;
Kundespesifikasjon pr. 31.10.2026;;;;;Side 1;
Kontonr;Bilnr;Bilart;Bdato;F.dato;Restbeløp;KID
10001;Kari Nordmann;;;;;
10001;50001;UF;01.10.26;15.10.26;1.250,00;5000126
10001;50002;UF;08.10.26;22.10.26;300,50;
Sum 10001;;;;;1.550,50;
10002;Ærlig Øl AS;;;;;
10002;50003;UF;02.10.26;16.10.26;2.500,00;
Sum 10002;;;;;2.500,00;
Utgående saldo;;;;;4.050,50;
"""


def test_blocks_with_titles_and_sums(tmp_path: Path) -> None:
    """In a list with a block for each customer, most rows are no records: titles and sums are no values."""
    proposal = proposed(tmp_path, BLOCKS)
    assert (proposal.resource, proposal.header_row) == ("documents", 3)
    assert [row for row, _text in proposal.other_rows] == [4, 7, 8, 10, 11]
    assert {"Kontonr": "customer_no", "Bilnr": "document_no", "F.dato": "due_date"}.items() <= fields(proposal).items()


def test_lines_and_flat_files(tmp_path: Path) -> None:
    """Lines alone are lines; documents that repeat with lines beside them have the fields of both."""
    lines = proposed(tmp_path, LINES)
    assert lines.resource == "lines"
    assert fields(lines) == {
        "Fakturanr": "document_no", "Varetekst": "line_text", "Ant": "quantity", "Stk pris": "price",
        "Netto": "excl_vat", "Moms": "vat", "Brutto": "incl_vat",
    }  # fmt: skip
    flat = proposed(tmp_path, FLAT)
    assert flat.resource == "documents"
    assert {"Produkt": "line_text", "Ant": "quantity", "Stk pris": "price", "Debitor": "customer_no"}.items() <= fields(
        flat
    ).items()
    assert "Line amount incl. VAT" in flat.targets


def test_amounts_that_add_up(tmp_path: Path) -> None:
    """Three columns that add up are the amounts, whatever their headers; otherwise nothing is proposed."""
    text = "Faktura;X;Y;Z\nF1;20,00;100,00;80,00\nF2;10,01;50,06;40,05\n"
    found = fields(proposed(tmp_path, text, "documents"))
    assert (found["Z"], found["X"], found["Y"]) == ("excl_vat", "vat", "incl_vat")
    wrong = fields(proposed(tmp_path, text.replace("50,06", "50,07"), "documents"))
    assert not {"X", "Y", "Z"} & set(wrong)


@pytest.mark.parametrize(
    ("headers", "rows", "unsure"),
    [
        ("Betalt;Rest;Fakturert", ["100,00;400,00;500,00", "50,00;10,00;60,00"], {"Rest": "open amount"}),
        ("Fakturabeløp;Betalt;Restbeløp", ["125,00;100,00;25,00", "60,00;50,00;10,00"], {"Fakturabeløp": "VAT"}),
        ("Restbeløp;Fakturabeløp", ["125,00;100,00", "60,00;50,00"], {"Restbeløp": "open amount"}),
        ("Beløp", ["125,00", "60,00"], {"Beløp": "VAT"}),
        ("A;B;C", ["100,00;25,00;125,00", "10,00;2,50;12,50"], {"A": "in every row", "B": "", "C": ""}),
        ("Netto;Moms;Sum", ["100,00;25,00;125,00", "10,00;2,50;12,50"], {}),
        ("Debet;Kredit;Saldo", ["100,00;;100,00", ";60,00;40,00"], {"Saldo": "open amount"}),
    ],
)
def test_amounts_that_can_be_read_in_two_ways_are_asked_about(
    tmp_path: Path, headers: str, rows: list[str], unsure: dict[str, str]
) -> None:
    """Paid + open = invoiced is no VAT; an open amount, or one that may be with or without VAT, is never sure."""
    lines = [f"F{number};{number};01.10.2026;15.10.2026;{row}" for number, row in enumerate(rows, 1)]
    text = "\n".join([f"Fakturanr;Kundenr;Dato;Forfall;{headers}", *lines])
    asked = {c.header: c.reason for c in proposed(tmp_path, text).columns if c.target and not (c.is_sure or c.is_known)}
    assert asked.keys() == unsure.keys()
    assert all(words in asked[header] for header, words in unsure.items())


def test_amounts_of_lines_are_not_those_of_documents(tmp_path: Path) -> None:
    """An amount that differs between the rows of a document is the line's; one that does not is asked about."""
    for last, target in (("80,00", "Line amount incl. VAT"), ("100,00", "Document amount incl. VAT")):
        rows = [
            line + ";" + value
            for line, value in zip(FLAT.splitlines(), ("Beløp", "100,00", last, "40,00"), strict=True)
        ]
        (amount,) = [c for c in proposed(tmp_path, "\n".join(rows)).columns if c.header == "Beløp"]
        assert (amount.target, amount.is_sure) == (target, False)


def test_sensitive_samples_are_hidden(tmp_path: Path) -> None:
    """Values that are identity numbers are shown by their last two characters, whatever the header is."""
    proposal = proposed(tmp_path, "Nr;Navn;Ident\n1;Kari;15076500565\n2;Ola;15076500565\n", "customers")
    (column,) = [column for column in proposal.columns if column.letter == "C"]
    assert column.samples == ("•••••••••65",)


def test_units_and_names_are_told_apart() -> None:
    """A rate is no amount, a name no number, net is not gross; abbreviations and compounds are understood."""
    documents, customers = RESOURCES["documents"], RESOURCES["customers"]
    assert score_header("Mva %", documents.field("vat")) == 0
    assert score_header("Netto", documents.field("incl_vat")) < 0.6
    assert score_header("Fakt.nr", documents.field("document_no")) > 0.8
    assert score_header("Debitornummer", customers.field("customer_no")) > 0.8
    assert score_header("Kundenavn", customers.field("customer_no")) < 0.6
    assert find_meanings("ForfallsDato") == (frozenset({"due", "date"}), 0)


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.sampled_from(["", "Beløp", "beløp ", "Nr", "[F]", "A [B]"])))
def test_every_column_has_a_name_of_its_own(headers: dict[str, str]) -> None:
    """The name of a column in a mapping finds this column, whatever its header and those of others are."""
    named = {letter: text for letter, text in headers.items() if text}
    for letter, name in name_columns(headers).items():
        assert find_columns(name, named, list(headers)) == [letter]


@given(st.lists(st.text(max_size=8), max_size=6), st.randoms())
def test_a_fingerprint_knows_no_order(headers: list[str], random: object) -> None:
    """The same headers in another order have the same fingerprint."""
    turned = sorted(headers, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert fingerprint_headers(headers) == fingerprint_headers(turned)


@given(st.lists(st.lists(st.sampled_from(["", "1", "Sum", "Navn", "a@b.no", "01.02.2026", "1,5", "Ærlig"]), min_size=3,
                         max_size=3), min_size=1, max_size=6))  # fmt: skip
def test_a_proposal_uses_each_field_once(rows: list[list[str]]) -> None:
    """Whatever a file has: a proposal or none, and no field twice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
        sheets = read_sheets(path)
    for sheet in sheets:
        proposal = propose_sheet(sheet, 0)
        if proposal is not None:
            targets = [column.target for column in proposal.columns if column.target]
            assert len(targets) == len(set(targets))
            assert set(targets) <= set(proposal.targets)


@pytest.mark.parametrize(
    ("texts", "example", "orders"),
    [
        (["01.10.26", "31.10.26"], "01.10.26", {"dmy": "01.10.2026", "ymd": "26.10.2001"}),
        (["01/02/2025"], "01/02/2025", {"dmy": "01.02.2025", "mdy": "02.01.2025"}),
        (["2/28/25", "02/03/25"], "2/28/25", {"mdy": "28.02.2025"}),
        (["04-NOV-26", "18. des 26"], "04-NOV-26", {"dmy": "04.11.2026", "ymd": "26.11.2004"}),
        (["3112026"], "3112026", {"dmy": "03.11.2026", "mdy": "11.03.2026"}),
        (["111126", "101126", "41126"], "101126", {"dmy": "10.11.2026", "mdy": "11.10.2026", "ymd": "26.11.2010"}),
        (["2/28/25", "28/2/25"], "2/28/25", {"dmy": "", "mdy": "", "ymd": ""}),
    ],
)
def test_only_possible_orders_of_dates_are_offered(texts: list[str], example: str, orders: dict[str, str]) -> None:
    """Each with what it makes of a date that they read differently; all of them where that is not known.

    Of orders that read every date alike there is one.
    """
    shown, meanings = list_date_meanings(texts)
    assert (shown, {order: meaning.text("nb") for order, meaning in meanings.items()}) == (example, orders)


def test_the_value_of_every_row_is_checked_when_it_is_answered() -> None:
    """A currency has three letters; words for a document type are accepted, as in a cell."""
    refused = find_constant_error("documents", "currency", "kroner")
    assert refused is not None
    assert refused.text("nb") == "«kroner» er ikke en gyldig verdi for «Valuta». Bruk for eksempel NOK."
    valid = [("currency", "nok"), ("document_type", "Faktura"), ("document_type", "IN"), ("due_date", "01.02.2026")]
    assert [find_constant_error("documents", name, text) for name, text in valid] == [None] * 4


def test_what_can_be_read_has_the_digits_of_its_type(tmp_path: Path) -> None:
    """A column that is not read as dates or amounts, because its cells have too few digits, has none of them."""
    dates = ["1.1.26", "01/02/2026", "31126", "301126", "den 2. nov 26", "Nov 2, 2026", "mandag 30.11.2026", "2/3/04"]
    amounts = ["kr 100,-", "1 234,50", "(5)", "5-", "-", "\u2013", "\u2212", "NOK -", ",5", "1.234", "7"]
    others = ["", "x", "n/a", "Storgata 1", "a@b.no", "--", "1.1", "12"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Tekst;Nr", *(f"{text};0" for text in (*dates, *amounts, *others))]), encoding="utf-8")
    (sheet,) = read_sheets(path)
    texts = sheet.frame["A"].to_list()[1:]
    for name, at_least in (("due_date", len(dates) - 2), ("incl_vat", len(amounts) - 2)):
        field = RESOURCES["documents"].field(name)
        reading = ColumnReader(sheet, sheet.frame[1:]).read("A", field)
        can_be_read = [
            value is not None or text in reading.unclear for text, value in zip(texts, reading.values, strict=True)
        ]
        may_be = [
            ColumnReader(sheet, sheet.frame[row]).may_be("A", field.type, 1.0) for row in range(1, len(texts) + 1)
        ]
        assert all(may for may, can in zip(may_be, can_be_read, strict=True) if can)
        assert not all(may_be)
        assert sum(can_be_read) >= at_least


PAYERS = """Inv #;Issued;Payable by;Acct;Bill-to;Bill-to Street;Bill-to ZIP;Bill-to Town;Ctry;Customer mail;Gross
0401;14/11/2026;14/12/2026;10007;Ås AS;Gata 1;0157;Oslo;NO;post@example.com;125,00
0402;15/11/2026;15/12/2026;10012;Bø AB;Väg 4;21122;Malmö;SE;info@example.com;250,00
"""


def test_customers_of_invoices_are_known_by_bill_to(tmp_path: Path) -> None:
    """What a customer has means the same with the word for the customer; codes of countries are no names of them."""
    customers = proposed(tmp_path, PAYERS).customers
    assert customers is not None
    assert fields(customers) == {
        "Acct": "customer_no", "Bill-to": "name", "Bill-to Street": "address_line_1", "Bill-to ZIP": "postal_code",
        "Bill-to Town": "city_name", "Ctry": "country_code", "Customer mail": "email_address_document",
    }  # fmt: skip


def test_valid_values_do_not_outweigh_the_better_header(tmp_path: Path) -> None:
    """E-mail addresses are valid in two fields: documents must not go to the second address."""
    rows = [
        "K.nr;Navn;Gt.adr;E-postadr.",
        "10007;Ås AS;Gata 1;post@example.com",
        "10012;Bø AS;Gata 2;a@example.com",
        "",
    ]
    assert fields(proposed(tmp_path, "\n".join(rows))) == {
        "K.nr": "customer_no", "Navn": "name", "Gt.adr": "address_line_1", "E-postadr.": "email_address_document",
    }  # fmt: skip


def test_lines_below_their_document_without_its_number(tmp_path: Path) -> None:
    """A document whose number is in its first row has lines: one line's amount must not be taken for the document's."""
    rows = [
        "Fakt.nr;Fakt.dt;Forf.dt;K.nr;Tekst;Ant.;À-pris;Netto;Mva-beløp;Brutto",
        "2601;20261101;20261201;10007;Arbeid;1;950;950,00;237,50;1187,50",
        "2602;20261103;20261203;10012;Skap;3;4290;12870,00;3217,50;16087,50",
        ";;;;Kontakt;2,5;189,5;473,75;118,44;592,19",
        "Utskrift ferdig;;;;;;;;;",
        "",
    ]
    proposal = proposed(tmp_path, "\n".join(rows))
    found = fields(proposal)
    assert (found["Tekst"], found["Ant."], found["À-pris"]) == ("line_text", "quantity", "price")
    assert (found["Netto"], found["Brutto"]) == ("Line amount excl. VAT", "Line amount incl. VAT")
    assert proposal.other_rows == ((5, "Utskrift ferdig"),)


def test_samples_are_shown_as_excel_shows_them(tmp_path: Path) -> None:
    """The cell of 8253.13 has 8253.129999999999 in the file, and is shown as typed. Other names of a field work."""
    rows = ["Debitor;Firma;Gate;Saldo", "1;Ås AS;Gata 1;8253.129999999999", "2;Bø AS;Gata 2;1.5", ""]
    proposal = proposed(tmp_path, "\n".join(rows))
    assert proposal.columns[3].samples == ("8253.13", "1.5")
    assert (find_target(proposal, "adresse"), find_target(proposal, "Zip"), find_target(proposal, "blip")) == (
        "address_line_1", "postal_code", None,
    )  # fmt: skip


@given(st.text("abc", min_size=1, max_size=8), st.text("abc", min_size=1, max_size=8))
def test_the_spelling_is_compared_as_difflib_does(text: str, header: str) -> None:
    """What lengths and letters rule out has a ratio below the limit; everything else has difflib's own ratio."""
    ratio = difflib.SequenceMatcher(None, text, header).ratio()
    compared = _compare_spelling(text, header)
    assert (compared if compared >= 0.8 else 0) == (ratio if ratio >= 0.8 else 0)

"""Writes the samples: believable customers and invoices, the same every time.

A second witness: headers and JSON types are here by hand, not taken from `armbulk/resources/`.
"""

import csv
import random
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

FOLDER = Path(__file__).resolve().parent
CENT = Decimal("0.01")

COMPANIES = [
    "Fjordgløtt Bakeri AS", "Ålesund Båtservice AS", "Grønn Gård Økologisk DA", "Nordlys Elektro AS",
    "Bjørnstad Rør og Varme AS", "Sørlandets Trevare AS", "Lofoten Fiskeforedling AS", "Kråkerøy Maskin AS",
    "Østfold Regnskap og Rådgivning AS", "Hæstad Transport AS", "Vestre Ødegård Sag ANS", "Røros Kobber & Gave AS",
    "Blåbærtunet Barnehage SA", "Tromsø Havn Logistikk AS", "Fjell og Vidde Opplevelser AS", "Småbruket Ull AS",
    "Jæren Såkorn AS", "Mjøsa Seilsport AS", "Bergen Kaffebrenneri AS", "Trøndersk Øl og Mat AS",
]  # fmt: skip
FIRST = ["Åse", "Bjørn", "Kåre", "Solveig", "Øystein", "Ragnhild", "Håkon", "Ingrid", "Pål", "Marit", "Sæbjørg", "Lars"]
LAST = ["Sæther", "Ødegård", "Bråten", "Haugen", "Nygård", "Løvås", "Strømme", "Kvåle", "Hansen", "Åsheim"]
PLACES = [
    ("0150", "Oslo"), ("0585", "Oslo"), ("1606", "Fredrikstad"), ("2609", "Lillehammer"), ("3015", "Drammen"),
    ("4006", "Stavanger"), ("4612", "Kristiansand S"), ("5003", "Bergen"), ("6002", "Ålesund"), ("6800", "Førde"),
    ("7011", "Trondheim"), ("7374", "Røros"), ("8300", "Svolvær"), ("9008", "Tromsø"),
]  # fmt: skip
STREETS = [
    "Storgata",
    "Kirkeveien",
    "Fjordgata",
    "Bjørkealléen",
    "Skolebakken",
    "Øvre Torggate",
    "Havnegata",
    "Åsveien",
]
GOODS = [
    ("1300", "Kaffe, filtermalt", "pose", "89.50", 15), ("1310", "Brød, grovt", "stk", "42.90", 15),
    ("2100", "Arbeid, elektriker", "time", "985.00", 25), ("2200", "Rørdeler, messing", "stk", "137.25", 25),
    ("3100", "Transport, palle", "stk", "650.00", 25), ("4100", "Overnatting", "døgn", "1190.00", 12),
    ("5100", "Kurs, økonomi", "stk", "2450.00", 0), ("6100", "Ullgarn, 50 g", "nøste", "54.90", 25),
]  # fmt: skip

CUSTOMER_COLUMNS = [
    ("Kundenr", "Customer no", "text"), ("Navn", "Name", "text"), ("Adresse 1", "Address line 1", "text"),
    ("Postnr", "Postal code", "text"), ("Poststed", "City", "text"), ("Landkode", "Country code", "text"),
    ("Kundekategori", "Customer category", "text"), ("Orgnr", "Organisation no", "text"), ("E-post", "Email", "text"),
    ("Telefon", "Phone", "text"), ("Kontonr", "Bank account", "text"), ("Språk", "Language", "text"),
    ("Valuta", "Currency", "text"), ("Forfallsdager", "Due days", "number"),
    ("Kredittgrense", "Limit amount", "amount"),
]  # fmt: skip
DOCUMENT_COLUMNS = [
    ("Fakturanr", "Document no", "text"), ("Bilagstype", "Document type", "text"), ("Kundenr", "Customer no", "text"),
    ("Fakturadato", "Document date", "date"), ("Forfallsdato", "Due date", "date"), ("Valuta", "Currency", "text"),
    ("Språk", "Language", "text"), ("KID", "KID", "text"), ("Beløp eks. mva", "Amount excl. VAT", "amount"),
    ("Mva", "VAT", "amount"), ("Beløp inkl. mva", "Amount incl. VAT", "amount"), ("E-post", "Email", "text"),
    ("Vår ref", "Seller reference", "text"), ("Deres ref", "Buyer reference", "text"),
    ("Kundemelding", "Customer message", "text"),
]  # fmt: skip
LINE_COLUMNS = [
    ("Fakturanr", "Document no", "text"), ("Linjenr", "Line no", "number"), ("Linjetype", "Line type", "text"),
    ("Varenr", "Article no", "text"), ("Varenavn", "Article name", "text"), ("Linjetekst", "Line text", "text"),
    ("Antall", "Quantity", "number"), ("Enhet", "Unit", "text"), ("Pris", "Price", "amount"),
    ("Beløp eks. mva", "Amount excl. VAT", "amount"), ("Mva", "VAT", "amount"),
    ("Beløp inkl. mva", "Amount incl. VAT", "amount"),
]  # fmt: skip

Row = list[object]


@dataclass(frozen=True)
class Data:
    """The three tables."""

    customers: list[Row]
    documents: list[Row]
    lines: list[Row]


def mod10(digits: str) -> str:
    """A KID's check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        weighted = int(digit) * (2 if place % 2 == 0 else 1)
        total += weighted // 10 + weighted % 10
    return str(-total % 10)


def mod11(digits: str, weights: list[int]) -> str | None:
    """A check digit by weights; None where the number cannot be used."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    check = (11 - rest) % 11
    return None if check == 10 else str(check)


def numbered(rng: random.Random, first: str, length: int, weights: list[int]) -> str:
    """A number with a right check digit."""
    while True:
        digits = first + "".join(str(rng.randint(0, 9)) for _ in range(length - len(first) - 1))
        check = mod11(digits, weights)
        if check is not None:
            return digits + check


def data(seed: int = 2218, customers: int = 40, documents: int = 120) -> Data:
    """Make up the three tables, the same for the same seed."""
    rng = random.Random(seed)
    people = [customer(rng, number) for number in range(customers)]
    headers: list[Row] = []
    lines: list[Row] = []
    for number in range(documents):
        head, own = document(rng, number, people[rng.randrange(len(people))])
        headers.append(head)
        lines += own
    return Data(people, headers, lines)


def customer(rng: random.Random, number: int) -> Row:
    """One customer: every second a company."""
    company = number % 2 == 0
    name = COMPANIES[number // 2 % len(COMPANIES)] if company else f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    postal, city = rng.choice(PLACES)
    email = f"post{number}@eksempel.no" if number not in {3, 17} else f"post{number}@ eksempel.no"
    return [
        f"{10001 + number:06d}", name, f"{rng.choice(STREETS)} {rng.randint(1, 99)}", postal, city, "NO",
        "COMP" if company else "CONS", numbered(rng, "9", 9, [3, 2, 7, 6, 5, 4, 3, 2]) if company else None, email,
        f"9{rng.randint(1000000, 9999999)}", numbered(rng, "0540", 11, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), "no", "NOK",
        rng.choice([10, 14, 30]), Decimal(rng.choice([0, 5000, 20000])),
    ]  # fmt: skip


def document(rng: random.Random, number: int, owner: Row) -> tuple[Row, list[Row]]:
    """One document with its lines; the amounts add up to the øre."""
    no = f"{202600101 + number}"
    day = date(2026, 10, 1) + timedelta(days=rng.randint(0, 45))
    credit = number % 40 == 39
    lines: list[Row] = []
    for line in range(1, rng.randint(1, 4) + 1):
        article, name, unit, price, rate = rng.choice(GOODS)
        quantity = rng.randint(1, 6) * (-1 if credit else 1)
        excl = (Decimal(price) * quantity).quantize(CENT)
        vat = (excl * rate / 100).quantize(CENT)
        lines.append([no, line, "PLH", article, name, None, quantity, unit, Decimal(price), excl, vat, excl + vat])
    if number % 10 == 0:
        text = "Takk for handelen – vi sees igjen på våren!"
        zero = Decimal(0)
        lines.append([no, len(lines) + 1, "TXT", None, None, text, 0, None, zero, zero, zero, zero])
    excl, vat = (sum((Decimal(str(line[column])) for line in lines), Decimal(0)) for column in (9, 10))
    kid = f"5002218{no}"
    email = owner[8] if number % 4 else None
    if number == 7:
        email = "faktura @eksempel.no"
    return [
        no, "CN" if credit else "IN", owner[0], day, day + timedelta(days=int(str(owner[13]))), "NOK", "no",
        kid + mod10(kid), excl, vat, excl + vat, email, f"S{rng.randint(100, 999)}", None,
        "Kreditnota" if credit else None,
    ], lines  # fmt: skip


def write_workbook(path: Path, sheets: list[tuple[str, list[str], list[str], list[Row]]]) -> None:
    """Write sheets (title, headers, kinds, rows) as an accountant would lay them out."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, headers, kinds, rows in sheets:
        page = book.create_sheet(title)
        page.append(headers)
        for cell in page[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="E3ECF2")
            cell.alignment = Alignment(vertical="center")
        for row in rows:
            page.append(row)
        for column, kind in enumerate(kinds, start=1):
            letter = get_column_letter(column)
            texts = [str(row[column - 1] or "") for row in rows]
            page.column_dimensions[letter].width = min(max(map(len, [headers[column - 1], *texts])) + 3, 44)
            for cell in page[letter][1:]:
                cell.number_format = {"date": "dd.mm.yyyy", "amount": "#,##0.00", "text": "@"}.get(kind, "General")
                if isinstance(cell.value, date):
                    cell.number_format = "dd.mm.yyyy"
                if isinstance(cell.value, str) and cell.value.startswith("#N/A"):
                    cell.data_type = "e"
        page.freeze_panes = "A2"
    book.properties.creator = "armbulk"
    book.save(path)
    settle(path)


def settle(path: Path) -> None:
    """Take the time of writing out of a workbook, so that the same data gives the same file."""
    with zipfile.ZipFile(path) as source:
        parts = [(info.filename, source.read(info)) for info in source.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            if name == "docProps/core.xml":
                head, _, rest = content.partition(b"<dcterms:created")
                content = head + rest.rpartition(b"</dcterms:modified>")[2]  # noqa: PLW2901 - the part, settled
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def write_csv(path: Path, headers: list[str], rows: list[Row]) -> None:
    """Write one table as Excel's own kind of CSV: semicolons, a BOM, CRLF."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(headers)
        writer.writerows([["" if value is None else value for value in row] for row in rows])


def with_errors() -> list[tuple[str, list[str], list[str], list[Row]]]:
    """One of each finding; the column Expect says which (several on one row are separated by a space)."""
    customers = [
        ["Customer no", "Name", "Postal code", "Currency", "Email", "Due days", "VAT liable", "Bank account", "Balance",
         "Name 2", "Customer name", "Expect"],
        ["K1", "Ærlig Handel AS", "0150", "NOK", "a@eksempel.no", 10, "ja", "86011117947", None, None, "Ærlig", None],
        ["K2", None, "0150", "NOK", None, 10, "ja", None, None, None, None, "required"],
        ["K3", "Lang kode AS", "0150", "KRONER", None, 10, "ja", None, None, None, None, "pattern"],
        ["K4", "Tallkode AS", 150, "NOK", None, 10, "ja", None, None, None, None, "leading-zero-lost"],
        ["K5", "Desimal AS", "0150", "NOK", None, 10.5, "ja", None, None, None, None, "not-an-integer"],
        ["K6", "Kanskje AS", "0150", "NOK", None, 10, "kanskje", None, None, None, None, "not-yes-or-no"],
        ["K7", "N" * 201, "0150", "NOK", None, 10, "ja", None, None, None, None, "too-long"],
        ["K8", "Dobbel AS", "0150", "NOK", None, 10, "ja", None, None, None, None, "duplicate-key"],
        ["k8", "Dobbel to AS", "0150", "NOK", None, 10, "ja", None, None, None, None, "duplicate-key"],
        ["K9", "Boolsk konto AS", "0150", "NOK", None, 10, "ja", True, None, None, None, "wrong-cell-type"],
    ]  # fmt: skip
    good = ["IN", "K1", date(2026, 11, 2), date(2026, 11, 16), "NOK"]
    documents: list[Row] = [
        ["Document no", "Document type", "Customer no", "Document date", "Due date", "Currency", "KID",
         "Amount excl. VAT", "VAT", "Amount incl. VAT", "Expect"],
        ["E1", *good, None, 100, 25, 125, None],
        ["E2", "IN", "K1", date(2026, 11, 2), date(2026, 10, 16), "NOK", None, 100, 25, 125, "due-before-date"],
        ["E3", *good, None, 100, 25, 130, "amounts-differ"],
        ["E4", *good, None, "hundre", 25, 125, "not-a-number"],
        ["E5", *good, None, "1.234", None, None, "ambiguous-number"],
        ["E6", *good, None, 100.123, None, None, "too-many-decimals"],
        ["E7", *good, None, "12345678901234567", None, None, "number-too-large"],
        ["E8", "IN", "K1", "i går", date(2026, 11, 16), "NOK", None, 100, 25, 125, "not-a-date"],
        ["E9", "IN", "K1", "02/03/2026", date(2026, 11, 16), "NOK", None, 100, 25, 125, "ambiguous-date"],
        ["E10", *good, 5.0022185000020032e20, 100, 25, 125, "digits-lost"],
        ["E11", *good, "5,00222E+20", 100, 25, 125, "scientific-notation"],
        ["E12", *good, date(2026, 1, 2), 100, 25, 125, "date-in-identifier"],
        ["E13", *good, None, "#N/A", 25, 125, "error-cell"],
        ["E14", *good, None, "=100+25", 25, 125, "not-calculated"],
        ["E15", *good, None, 100, 25, 125, "document-without-lines"],
        ["E16", "IN", "K99", date(2026, 11, 2), date(2026, 11, 16), "NOK", None, 100, 25, 125, "customer-not-in-file"],
        ["E17", *good, None, 100, 25, 125, None],
        ["E18", "IN", "K1", "2026-11-02T13:45", date(2026, 11, 16), "NOK", None, 100, 25, 125, "date-with-time"],
        ["E19", *good, None, 200, 50, 250, "lines-sum-differs"],
        ["E20", *good, "1234567", 100, 25, 125, "kid"],
        ["E21", "IN", "K1", date(1926, 11, 2), date(2026, 11, 16), "NOK", None, 100, 25, 125, "date-unlikely"],
    ]  # fmt: skip
    lines: list[Row] = [["Document no", "Line no", "Line text", "Amount excl. VAT", "Expect"]]
    lines += [[row[0], 1, "Vare", 100, None] for row in documents[1:] if row[0] not in {"E15", "E17"}]
    lines += [["E17", 1, "Vare", 50, "duplicate-line-no"], ["E17", 1, "Vare", 50, "duplicate-line-no"]]
    lines += [["E404", 1, "Vare", 50, "line-without-document"]]
    about = ["Customer no", "Name", "Postal code", "Country code", "Organisation no", "National id", "Bank account",
             "Email", "Language", "Currency", "Peppol endpoint id scheme", "Expect"]  # fmt: skip
    identifiers: list[Row] = [
        ["I1", "Fem sifre AS", "15000", "NO", None, None, None, None, None, None, None, "postal-code"],
        ["I2", "Utland AB", "111 22", "SE", "123", None, "SE1", None, "sv", "SEK", "0007", None],
        ["I3", "Feil orgnr AS", None, "NO", "987654321", None, None, None, None, None, None, "organisation-no"],
        ["I4", "Feil Født", None, "NO", None, "01019921717", None, None, None, None, None, "national-id"],
        ["I5", "Feil konto AS", None, None, None, None, "81501757329", None, None, None, None, "bank-account"],
        ["I6", "Feil post AS", None, None, None, None, None, "a@b.no; kari.no", None, None, None, "email"],
        ["I7", "Intet land AS", None, "QQ", None, None, None, None, None, None, None, "country-code"],
        ["I8", "Intet språk AS", None, None, None, None, None, None, "qq", None, None, "language-code"],
        ["I9", "Ingen valuta AS", None, None, None, None, None, None, None, "QQQ", None, "currency-code"],
        ["I10", "Intet register AS", None, None, None, None, None, None, None, None, "1234", "peppol-scheme"],
        ["I11", "Usynlig\u200b AS", None, None, None, None, None, None, None, None, None, "invisible-character"],
        ["I\u200b12", "Usynlig nr AS", None, None, None, None, None, None, None, None, None, "unusable-character"],
        ["IÆ13", "Norsk nr AS", None, None, None, None, None, None, None, None, None, "not-ascii"],
        [None, "Sum 13 kunder", None, None, None, None, None, None, None, None, None, "total-row"],
    ]
    short: list[Row] = [["Customer no", "Expect"], ["X1", "missing-column"]]
    other: list[Row] = [["This", "and that"], ["is", "nothing armbulk knows"]]
    text = ["text"] * 12
    return [
        ("Customers", [str(v) for v in customers[0]], text, customers[1:]),
        ("Documents", [str(v) for v in documents[0]], ["text"] * 3 + ["date", "date"] + ["General"] * 6, documents[1:]),
        ("Lines", [str(v) for v in lines[0]], ["text", "General", "text", "General", "text"], lines[1:]),
        ("Identifiers", about, text, identifiers),
        ("Kunde", [str(v) for v in short[0]], text[:2], short[1:]),
        ("Notes", [str(v) for v in other[0]], text[:2], other[1:]),
    ]


def main(folder: Path = FOLDER) -> None:
    """Write every sample into `folder`."""
    made = data()
    tables = [
        ("Kunder", "customers", CUSTOMER_COLUMNS, made.customers),
        ("Fakturaer", "documents", DOCUMENT_COLUMNS, made.documents),
        ("Linjer", "lines", LINE_COLUMNS, made.lines),
    ]
    norwegian = [(title, [c[0] for c in columns], [c[2] for c in columns], rows) for title, _, columns, rows in tables]
    write_workbook(folder / "kunder-og-fakturaer.xlsx", norwegian)
    for _, name, columns, rows in tables:
        write_csv(folder / f"{name}.csv", [column[1] for column in columns], rows)
    write_workbook(folder / "with-errors.xlsx", with_errors())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

"""Lists of open items as ledgers export them, in different layouts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FLAT_CSV = """Åpne poster kunder
Utskrift pr. 31.12.2025;;;;;;
Kundenr;Kundenavn;Fakturanr;Fakturadato;Forfallsdato;Restbeløp;KID
0101;Bakeri Ærlig AS;5001;15.02.2025;17.03.2025;12 500,00;500116
0101;Bakeri Ærlig AS;5002;01.04.2025;01.05.2025;599,75;
;;;;Sum 0101;13 099,75;
Side 1
Kundenr;Kundenavn;Fakturanr;Fakturadato;Forfallsdato;Restbeløp;KID
0102;Øst & Vest;5003;01.04.2025;01.05.2025;1 000,00;
0102;Øst & Vest;5004;02.04.2025;02.05.2025;250,00-;
;;;;Sum 0102;750,00;
;;;;Totalt;13 849,75;
Side 2
"""
"""A number in each row, subtotals, repeated headers, a trailing minus; Windows-1252."""

BLOCKS: Sequence[Sequence[object]] = (
    ("Prøvefirma AS",),
    ("Åpne poster per 31.12.2025",),
    ("Bilagsnr", "Faktura", "Dato", "Forfall", "Debet", "Kredit"),
    ("10001 Kari Nordmann",),
    ("1001", "5001", date(2025, 2, 1), date(2025, 3, 1), 1500.5, None),
    ("1002", "5002", date(2025, 2, 2), date(2025, 3, 2), 250, None),
    ("1003", None, date(2025, 3, 2), None, None, 50),
    (None, None, None, "Sum Kari Nordmann", 1750.5, 50),
    ("Side 1 av 2",),
    ("Bilagsnr", "Faktura", "Dato", "Forfall", "Debet", "Kredit"),
    ("10002 Ola AS",),
    ("1004", "5003", date(2025, 2, 2), date(2025, 3, 2), 300, None),
    (None, None, None, "Sum Ola AS", 300, None),
    (None, None, None, "Totalt", 2050.5, 50),
)
"""A title above each customer's items, debit and credit in two columns."""

PARTS: Sequence[Sequence[object]] = (
    ("Customer no", "Customer", "Invoice no", "Invoice date", "Due date", "Original amount", "Paid", "Remaining"),
    ("10002", "Ola", 5002, date(2025, 4, 1), date(2025, 5, 1), 1000, 400.25, 599.75),
    ("10001", "Kari", 5001, date(2025, 2, 15), date(2025, 3, 17), 12500, 0, 12500),
    ("10004", "Per", 5004, date(2025, 4, 1), date(2025, 5, 1), 3750, 1250, 2500.5),
    (None, None, None, None, "Total", 17250, 1650.25, 15600.25),
)
"""Original, paid and remaining; 3750 - 1250 is not 2500.50."""

CURRENCIES: Sequence[Sequence[object]] = (
    ("Kunde", "Fakturanr", "Fakturadato", "Forfallsdato", "Valuta", "Beløp i valuta", "Rest valuta", "Rest NOK"),
    ("10008 Euro GmbH", "5010", date(2025, 4, 1), date(2025, 5, 1), "EUR", 1000, 600, 6900),
    ("10008 Euro GmbH", "5011", date(2025, 4, 1), date(2025, 5, 1), "EUR", -10, -10, -115),
    ("Sum 10008", None, None, None, None, None, 590, 6785),
    ("10009 Norsk AS", "5012", date(2025, 4, 1), None, "NOK", 200, 200, 200),
    (None, None, date(2025, 4, 1), None, "NOK", 70, 70, 70),
    ("Sum 10009", None, None, None, None, None, 270, 270),
    ("Sum total", None, None, None, None, None, None, 7055),
)
"""Amounts in the invoice's currency and in kroner; an item without a number and a customer."""

RUNNING_CSV = """Reskontro kunder
Bilag;Dato;Forfall;Tekst;Beløp;Saldo
10001;Kari Nordmann;;;;
501;01.02.2025;01.03.2025;Faktura 501;1 000,00;1 000,00
502;15.02.2025;15.03.2025;Faktura 502;500,50;1 500,50
503;20.02.2025;;Innbetaling;-200,00;1 300,50
;;;Sum;1 300,50;
10002;Ola AS;;;;
504;01.02.2025;01.03.2025;Transport av varer;70,00;70,00
;;;Sum;70,00;
;;;Sum totalt;1 370,50;
"""
"""The balance after each row beside the amounts; titles in two cells."""

HEADINGS: Sequence[Sequence[object]] = (
    ("Kunde", "Bilag", "Fakturadato", "Forfallsdato", "Rest"),
    ("10001 Kari Nordmann", None, None, None, 180),
    (None, "5001", date(2025, 1, 3), date(2025, 2, 3), 80),
    (None, "5002", date(2025, 1, 3), date(2025, 2, 3), 100),
    ("10002 Ola AS", None, None, None, 99),
    (None, "5003", date(2025, 1, 3), date(2025, 2, 3), 100),
    ("Total", None, None, None, 280),
)
"""The total of each customer is in the title above the items; that of 10002 is wrong."""

LETTERS_CSV = """Kundenr;Navn;Fakturanr;Fakturadato;Forfallsdato;Beløp;Restbeløp
10001;Kari;1;01.02.2025;01.03.2025;100,00;100,00 K
10001;Kari;2;02.02.2025;01.03.2025;500,00;500,00D
;;;;Sum;;400,00
10002;Ola;3;02.02.2025;01.03.2025;10,00;10,00
Antall poster: 3;;;;;;
Totalt;;;;;;410,00
Ikke forfalt;;;;;;300,00
"""
"""The letters K and D behind the amounts; an age analysis below the total."""


AGES_CSV = """Aldersfordelt reskontro per 31.12.2025
Kundenr;Kundenavn;Fakturanr;Fakturadato;Forfallsdato;Ikke forfalt;1-30;31 - 60 dager;61–90;>90;Sum
10001;Kari;501;01.12.2025;15.01.2026;1 000,50;;;;;1 000,50
10001;Kari;502;01.10.2025;15.10.2025;;;;99,50;;99,50
10001;Kari;503;01.09.2025;;;;;;50,00-;-50,00
;;;;Sum 10001;1 000,50;;;99,50;50,00-;1 050,00
10002;Total Service AS;504;01.09.2025;01.10.2025;;;10,00;;;10,00
;;;;Sum 10002;;;10,00;;;10,00
;;;;Totalt;1 000,50;;10,00;99,50;50,00-;1 060,00
"""
"""No column with what is open: it is in the column of the item's age; the ages add up to the last column."""

SUMS_CSV = """Kundenr;Navn;Ikke forfalt;1-30;31-60;61-90;>90;Totalt
10001;Kari;100,00;;;5,00;;105,00
10002;Total Service AS;;1,00;;;;1,00
10003;Per;;;;;-7,00;-7,00
10004;Siv;;;;;;0,00
Totalt;;100,00;1,00;;5,00;-7,00;99,00
"""
"""One row for each customer: what is owed altogether, by age."""


def write_book(path: Path, rows: Sequence[Sequence[object]], name: str = "Åpne poster") -> Path:
    """Write rows to the only sheet of a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def write_csv(path: Path, text: str, encoding: str = "cp1252") -> Path:
    """Write a CSV file."""
    path.write_bytes(text.encode(encoding))
    return path
